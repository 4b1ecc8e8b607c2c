"""How often customers come back: BG/NBD, by maximum likelihood.

Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the
Pareto/NBD model, Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import numpy as np

from .fitting import Fit, Floats, Levels, count_levels, distinct_rows, maximise


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
    (x, t_x, ages), weights, _ = distinct_rows(purchases, recency, age)
    scale = max(float(np.average(ages, weights=weights)), 1e-9)
    levels = count_levels(x, weights)

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _bg_nbd(np.exp(logs), x, t_x / scale, ages / scale, weights, levels)

    fit = maximise(likelihood, ("r", "alpha", "a", "b"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["alpha"] *= scale
    # The density of a purchase is per unit of time, so the likelihood is told in the caller's unit.
    at = _bg_nbd(np.array(fit.values()), x, t_x, ages, weights)[0]
    return Fit(fit.estimates, fit.standard_errors, at, fit.n)


def _bg_nbd(
    parameters: Floats, x: Floats, t_x: Floats, ages: Floats, n: Floats, levels: Levels | None = None
) -> tuple[float, Floats]:
    """Log-likelihood, and its gradient by the logarithms of r, alpha, a and b.

    Gamma functions hang on x alone, so they are computed once for each of its few ``levels``.
    """
    from scipy.special import expit, gammaln, psi

    r, alpha, a, b = parameters
    again = x > 0
    later = np.where(again, x - 1, 0)
    log_age, log_last, log_stop = np.log(alpha + ages), np.log(alpha + t_x), np.log(b + later)
    alive = -(r + x) * log_age
    gone = np.where(again, np.log(a) - log_stop - (r + x) * log_last, -np.inf)
    p_gone = np.where(again, expit(np.where(again, gone, 0) - alive), 0)
    p_alive = 1 - p_gone
    total = n @ np.logaddexp(alive, gone)
    by_r = -n @ (p_alive * log_age + p_gone * log_last)
    by_alpha = -n @ ((r + x) * (p_alive / (alpha + ages) + p_gone / (alpha + t_x)))
    by_a = n @ p_gone / a
    by_b = -n @ (p_gone / (b + later))

    x, n = levels or count_levels(x, n)
    total += n @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x))
    total += n.sum() * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * np.log(alpha))
    by_r += n @ psi(r + x) + n.sum() * (np.log(alpha) - psi(r))
    by_alpha += n.sum() * r / alpha
    psi_ab = n.sum() * psi(a + b) - n @ psi(a + b + x)
    by_a += psi_ab
    by_b += psi_ab + n @ psi(b + x) - n.sum() * psi(b)
    return float(total), np.array([by_r, by_alpha, by_a, by_b]) * parameters


def alive_probability(fit: Fit, purchases: Floats, recency: Floats, age: Floats) -> Floats:
    """Probability that a customer has not stopped by the end; 1 for one who never bought again.

    Example:
        >>> fit = Fit({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, {}, 0.0, 2357)
        >>> alive_probability(fit, np.zeros(1), np.zeros(1), np.ones(1)).tolist()
        [1.0]
    """
    return 1 / (1 + _odds_gone(fit, purchases, recency, age))


def _odds_gone(fit: Fit, x: Floats, t_x: Floats, ages: Floats) -> Floats:
    r, alpha, a, b = fit.values()
    later = np.where(x > 0, x - 1, 0)
    log_odds = np.log(a) - np.log(b + later) + (r + x) * (np.log(alpha + ages) - np.log(alpha + t_x))
    return np.where(x > 0, np.exp(np.minimum(log_odds, 700)), 0.0)


def expected_purchases(fit: Fit, purchases: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
    """Repeat purchases expected in the ``horizon`` after the end, in the unit of ``age``.

    Example:
        The paper's customer: bought twice again, last in week 30.43 of 38.86.

        >>> fit = Fit({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, {}, 0.0, 2357)
        >>> history = np.array([2.0]), np.array([30.43]), np.array([38.86])
        >>> expected_purchases(fit, *history, horizon=39).round(3).tolist()
        [1.226]
    """
    (x, ages), _, which = distinct_rows(purchases, age)
    alive = _expected_if_alive(fit, x, ages, horizon)[which]
    return alive / (1 + _odds_gone(fit, purchases, recency, age))


def _expected_if_alive(fit: Fit, x: Floats, ages: Floats, horizon: float) -> Floats:
    """Purchases expected of customers who have not stopped.

    The paper's hypergeometric function, or its Euler transformation: the one with the smaller
    exponent stays within range. Where both fail (customers who hardly differ), the integral over
    the chance to stop that the function stands for. Nobody exceeds their rate times the horizon.
    """
    r, alpha, a, b = fit.values()
    most = (r + x) * horizon / (alpha + ages)
    if abs(a - 1) < 1e-6:  # the formula is 0/0 at exactly 1, and smooth around it
        a = 1 + 1e-6
    z = horizon / (alpha + ages + horizon)
    series = np.where(r + x < a - 1, _series(r + x, b + x, a + b + x - 1, z), np.nan)
    euler = ~np.isfinite(series)
    series[euler] = _series(a + b - 1 - r, a - 1, a + b + x[euler] - 1, z[euler], a - 1)
    expected = (a + b + x - 1) / (a - 1) * (1 - series)
    wrong = ~((expected >= 0) & (expected <= most * (1 + 1e-6)))
    expected[wrong] = _integral(fit, x[wrong], ages[wrong], horizon)
    return np.clip(expected, 0.0, most)


def _series(p: Floats | float, q: Floats | float, s: Floats, z: Floats, power: float | None = None) -> Floats:
    """(1 - z) ** power times the hypergeometric function 2F1(p, q; s; z); the power is ``p`` by default."""
    from scipy.special import hyp2f1

    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray((1 - z) ** (p if power is None else power) * hyp2f1(p, q, s, z), np.float64)


def _integral(fit: Fit, x: Floats, ages: Floats, horizon: float) -> Floats:
    """Mean of (1 - e^(-rate p horizon)) / p over rate and p of those alive, by 200 quantiles of p."""
    from scipy.special import betaincinv

    r, alpha, a, b = fit.values()
    nodes, weights = np.polynomial.legendre.leggauss(200)
    total = np.zeros(len(x))
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        p = np.maximum(betaincinv(a, b + x, node), 1e-12)
        total += weight * -np.expm1(-(r + x) * np.log1p(p * horizon / (alpha + ages))) / p
    return total
