"""Pairs to persons."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.clustering import cluster_pairs

IDS = list("abcdefg")
PAIRS = st.lists(st.sampled_from(list(combinations(IDS, 2))), max_size=4, unique=True)
SCORED = st.dictionaries(st.sampled_from(list(combinations(IDS, 2))), st.floats(0, 1), max_size=21)


def persons(**ties):
    by_root = {}
    for record_id, root in cluster_pairs(IDS, **ties).items():
        by_root.setdefault(root, "")
        by_root[root] += record_id
    return sorted(by_root.values())


def test_worked_example():
    # a-b and b-c are likely, but a-c is not: on average c fits the two by .45, less than a half.
    chain = {("a", "b"): 0.9, ("b", "c"): 0.8, ("a", "c"): 0.1}
    assert persons(scored=chain) == ["ab", "c", "d", "e", "f", "g"]
    assert persons(scored={**chain, ("a", "c"): 0.2}) == ["abc", "d", "e", "f", "g"]  # exactly a half joins
    assert persons(scored=chain, threshold=0.95) == list("abcdefg")


def test_a_tie_to_a_record_without_a_name_never_brings_two_named_groups_together():
    ties = [("a", "g"), ("b", "g")]
    assert persons(unverified=ties, named="ab") == ["ag", "b", "c", "d", "e", "f"]
    assert persons(unverified=ties, named="a") == ["abg", "c", "d", "e", "f"]
    assert persons(unverified=ties, named="ab", scored={("a", "b"): 0.9}) == ["abg", "c", "d", "e", "f"]


def test_judged_distinct_outweighs_every_tie():
    assert persons(sure=[("a", "b"), ("b", "c")], distinct=[("a", "c")]) == ["ab", "c", "d", "e", "f", "g"]


def test_a_long_chain_is_cut_and_not_lost():
    ids = [f"{n:03}" for n in range(300)]
    chain = dict.fromkeys(pairwise(ids), 0.9)
    roots = cluster_pairs(ids, scored=chain, most_in_cluster=20)
    assert len(roots) == 300
    assert 100 <= len(set(roots.values())) <= 300


@settings(max_examples=25, deadline=None)
@given(SCORED, PAIRS, PAIRS, PAIRS, PAIRS, st.floats(0.05, 0.95))
def test_who_was_judged_distinct_is_never_one_person(scored, same, sure, unverified, distinct, threshold):
    roots = cluster_pairs(
        IDS,
        scored=scored,
        same=same,
        sure=sure,
        unverified=unverified,
        distinct=distinct,
        threshold=threshold,
    )
    assert sorted(roots) == IDS
    assert all(roots[a] != roots[b] for a, b in distinct)
    assert all(root <= record_id and roots[root] == root for record_id, root in roots.items())
    if not distinct:
        assert all(roots[a] == roots[b] for a, b in [*same, *sure])


@settings(max_examples=25, deadline=None)
@given(SCORED, PAIRS, PAIRS, PAIRS, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(scored, same, unverified, distinct, shuffling):
    def mixed(rows):
        rows = list(rows)
        shuffling.shuffle(rows)
        return rows

    told = {"scored": scored, "same": same, "unverified": unverified, "distinct": distinct, "named": "abc"}
    told_otherwise = {
        "scored": dict(mixed(scored.items())),
        "same": mixed(same),
        "unverified": mixed(unverified),
        "distinct": mixed(distinct),
        "named": "cba",
    }
    assert cluster_pairs(IDS, **told) == cluster_pairs(mixed(IDS), **told_otherwise)
