"""What customers spend on average: Gamma-Gamma, by maximum likelihood.

Source: Fader, Hardie and Lee (2005), RFM and CLV: using iso-value curves for customer base analysis;
Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

import numpy as np

from .fitting import Fit, Floats, Levels, count_levels, distinct_rows, maximise


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
    (x, means), weights, _ = distinct_rows(purchases, mean_amounts)
    scale = float(np.average(means, weights=weights))
    levels = count_levels(x, weights)

    def likelihood(logs: Floats) -> tuple[float, Floats]:
        return _gamma_gamma(np.exp(logs), x, means / scale, weights, levels)

    fit = maximise(likelihood, ("p", "q", "v"), len(purchases))
    for told in (fit.estimates, fit.standard_errors):
        told["v"] *= scale
    at = _gamma_gamma(np.array(fit.values()), x, means, weights)[0]
    return Fit(fit.estimates, fit.standard_errors, at, fit.n)


def _gamma_gamma(
    parameters: Floats, x: Floats, means: Floats, n: Floats, levels: Levels | None = None
) -> tuple[float, Floats]:
    """Log-likelihood, and its gradient by the logarithms of p, q and v.

    Gamma functions hang on x alone, so they are computed once for each of its few ``levels``.
    """
    from scipy.special import gammaln, psi

    p, q, v = parameters
    log_total, log_both = np.log(x * means), np.log(v + x * means)
    total = n @ (p * x * log_total - np.log(means) - (p * x + q) * log_both)
    by_p = n @ (x * (log_total - log_both))
    by_q = -n @ log_both
    by_v = -n @ ((p * x + q) / (v + x * means))

    x, n = levels or count_levels(x, n)
    total += n @ (gammaln(p * x + q) - gammaln(p * x)) + n.sum() * (q * np.log(v) - gammaln(q))
    psi_both = psi(p * x + q)
    by_p += n @ (x * (psi_both - psi(p * x)))
    by_q += n @ psi_both + n.sum() * (np.log(v) - psi(q))
    by_v += n.sum() * q / v
    return float(total), np.array([by_p, by_q, by_v]) * parameters


def expected_amount(fit: Fit, purchases: Floats, mean_amounts: Floats) -> Floats:
    """Mean amount expected of a customer's next purchases.

    Customers without a repeat purchase, or without a positive mean, get the mean of all customers;
    that is infinite, and so NaN here, where ``q`` is at most 1.

    Example:
        >>> fit = Fit({"p": 6.25, "q": 3.74, "v": 15.44}, {}, 0.0, 946)
        >>> expected_amount(fit, np.array([0.0, 4.0]), np.array([np.nan, 100.0])).round(1).tolist()
        [35.2, 93.6]
    """
    p, q, v = fit.values()
    known = (purchases > 0) & (np.nan_to_num(mean_amounts) > 0)
    x = np.where(known, purchases, 0)
    total = x * np.where(known, mean_amounts, 0)
    below = p * x + q - 1
    return np.where(below > 0, p * (v + total) / np.where(below > 0, below, 1), np.nan)
