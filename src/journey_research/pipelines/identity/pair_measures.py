"""Pairs of records found together, that truly are, and both, with intervals by drawing persons again.

The intervals are too narrow where strangers were joined: persons joined by mistake are wrong
together, and are drawn apart here. ``cluster_measures`` draws them together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

PairCounts = np.ndarray
_SCALE = 2  # A pair of two true persons counts half for each: counts are kept as whole halves.


@dataclass(frozen=True)
class QualityRule:
    """How the quality of identity is measured.

    Attributes:
        n_draws: Draws of the true persons for each interval.
        quality_seed: Seed of the draws.
        thresholds: Thresholds of the table, beside the chosen one.
    """

    n_draws: int = 500
    quality_seed: int = 1
    thresholds: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", tuple(float(threshold) for threshold in self.thresholds))
        if self.n_draws < 20:
            raise ValueError(f"n_draws is {self.n_draws}; an interval of 95 % wants at least 20")
        if not all(0 < threshold < 1 for threshold in self.thresholds):
            raise ValueError("thresholds lie between 0 and 1")


def count_pairs(told: pd.DataFrame, judged: pd.DataFrame | None = None) -> PairCounts:
    """Pairs found, pairs true, and pairs both, by true person, in halves.

    Args:
        told: n rows of record_id, person (found), true_person_id.
        judged: Pairs of record_id_a, record_id_b to leave out.

    Returns:
        Shape (persons, 3): both, found, true; twice the number, whole.

    Example:
        >>> told = pd.DataFrame(
        ...     {"record_id": list("abc"), "person": list("xxx"), "true_person_id": list("ppq")})
        >>> count_pairs(told).tolist()
        [[2, 4, 2], [0, 2, 0]]
    """
    people, true_of = np.unique(told["true_person_id"].to_numpy(dtype=str), return_inverse=True)
    _, found_of = np.unique(told["person"].to_numpy(dtype=str), return_inverse=True)
    counts = np.zeros((len(people), 3), dtype=np.int64)
    if len(told) == 0:
        return counts
    cells = pd.DataFrame({"true": true_of, "found": found_of}).value_counts().rename("n").reset_index()
    n, whole = cells["n"].to_numpy(), np.bincount(found_of)[cells["found"].to_numpy()]
    true_sizes = np.bincount(true_of)
    np.add.at(counts[:, 0], cells["true"].to_numpy(), n * (n - 1))
    np.add.at(counts[:, 1], cells["true"].to_numpy(), n * (n - 1) + n * (whole - n))
    counts[:, 2] = true_sizes * (true_sizes - 1)
    if judged is not None and len(judged):
        place = {record_id: number for number, record_id in enumerate(told["record_id"])}
        for a, b in judged[["record_id_a", "record_id_b"]].itertuples(index=False, name=None):
            if a not in place or b not in place:
                continue
            first, second = place[a], place[b]
            is_found, is_true = found_of[first] == found_of[second], true_of[first] == true_of[second]
            for side in (true_of[first], true_of[second]):
                counts[side] -= np.array([is_found and is_true, is_found, is_true], dtype=np.int64)
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


def with_intervals(counts: PairCounts, rule: QualityRule) -> np.ndarray:
    """Shares with 95 % intervals by drawing true persons again.

    Returns:
        Shape (3, 3): precision, recall, F1, each with value, low, high.
    """
    value = precision_recall_f1(counts.sum(axis=0))
    if len(counts) < 2:
        return np.stack([value, np.full(3, np.nan), np.full(3, np.nan)], axis=1)
    draws = np.random.default_rng(rule.quality_seed).multinomial(
        len(counts), np.full(len(counts), 1 / len(counts)), size=rule.n_draws
    )
    drawn = precision_recall_f1(draws @ counts)
    low, high = np.full(3, np.nan), np.full(3, np.nan)
    for number, shares in enumerate(drawn.T):
        told = shares[~np.isnan(shares)]
        if len(told):
            low[number], high[number] = np.quantile(told, [0.025, 0.975])
    return np.stack([value, low, high], axis=1)
