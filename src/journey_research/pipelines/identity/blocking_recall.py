"""How many pairs of one person the matcher's rules ever bring together: what no threshold can mend.

Context: a pair that shares no block is not compared, and neither precision nor a label sample of
compared pairs shows that it was missed. Choice: the rules are run again and asked for each pair that
is known to be one person. Given up: counting the pairs of ``scored_links``, which leaves out compared
pairs that scored next to nothing and holds pairs that only other links brought in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .matching.candidates import KeyRing, candidate_pairs, pairs_in
from .matching.columns import repeated_rows, tells_enough
from .matching.matcher import columns_for, read_matcher
from .share_intervals import share_intervals

Pairs = tuple[np.ndarray, np.ndarray]


def pairs_inside(group: np.ndarray) -> Pairs:
    """Every pair of records of one group, smaller record first.

    Args:
        group: n numbers from 0; -1: in no group.

    Example:
        >>> [side.tolist() for side in pairs_inside(np.array([0, 1, 0, -1, 0]))]
        [[0, 0, 2], [2, 4, 4]]
    """
    members = np.argsort(group, kind="stable")[int((group < 0).sum()) :]
    sizes = np.bincount(group[group >= 0])
    return pairs_in(members, np.cumsum(sizes) - sizes, sizes)


def meet_by_rules(values: pd.DataFrame, model: Mapping[str, Any], pairs: Pairs) -> np.ndarray:
    """Whether the rules bring each pair together, or both records hold the same values.

    Args:
        values: n rows that can be compared, with the model's fields.
        model: The matcher's document; without weights it brings nobody together.
        pairs: Two arrays of k row numbers; -1: a record that is compared with nobody.

    Returns:
        k truth values.
    """
    if "weights" not in model or len(values) < 2:
        return np.zeros(len(pairs[0]), dtype=bool)
    matcher = read_matcher(model, list(values.columns))
    columns = columns_for(values, matcher)
    first_of = repeated_rows(columns)
    # As the matcher does it: each set of values once, and those that say enough.
    live = np.flatnonzero(tells_enough(columns) & (first_of == np.arange(len(first_of))))
    found = candidate_pairs(
        KeyRing([column.of(live) for column in columns]), matcher.rules, matcher.most_in_block
    )
    place = np.full(len(first_of) + 1, -1, dtype=np.int64)
    place[live] = np.arange(len(live))
    a, b = (place[np.append(first_of, -1)[side]] for side in pairs)
    sought = np.minimum(a, b) * len(live) + np.maximum(a, b)
    met: np.ndarray = (
        (a >= 0) & (b >= 0) & ((a == b) | np.isin(sought, found.first * len(live) + found.second))
    )
    return met


def measure_meetings(groups: np.ndarray, happened: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Of known pairs, the share to which each thing happened, with 95 % intervals over groups.

    Args:
        groups: k numbers, the person of each pair: a person's pairs are missed together.
        happened: Name -> k truth values.

    Returns:
        One row per name, contract ``METRICS``, in the given order; ``n`` counts pairs. Null where no
        pair is known.

    Example:
        >>> measure_meetings(np.array([0, 0, 1]), {"met": np.array([True, False, True])})["value"].tolist()
        [0.666667]
    """
    _, group = np.unique(groups, return_inverse=True)
    n_groups = int(group.max(initial=-1)) + 1
    columns = [np.ones(len(groups)), *(told.astype(float) for told in happened.values())]
    sums = [np.bincount(group, column, minlength=n_groups).astype(float) for column in columns]
    counts: np.ndarray = np.column_stack(sums)
    counts = counts[np.lexsort(counts.T[::-1])]

    def shares(sums: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            told: np.ndarray = sums[..., 1:] / sums[..., :1]
        return told

    def asked(sums: np.ndarray) -> np.ndarray:
        return np.repeat(sums[..., :1], len(happened), axis=-1)

    frame = pd.DataFrame(share_intervals(counts, shares, asked).round(6), columns=["value", "low", "high"])
    frame.insert(0, "metric", list(happened))
    return frame.assign(n=len(groups))
