"""How often customers come back: BG/NBD, by maximum likelihood.

Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the
Pareto/NBD model, Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import numpy as np

from .fitting import Fit, Floats, distinct_rows, maximise


def fit_bg_nbd(purchases: Floats, recency: Floats, age: Floats) -> Fit:
    """Fit how often customers buy while they are active, and how soon they stop.

    Args:
        purchases: n numbers of repeat purchases (x).
        recency: n times from the first to the last purchase (t_x), 0 where x is 0.
        age: n times from the first purchase to the end (T), in the same unit.

    Returns:
        ``r`` and ``alpha`` (purchase rate, gamma), ``a`` and ``b`` (chance to stop, beta).

    Raises:
        ValueError: Nobody bought again, so that nothing can be told.
    """
    if not np.any(purchases > 0):
        raise ValueError("nobody bought again")
    (x, t_x, ages), weights = distinct_rows(purchases, recency, age)
    scale = max(float(np.average(ages, weights=weights)), 1e-9)

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _bg_nbd(np.exp(logs), x, t_x / scale, ages / scale, weights)

    fit = maximise(likelihood, ("r", "alpha", "a", "b"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["alpha"] *= scale
    # The density of a purchase is per unit of time, so the likelihood is told in the caller's unit.
    at = _bg_nbd(np.array(fit.values()), x, t_x, ages, weights)[0]
    return Fit(fit.estimates, fit.standard_errors, at, fit.n)


def _bg_nbd(parameters: Floats, x: Floats, t_x: Floats, ages: Floats, n: Floats) -> tuple[float, Floats]:
    """Log-likelihood, and its gradient by the logarithms of r, alpha, a and b."""
    from scipy.special import expit, gammaln, psi

    r, alpha, a, b = parameters
    again = x > 0
    later = np.where(again, x - 1, 0)
    alive = -(r + x) * np.log(alpha + ages)
    gone = np.where(again, np.log(a) - np.log(b + later) - (r + x) * np.log(alpha + t_x), -np.inf)
    terms = (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + gammaln(a + b)
        + gammaln(b + x)
        - gammaln(b)
        - gammaln(a + b + x)
        + np.logaddexp(alive, gone)
    )
    p_gone = np.where(again, expit(np.where(again, gone, 0) - alive), 0)
    p_alive = 1 - p_gone
    by_r = psi(r + x) - psi(r) + np.log(alpha) - p_alive * np.log(alpha + ages) - p_gone * np.log(alpha + t_x)
    by_alpha = r / alpha - (r + x) * (p_alive / (alpha + ages) + p_gone / (alpha + t_x))
    by_a = psi(a + b) - psi(a + b + x) + p_gone / a
    by_b = psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x) - p_gone / (b + later)
    gradient = np.array([n @ by_r, n @ by_alpha, n @ by_a, n @ by_b]) * parameters
    return float(n @ terms), gradient


def alive_probability(fit: Fit, purchases: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability that a customer has not stopped by the end; 1 for one who never bought again."""
    return 1 / (1 + _odds_gone(fit, purchases, recency, age))


def _odds_gone(fit: Fit, x: Floats, t_x: Floats, ages: Floats) -> Floats:
    r, alpha, a, b = fit.values()
    later = np.where(x > 0, x - 1, 0)
    log_odds = np.log(a) - np.log(b + later) + (r + x) * (np.log(alpha + ages) - np.log(alpha + t_x))
    return np.where(x > 0, np.exp(np.minimum(log_odds, 700)), 0.0)


def expected_purchases(fit: Fit, purchases: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Repeat purchases expected in the ``horizon`` after the end, in the unit of ``age``.

    The paper's hypergeometric function, or its Euler transformation: the one with the smaller
    exponent stays within range, for thousands of purchases as for customers who all stop alike.
    """

    r, alpha, a, b = fit.values()
    if abs(a - 1) < 1e-6:  # the formula is 0/0 at exactly 1, and smooth around it
        a = 1 + 1e-6
    x, ages = purchases, age
    z = horizon / (alpha + ages + horizon)
    series = np.where(r + x < a - 1, _series(r + x, b + x, a + b + x - 1, z), np.nan)
    euler = ~np.isfinite(series)
    series[euler] = _series(a + b - 1 - r, a - 1, a + b + x[euler] - 1, z[euler], a - 1)
    expected = (a + b + x - 1) / (a - 1) * (1 - series) / (1 + _odds_gone(fit, x, recency, ages))
    return np.maximum(expected, 0.0)


def _series(p: Floats | float, q: Floats | float, s: Floats, z: Floats, power: float | None = None) -> Floats:
    """(1 - z) ** power times the hypergeometric function 2F1(p, q; s; z); the power is ``p`` by default."""
    from scipy.special import hyp2f1

    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray((1 - z) ** (p if power is None else power) * hyp2f1(p, q, s, z), np.float64)
