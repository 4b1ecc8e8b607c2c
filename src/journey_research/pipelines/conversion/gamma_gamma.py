"""What customers spend on average: Gamma-Gamma, by maximum likelihood.

Source: Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis;
Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

import numpy as np

from .fitting import Fit, Floats, distinct_rows, maximise


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
    (x, means), weights = distinct_rows(purchases, mean_amounts)
    scale = float(np.average(means, weights=weights))

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _gamma_gamma(np.exp(logs), x, means / scale, weights)

    fit = maximise(likelihood, ("p", "q", "v"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["v"] *= scale
    at = _gamma_gamma(np.array(fit.values()), x, means, weights)[0]
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
