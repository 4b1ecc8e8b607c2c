"""Intervals of shares over knots: an example by hand, the definition, and how often they hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matched_worlds import matched_world

from journey_research.pipelines.identity.cluster_measures import measure_pairs
from journey_research.pipelines.identity.share_intervals import share_intervals


def share(sums):
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., :1] / sums[..., 1:]


def whole(sums):
    return sums[..., 1:]


def interval(knots):
    """(value, low, high) of right pairs among pairs; each knot adds (right, pairs)."""
    counts = np.array(sorted(knots), dtype=float).reshape(-1, 2)
    return share_intervals(counts, share, whole)[0]


def test_worked_example():
    # Two persons of two pairs each, one all right, one half right: 3 of 4. Without the first it were
    # 1/2, without the second 1, each 1/4 away: variance 1/2 * (1/16 + 1/16) = 1/16, so the spread is 1/4.
    value, low, high = interval([(2, 2), (1, 2)])
    assert value == 0.75
    # On log-odds 1/4 is 4/3, for the odds change by 1 / (3/4 * 1/4); two knots have Student's 12.7.
    half = 12.7062 * 4 / 3
    assert low == pytest.approx(3 * np.exp(-half) / (1 + 3 * np.exp(-half)), rel=1e-3)
    assert high == pytest.approx(1, abs=1e-6)


KNOTS = st.lists(st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2)


@settings(max_examples=60, deadline=None)
@given(KNOTS)
def test_leaving_out_kinds_is_leaving_out_knots(knots):
    value, low, high = interval(knots)
    right, pairs = (sum(knot[place] for knot in knots) for place in (0, 1))
    without = [(right - a) / (pairs - n) for a, n in knots]
    variance = (len(knots) - 1) / len(knots) * sum((one - right / pairs) ** 2 for one in without)
    assert value == right / pairs
    assert low <= value <= high
    if 0 < value < 1 and variance > 1e-12:
        from scipy.stats import t

        worth = pairs**2 / sum(n * n for _, n in knots)
        half = t.ppf(0.975, max(worth - 1, 1)) * variance**0.5 / (value * (1 - value))
        odds = value / (1 - value)
        assert low == pytest.approx(odds * np.exp(-half) / (1 + odds * np.exp(-half)), abs=1e-9)


@pytest.mark.parametrize(("n", "low"), [(2, 0.34), (20, 0.84), (200, 0.98)])
def test_no_mistake_in_few_persons_is_no_proof(n, low):
    assert interval([(1, 1)] * n).round(2).tolist() == [1.0, low, 1.0]
    assert interval([(0, 1)] * n).round(2).tolist() == [0.0, 0.0, pytest.approx(1 - low)]


def test_one_knot_tells_nothing_of_how_knots_differ():
    assert np.isnan(interval([(1, 2)])[1:]).all()


def test_one_knot_that_holds_nearly_everything_is_worth_one():
    _, low, high = interval([(50, 100), *[(0, 0)] * 500])
    assert low < 0.1
    assert high > 0.9


WORLDS = [(300, 0.1, 0.1), (300, 0.02, 0.02), (60, 0.02, 0.02)]


@pytest.mark.parametrize(("n_persons", "lost", "merged"), WORLDS)
def test_pairwise_intervals_hold_the_truth_in_92_to_98_of_100_worlds(n_persons, lost, merged):
    truth = measure_pairs(*matched_world(0, 100_000, lost, merged))["value"]
    hits = []
    for seed in range(1, 201):
        told = measure_pairs(*matched_world(seed, n_persons, lost, merged))
        hits.append((told["low"] <= truth) & (truth <= told["high"]))
    held = dict(zip(("f1", "precision", "recall"), np.mean(hits, axis=0).tolist(), strict=True))
    assert all(0.92 <= share <= 0.98 for share in held.values()), held
