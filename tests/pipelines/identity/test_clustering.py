"""Ties between records to clusters."""

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from joining_by_hand import join_by_hand, merged

from journey_research.pipelines.identity.clustering import Ties

IDS = "abcdefg"
EVERY_PAIR = list(combinations(IDS, 2))
PAIRS = st.lists(st.sampled_from(EVERY_PAIR), max_size=4, unique=True)
PROBABILITIES = st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000)
KINDS_OF_TIES = ["same", "sure", "unverified", "distinct"]
ONCE = st.none() | st.lists(st.sampled_from([0, 0, 1, 2, 3]), min_size=7, max_size=7)
CARDS = st.none() | st.lists(st.sampled_from([-1, -1, -1, 7, 8, 9]), min_size=7, max_size=7)
GENERIC = [0.912347, 0.873211, 0.798413, 0.731987, 0.654329, 0.523451, 0.417773, 0.316231]
SCORED = st.dictionaries(st.sampled_from(EVERY_PAIR), PROBABILITIES, max_size=21)


def numbered(pairs, ids=IDS):
    told = np.array([(ids.index(a), ids.index(b)) for a, b in sorted(pairs)], dtype=np.int64).reshape(-1, 2)
    return told[:, 0], told[:, 1]


def ties_of(scored=(), identical=(), named=IDS, once=None, card=None, most_in_cluster=60, **pairs) -> Ties:
    scored, identical = dict(scored), dict(identical)
    return Ties(
        len(IDS),
        scored=numbered(scored),
        scored_probability=np.array([scored[pair] for pair in sorted(scored)], dtype=float),
        identical=numbered(identical),
        identical_probability=np.array([identical[pair] for pair in sorted(identical)], dtype=float),
        is_named=np.array([one in named for one in IDS]),
        once=None if once is None else np.array(once, dtype=np.uint64),
        one_values={} if card is None else {"card": np.array(card)},
        most_in_cluster=most_in_cluster,
        **{name: numbered(told) for name, told in pairs.items()},
    )


def as_words(roots):
    return sorted(
        "".join(IDS[at] for at in np.flatnonzero(roots == root).tolist()) for root in set(roots.tolist())
    )


def persons(threshold=0.5, **ties):
    return as_words(ties_of(**ties).at(threshold))


def persons_by_hand(
    threshold, scored, identical, same, sure, unverified, distinct, named, once=None, card=None
) -> list[str]:
    """The definition, step by step: groups are sets."""
    groups = join_by_hand([{one} for one in IDS], same, distinct, [])
    holds = [one_thing(groups, held) for held in told_once(once, card)]
    groups = join_by_hand(groups, sure, distinct, holds)
    equal = [pair for pair, probability in identical.items() if probability >= threshold]
    groups = join_by_hand(groups, equal, distinct, holds)
    seen = {one for pair in scored for one in pair}

    def mean(one, other):
        # Over all pairs between the compared records of the two; what nobody scored counts as 0.
        total = sum(
            round(p * 1e6)
            for (a, b), p in scored.items()
            if (a in one) != (b in one) and (a in one or b in one) and (a in other or b in other)
        )
        return total / (1e6 * len(one & seen) * len(other & seen)) if one & seen and other & seen else 0.0

    def are_apart(one, other):
        both = one | other
        kept = any(len({held[x] for x in both if x in held}) > 1 for held in holds)
        return kept or any(x in both and y in both for x, y in distinct)

    undecidable = set()
    while True:
        offers = [
            (-mean(one, other), min(one), min(other))
            for one, other in combinations(groups, 2)
            if not are_apart(one, other) and not any(x in one and y in other for x, y in undecidable)
            and not any(x in other and y in one for x, y in undecidable)
        ]  # fmt: skip
        if not offers or -min(offers)[0] < threshold - 1e-12 or min(offers)[0] == 0:
            break
        best, x, y = min(offers)
        group_of = {min(group): group for group in groups}
        rivals = set()
        for one, other in ((x, y), (y, x)):
            for share, a, b in offers:
                third = b if a == one else a
                is_rival = one in (a, b) and third != other and share <= best + 1e-12
                if is_rival and are_apart(group_of[third], group_of[other]):
                    rivals |= {(one, third), (one, other)}
        undecidable |= rivals
        if not rivals:
            both = group_of[x] | group_of[y]
            groups = sorted([both, *(group for group in groups if not group <= both)], key=min)
    names = {one: min(group) for group in groups if group & set(named) for one in group}
    groups = join_by_hand(groups, unverified, distinct, [*holds, names])
    return ["".join(sorted(group)) for group in groups]


def told_once(once, card) -> list[dict[str, int]]:
    sources = [{} if once is None else {x: n for n, x in enumerate(IDS) if once[n] & bit} for bit in (1, 2)]
    return [*sources, {} if card is None else {x: n for x, n in zip(IDS, card, strict=True) if n >= 0}]


def one_thing(groups, held) -> dict[str, int]:
    """What is held, the things of one group counted as one."""
    told = dict(held)
    for _ in IDS:
        for group in groups:
            things = {told[one] for one in group if one in told}
            told = {one: min(things) if thing in things else thing for one, thing in told.items()}
    return told


def test_worked_example():
    # a-b and b-c are likely, but a-c is not: on average c fits the two by .45, less than a half.
    chain = {("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.1}
    assert persons(scored=chain) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(scored={**chain, ("a", "c"): 0.2}) == ["abc", "d", "e", "f", "g"]  # exactly a half joins
    assert persons(0.95, scored=chain) == list("abcdefg")


def test_a_record_without_a_name_that_fits_two_named_persons_stays_by_itself():
    ties = [("a", "g"), ("b", "g")]
    assert persons(unverified=ties, named="ab") == ["a", "b", "c", "d", "e", "f", "g"]
    assert persons(unverified=[*ties, ("f", "g")], named="ab") == ["a", "b", "c", "d", "e", "fg"]
    assert persons(unverified=ties, named="a") == ["abg", "c", "d", "e", "f"]
    # The two turn out to be one person.
    assert persons(unverified=ties, named="ab", scored={("a", "b"): 0.9}) == ["abg", "c", "d", "e", "f"]


def test_judged_distinct_outweighs_every_tie_and_what_is_between_joins_neither():
    between = [("a", "b"), ("b", "c")]
    assert persons(sure=between, distinct=[("a", "c")]) == list("abcdefg")
    assert persons(sure=[*between, ("c", "d")], distinct=[("a", "c")]) == ["a", "b", "cd", "e", "f", "g"]
    # A tie between the two themselves is wrong and leads nowhere.
    assert persons(sure=[*between, ("a", "c")], distinct=[("a", "b")]) == ["a", "b", "c", "d", "e", "f", "g"]
    assert persons(sure=between, distinct=[("a", "b")]) == ["a", "bc", "d", "e", "f", "g"]


def test_a_source_that_holds_a_person_once_is_believed_unless_somebody_judged_otherwise():
    likely = {("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.9}
    crm = [1, 0, 1, 0, 0, 0, 0]  # a and c stand in one list
    assert persons(scored=likely, once=crm) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(sure=[("a", "b"), ("b", "c")], once=crm) == list("abcdefg")
    assert persons(scored=likely, once=crm, same=[("a", "c")]) == ["abc", "d", "e", "f", "g"]


def test_who_is_as_likely_one_of_two_joins_neither():
    crm = [1, 0, 1, 0, 0, 0, 0]
    assert persons(scored={("a", "b"): 0.8, ("b", "c"): 0.8}, once=crm) == list("abcdefg")
    assert persons(scored={("a", "b"): 0.8, ("b", "c"): 0.79}, once=crm)[0] == "ab"


def test_two_cards_are_two_persons_unless_somebody_judged_otherwise():
    card = [7, -1, 8, 7, -1, 8, -1]  # a and d have one card, c and f another
    chain = [("a", "b"), ("c", "e"), ("a", "d"), ("c", "f")]
    assert persons(sure=chain, card=card) == ["abd", "cef", "g"]
    assert persons(sure=[*chain, ("b", "e")], card=card) == ["ad", "be", "cf", "g"]
    assert persons(scored={("a", "b"): 0.9, ("b", "c"): 0.8}, card=card)[0] == "ab"
    # Judged the same: the two cards are one person's, whoever else holds them.
    assert persons(sure=[*chain, ("b", "e")], same=[("d", "f")], card=card) == ["abcdef", "g"]
    assert persons(sure=[("a", "c")], same=[("d", "f")], card=card) == ["ac", "b", "df", "e", "g"]


def test_equal_values_and_unverified_ties_bring_no_two_cards_together_either():
    card = [7, -1, 8, -1, -1, -1, -1]
    assert persons(identical={("a", "c"): 0.99}, card=card) == list("abcdefg")
    assert persons(identical={("a", "b"): 0.99, ("b", "c"): 0.99}, card=card) == list("abcdefg")
    assert persons(unverified=[("a", "b"), ("b", "c")], named="", card=card) == list("abcdefg")
    assert persons(unverified=[("a", "b"), ("b", "e")], named="", card=card)[0] == "abe"


def test_a_phone_that_a_named_person_gave_twice_is_theirs_and_that_of_two_is_neither_s():
    phone = [("a", "g"), ("b", "g")]  # g is a number in a call list, a and b wrote it down
    assert persons(unverified=phone, named="ab", scored={("a", "b"): 0.9})[0] == "abg"
    assert persons(unverified=phone, named="ab", scored={("a", "b"): 0.4}) == list("abcdefg")
    assert persons(unverified=phone, named="ab", sure=[("a", "b")])[0] == "abg"
    assert persons(unverified=phone, named="ab", scored={("a", "b"): 0.9}, distinct=phone[1:])[0] == "ab"


def test_a_long_chain_is_cut_and_not_lost():
    ties = Ties(
        300,
        scored=(np.arange(299), np.arange(1, 300)),
        scored_probability=np.full(299, 0.9),
        most_in_cluster=20,
    )
    roots = ties.at(0.5)
    assert 100 <= len(set(roots.tolist())) <= 300


def test_a_hundred_thousand_records_in_one_crowd_are_clustered():
    n = 100_000  # each alike to the next two: one chain, however high the floor
    ties = Ties(
        n,
        scored=(
            np.concatenate([np.arange(n - 2)] * 2),
            np.concatenate([np.arange(1, n - 1), np.arange(2, n)]),
        ),
        scored_probability=np.full(2 * (n - 2), 0.99),
        sure=(np.zeros(n - 1, dtype=np.int64), np.arange(1, n)),
        distinct=(np.array([5]), np.array([70_000])),
    )
    roots = ties.at(0.5)
    assert set(roots.tolist()) == {0, 5, 70_000}  # everybody else is tied to both


@settings(max_examples=200, deadline=None)
@given(
    SCORED, SCORED, st.fixed_dictionaries(dict.fromkeys(KINDS_OF_TIES, PAIRS)), st.sets(st.sampled_from(IDS)),
    st.floats(0.05, 0.95), ONCE, CARDS,
)  # fmt: skip
def test_agrees_with_the_definition(scored, identical, ties, named, threshold, once, card):
    # Two likely groups with one mean are joined in the order of their records, in both.
    told = {"identical": identical, "named": named, "once": once, "card": card, **ties}
    found = persons(threshold, scored=scored, **told)
    assert found == persons_by_hand(threshold, scored, **told)


@settings(max_examples=150, deadline=None)
@given(
    st.permutations(list(combinations(IDS, 2))), st.integers(0, 8),
    st.fixed_dictionaries(dict.fromkeys(KINDS_OF_TIES, PAIRS)), st.sets(st.sampled_from(IDS)),
    st.permutations(IDS), ONCE, CARDS,
)  # fmt: skip
def test_new_names_give_the_same_persons_whatever_keeps_records_apart(
    ranked, n_scored, ties, named, order, once, card
):
    # Of any few of these probabilities no two have one mean.
    scored = dict(zip(ranked, GENERIC[:n_scored], strict=False))
    new = dict(zip(IDS, order, strict=True))

    def renamed(pairs):
        return [tuple(sorted((new[a], new[b]))) for a, b in pairs]

    def moved(told):
        return told and [told[IDS.index(old)] for _, old in sorted((new[one], one) for one in IDS)]

    before = persons(scored=scored, named=named, once=once, card=card, **ties)
    after = persons(
        scored=dict(zip(renamed(scored), scored.values(), strict=True)),
        named={new[one] for one in named},
        once=moved(once),
        card=moved(card),
        **{kind: renamed(pairs) for kind, pairs in ties.items()},
    )

    assert after == sorted("".join(sorted(new[one] for one in group)) for group in before)


@settings(max_examples=120, deadline=None)
@given(
    SCORED, SCORED, st.fixed_dictionaries(dict.fromkeys(KINDS_OF_TIES, PAIRS)), ONCE, CARDS,
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4),
)  # fmt: skip
def test_several_thresholds_at_once_are_each_on_its_own(scored, identical, ties, once, card, thresholds):
    ties = ties_of(scored, identical, named="abc", once=once, card=card, **ties)
    assert [told.tolist() for told in ties.at_each(thresholds)] == [
        ties.at(threshold).tolist() for threshold in thresholds
    ]


@settings(max_examples=120, deadline=None)
@given(
    SCORED, SCORED, PAIRS, PAIRS, ONCE,
    st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4), st.sampled_from([2, 60]),
)  # fmt: skip
def test_what_is_in_other_chains_changes_nobodys_cluster(
    scored, identical, same, distinct, once, thresholds, most
):
    told = ties_of(scored, identical, once=once, most_in_cluster=most, same=same, distinct=distinct)
    every, chain = told.linked(thresholds)
    # Judgements and equal values lead from one chain to another.
    edges = [(IDS.index(a), IDS.index(b)) for a, b in [*same, *identical]]
    edges += [(one, int(chain[one])) for one in range(len(IDS))]
    for group in merged([{one} for one in IDS], edges):
        own = {pair: p for pair, p in scored.items() if set(pair) <= group}
        equal = {pair: p for pair, p in identical.items() if set(pair) <= group}
        ties = {name: [pair for pair in pairs if set(pair) <= group] for name, pairs in
                (("same", same), ("distinct", distinct))}  # fmt: skip
        alone = ties_of(own, equal, once=once, most_in_cluster=most, **ties).at_each(thresholds)
        for roots, by_themselves in zip(every, alone, strict=True):
            inside = np.array([one in group for one in IDS])
            assert roots[inside].tolist() == by_themselves[inside].tolist()


@settings(max_examples=80, deadline=None)
@given(
    SCORED, SCORED, st.fixed_dictionaries(dict.fromkeys(KINDS_OF_TIES, PAIRS)), ONCE, CARDS,
    st.floats(0.05, 0.95),
)  # fmt: skip
def test_limits_are_kept_by_way_of_others_too(scored, identical, ties, once, card, threshold):
    roots = ties_of(scored, identical, named="abc", once=once, card=card, **ties).at(threshold)
    groups = [set(word) for word in as_words(roots)]
    judged = merged([{one} for one in IDS], [(IDS.index(a), IDS.index(b)) for a, b in ties["same"]])

    assert (roots <= np.arange(len(IDS))).all()
    assert (roots[roots] == roots).all()
    assert not any({a, b} <= group for a, b in ties["distinct"] for group in groups)
    # Judged the same is together, except where a chain of such judgements leads to two judged distinct.
    agreed = [some for some in judged if not any({a, b} <= some for a, b in ties["distinct"])]
    assert all(any(some <= group for group in groups) for some in agreed)
    # One of a source and one card, save what judgements made one.
    for held in told_once(once, card):
        for group in groups:
            holders = {one for one in group if one in held}
            assert len({one_thing(judged, held)[one] for one in holders}) <= 1


@settings(max_examples=60, deadline=None)
@given(SCORED, PAIRS, PAIRS, PAIRS, st.lists(st.floats(0.05, 0.95), min_size=2, max_size=2))
def test_a_lower_threshold_parts_nobody_where_ties_are_sure_and_nothing_keeps_apart(
    identical, same, sure, unverified, thresholds
):
    # Everybody may be with everybody: no named groups, no judgement distinct, nothing had once.
    low, high = sorted(thresholds)
    ties = ties_of((), identical, named="", same=same, sure=sure, unverified=unverified)

    fine, coarse = ties.at(high), ties.at(low)

    assert (coarse[fine] == coarse).all()


def test_a_lower_threshold_can_part_what_a_judgement_keeps_from_a_third():
    # At .3 a and b are one person, and f, which is not b, has to leave a.
    ties = {"scored": {("a", "b"): 0.4}, "unverified": [("a", "f")], "distinct": [("b", "f")], "named": "ab"}
    assert persons(0.5, **ties) == ["af", "b", "c", "d", "e", "g"]
    assert persons(0.3, **ties) == ["ab", "c", "d", "e", "f", "g"]


def test_a_pair_exactly_as_likely_as_asked_is_one():
    assert persons(0.5, scored={("a", "b"): 0.5, ("c", "d"): 0.499999}) == ["ab", "c", "d", "e", "f", "g"]


def test_a_group_is_as_large_at_several_thresholds_as_at_one():
    # c and d are one for sure, and e is like d alone: .5 over two. That c was compared with a, whom some
    # thresholds join to b, does not make the group smaller.
    ties = ties_of({("a", "c"): 0.01, ("d", "e"): 0.5}, {("a", "b"): 0.6}, sure=[("c", "d")])

    assert [as_words(roots) for roots in ties.at_each([0.8, 0.3, 0.2])] == [
        ["a", "b", "cd", "e", "f", "g"],
        ["ab", "cd", "e", "f", "g"],
        ["ab", "cde", "f", "g"],
    ]


def test_chains_are_cut_at_rising_floors_only_where_they_are_long():
    ids = range(6)
    scored = dict.fromkeys(pairwise(ids), 0.8) | {(0, 1): 0.9, (2, 3): 0.9, (4, 5): 0.9}
    first, second = np.array(sorted(scored)).T
    told = [scored[pair] for pair in sorted(scored)]
    whole = Ties(6, scored=(first, second), scored_probability=np.array(told), most_in_cluster=60)
    short = Ties(6, scored=(first, second), scored_probability=np.array(told), most_in_cluster=2)
    assert len(set(whole.at(0.3).tolist())) <= 3 == len(set(short.at(0.3).tolist()))
