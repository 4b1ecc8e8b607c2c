"""Scored pairs to clusters, against SciPy's average linkage and a plain union."""

from collections import defaultdict
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy

from journey_research.pipelines.identity.matching import linkage
from journey_research.pipelines.identity.matching.linkage import average_linkage, components

N = 8
scored_pairs = st.dictionaries(st.sampled_from(list(combinations(range(N), 2))), st.floats(0, 1), max_size=28)
thresholds = st.sampled_from([0.2, 0.35, 0.5, 0.75, 0.99])


def link(pairs, n=N, **settings):
    """Average linkage of a dictionary: pair -> probability."""
    first, second = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    return average_linkage(n, first, second, np.array(list(pairs.values()), dtype=float), **settings)


def groups_of(root):
    """The partition without its names."""
    groups = defaultdict(list)
    for record, name in enumerate(root.tolist()):
        groups[name].append(record)
    return sorted(groups.values())


def link_by_hand(pairs, n, threshold, apart=(), weight=None, holds=()):
    """The definition: join the two likeliest groups until none reaches it; no two means are alike."""
    groups = [(record,) for record in range(n)]
    weight = dict.fromkeys(range(n), 1) if weight is None else weight

    def mean(a, b):
        told = [(i, j) for i in a for j in b]
        if any((i, j) in apart or (j, i) in apart for i, j in told):
            return -1.0
        if any(-1 != held[i] != held[j] != -1 for held in holds for i, j in told):
            return -1.0
        total = sum(weight[i] * weight[j] for i, j in told)
        return sum(weight[i] * weight[j] * pairs.get((min(i, j), max(i, j)), 0.0) for i, j in told) / total

    while len(groups) > 1:
        value, a, b = max((mean(a, b), a, b) for a, b in combinations(groups, 2))
        if value < threshold:
            break
        groups = [one for one in groups if one not in (a, b)] + [a + b]
    return sorted(sorted(group) for group in groups)


def draw_table(seed, n=N):
    """A probability for each pair; no two averages of them are alike, so no tie decides."""
    pairs = list(combinations(range(n), 2))
    draw = np.random.default_rng(seed)
    return dict(zip(pairs, draw.uniform(size=len(pairs)), strict=True))


def test_worked_example():
    # 0-1 and 1-2 are likely, but 0-2 is not: on average 2 fits the two by .45, less than a half.
    chain = {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.1}
    assert groups_of(link(chain).clusters(4, 0.5)) == [[0, 1], [2], [3]]
    assert groups_of(link({**chain, (0, 2): 0.2}).clusters(4, 0.5)) == [[0, 1, 2], [3]]  # exactly a half
    assert groups_of(link(chain).clusters(4, 0.45)) == [[0, 1, 2], [3]]
    assert groups_of(link(chain).clusters(4, 0.95)) == [[0], [1], [2], [3]]
    merges = link(chain)
    assert (merges.low.tolist(), merges.high.tolist()) == ([0, 0], [1, 2])
    assert merges.height == pytest.approx([0.9, 0.45])


def test_a_pair_nobody_scored_is_asked_of_whoever_can():
    chain = {(0, 1): 0.9, (1, 2): 0.8}
    assert groups_of(link(chain).clusters(3, 0.5)) == [[0, 1], [2]]  # nobody to ask: 0-2 counts as 0
    asked = link(chain, score=lambda first, second: np.full(len(first), 0.6))
    assert groups_of(asked.clusters(3, 0.5)) == [[0, 1, 2]]


def test_a_heavy_record_counts_for_those_it_stands_for():
    chain = {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.1}
    heavy = link(chain, weight=np.array([1, 3] + [1] * (N - 2)))
    assert groups_of(heavy.clusters(3, 0.5)) == [[0, 1, 2]]  # (3 * .8 + .1) / 4


def test_apart_is_apart_by_way_of_others_too():
    chain = {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.9, (2, 3): 0.7}
    merges = link(chain, apart=(np.array([2, 5]), np.array([0, 6])))
    assert groups_of(merges.clusters(4, 0.2)) == [[0, 1], [2, 3]]


def test_two_that_hold_different_things_are_apart_by_way_of_others_too():
    chain = {(0, 1): 0.9, (1, 2): 0.8, (0, 2): 0.9, (2, 3): 0.7}
    cards = np.array([7, -1, 8, -1])
    assert groups_of(link(chain, 4, holds=[cards]).clusters(4, 0.2)) == [[0, 1], [2, 3]]
    # The same card, or none, keeps nobody apart: (.9 + .8) / 2 and then (.7 + 0 + 0) / 3.
    for harmless in (np.array([7, -1, 7, -1]), np.full(4, -1), np.array([0, -1, 0, 0])):
        assert groups_of(link(chain, 4, holds=[harmless]).clusters(4, 0.2)) == [[0, 1, 2, 3]]
    # A card and a login are two kinds of thing.
    one_of_each = [np.array([7, -1, -1, -1]), np.array([-1, -1, 8, -1])]
    assert groups_of(link(chain, 4, holds=one_of_each).clusters(4, 0.2)) == [[0, 1, 2, 3]]


KEPT_APART = [
    {"holds": [np.array([7, -1, 8, -1])]},
    {"apart": (np.array([2]), np.array([0]))},
]


@pytest.mark.parametrize("kept", KEPT_APART, ids=["two cards", "judged distinct"])
def test_who_is_exactly_as_likely_one_of_two_that_stay_apart_joins_neither(kept):
    def groups(pairs):
        return groups_of(link(pairs, 4, **kept).clusters(4, 0.2))

    assert groups({(0, 1): 0.8, (1, 2): 0.8}) == [[0], [1], [2], [3]]
    assert groups({(0, 1): 0.8, (1, 2): 0.8, (1, 3): 0.5}) == [[0], [1, 3], [2]]
    assert groups({(0, 1): 0.8, (1, 2): 0.8, (1, 3): 0.9}) == [[0], [1, 3], [2]]
    assert groups({(0, 1): 0.8, (1, 2): 0.799999}) == [[0, 1], [2], [3]]
    # 3 is as likely one with 0 as 1 is, and nobody keeps these apart.
    assert groups({(0, 1): 0.8, (0, 3): 0.8, (1, 3): 0.8}) == [[0, 1, 3], [2]]


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(list(combinations(range(N), 2))), st.sampled_from([0.3, 0.6, 0.9]), max_size=14
    ),
    st.lists(st.sampled_from([-1, -1, 3, 7]), min_size=N, max_size=N),
)
def test_no_group_holds_two_things_though_many_are_equally_likely(pairs, held):
    merges = link(pairs, holds=[np.array(held)])
    for group in groups_of(merges.clusters(N, 0.2)):
        assert len({held[record] for record in group} - {-1}) <= 1


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), thresholds, st.integers(2, 12))
def test_a_complete_table_agrees_with_scipy(seed, threshold, n):
    pairs = draw_table(seed, n)
    merges = link(pairs, n)
    tree = hierarchy.average(1 - np.array(list(pairs.values())))
    label = hierarchy.fcluster(tree, 1 - threshold, criterion="distance")
    assert groups_of(merges.clusters(n, threshold)) == groups_of(label)
    heights = np.sort(1 - tree[:, 2])
    assert np.sort(merges.height) == pytest.approx(heights[heights >= 0.2], abs=1e-9)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), thresholds, st.data())
def test_agrees_with_the_definition(seed, threshold, data):
    table = draw_table(seed)
    known = data.draw(st.sets(st.sampled_from(list(table))))
    pairs = {pair: table[pair] for pair in table if pair in known}
    some = st.sampled_from(list(table))
    apart = data.draw(st.lists(some, max_size=3, unique=True))
    weight = np.array(data.draw(st.lists(st.integers(1, 4), min_size=N, max_size=N)))
    held = st.lists(st.sampled_from([-1, -1, -1, 3, 7]), min_size=N, max_size=N)
    holds = data.draw(st.lists(held, max_size=2))
    sides = np.array(apart, dtype=np.int64).reshape(-1, 2).T
    told = link(
        pairs, apart=(sides[0], sides[1]), weight=weight, holds=[np.array(one) for one in holds]
    ).clusters(N, threshold)
    assert groups_of(told) == link_by_hand(pairs, N, threshold, apart, dict(enumerate(weight)), holds)


@settings(deadline=None)
@given(scored_pairs, st.floats(0.2, 1))
def test_clusters_are_a_partition_named_after_their_first_record(pairs, threshold):
    merges = link(pairs)
    root = merges.clusters(N, threshold)
    assert (root <= np.arange(N)).all()
    assert (root[root] == root).all()
    assert (merges.low < merges.high).all()
    assert (merges.height >= 0.2 - 1e-9).all()
    higher = merges.clusters(N, min(1.0, threshold + 0.1))
    assert (root[higher] == root).all()  # a higher threshold parts and never joins


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(range(N)), thresholds)
def test_moving_records_renames_clusters_and_no_more(seed, order, threshold):
    pairs = {pair: told for pair, told in draw_table(seed).items() if told > 0.4}
    moved = {(order[b], order[a]): told for (a, b), told in reversed(pairs.items())}
    before = groups_of(link(pairs).clusters(N, threshold))
    after = groups_of(link(moved).clusters(N, threshold))
    assert after == sorted(sorted(order[record] for record in group) for group in before)


@settings(deadline=None)
@given(scored_pairs)
def test_each_missing_pair_of_a_chain_is_asked_once(pairs):
    asked = []

    def score(first, second):
        asked.extend(zip(first.tolist(), second.tolist(), strict=True))
        return np.full(len(first), 0.5)

    link(pairs, score=score)
    likely = [pair for pair, told in pairs.items() if told >= 0.2]
    chain = join_by_hand(N, likely)
    wanted = {pair for pair in combinations(range(N), 2) if chain[pair[0]] == chain[pair[1]]}
    assert sorted(asked) == sorted(wanted - set(pairs))


def test_chains_of_one_size_are_worked_on_in_bounded_tables(monkeypatch):
    pairs = {(4 * at + a, 4 * at + b): told for at in range(30) for (a, b), told in draw_table(at, 4).items()}
    at_once = link(pairs, 120)
    monkeypatch.setattr(linkage, "MOST_CELLS", 40)  # two chains of four at a time
    in_parts = link(pairs, 120)
    assert in_parts.low.tolist() == at_once.low.tolist()
    assert in_parts.high.tolist() == at_once.high.tolist()
    assert in_parts.height.tolist() == at_once.height.tolist()


def test_a_long_chain_is_cut_where_it_is_weak():
    # Ten threes of .9, chained by .3: thirty are too many to look at together, and .3 parts them.
    threes = {(at + a, at + b): 0.9 for at in range(0, 30, 3) for a, b in combinations(range(3), 2)}
    weak = {(at + 2, at + 3): 0.3 for at in range(0, 27, 3)}
    asked = []

    def score(first, second):
        asked.append(len(first))
        return np.ones(len(first))

    merges = link({**threes, **weak}, 30, score=score, most_in_chain=20)
    assert groups_of(merges.clusters(30, 0.2)) == [[at, at + 1, at + 2] for at in range(0, 30, 3)]
    assert asked == []


def test_sure_ones_are_one_though_they_are_more_than_the_cap():
    same = dict.fromkeys(combinations(range(50), 2), 0.99)
    assert groups_of(link(same, 50).clusters(50, 0.5)) == [list(range(50))]
    # Twenty-five times the cap is looked at, more is not.
    assert len(groups_of(link(same, 50, most_in_chain=2).clusters(50, 0.5))) == 1
    same = dict.fromkeys(combinations(range(51), 2), 0.99)
    assert len(groups_of(link(same, 51, most_in_chain=2).clusters(51, 0.5))) == 51


def test_a_crowd_that_a_surer_floor_parts_is_not_lost():
    # Two firms of forty records each, tied by one pair that is nearly as sure as those inside.
    inside = dict.fromkeys((*combinations(range(40), 2), *combinations(range(40, 80), 2)), 0.999)
    crowd = link({**inside, (0, 40): 0.96}, 80, most_in_chain=2)
    assert groups_of(crowd.clusters(80, 0.5)) == [list(range(40)), list(range(40, 80))]


def test_a_chain_of_likely_neighbours_asks_for_few_pairs():
    n, asked = 5_000, []

    def score(first, second):
        asked.append(len(first))
        return np.zeros(len(first))

    link(dict.fromkeys(pairwise(range(n)), 0.9), n, score=score)
    assert sum(asked) <= 20 * n


def test_no_pair_and_no_record():
    for n in (0, 1, 5):
        merges = link({}, n)
        assert (merges.low.tolist(), merges.high.tolist(), merges.height.tolist()) == ([], [], [])
        assert merges.clusters(n, 0.5).tolist() == list(range(n))
    assert link({(0, 1): 0.1}, 3).clusters(3, 0.0).tolist() == [0, 1, 2]  # below the floor


def join_by_hand(n, edges):
    """The smallest number that edges lead to, by passing names on until nothing changes."""
    name = list(range(n))
    while True:
        before = list(name)
        for a, b in edges:
            name[a] = name[b] = min(name[a], name[b])
        if name == before:
            return name


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_components_agree_with_a_plain_union(edges):
    first, second = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    assert components(10, first, second).tolist() == join_by_hand(10, edges)


def test_an_edge_told_256_times_is_an_edge():
    assert components(3, np.zeros(256, dtype=np.int64), np.full(256, 2)).tolist() == [0, 1, 0]


FOUR = list(combinations(range(4), 2))
chains_of_four = st.tuples(
    st.lists(st.sampled_from([0.5, 0.6, 0.7, 0.8]), min_size=len(FOUR), max_size=len(FOUR)),
    st.sets(st.sampled_from(FOUR), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(chains_of_four, min_size=2, max_size=4))
def test_chains_side_by_side_are_each_on_its_own(chains):
    # Of equal probabilities some are undecided, and such a chain waits while others go on.
    def linked(chains):
        pairs, apart = {}, np.zeros((0, 2), dtype=np.int64)
        for number, (probabilities, parted) in enumerate(chains):
            own = [(a + 4 * number, b + 4 * number) for a, b in FOUR]
            pairs |= dict(zip(own, probabilities, strict=True))
            apart = np.concatenate([apart, *([own[FOUR.index(pair)]] for pair in sorted(parted))])
        n = 4 * len(chains)
        return link(pairs, n=n, apart=(apart[:, 0], apart[:, 1])).clusters(n, 0.3)

    alone = [4 * number + linked([chain]) for number, chain in enumerate(chains)]
    assert linked(chains).tolist() == np.concatenate(alone).tolist()
