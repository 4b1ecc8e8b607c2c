"""Ties between records to clusters."""

from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.clustering import Ties

IDS = "abcdefg"
EVERY_PAIR = list(combinations(IDS, 2))
PAIRS = st.lists(st.sampled_from(EVERY_PAIR), max_size=4, unique=True)
PROBABILITIES = st.integers(0, 1_000_000).map(lambda millionths: millionths / 1_000_000)
SCORED = st.dictionaries(st.sampled_from(EVERY_PAIR), PROBABILITIES, max_size=21)


def numbered(pairs, ids=IDS):
    told = np.array([(ids.index(a), ids.index(b)) for a, b in sorted(pairs)], dtype=np.int64).reshape(-1, 2)
    return told[:, 0], told[:, 1]


def ties_of(scored=(), identical=(), named=IDS, once=None, most_in_cluster=60, **pairs) -> Ties:
    scored, identical = dict(scored), dict(identical)
    return Ties(
        len(IDS),
        scored=numbered(scored),
        scored_probability=np.array([scored[pair] for pair in sorted(scored)], dtype=float),
        identical=numbered(identical),
        identical_probability=np.array([identical[pair] for pair in sorted(identical)], dtype=float),
        is_named=np.array([one in named for one in IDS]),
        once=None if once is None else np.array(once, dtype=np.uint64),
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
    threshold, scored, identical, same, sure, unverified, distinct, named, once=None
) -> list[str]:
    """The definition, one tie at a time: groups are sets, and nothing that offends is joined."""
    groups = {one: {one} for one in IDS}

    def may_join(a, b, is_judged):
        both = groups[a] | groups[b]
        if any(x in both and y in both for x, y in distinct):
            return False
        sources = [set().union(*(told_once(one) for one in groups[end])) for end in (a, b)]
        return is_judged or not sources[0] & sources[1]

    def told_once(one):
        return {bit for bit in (1, 2) if once is not None and once[IDS.index(one)] & bit}

    def join(a, b, is_judged=False):
        if groups[a] is not groups[b] and may_join(a, b, is_judged):
            both = groups[a] | groups[b]
            groups.update(dict.fromkeys(both, both))

    for told, is_judged in ((same, True), (sure, False)):
        for a, b in sorted(told):
            join(a, b, is_judged)
    for a, b in sorted(pair for pair, probability in identical.items() if probability >= threshold):
        join(a, b)
    seen = {one for pair in scored for one in pair}

    def mean(one, other):
        # Over all pairs between the compared records of the two; what nobody scored counts as 0.
        total = sum(
            round(p * 1e6)
            for (a, b), p in scored.items()
            if (a in one) != (b in one) and (a in one or b in one) and (a in other or b in other)
        )
        return total / (1e6 * len(one & seen) * len(other & seen)) if one & seen and other & seen else 0.0

    apart_forever = set()
    while True:
        told = sorted({min(group): group for group in groups.values()}.items())
        offers = []
        for (x, one), (y, other) in combinations(told, 2):
            if (x, y) not in apart_forever and may_join(x, y, False):
                offers.append((-mean(one, other), x, y))
        if not offers or -min(offers)[0] < threshold - 1e-12 or min(offers)[0] == 0:
            break
        join(*min(offers)[1:])
    for a, b in sorted(unverified):
        if not (groups[a] & set(named) and groups[b] & set(named)):
            join(a, b)
    return sorted(
        "".join(sorted(group)) for group in {min(group): group for group in groups.values()}.values()
    )


def test_worked_example():
    # a-b and b-c are likely, but a-c is not: on average c fits the two by .45, less than a half.
    chain = {("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.1}
    assert persons(scored=chain) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(scored={**chain, ("a", "c"): 0.2}) == ["abc", "d", "e", "f", "g"]  # exactly a half joins
    assert persons(0.95, scored=chain) == list("abcdefg")


def test_a_tie_to_a_record_without_a_name_never_brings_two_named_groups_together():
    ties = [("a", "g"), ("b", "g")]
    assert persons(unverified=ties, named="ab") == ["ag", "b", "c", "d", "e", "f"]
    assert persons(unverified=ties, named="a") == ["abg", "c", "d", "e", "f"]
    assert persons(unverified=ties, named="ab", scored={("a", "b"): 0.9}) == ["abg", "c", "d", "e", "f"]


def test_judged_distinct_outweighs_every_tie():
    assert persons(sure=[("a", "b"), ("b", "c")], distinct=[("a", "c")]) == ["ab", "c", "d", "e", "f", "g"]


def test_a_source_that_holds_a_person_once_is_believed_unless_somebody_judged_otherwise():
    likely = {("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.9}
    crm = [1, 0, 1, 0, 0, 0, 0]  # a and c stand in one list
    assert persons(scored=likely, once=crm) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(sure=[("a", "b"), ("b", "c")], once=crm) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(scored=likely, once=crm, same=[("a", "c")]) == ["abc", "d", "e", "f", "g"]


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
    assert roots[5] != roots[70_000]
    assert len(set(roots.tolist())) == 2


@settings(max_examples=150, deadline=None)
@given(
    SCORED, SCORED, PAIRS, PAIRS, PAIRS, PAIRS, st.sets(st.sampled_from(IDS)), st.floats(0.05, 0.95),
    st.none() | st.lists(st.sampled_from([0, 0, 1, 2, 3]), min_size=7, max_size=7),
)  # fmt: skip
def test_agrees_with_the_definition(
    scored, identical, same, sure, unverified, distinct, named, threshold, once
):
    # Two likely groups with one mean are joined in the order of their records, in both.
    told = {
        "identical": identical,
        "same": same,
        "sure": sure,
        "unverified": unverified,
        "distinct": distinct,
    }
    found = persons(threshold, scored=scored, named=named, once=once, **told)
    assert found == persons_by_hand(threshold, scored, named=named, once=once, **told)


@settings(max_examples=40, deadline=None)
@given(SCORED, SCORED, PAIRS, PAIRS, PAIRS, st.lists(st.floats(0.05, 0.95), min_size=1, max_size=4))
def test_several_thresholds_at_once_are_each_on_its_own(
    scored, identical, sure, unverified, distinct, thresholds
):
    ties = ties_of(scored, identical, sure=sure, unverified=unverified, distinct=distinct, named="abc")
    assert [told.tolist() for told in ties.at_each(thresholds)] == [
        ties.at(threshold).tolist() for threshold in thresholds
    ]


@settings(max_examples=25, deadline=None)
@given(SCORED, PAIRS, PAIRS, PAIRS, PAIRS, st.floats(0.05, 0.95))
def test_who_was_judged_distinct_is_never_one_person(scored, same, sure, unverified, distinct, threshold):
    roots = ties_of(scored, same=same, sure=sure, unverified=unverified, distinct=distinct).at(threshold)
    assert all(roots[a] != roots[b] for a, b in zip(*numbered(distinct), strict=True))
    assert (roots <= np.arange(len(IDS))).all()
    assert (roots[roots] == roots).all()
    if not distinct:
        assert all(
            roots[a] == roots[b] for told in (same, sure) for a, b in zip(*numbered(told), strict=True)
        )


def test_chains_are_cut_at_rising_floors_only_where_they_are_long():
    ids = range(6)
    scored = dict.fromkeys(pairwise(ids), 0.8) | {(0, 1): 0.9, (2, 3): 0.9, (4, 5): 0.9}
    first, second = np.array(sorted(scored)).T
    told = [scored[pair] for pair in sorted(scored)]
    whole = Ties(6, scored=(first, second), scored_probability=np.array(told), most_in_cluster=60)
    short = Ties(6, scored=(first, second), scored_probability=np.array(told), most_in_cluster=2)
    assert len(set(whole.at(0.3).tolist())) <= 3 == len(set(short.at(0.3).tolist()))
