"""Two labellings of the same persons, and how far they agree beyond chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand, agreement_interval

labellings = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 3)), min_size=2, max_size=40)


@settings(max_examples=30, deadline=None)
@given(labellings)
def test_it_is_scikit_learns_index(pairs):
    from sklearn.metrics import adjusted_rand_score

    one, other = np.array(pairs).T

    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
    assert adjusted_rand(one, other) == adjusted_rand(other, one)


def test_pairs_counted_by_hand():
    # Four persons are six pairs: one puts 1 pair together, the other 2, both together 1.
    one, other = np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])
    together_in_both, in_one, in_other, pairs = 1, 1, 2, 6
    expected = in_one * in_other / pairs
    by_hand = (together_in_both - expected) / ((in_one + in_other) / 2 - expected)

    assert adjusted_rand(one, other) == pytest.approx(by_hand)


def test_the_interval_holds_the_index_and_narrows_with_persons():
    draws = np.random.default_rng(1)
    widths = []
    for n in (50, 5000):
        truth = draws.integers(0, 3, n)
        seen = np.where(draws.random(n) < 0.8, truth, draws.integers(0, 3, n))
        value, low, high, told = agreement_interval(truth, seen, draws)
        assert low <= value <= high
        assert told == n
        widths.append(high - low)
    assert widths[1] < widths[0] / 4


def test_chance_is_about_zero():
    draws = np.random.default_rng(2)
    value, low, high, _ = agreement_interval(draws.integers(0, 3, 3000), draws.integers(0, 3, 3000), draws)

    assert abs(value) < 0.01
    assert low < 0.005 < high + 0.005


def test_nobody_agrees_on_nothing():
    assert agreement_interval(np.zeros(1, int), np.zeros(1, int), np.random.default_rng(1))[3] == 1
