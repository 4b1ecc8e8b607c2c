"""Curves of worth by spend: planted ones come back, and their intervals hold them."""

import numpy as np
import pytest

from journey_research.pipelines.conversion.budget.curves import (
    MOST_ELASTIC,
    fit_elasticity,
    marginal_return,
    scale_of,
    worth_of,
)

ONCE = np.ones((1, 20))


def weeks(elasticity, seed, n=20, worth=400.0):
    """Weeks of spend, a season, and worth in steps of 20 with Poisson's noise around the planted curve."""
    chance = np.random.default_rng(seed)
    season = 1 + 0.3 * np.sin(np.arange(n))
    spent = chance.uniform(40, 160, n)
    usual = worth * (spent / 100) ** elasticity * season
    return spent, 20.0 * chance.poisson(usual / 20), season


@pytest.mark.parametrize("elasticity", [0.0, 0.2, 0.6])
def test_a_curve_without_noise_comes_back(elasticity):
    spent, _, season = weeks(elasticity, seed=1)
    exact = 30 * spent**elasticity * season

    scale, found = fit_elasticity(spent, exact, season, ONCE)

    assert found[0] == pytest.approx(elasticity, abs=1e-9)
    assert scale[0] == pytest.approx(30)
    assert scale_of(spent, exact, season, ONCE, np.array([elasticity]))[0] == pytest.approx(30)


def test_the_season_is_no_effect_of_spend():
    # Spend and worth rise together in some weeks, and so does what costs nothing.
    season = np.tile([0.5, 1.5], 10)
    spent, worth = 100 * season, 300 * season

    assert fit_elasticity(spent, worth, season, ONCE)[1][0] == 0.0
    assert fit_elasticity(spent, worth, np.ones(20), ONCE)[1][0] == MOST_ELASTIC


def test_the_bisection_finds_the_most_likely_curve():
    spent, worth, season = weeks(0.4, seed=3)
    grid = np.linspace(0, MOST_ELASTIC, 2_001)

    def likelihood(e):
        expected = scale_of(spent, worth, season, ONCE, np.array([e]))[0] * spent**e * season
        return float((worth * np.log(expected) - expected).sum())

    best = grid[int(np.argmax([likelihood(e) for e in grid]))]
    assert fit_elasticity(spent, worth, season, ONCE)[1][0] == pytest.approx(best, abs=5e-4)


def test_intervals_hold_the_planted_height_in_about_95_of_100_worlds():
    held = 0
    for seed in range(200):
        spent, worth, season = weeks(0.3, seed)
        counts = np.random.default_rng(seed).multinomial(20, np.full(20, 1 / 20), 300)
        height = worth_of(scale_of(spent, worth, season, counts, np.full(300, 0.3)), 0.3, 100.0)
        low, high = np.quantile(height, [0.025, 0.975])
        held += low <= 400 <= high
    assert 0.88 <= held / 200 <= 0.99  # twenty weeks drawn again are a little too sure


def test_where_nothing_was_brought_nothing_is_expected():
    scale, elasticity = fit_elasticity(np.array([1.0, 2.0]), np.zeros(2), np.ones(2), np.ones((1, 2)))

    assert (scale[0], elasticity[0]) == (0.0, 0.0)


def test_the_next_unit_is_the_slope():
    scale, e, spent = np.array([12.0]), 0.35, np.array([50.0])
    slope = (worth_of(scale, e, spent + 1e-4) - worth_of(scale, e, spent - 1e-4)) / 2e-4

    assert marginal_return(scale, e, spent)[0] == pytest.approx(slope[0], rel=1e-6)
