"""Which event directly follows which, how often, and after how long.

Context: the engine's grouped median took as long as putting a million events in order. Choice: one pass of
counting brings the gaps of each pair together, half of the rows on each of two threads, and the middle of a
group is found without sorting it; only groups so small that starting to look would cost more than looking are
sorted, all of them in one go. Given up: nothing that a user sees; medians are exact.
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
    kind = np.int32 if n_events < 40_000 else np.int64  # of numbers up to its square
    pair = event[:-1].astype(kind)
    pair *= kind(n_events)
    pair += event[1:]
    if n_events * n_events > len(pair):
        pairs, place = np.unique(pair, return_inverse=True)
    else:
        pairs, place = np.arange(n_events * n_events), pair
    place[person[1:] != person[:-1]] = len(pairs)  # two persons' events follow each other in no history
    counts, medians = find_medians(place, len(pairs), happened_at[1:] - happened_at[:-1])
    is_there = counts > 0
    return pd.DataFrame(
        {
            "from_event": pairs[is_there] // n_events,
            "to_event": pairs[is_there] % n_events,
            "count": counts[is_there],
            "median_seconds": medians[is_there] / 1_000_000,
        }
    )


def find_medians(group: Whole, n_groups: int, values: Whole) -> tuple[Whole, npt.NDArray[np.float64]]:
    """The middle of each group; of an even number, between the two in the middle.

    Args:
        group: n whole numbers in any order, from 0 to k - 1, or k where a row is in no group.
        n_groups: k.
        values: n whole numbers, from 0 but in rows that are in no group.

    Returns:
        k numbers of rows; k medians, NaN where there is no row.

    Example:
        >>> counts, medians = find_medians(np.array([0, 2, 0, 2, 0, 3]), 3, np.array([7, 4, 1, 8, 3, -9]))
        >>> counts.tolist(), medians.tolist()
        ([3, 0, 2], [3.0, nan, 6.0])
    """
    middle = len(group) // 2
    halves = (slice(middle), slice(middle, None))
    medians = np.full(n_groups, np.nan)
    with ThreadPoolExecutor(2) as both:
        grouped = list(both.map(lambda half: group_rows(group[half], n_groups + 1, values[half])[1:], halves))
        sizes = [np.diff(ends)[:n_groups] for ends, _ in grouped]
        counts = (sizes[0] + sizes[1]).astype(np.int64)

        def find(number: int) -> None:
            told = np.concatenate([half[ends[number] : ends[number + 1]] for ends, half in grouped])
            low, high = (len(told) - 1) // 2, len(told) // 2
            told.partition([low, high])
            medians[number] = (float(told[low]) + float(told[high])) / 2

        list(both.map(find, np.flatnonzero(counts > MANY)))
    is_few = (counts > 0) & (counts <= MANY)
    if is_few.any():
        of = np.concatenate([np.repeat(np.flatnonzero(is_few), size[is_few]) for size in sizes])
        is_told = np.append(is_few, False)
        told = np.concatenate([half[np.repeat(is_told, np.diff(ends))] for ends, half in grouped])
        told = told[order_within(of, told)]
        size = counts[is_few]
        start = np.cumsum(size) - size
        low, high = told[start + (size - 1) // 2], told[start + size // 2]
        medians[is_few] = (low.astype(float) + high.astype(float)) / 2
    return counts, medians
