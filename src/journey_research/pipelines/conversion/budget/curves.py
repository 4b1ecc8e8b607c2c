"""How worth rises with spend: a curve that bends down.

Context: what another euro brings falls with every euro, and a dozen weeks do not tell a shape. Choice: a
power of spend with an exponent (the elasticity) below 1, the simplest law that always bends down. Its height
is what the weeks brought, a season apart: worth is held against what the channels that cost nothing brought
in the same week. Its exponent is assumed, from experiments or the literature, for spend follows demand: a
channel paid by the click costs more in weeks when people want more. What the weeks themselves would say is
fitted beside it (Poisson's quasi-likelihood, so that weeks without worth stay in); the scale drops out of
that, and one bisection fits all resamples at once. Given up: worth that comes weeks later, and channels that
carry one another.

Source: Sethuraman, Tellis and Briesch (2011), "How well does advertising work?": short-run elasticities of
.12 and long-run ones of .24 on average; Gourieroux, Monfort and Trognon (1984) for the quasi-likelihood.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_ELASTIC = 0.95  # at 1 a curve no longer bends, and all money goes one way
N_HALVINGS = 50


def fit_elasticity(spent: Floats, worth: Floats, season: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Scale and elasticity that the weeks themselves tell: an association, see above.

    Args:
        spent: w amounts above 0.
        worth: w amounts, 0 or more.
        season: w factors above 0: how much more than usual was to be had in the week.
        counts: Shape (r, w): how often each week is drawn in each resample; ones: the weeks as they are.

    Returns:
        r scales and r elasticities, 0 to ``MOST_ELASTIC``; both 0 where nothing was brought.

    Example:
        >>> spent = np.array([1.0, 4.0, 9.0])
        >>> scale, elasticity = fit_elasticity(spent, 10 * spent**0.5, np.ones(3), np.ones((1, 3)))
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
    return scale_of(spent, worth, season, counts, elasticity), elasticity


def scale_of(spent: Floats, worth: Floats, season: Floats, counts: Floats, elasticity: Floats) -> Floats:
    """How high a curve lies: in a usual week, ``scale * spent ** elasticity`` is the worth expected.

    Args:
        spent: w amounts above 0.
        worth: w amounts, 0 or more.
        season: w factors above 0: how much more than usual was to be had in the week.
        counts: Shape (r, w): how often each week is drawn in each resample.
        elasticity: r elasticities.

    Returns:
        r scales.

    Example:
        >>> spent, ones = np.array([1.0, 4.0]), np.ones((1, 2))
        >>> scale_of(spent, np.array([3.0, 6.0]), np.ones(2), ones, np.array([0.5])).tolist()
        [3.0]
    """
    weights = counts * season * np.exp(np.outer(elasticity, np.log(spent)))
    told: Floats = counts @ worth / weights.sum(axis=1)
    return told


def worth_of(scale: Floats, elasticity: Floats | float, spent: Floats | float) -> Floats:
    """What spend is expected to bring; arrays that fit each other."""
    told: Floats = scale * np.asarray(spent, dtype=float) ** elasticity
    return told


def marginal_return(scale: Floats, elasticity: Floats | float, spent: Floats) -> Floats:
    """What one more unit of spend is expected to bring, at this spend."""
    told: Floats = scale * elasticity * np.asarray(spent, dtype=float) ** (elasticity - 1)
    return told
