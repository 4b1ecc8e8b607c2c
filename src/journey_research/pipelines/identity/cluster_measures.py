"""How right the clusters are where the truth is known, counted by record, by whole cluster and by pair.

Context: pairs weigh a cluster by the square of its size, so one person with 100 records drowns 900
with two; a reader of a customer list asks about records and about whole persons. Choice: B-cubed
(every record weighs the same) and the share of persons who were found whole, beside the pairs of
``pair_measures``; 95 % intervals not over single persons but over knots of them: persons whom a
found cluster ties together are wrong together (taken singly, a precision of merged persons was held
by 84 in 100 intervals; for knots see ``share_intervals``). Given up: measures of information
(V-measure, adjusted Rand), whose units nobody can picture; and a narrow interval where one knot
holds nearly all.

Records that are alone, and said to be alone, count as right in both; where most persons have one
record these figures are high whatever the matcher does. Compare them with a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .pair_measures import count_pairs, pairs_asked, precision_recall_f1
from .share_intervals import share_intervals

Labels = npt.ArrayLike
Codes = npt.NDArray[np.int64]
PARTS = ["n_records", "bcubed_precision", "bcubed_recall", "n_whole", "n_found", "n_persons"]
Shares = Callable[[np.ndarray], np.ndarray]


def count_clusters(found: Labels, true: Labels) -> np.ndarray:
    """What each knot of true persons adds to the sums behind B-cubed and whole clusters.

    A knot is a person, or all whom found clusters tie together, directly or through others. A found
    cluster counts for each of its persons by the share of its records.

    Args:
        found: n numbers or texts, the found cluster of each record.
        true: n numbers or texts, the true person of each record.

    Returns:
        Shape (knots, 6), columns ``PARTS``: records; sums over records of B-cubed precision and recall;
        clusters that hold all of one person and nothing else; found clusters; persons. Ordered by
        content, so that neither the order of records nor the names of clusters matter.

    Raises:
        ValueError: The two differ in length, or a record has no cluster.

    Example:
        >>> count_clusters(["x", "x", "x", "y"], ["p", "p", "q", "r"]).round(2).tolist()
        [[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], [3.0, 1.67, 3.0, 0.0, 1.0, 2.0]]
    """
    found_of, true_of = _coded(found, true)
    return _sum_by_knot(_count_by_person(found_of, true_of), _tie_persons(found_of, true_of))


def _coded(found: Labels, true: Labels) -> tuple[Codes, Codes]:
    sides = []
    for side, labels in (("found", found), ("true", true)):
        codes, _ = pd.factorize(pd.Series(np.asarray(labels)))
        if (codes < 0).any():
            raise ValueError(f"{int((codes < 0).sum()):,} records have no {side} cluster")
        sides.append(codes.astype(np.int64))
    if len(sides[0]) != len(sides[1]):
        raise ValueError(f"{len(sides[0]):,} found and {len(sides[1]):,} true clusters; one each per record")
    return sides[0], sides[1]


def _count_by_person(found_of: Codes, true_of: Codes) -> np.ndarray:
    """Shape (persons, 6), columns ``PARTS``, in the order of the persons' codes."""
    found_sizes, true_sizes = np.bincount(found_of), np.bincount(true_of)
    cells, n = np.unique(true_of * max(1, len(found_sizes)) + found_of, return_counts=True)
    person, cluster = cells // max(1, len(found_sizes)), cells % max(1, len(found_sizes))
    found_size, true_size = found_sizes[cluster], true_sizes[person]
    # The order of additions shows in the last bit; this one knows sizes alone, not names.
    order = np.lexsort((n, found_size, person))
    person, n, found_size, true_size = person[order], n[order], found_size[order], true_size[order]
    parts = [
        n.astype(float),
        n * n / found_size,
        n * n / true_size,
        ((n == found_size) & (n == true_size)).astype(float),
        n / found_size,
    ]
    sums = [np.bincount(person, weights=part, minlength=len(true_sizes)) for part in parts]
    return np.column_stack([*sums, np.ones(len(true_sizes))])


def _tie_persons(found_of: Codes, true_of: Codes) -> Codes:
    """The knot of each person, in the order of the persons' codes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n_persons = int(true_of.max(initial=-1)) + 1
    n_nodes = n_persons + int(found_of.max(initial=-1)) + 1
    if n_nodes == 0:
        return np.empty(0, dtype=np.int64)
    ties = coo_array((np.ones(len(true_of), np.int8), (true_of, n_persons + found_of)), (n_nodes, n_nodes))
    _, knot_of = connected_components(ties, directed=False)
    return pd.factorize(knot_of[:n_persons])[0].astype(np.int64)


def _sum_by_knot(counts: np.ndarray, knot_of: Codes) -> np.ndarray:
    """Sums of persons' rows over their knots, ordered by content."""
    order = np.lexsort((*counts.T[::-1], knot_of))
    n_knots = int(knot_of.max(initial=-1)) + 1
    sums = [np.bincount(knot_of[order], column[order], minlength=n_knots) for column in counts.T]
    knots = np.column_stack(sums)
    return knots[np.lexsort(knots.T[::-1])]


def cluster_shares(sums: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 by B-cubed and by whole clusters; not a number where there is nothing.

    Args:
        sums: Shape (..., 6), sums of ``PARTS``.

    Returns:
        Shape (..., 6): three by B-cubed (means over records; F1 is their harmonic mean), three by
        whole clusters (of found ones, how many are a person; of persons, how many were found whole).

    Source:
        Bagga and Baldwin (1998), B-cubed; Menestrina, Whang and Garcia-Molina (2010), whole clusters.

    Example:
        >>> cluster_shares(np.array([3, 2, 3, 1, 2, 4])).round(2).tolist()
        [0.67, 1.0, 0.8, 0.5, 0.25, 0.33]
    """
    n_records, precise, recalled, whole, found, persons = (sums[..., number] for number in range(6))
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = precise / n_records, recalled / n_records
        bcubed = [precision, recall, 2 * precision * recall / (precision + recall)]
        return np.stack([*bcubed, whole / found, whole / persons, 2 * whole / (found + persons)], axis=-1)


def _clusters_asked(sums: np.ndarray) -> np.ndarray:
    """What the shares of ``cluster_shares`` are shares of; shape (..., 6)."""
    n_records, found, persons = (sums[..., number] for number in (0, 4, 5))
    return np.stack([n_records, n_records, n_records, found, persons, found + persons], axis=-1)


def measure_clusters(found: Labels, true: Labels) -> pd.DataFrame:
    """Precision, recall and F1 by B-cubed and by whole clusters, with 95 % intervals.

    Args:
        found: n numbers or texts, the found cluster of each record.
        true: n numbers or texts, the true person of each record.

    Returns:
        6 rows, contract ``METRICS``, by name; ``n`` counts records. Null where nothing was found or
        true, and without an interval where all persons are one knot.

    Raises:
        ValueError: The two differ in length, or a record has no cluster.

    Example:
        >>> told = measure_clusters([1, 1, 1], ["p", "p", "q"]).set_index("metric")
        >>> told["value"][["bcubed_precision", "bcubed_recall"]].round(3).tolist()
        [0.556, 1.0]
    """
    found_of, true_of = _coded(found, true)
    counts = _sum_by_knot(_count_by_person(found_of, true_of), _tie_persons(found_of, true_of))
    names = [f"{start}_{name}" for start in ("bcubed", "whole") for name in ("precision", "recall", "f1")]
    return _as_metrics(names, counts, cluster_shares, _clusters_asked, len(found_of))


def measure_pairs(
    found: Labels, true: Labels, left_out: tuple[np.ndarray, np.ndarray] | None = None
) -> pd.DataFrame:
    """Precision, recall and F1 of pairs of records, with 95 % intervals.

    Args:
        found: n numbers or texts, the found cluster of each record.
        true: n numbers or texts, the true person of each record.
        left_out: Two arrays of record numbers: pairs that are not counted, each once.

    Returns:
        3 rows, contract ``METRICS``: ``f1``, ``precision``, ``recall``; ``n`` counts records. Null
        where nothing was found or true, and without an interval where all persons are one knot.

    Raises:
        ValueError: The two differ in length, or a record has no cluster.

    Example:
        >>> measure_pairs([1, 1, 1], ["p", "p", "q"])["value"].round(3).tolist()
        [0.5, 0.333, 1.0]
    """
    found_of, true_of = _coded(found, true)
    told = pd.DataFrame(
        {"record_id": np.arange(len(found_of)), "person": found_of, "true_person_id": true_of}
    )
    judged = (
        pd.DataFrame(dict(zip(("record_id_a", "record_id_b"), left_out, strict=True))) if left_out else None
    )
    counts = _sum_by_knot(count_pairs(told, judged).astype(float), _tie_persons(found_of, true_of))
    names = ["precision", "recall", "f1"]
    return _as_metrics(names, counts, precision_recall_f1, pairs_asked, len(told))


def _as_metrics(
    names: Sequence[str], counts: np.ndarray, shares: Shares, asked: Shares, n: int
) -> pd.DataFrame:
    told = share_intervals(counts, shares, asked).round(6)
    frame = pd.DataFrame(told, columns=["value", "low", "high"]).assign(n=n)
    frame.insert(0, "metric", list(names))
    return frame.sort_values("metric", ignore_index=True)
