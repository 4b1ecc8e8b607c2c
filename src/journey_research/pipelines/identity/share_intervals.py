"""95 % intervals of shares that are wrong in knots: who was joined by mistake is wrong together.

Context: precision and recall are shares of pairs or records, but mistakes come by persons, and where
strangers were joined by several persons at once. Choice: the unit is the knot (a true person, or
all whom found clusters tie together); each kind of knot is left out once (jackknife), and the
interval is laid on the log-odds of the share, where it is even on both sides and stays between 0
and 1. A share without any mistake has no spread to measure: there it is Wilson's interval for as
many observations as the knots are worth. Given up: drawing knots again with replacement, which
needs a seed and reads its own luck as certainty. In hundreds of made-up worlds of 300 persons each,
drawing again held a true precision of .99 in 55 of 100 worlds (no mistake drawn, no interval), of
.95 in 89 and of .82 in 94; leaving out holds them in 96, 95 and 96. Where a sample holds one to
three mistakes, or a few persons hold most pairs, it is 87 to 93.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_TAIL = 0.975


def share_intervals(
    counts: Floats, shares: Callable[[Floats], Floats], wholes: Callable[[Floats], Floats]
) -> Floats:
    """Shares of sums over knots, each with a 95 % interval.

    Args:
        counts: Shape (knots, k), what each knot adds to the sums; equal rows next to one another, for
            a million knots are a few thousand kinds.
        shares: Sums, shape (..., k), to m shares, shape (..., m); not a number where there is nothing.
        wholes: Sums, shape (..., k), to what each share is a share of, shape (..., m).

    Returns:
        Shape (m, 3): value, low, high. Without an interval where there are fewer than two knots.

    Source:
        Tukey (1958), leaving one out; Kish (1965), how many observations unequal ones are worth;
        Wilson (1927).

    Example:
        Twenty knots of one pair each, all right, are not proof that every pair is:

        >>> right = np.ones((20, 2))
        >>> told = share_intervals(right, lambda n: n[..., :1] / n[..., 1:], lambda n: n[..., 1:])
        >>> told.round(2).tolist()
        [[1.0, 0.84, 1.0]]
    """
    total, n_knots = counts.sum(axis=0), len(counts)
    value = shares(total)
    told = np.stack([value, np.full(len(value), np.nan), np.full(len(value), np.nan)], axis=1)
    if n_knots < 2:
        return told
    opens = np.concatenate([[True], (counts[1:] != counts[:-1]).any(axis=1)])
    kinds, sizes = counts[opens], np.diff(np.append(np.flatnonzero(opens), n_knots))
    moved = np.square(shares(total - kinds) - value)
    variance = (n_knots - 1) / n_knots * (sizes @ moved)
    weight = wholes(kinds)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.square(sizes @ weight) / (sizes @ np.square(weight))
    for at in np.flatnonzero(~np.isnan(value)):
        if 0 < value[at] < 1 and variance[at] > 0:
            told[at, 1:] = _on_log_odds(value[at], variance[at], worth[at])
        else:
            # No mistake, nothing but mistakes, or one knot that holds everything.
            told[at, 1:] = _wilson(value[at], worth[at])
    return told


def _on_log_odds(value: float, variance: float, worth: float) -> tuple[float, float]:
    from scipy.special import expit, logit, stdtrit

    half = stdtrit(max(worth - 1, 1), _TAIL) * np.sqrt(variance) / (value * (1 - value))
    return float(expit(logit(value) - half)), float(expit(logit(value) + half))


def _wilson(value: float, worth: float) -> tuple[float, float]:
    from scipy.special import ndtri

    spread = ndtri(_TAIL) ** 2 / worth
    centre = value + spread / 2
    half = np.sqrt(value * (1 - value) * spread + spread**2 / 4)
    low = 0.0 if value == 0 else (centre - half) / (1 + spread)
    high = 1.0 if value == 1 else (centre + half) / (1 + spread)
    return float(max(low, 0.0)), float(min(high, 1.0))
