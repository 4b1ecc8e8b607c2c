"""How worth rises with spend: a curve that bends down, from weeks that cost more and less.

Context: what another euro brings falls with every euro, and a dozen weeks do not tell a shape. Choice: a
power of spend with an exponent (the elasticity) from 0 to below 1, the simplest law that always bends down;
worth counts as Poisson's quasi-likelihood has it, so that weeks without any stay in. A season lifts spend
and worth at once, so worth is held against what the channels that cost nothing brought in the same week.
The scale drops out of the likelihood, and what is left falls in the elasticity alone: one bisection fits all
resamples of the weeks at once. Given up: worth that comes weeks later, and channels that carry one another.

Source: McFadden and Gourieroux, Monfort and Trognon (1984) for the quasi-likelihood; Hanssens, Parsons and
Schultz (2001), "Market Response Models", for constant elasticities and their usual range.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_ELASTIC = 0.95  # at 1 a curve no longer bends, and all money goes one way
N_HALVINGS = 50


def fit_curves(spent: Floats, worth: Floats, season: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Scale and elasticity: in a usual week, ``scale * spent ** elasticity`` is the worth expected.

    Args:
        spent: w amounts above 0.
        worth: w amounts, 0 or more.
        season: w factors above 0: how much more than usual was to be had in the week.
        counts: Shape (r, w): how often each week is drawn in each resample; ones: the weeks as they are.

    Returns:
        r scales and r elasticities, 0 to ``MOST_ELASTIC``; both 0 where nothing was brought.

    Example:
        >>> spent = np.array([1.0, 4.0, 9.0])
        >>> scale, elasticity = fit_curves(spent, 10 * spent**0.5, np.ones(3), np.ones((1, 3)))
        >>> scale.round(6).tolist(), elasticity.round(6).tolist()
        ([10.0], [0.5])
    """
    logs = np.log(spent)
    brought = counts @ worth
    wanted = np.divide(counts @ (worth * logs), brought, out=np.zeros(len(counts)), where=brought > 0)
    low, high = np.zeros(len(counts)), np.full(len(counts), MOST_ELASTIC)
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        weights = counts * season * np.exp(np.outer(middle, logs))
        rises = wanted > (weights @ logs) / weights.sum(axis=1)
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    # An end that bisection only comes near is the end.
    low = np.where(low > MOST_ELASTIC - 1e-9, MOST_ELASTIC, np.where(high < 1e-9, 0.0, low))
    elasticity = np.where(brought > 0, low, 0.0)
    expected = (counts * season * np.exp(np.outer(elasticity, logs))).sum(axis=1)
    return brought / expected, elasticity


def worth_of(scale: Floats, elasticity: Floats, spent: Floats) -> Floats:
    """What spend is expected to bring; arrays that fit each other."""
    told: Floats = scale * np.asarray(spent, dtype=float) ** elasticity
    return told


def marginal_return(scale: Floats, elasticity: Floats, spent: Floats) -> Floats:
    """What one more unit of spend is expected to bring, at this spend."""
    told: Floats = scale * elasticity * np.asarray(spent, dtype=float) ** (elasticity - 1)
    return told
