"""How far two ways of putting the same persons into segments agree, beyond chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
RESAMPLES = 200


def adjusted_rand(one: Labels, other: Labels) -> float:
    """The adjusted Rand index of two labellings of the same n persons.

    Returns:
        1 where they are the same but for the names of labels, about 0 where they agree by chance; 1
        where both put everybody, or nobody, together.

    Source:
        Hubert and Arabie (1985), "Comparing partitions".

    Example:
        >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([7, 7, 3, 3]))
        1.0
        >>> round(adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])), 9)
        -0.5
    """
    return float(_rand_of(_crossed(one, other)[None])[0])


def agreement_interval(
    one: Labels, other: Labels, draws: np.random.Generator
) -> tuple[float, float, float, int]:
    """The adjusted Rand index with the 95 % interval of a bootstrap over persons.

    Args:
        one: n labels.
        other: n labels of the same persons, in the same order.
        draws: Where the resamples come from.

    Returns:
        Index, low, high, n; all but n NaN where there are fewer than two persons.
    """
    n = len(one)
    if n < 2:
        return np.nan, np.nan, np.nan, n
    crossed = _crossed(one, other)
    # Persons drawn with replacement fall into the cells of the crossed table as a multinomial.
    again = draws.multinomial(n, (crossed / n).ravel(), size=RESAMPLES).reshape(RESAMPLES, *crossed.shape)
    low, high = np.quantile(_rand_of(again), [0.025, 0.975])
    value = float(_rand_of(crossed[None])[0])
    return value, min(float(low), value), max(float(high), value), n


def _crossed(one: Labels, other: Labels) -> Labels:
    rows, row = np.unique(one, return_inverse=True)
    columns, column = np.unique(other, return_inverse=True)
    counts = np.bincount(row * len(columns) + column, minlength=len(rows) * len(columns))
    return counts.reshape(len(rows), len(columns)).astype(np.int64)


def _rand_of(tables: Labels) -> Floats:
    """The index of each of r crossed tables (r, rows, columns)."""
    pairs = _pairs(tables).sum(axis=(1, 2))
    in_one = _pairs(tables.sum(axis=2)).sum(axis=1)
    in_other = _pairs(tables.sum(axis=1)).sum(axis=1)
    everyone = _pairs(tables.sum(axis=(1, 2)))
    expected = in_one * in_other / np.maximum(everyone, 1)
    most = (in_one + in_other) / 2
    return np.divide(pairs - expected, most - expected, out=np.ones_like(most), where=most != expected)


def _pairs(counts: Labels) -> Floats:
    return np.asarray(counts * (counts - 1) / 2, np.float64)
