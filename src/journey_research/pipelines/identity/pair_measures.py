"""Pairs of records found together, that truly are, and both, person by person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

PairCounts = npt.NDArray[np.int64]


def count_pairs(told: pd.DataFrame, judged: pd.DataFrame | None = None) -> PairCounts:
    """Pairs found, pairs true, and pairs both, by true person, in halves.

    A pair of two true persons counts half for each: counts are kept as whole halves.

    Args:
        told: n rows of person (found), true_person_id, and record_id where pairs are left out;
            numbers or texts.
        judged: Pairs of record_id_a, record_id_b to leave out, each once.

    Returns:
        Shape (persons, 3), in the order in which the persons turn up: both, found, true; twice the
        number, whole.

    Example:
        >>> told = pd.DataFrame(
        ...     {"record_id": list("abc"), "person": list("xxx"), "true_person_id": list("ppq")})
        >>> count_pairs(told).tolist()
        [[2, 4, 2], [0, 2, 0]]
    """
    true_of, _ = pd.factorize(told["true_person_id"])
    found_of, _ = pd.factorize(told["person"])
    true_sizes, found_sizes = np.bincount(true_of), np.bincount(found_of)
    counts = np.zeros((len(true_sizes), 3), dtype=np.int64)
    if len(told) == 0:
        return counts
    cells, n = np.unique(true_of * len(found_sizes) + found_of, return_counts=True)
    person, whole = cells // len(found_sizes), found_sizes[cells % len(found_sizes)]
    np.add.at(counts[:, 0], person, n * (n - 1))
    np.add.at(counts[:, 1], person, n * (n - 1) + n * (whole - n))
    counts[:, 2] = true_sizes * (true_sizes - 1)
    if judged is not None and len(judged):
        place = pd.Index(told["record_id"])
        a, b = (place.get_indexer(pd.Index(judged[name])) for name in ("record_id_a", "record_id_b"))
        first, second = a[(a >= 0) & (b >= 0)], b[(a >= 0) & (b >= 0)]
        is_found, is_true = found_of[first] == found_of[second], true_of[first] == true_of[second]
        left_out = np.stack([is_found & is_true, is_found, is_true], axis=1).astype(np.int64)
        for side in (true_of[first], true_of[second]):
            np.subtract.at(counts, side, left_out)
    return counts


def precision_recall_f1(counts: np.ndarray) -> np.ndarray:
    """Three shares from sums of (both, found, true); not a number where nothing was found or true.

    Args:
        counts: Shape (..., 3).

    Returns:
        Shape (..., 3): precision, recall, F1.

    Example:
        >>> precision_recall_f1(np.array([3, 4, 6])).round(2).tolist()
        [0.75, 0.5, 0.6]
    """
    both, found, true = (counts[..., number].astype(float) for number in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([both / found, both / true, 2 * both / (found + true)], axis=-1)


def pairs_asked(counts: np.ndarray) -> np.ndarray:
    """What the three shares are shares of: pairs found, pairs true, and both together; shape (..., 3)."""
    return np.stack([counts[..., 1], counts[..., 2], counts[..., 1] + counts[..., 2]], axis=-1)
