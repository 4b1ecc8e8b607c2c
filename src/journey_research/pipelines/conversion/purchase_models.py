"""How often customers come back and what they spend: BG/NBD and Gamma-Gamma, by maximum likelihood.

Customers with the same history have the same likelihood, so it is computed once for each distinct
history and weighted; parameters are fitted as logarithms, with the analytic gradient.

Source: Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the
Pareto/NBD model, Marketing Science 24(2); Fader, Hardie and Lee (2005), RFM and CLV; Fader and
Hardie (2013), The Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Fit:
    """Estimates of a model.

    Attributes:
        estimates: Parameter name -> estimate, all above 0.
        standard_errors: Parameter name -> standard error; NaN where the likelihood is flat.
        log_likelihood: Of all customers, at the estimates.
        n: Customers.
    """

    estimates: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    n: int

    def values(self) -> tuple[float, ...]:
        return tuple(self.estimates.values())


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
    histories, weights = np.unique(
        np.column_stack([purchases, recency, age]).astype(float), axis=0, return_counts=True
    )
    x, t_x, ages = histories.T
    scale = max(float(np.average(ages, weights=weights)), 1e-9)

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _bg_nbd(np.exp(logs), x, t_x / scale, ages / scale, weights.astype(float))

    fit = _maximise(likelihood, ("r", "alpha", "a", "b"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["alpha"] *= scale
    # Times were divided by the scale: each repeat purchase's density is per scaled unit of time.
    at = _bg_nbd(np.array(fit.values()), x, t_x, ages, weights.astype(float))[0]
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

    The paper's hypergeometric function after Euler's transformation, which stays within range for
    customers with thousands of purchases.
    """
    from scipy.special import hyp2f1

    r, alpha, a, b = fit.values()
    if abs(a - 1) < 1e-6:  # the formula is 0/0 at exactly 1, and smooth around it
        a = 1 + 1e-6
    x, ages = purchases, age
    z = horizon / (alpha + ages + horizon)
    series = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    expected = (a + b + x - 1) / (a - 1) * (1 - series) / (1 + _odds_gone(fit, x, recency, ages))
    return np.maximum(expected, 0.0)


def fit_gamma_gamma(purchases: Floats, mean_amounts: Floats) -> Fit:
    """Fit how much customers spend on average.

    Args:
        purchases: n numbers of repeat purchases, all above 0.
        mean_amounts: n mean amounts of those purchases, all above 0.

    Returns:
        ``p`` (shape of one purchase), ``q`` and ``v`` (how customers differ).

    Raises:
        ValueError: Fewer than two customers, or all of them spend the same.
    """
    if len(purchases) < 2 or np.ptp(mean_amounts) == 0:
        raise ValueError("amounts do not differ")
    histories, weights = np.unique(
        np.column_stack([purchases, mean_amounts]).astype(float), axis=0, return_counts=True
    )
    x, means = histories.T
    scale = float(np.average(means, weights=weights))

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _gamma_gamma(np.exp(logs), x, means / scale, weights.astype(float))

    fit = _maximise(likelihood, ("p", "q", "v"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["v"] *= scale
    at = _gamma_gamma(np.array(fit.values()), x, means, weights.astype(float))[0]
    return Fit(fit.estimates, fit.standard_errors, at, fit.n)


def _gamma_gamma(parameters: Floats, x: Floats, means: Floats, n: Floats) -> tuple[float, Floats]:
    """Log-likelihood, and its gradient by the logarithms of p, q and v."""
    from scipy.special import gammaln, psi

    p, q, v = parameters
    total = x * means
    terms = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(means)
        + p * x * np.log(x)
        - (p * x + q) * np.log(v + total)
    )
    by_p = x * (psi(p * x + q) - psi(p * x) + np.log(means) + np.log(x) - np.log(v + total))
    by_q = psi(p * x + q) - psi(q) + np.log(v) - np.log(v + total)
    by_v = q / v - (p * x + q) / (v + total)
    return float(n @ terms), np.array([n @ by_p, n @ by_q, n @ by_v]) * parameters


def expected_amount(fit: Fit, purchases: Floats, mean_amounts: Floats) -> Floats:
    """Mean amount expected of a customer's next purchases.

    Customers without a repeat purchase, or without a positive mean, get the mean of all customers;
    that is infinite, and so NaN here, where ``q`` is at most 1.
    """
    p, q, v = fit.values()
    known = (purchases > 0) & (np.nan_to_num(mean_amounts) > 0)
    x = np.where(known, purchases, 0)
    total = x * np.where(known, mean_amounts, 0)
    below = p * x + q - 1
    return np.where(below > 0, p * (v + total) / np.where(below > 0, below, 1), np.nan)


def _maximise(likelihood: Likelihood, names: tuple[str, ...], n: int) -> Fit:
    """Maximum likelihood over positive parameters, with standard errors by the delta method."""
    from scipy.optimize import minimize

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(logs)
        return -value / n, -gradient / n

    found = minimize(
        loss,
        np.zeros(len(names)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-12.0, 12.0)] * len(names),
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20},
    )
    estimates = np.exp(found.x)
    errors = estimates * _log_errors(likelihood, found.x)
    return Fit(
        dict(zip(names, map(float, estimates), strict=True)),
        dict(zip(names, map(float, errors), strict=True)),
        float(-found.fun * n),
        n,
    )


def _log_errors(likelihood: Likelihood, logs: Floats) -> Floats:
    """Standard errors of the logarithms, from differences of the gradient; NaN where it is flat."""
    step = 1e-4
    rows = []
    for direction in np.eye(len(logs)) * step:
        rows.append((likelihood(logs - direction)[1] - likelihood(logs + direction)[1]) / (2 * step))
    information = (np.array(rows) + np.array(rows).T) / 2
    if not np.all(np.isfinite(information)) or np.linalg.eigvalsh(information).min() <= 1e-6:
        return np.full(len(logs), np.nan)
    return np.sqrt(np.diag(np.linalg.inv(information)))
