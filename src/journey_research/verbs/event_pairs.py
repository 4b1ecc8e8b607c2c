"""Which event directly follows which, how often, and after how long.

Context: the engine's grouped median took as long as putting a million events in order. Choice: one pass of
counting brings the gaps of each pair together, and the middle of a group is found without sorting it; only
groups so small that starting to look would cost more than looking are sorted, all of them in one go. Given
up: nothing that a user sees; medians are exact.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .event_order import Whole, group_rows, order_within

if TYPE_CHECKING:
    import pyarrow as pa

MANY = 1000  # values of a group, above which its middle is looked for on its own


def count_transitions(ordered: pa.Table, n_events: int) -> pd.DataFrame:
    """Pairs of events that directly follow each other in a person's history, also across sessions.

    Args:
        ordered: n rows as ``put_in_order`` returns them.
        n_events: k, above each number of ``event``.

    Returns:
        One row per pair, in the order of the numbers: ``from_event, to_event, count, median_seconds``.

    Example:
        >>> import pyarrow as pa
        >>> told = {"person": [0, 0, 0, 1], "event": [0, 1, 0, 0], "happened_at": [5, 9, 19, 3]}
        >>> count_transitions(pa.table(told), 2).astype({"median_seconds": str}).values.tolist()
        [[0, 1, 1, '4e-06'], [1, 0, 1, '1e-05']]
    """
    person, event, happened_at = (ordered[name].to_numpy() for name in ("person", "event", "happened_at"))
    follows = person[1:] == person[:-1]
    gap = (happened_at[1:] - happened_at[:-1])[follows]
    kind = np.int32 if n_events < 40_000 else np.int64  # of numbers up to its square
    pair = (event[:-1].astype(kind) * kind(n_events) + event[1:])[follows]
    if n_events * n_events > len(pair):
        pairs, place = np.unique(pair, return_inverse=True)
    else:
        pairs, place = np.arange(n_events * n_events), pair
    _, ends, gaps = group_rows(place, len(pairs), gap)
    counts = np.diff(ends)
    is_there = counts > 0
    return pd.DataFrame(
        {
            "from_event": pairs[is_there] // n_events,
            "to_event": pairs[is_there] % n_events,
            "count": counts[is_there].astype(np.int64),
            "median_seconds": find_medians(gaps, ends)[is_there] / 1_000_000,
        }
    )


def find_medians(values: Whole, ends: Whole) -> npt.NDArray[np.float64]:
    """The middle of each group; of an even number, between the two in the middle.

    Args:
        values: n whole numbers from 0, group by group.
        ends: k + 1 places between groups, from 0 to n.

    Returns:
        k medians, NaN where a group is empty.

    Example:
        >>> find_medians(np.array([7, 1, 3, 4, 8]), np.array([0, 3, 3, 5])).tolist()
        [3.0, nan, 6.0]
    """
    sizes = np.diff(ends)
    medians = np.full(len(sizes), np.nan)

    def find(group: int) -> None:
        size = int(sizes[group])
        low, high = (size - 1) // 2, size // 2
        parted = np.partition(values[ends[group] : ends[group + 1]], [low, high])
        medians[group] = (float(parted[low]) + float(parted[high])) / 2

    with ThreadPoolExecutor(2) as both:
        list(both.map(find, np.flatnonzero(sizes > MANY)))
    few = np.flatnonzero((sizes > 0) & (sizes <= MANY))
    if len(few):
        group = np.repeat(np.arange(len(few)), sizes[few])
        left = values[np.repeat(sizes <= MANY, sizes)]
        left = left[order_within(group, left)]
        start = np.cumsum(sizes[few]) - sizes[few]
        low, high = left[start + (sizes[few] - 1) // 2], left[start + sizes[few] // 2]
        medians[few] = (low.astype(float) + high.astype(float)) / 2
    return medians
