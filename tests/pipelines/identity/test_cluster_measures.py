"""B-cubed and whole clusters: four records by hand, the definition record by record, and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matched_worlds import matched_world
from worlds import broken_rules

from journey_research.engine import Table
from journey_research.pipelines.identity.cluster_measures import (
    PARTS,
    cluster_shares,
    count_clusters,
    measure_clusters,
    measure_pairs,
)
from journey_research.pipelines.identity.pair_measures import count_pairs, precision_recall_f1

NAMES = [f"{kind}_{share}" for kind in ("bcubed", "whole") for share in ("precision", "recall", "f1")]


def shares_of(found, true):
    return dict(zip(NAMES, cluster_shares(count_clusters(found, true).sum(axis=0)), strict=True))


def measured(found, true):
    """All nine figures, by name."""
    pairs = measure_pairs(found, true)
    pairs["metric"] = "pairwise_" + pairs["metric"]
    return pd.concat([measure_clusters(found, true), pairs]).set_index("metric")


WORKED_EXAMPLE = """
record  found  true  precision  recall
ann 1   x      Ann   2/3        2/4     # of x's three records two are Ann; of her four two are in x
ann 2   x      Ann   2/3        2/4
ann 3   y      Ann   2/2        2/4     # y is right as far as it goes
ann 4   y      Ann   2/2        2/4
bob 1   x      Bob   1/3        1/1     # all of Bob, among strangers
cat 1   z      Cat   1/1        1/1     # found whole
"""


def test_worked_example():
    rows = [line.split("#")[0].split() for line in WORKED_EXAMPLE.strip().splitlines()[1:]]
    found, true = [row[2] for row in rows], [row[3] for row in rows]
    precision, recall = (sum(int(row[n][0]) / int(row[n][2]) for row in rows) / 6 for n in (4, 5))

    told = shares_of(found, true)

    assert told["bcubed_precision"] == pytest.approx(precision)
    assert told["bcubed_recall"] == pytest.approx(recall)
    assert told["bcubed_f1"] == pytest.approx(2 * precision * recall / (precision + recall))
    # Three clusters were found, three persons are there, and z alone is Cat and nobody else.
    assert [told[f"whole_{share}"] for share in ("precision", "recall", "f1")] == pytest.approx([1 / 3] * 3)
    # Two of the four pairs found are right; of Ann's six pairs two were found.
    value = measured(found, true)["value"]
    assert value[["pairwise_precision", "pairwise_recall"]].tolist() == pytest.approx(
        [1 / 2, 1 / 3], abs=1e-6
    )


def measured_by_hand(found, true):
    """The definitions: every record asks every record; every cluster is compared as a set."""
    n = range(len(found))
    same = {side: [{j for j in n if side[i] == side[j]} for i in n] for side in (found, true)}
    precision = sum(len(same[found][i] & same[true][i]) / len(same[found][i]) for i in n) / len(n)
    recall = sum(len(same[found][i] & same[true][i]) / len(same[true][i]) for i in n) / len(n)
    clusters, persons = ({frozenset(group) for group in same[side]} for side in (found, true))
    whole = len(clusters & persons)
    return {
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": 2 * precision * recall / (precision + recall),
        "whole_precision": whole / len(clusters),
        "whole_recall": whole / len(persons),
        "whole_f1": 2 * whole / (len(clusters) + len(persons)),
    }


RECORDS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("pqr")), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_agrees_with_the_definition(records):
    found, true = (tuple(side) for side in zip(*records, strict=True))
    assert shares_of(found, true) == pytest.approx(measured_by_hand(found, true))


@settings(max_examples=30, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_neither_the_order_of_records_nor_the_names_of_clusters_matter(records, random):
    mixed = random.sample(records, len(records))
    renamed = {name: number for number, name in enumerate(random.sample("xyzpqr", 6))}

    plain = measured(*zip(*records, strict=True))
    other = measured(*([renamed[name] for name in side] for side in zip(*mixed, strict=True)))

    assert plain.equals(other)  # to the last bit, intervals as well


@given(RECORDS)
def test_the_truth_itself_is_perfect(records):
    true = [person for _, person in records]
    assert set(shares_of(true, true).values()) == {1.0}


@given(RECORDS)
def test_precision_is_the_recall_of_the_other_side(records):
    found, true = zip(*records, strict=True)
    there, back = shares_of(found, true), shares_of(true, found)
    for kind in ("bcubed", "whole"):
        assert there[f"{kind}_precision"] == pytest.approx(back[f"{kind}_recall"])
        assert there[f"{kind}_f1"] == pytest.approx(back[f"{kind}_f1"])


@given(RECORDS, st.lists(st.booleans(), min_size=10, max_size=10))
def test_splitting_a_cluster_never_lowers_precision_and_never_raises_recall(records, apart):
    found, true = zip(*records, strict=True)
    split = ["new" if name == "x" and away else name for name, away in zip(found, apart, strict=False)]
    before, after = shares_of(found, true), shares_of(split, true)
    assert after["bcubed_precision"] >= before["bcubed_precision"] - 1e-12
    assert after["bcubed_recall"] <= before["bcubed_recall"] + 1e-12


@given(RECORDS)
def test_what_persons_add_is_what_clusters_are(records):
    found, true = zip(*records, strict=True)
    sums = dict(zip(PARTS, count_clusters(found, true).sum(axis=0), strict=True))
    assert sums["n_records"] == len(records)
    assert sums["n_found"] == pytest.approx(len(set(found)))
    assert sums["n_persons"] == len(set(true))


def test_one_person_of_a_hundred_records_drowns_pairs_and_not_records():
    true = [0] * 100 + [number for number in range(1, 101) for _ in range(2)]
    found = [0] * 100 + list(range(1, 201))  # every person of two records is torn
    value = measured(found, true)["value"]
    assert value["pairwise_recall"] > 0.97
    assert value["bcubed_recall"] == pytest.approx((100 + 200 / 2) / 300, abs=1e-6)
    assert value["whole_recall"] == pytest.approx(1 / 101, abs=1e-6)


def test_persons_whom_a_found_cluster_ties_are_one_knot():
    found, true = list("xxyyzw"), list("pqqrst")  # x ties p to q, y ties q to r; s and t stand alone
    knots = count_clusters(found, true)
    np.testing.assert_array_equal(knots[:, PARTS.index("n_persons")], [1, 1, 3])
    np.testing.assert_array_equal(knots[:, PARTS.index("n_records")], [1, 1, 4])


@given(RECORDS)
def test_pairs_are_those_of_pair_measures(records):
    found, true = zip(*records, strict=True)
    told = pd.DataFrame({"record_id": range(len(found)), "person": found, "true_person_id": true})
    expected = precision_recall_f1(count_pairs(told).sum(axis=0)).round(6)
    value = measured(found, true)["value"]
    np.testing.assert_array_equal(
        value[["pairwise_precision", "pairwise_recall", "pairwise_f1"]].to_numpy(), expected
    )


def tangled_world(seed, n_persons):
    """Few persons of many records, torn over clusters of all sizes: long sums of fractions."""
    random = np.random.default_rng(seed)
    return (40 * random.random(600) ** 2).astype(int), random.integers(0, n_persons, 600)


@pytest.mark.parametrize("world", [matched_world(7), tangled_world(7, 3), tangled_world(7, 60)])
def test_many_records_under_other_names_give_the_same_bytes(world):
    found, true = world
    mixed = np.random.default_rng(1).permutation(len(true))
    others = [f"person {number * 7919 % 1009}" for number in true[mixed]]  # in another order of names

    np.testing.assert_array_equal(count_clusters(found[mixed], others), count_clusters(found, true))
    pd.testing.assert_frame_equal(measured(found[mixed], others), measured(found, true), check_exact=True)


def test_intervals_hold_the_figures_of_a_large_world_as_often_as_they_say():
    large = measured(*matched_world(0, 50_000))["value"]
    hits = []
    for seed in range(1, 201):
        told = measured(*matched_world(seed))
        hits.append((told["low"] <= large) & (large <= told["high"]))
    held = np.mean(hits, axis=0)
    assert ((held >= 0.92) & (held <= 0.98)).all(), dict(zip(large.index, held, strict=True))


def test_a_million_records_are_counted_as_their_copies_are():
    found, true = matched_world(5, 4_000)
    copies = 1 + 1_000_000 // len(true)
    step = np.repeat(np.arange(copies), len(true)) * 100_000
    many = cluster_shares(
        count_clusters(np.tile(found, copies) + step, np.tile(true, copies) + step).sum(axis=0)
    )
    np.testing.assert_allclose(many, list(shares_of(found, true).values()))


def test_figures_keep_the_contract_and_nothing_is_no_number():
    full, empty = measured(*matched_world(2)).reset_index(), measured([], []).reset_index()
    for metrics in (full, empty):
        assert broken_rules("METRICS", Table.from_pandas(metrics)) == []
        assert len(metrics) == 9

    assert empty["value"].isna().all()
    one = measured(["x", "y"], ["p", "p"])
    assert one["value"]["bcubed_recall"] == 0.5
    assert one["low"].isna().all()  # one person tells nothing of how persons differ


@pytest.mark.parametrize(("found", "true"), [(["x"], ["p", "q"]), (["x", None], ["p", "q"])])
def test_a_record_without_its_two_clusters_is_refused(found, true):
    with pytest.raises(ValueError, match="cluster"):
        measure_clusters(found, true)
