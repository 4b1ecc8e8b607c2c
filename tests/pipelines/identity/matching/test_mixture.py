"""The mixture of matches and sorts of strangers: one step by hand, and that steps lead uphill."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.levels import N_LEVELS, Strangers
from journey_research.pipelines.identity.matching.mixture import (
    Expected,
    Mixture,
    Patterns,
    count_patterns,
    fit_mixture,
)

ALIKE = 7


def chances(*columns):
    """Levels of columns from chances of different and equal."""
    told = np.full((len(columns), N_LEVELS), 1e-9)
    for at, (different, equal) in enumerate(columns):
        told[at, 1], told[at, ALIKE] = different, equal
    return told


def free_strangers(n_columns):
    """Strangers who need not be at chance in any column."""
    nothing = np.zeros((n_columns, N_LEVELS), dtype=bool)
    return Strangers(np.full((n_columns, N_LEVELS), 1 / N_LEVELS), nothing, np.zeros(n_columns, dtype=bool))


def probability_by_hand(mixture, pair):
    """The definition: Bayes' rule, one column after the other."""
    by_sort = [
        share * np.prod([levels[column, level] for column, level in enumerate(pair) if level > 0])
        for share, levels in zip(mixture.share, mixture.level, strict=True)
    ]
    return by_sort[0] / sum(by_sort)


def test_worked_example():
    # One pair in ten matches. Matches agree in 9 of 10, strangers in 1 of 10, in both columns.
    mixture = Mixture(
        np.array([0.1, 0.9]), np.stack([chances((0.1, 0.9), (0.1, 0.9)), chances((0.9, 0.1), (0.9, 0.1))])
    )
    mixture.level[:, :, 0] = [[0.5], [0.01]]  # must not matter
    told = mixture.probability(Patterns.of(np.array([[7, 7], [7, 1], [7, 0], [0, 0], [1, 1]])))
    # Twice 9 : 1 against 1 : 9 makes 9 : 1; once agreed and once not leaves 1 : 9 as it was;
    # a missing value says nothing, so 9 : 1 against 1 : 9 is even.
    assert told == pytest.approx([9 / 10, 1 / 10, 1 / 2, 1 / 10, 1 / (1 + 9 * 81)])


def test_one_step_by_hand(monkeypatch):
    monkeypatch.setattr("journey_research.pipelines.identity.matching.mixture.MOST_STEPS", 0)
    monkeypatch.setattr("journey_research.pipelines.identity.matching.mixture.SMOOTHING", 0.0)
    # Four pairs agree, sixteen do not; the first guess takes two of those that agree for matches.
    level = np.array([[7]] * 4 + [[1]] * 16)
    start = np.array([1.0] * 2 + [0.0] * 18)
    fitted = fit_mixture(
        Patterns.of(level),
        Expected(chances((0.2, 0.8)), np.array([np.inf])),
        free_strangers(1),
        start,
        np.random.default_rng(1),
        n_sorts=1,
    )
    # Strangers: 18 pairs, of which 2 agree; one pair more is counted, so that no sort dies out.
    assert fitted.share == pytest.approx([2 / 21, 19 / 21])
    assert fitted.level[0, 0, [1, 7]] == pytest.approx([0.2, 0.8])
    assert fitted.level[1, 0, [1, 7]] == pytest.approx([16 / 18, 2 / 18])


def draw_pairs(seed, n=400, n_columns=4, share=0.2):
    draw = np.random.default_rng(seed)
    is_match = draw.random(n) < share
    agrees = draw.random((n, n_columns)) < np.where(is_match, 0.9, 0.15)[:, None]
    told = np.where(agrees, draw.integers(5, 8, (n, n_columns)), draw.integers(1, 4, (n, n_columns)))
    return np.where(draw.random((n, n_columns)) < 0.2, 0, told).astype(np.int8), is_match


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.inf, 1.0, 200.0]), st.integers(1, 4))
def test_no_step_leads_downhill(seed, pairs, n_sorts):
    # Matches that stay as expected, that are all but free, and that are held.
    level, is_match = draw_pairs(seed)
    expected = Expected(chances(*[(0.1, 0.9)] * 4), np.full(4, pairs))
    start = np.where(is_match, 0.7, 0.2)
    fitted = fit_mixture(
        Patterns.of(level), expected, free_strangers(4), start, np.random.default_rng(seed), n_sorts
    )
    climbed = np.diff(fitted.objectives[1:])
    assert (climbed >= -1e-9).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_probabilities_agree_with_the_definition(seed):
    level, is_match = draw_pairs(seed, n=60)
    expected = Expected(chances(*[(0.1, 0.9)] * 4), np.full(4, 20.0))
    fitted = fit_mixture(
        Patterns.of(level), expected, free_strangers(4), is_match * 0.9, np.random.default_rng(seed)
    )
    by_hand = [probability_by_hand(fitted, pair) for pair in level]
    assert fitted.probability(Patterns.of(level)) == pytest.approx(by_hand, abs=1e-9)
    assert fitted.share.sum() == pytest.approx(1.0)


def test_true_shares_are_found():
    level, is_match = draw_pairs(3, n=20_000)
    level = np.where(level >= 5, 7, np.where(level > 0, 1, 0))
    expected = Expected(chances(*[(0.1, 0.9)] * 4), np.full(4, 100.0))
    start = ((level == 7).sum(axis=1) >= 3).astype(float)
    fitted = fit_mixture(
        Patterns.of(level), expected, free_strangers(4), start, np.random.default_rng(1), n_sorts=1
    )
    assert fitted.share[0] == pytest.approx(is_match.mean(), abs=0.02)
    assert fitted.level[0, :, 7] == pytest.approx(0.9, abs=0.02)
    assert fitted.level[1, :, 7] == pytest.approx(0.15, abs=0.02)


@pytest.mark.parametrize("n_shared", [2, 4, 6])
def test_relatives_are_a_sort_of_their_own(n_shared):
    # Relatives outnumber matches four to one, and agree in all but two columns as matches do.
    draw = np.random.default_rng(1)
    kind = draw.choice(3, 20_000, p=[0.05, 0.2, 0.75])
    agrees = np.stack(
        [
            draw.random(len(kind)) < np.array(told)[kind]
            for told in [(0.95, 0.95, 0.3)] * n_shared + [(0.95, 0.02, 0.02)] * 2
        ],
        axis=1,
    )
    level = np.where(agrees, ALIKE, 1)
    n = n_shared + 2
    by_chance = chances(*[(0.98, 0.02)] * n)
    strangers = Strangers(by_chance, np.arange(N_LEVELS)[None].repeat(n, 0) == 1, np.full(n, True))
    start = agrees.all(axis=1).astype(float)
    expected = Expected(chances(*[(0.05, 0.95)] * n), np.full(n, np.inf))
    fitted = fit_mixture(Patterns.of(level), expected, strangers, start, np.random.default_rng(2))
    assert fitted.share[0] == pytest.approx(0.05, abs=0.01)
    # Every sort of strangers is at chance in two of the telling columns.
    assert ((fitted.level[1:, :, 1] >= 0.75).sum(axis=1) >= 2).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 5, 14, 40]))
def test_patterns_agree_with_the_definition(seed, n_columns):
    # More columns than one number holds, too.
    level = np.random.default_rng(seed).choice([0, 1, 7], (50, n_columns), p=[0.05, 0.05, 0.9])
    patterns, place, times = count_patterns(level)
    assert (patterns[place] == level).all()
    by_hand, by_hand_times = np.unique(level, axis=0, return_counts=True)
    assert sorted(zip(patterns.tolist(), times.tolist(), strict=True)) == list(
        zip(by_hand.tolist(), by_hand_times.tolist(), strict=True)
    )
