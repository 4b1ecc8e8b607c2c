"""How far a share or a median may be off, from the number of observations alone."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054  # 95 %, both sides
FEWEST_FOR_MEDIAN = 6  # of five, not even smallest to largest holds the median with 95 %


def wilson_interval(n_hits: float, n: float, z: float = Z) -> tuple[float, float]:
    """The interval of a share of independent observations, 95 % unless told otherwise.

    Args:
        n_hits: Observations that count, 0 to ``n``.
        n: Observations, more than 0; not whole where it is what dependent ones are worth.
        z: Standard errors to either side; wider where several intervals are looked at together.

    Returns:
        Low and high, 0 to 1.

    Raises:
        ValueError: There is no observation, or more hits than observations.

    Source:
        Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Example:
        >>> low, high = wilson_interval(5, 10)
        >>> round(low, 4), round(high, 4)
        (0.2366, 0.7634)
    """
    if not 0 <= n_hits <= n or n == 0:
        raise ValueError(f"{n_hits} hits among {n} observations have no share")
    share, spread = n_hits / n, z * z / n
    centre = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low = 0.0 if n_hits == 0 else max(0.0, (centre - half) / (1 + spread))
    high = 1.0 if n_hits == n else min(1.0, (centre + half) / (1 + spread))
    return low, high


def clustered_interval(
    n_hits: int, n: int, n_persons: int, hh: int, hn: int, nn: int, z: float = Z
) -> tuple[float, float]:
    """The interval of a share of observations of which a person may have several; 95 % as above.

    Wilson's interval for as many independent observations as these are worth: ``n`` over the design
    effect, the variance between persons over the one that independence would give. It is never
    taken below 1, nor are there more independent observations than there are.

    Args:
        n_hits: Observations that count, 0 to ``n``.
        n: Observations, more than 0.
        n_persons: Persons who made them.
        hh: Sum over persons of their hits squared.
        hn: Sum over persons of their hits times their observations.
        nn: Sum over persons of their observations squared.
        z: Standard errors to either side.

    Returns:
        Low and high, 0 to 1.

    Source:
        Rao and Scott (1992), "A simple method for the analysis of clustered binary data".

    Example:
        Two persons with ten journeys each, of whom one always converts, are worth little:

        >>> [round(end, 2) for end in clustered_interval(10, 20, 2, hh=100, hn=100, nn=200)]
        [0.06, 0.94]

        Twenty persons with one journey each are worth twenty:

        >>> clustered_interval(10, 20, 20, hh=10, hn=10, nn=20) == wilson_interval(10, 20)
        True
    """
    share, worth = n_hits / n, independent_worth(n_hits, n, n_persons, hh, hn, nn)
    return wilson_interval(share * worth, worth, z)


def independent_worth(n_hits: int, n: int, n_persons: int, hh: int, hn: int, nn: int) -> float:
    """How many independent observations these are worth, for a share of them.

    Args:
        n_hits: Observations that count, 0 to ``n``.
        n: Observations, more than 0.
        n_persons: Persons who made them.
        hh: Sum over persons of their hits squared.
        hn: Sum over persons of their hits times their observations.
        nn: Sum over persons of their observations squared.

    Returns:
        At most ``n``; the number of persons where they are one, or all or none of it counts.

    Source:
        Rao and Scott (1992), "A simple method for the analysis of clustered binary data".

    Example:
        >>> independent_worth(10, 20, 2, hh=100, hn=100, nn=200)
        1.0526315789473684
    """
    share = n_hits / n
    if n_persons < 2 or share in (0.0, 1.0):
        return float(n_persons)
    independent = share * (1 - share) / (n - 1)
    between = (hh - 2 * share * hn + share * share * nn) / (n * n) * n_persons / (n_persons - 1)
    return n / max(1.0, between / independent)


def median_interval(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """The median with its 95 % interval between two order statistics.

    Args:
        values: n > 0 numbers, in any order.

    Returns:
        Median, low, high; low and high are NaN below six observations.

    Source:
        Conover (1999), "Practical nonparametric statistics", 3rd ed., section 3.2: the interval
        holds whatever the distribution is.

    Example:
        >>> median_interval(np.array([3.0, 1.0, 2.0]))
        (2.0, nan, nan)
        >>> median_interval(np.arange(100.0))
        (49.5, 39.0, 60.0)
    """
    ordered = np.sort(np.asarray(values, np.float64))
    n = len(ordered)
    middle = float((ordered[(n - 1) // 2] + ordered[n // 2]) / 2)
    if n < FEWEST_FOR_MEDIAN:
        return middle, math.nan, math.nan
    below = max(math.floor(n / 2 - Z * math.sqrt(n) / 2), 1)
    return middle, float(ordered[below - 1]), float(ordered[n - below])
