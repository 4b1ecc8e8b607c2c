"""Each person's events in order: what came before, which step, which session.

Context: the engine's sort was half of the verb's time, and its window functions took thrice as long again.
Choice: persons are whole numbers without gaps, so one pass of counting brings each person's events together
(what scipy does to turn a sparse matrix's rows into columns); in what is left, next to everything is in its
place already, which a merge sort notices, and the persons' halves are sorted side by side. What follows from
the order is one pass over columns each, for in a sorted column the row before is the event before. Given up:
all events of the verb lie in memory, about 50 bytes each while they are sorted; the stage that reads touches
of a run keeps to the engine, which spills.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Whole = npt.NDArray[np.integer[Any]]


def put_in_order(events: pa.Table, n_persons: int) -> pa.Table:
    """Events person by person, as they happened.

    Args:
        events: n rows in any order: ``person`` (from 0), ``event``, ``happened_at`` (microseconds). Events
            of one person and instant keep their order.
        n_persons: k, above each number of ``person``.

    Returns:
        n rows: ``person, event, happened_at``.

    Example:
        >>> import pyarrow as pa
        >>> told = pa.table({"person": [0, 0, 1], "event": [1, 0, 1], "happened_at": [9, 5, 7]})
        >>> put_in_order(told, 2)["event"].to_pylist()
        [0, 1, 1]
    """
    import pyarrow as pa

    person, event, happened_at = (events[name].to_numpy() for name in ("person", "event", "happened_at"))
    start = int(happened_at.min())
    rows, ends, passed = group_rows(person, n_persons, happened_at - start)
    middle = int(np.searchsorted(ends, len(rows) // 2))

    who, what, when = (np.empty(len(rows), kind) for kind in (np.int32, event.dtype, np.int64))
    middle = int(np.searchsorted(ends, len(rows) // 2))

    def sort(first: int, last: int) -> None:
        here = slice(int(ends[first]), int(ends[last]))
        number = np.repeat(np.arange(last - first, dtype=np.int32), np.diff(ends[first : last + 1]))
        order = order_within(number, passed[here])
        np.add(number, np.int32(first), out=who[here])
        np.take(event, rows[here].take(order), out=what[here], mode="clip")  # anything else copies twice
        np.take(passed[here], order, out=when[here], mode="clip")
        when[here] += start

    with ThreadPoolExecutor(2) as both:
        list(both.map(sort, (0, middle), (middle, n_persons)))
    return pa.table({"person": who, "event": what, "happened_at": when})


def group_rows(group: Whole, n_groups: int, values: Whole) -> tuple[Whole, Whole, Whole]:
    """Rows of each group together, in one pass of counting.

    Args:
        group: n whole numbers from 0 to k - 1.
        n_groups: k.
        values: n whole numbers.

    Returns:
        The n rows, group by group, each group's in their order; the k + 1 places between groups; the n
        values in that order.

    Example:
        >>> rows, ends, values = group_rows(np.array([1, 0, 1]), 2, np.array([7, 8, 9]))
        >>> rows.tolist(), ends.tolist(), values.tolist()
        ([1, 0, 2], [0, 1, 3], [8, 7, 9])
    """
    from scipy.sparse import csr_array

    n = len(group)
    by_row = csr_array((values, group, np.arange(n + 1, dtype=np.int32)), shape=(n, n_groups))
    by_group = by_row.tocsc()
    return by_group.indices, by_group.indptr, by_group.data


def order_within(group: Whole, values: Whole) -> Whole:
    """The stable order of rows by value inside their groups.

    Args:
        group: n whole numbers from 0; the fewer of them fall, the sooner it is done.
        values: n whole numbers from 0.

    Returns:
        The n rows in that order.

    Example:
        >>> order_within(np.array([0, 0, 1]), np.array([9, 5, 7])).tolist()
        [1, 0, 2]
    """
    if not len(group):
        return np.empty(0, np.int64)
    n_bits = int(values.max()).bit_length()
    if int(group.max()).bit_length() + n_bits > 63:  # centuries in microseconds
        return np.lexsort((values, group))
    word = group.astype(np.int64)
    word <<= n_bits
    word |= values
    return np.argsort(word, kind="stable")


def place_events(ordered: pa.Table, gap_us: int) -> pa.Table:
    """Which step and which session of its person each event is.

    Args:
        ordered: n rows as ``put_in_order`` returns them.
        gap_us: Longest silence inside a session, in microseconds.

    Returns:
        n rows: ``step`` and ``session``, from 1 for each person.

    Example:
        >>> import pyarrow as pa
        >>> told = pa.table({"person": [0, 0, 1], "event": [0, 1, 1], "happened_at": [5, 9, 7]})
        >>> place_events(told, gap_us=3).to_pydict()
        {'step': [1, 2, 1], 'session': [1, 2, 1]}
    """
    import pyarrow as pa

    is_first, gap = _gaps(ordered["person"].to_numpy(), ordered["happened_at"].to_numpy())
    opens = is_first | (gap > gap_us)
    return pa.table(
        {
            "step": _since(np.arange(len(gap), dtype=np.int32), is_first),
            "session": _since(np.cumsum(opens, dtype=np.int32), is_first),
        }
    )


def _gaps(person: Whole, happened_at: Whole) -> tuple[npt.NDArray[np.bool_], Whole]:
    """Whether a row is its person's first, and how long after the row before; 0 in the first of all."""
    is_first = np.ones(len(person), bool)
    np.not_equal(person[1:], person[:-1], out=is_first[1:])
    gap = np.zeros(len(person), np.int64)
    np.subtract(happened_at[1:], happened_at[:-1], out=gap[1:])
    return is_first, gap


def _since(counted: Whole, is_first: npt.NDArray[np.bool_]) -> Whole:
    """Numbers that rise with the rows, from 1 at each person's first row."""
    first = np.flatnonzero(is_first)
    lengths = np.diff(first, append=len(counted))
    return counted - np.repeat(counted[first] - 1, lengths)


def find_sessions(ordered: pa.Table, gap_us: int) -> dict[str, Whole]:
    """Where each session begins and ends.

    Args:
        ordered: n rows as ``put_in_order`` returns them.
        gap_us: Longest silence inside a session, in microseconds.

    Returns:
        m sessions in the order of ``person`` and ``session``: ``person, session, started_at, ended_at,
        n_events``; instants in microseconds.

    Example:
        >>> import pyarrow as pa
        >>> told = pa.table({"person": [0, 0, 1], "event": [0, 1, 1], "happened_at": [5, 9, 7]})
        >>> {name: values.tolist() for name, values in find_sessions(told, gap_us=4).items()}
        {'person': [0, 1], 'session': [1, 1], 'started_at': [5, 7], 'ended_at': [9, 7], 'n_events': [2, 1]}
    """
    person, happened_at = ordered["person"].to_numpy(), ordered["happened_at"].to_numpy()
    is_first, gap = _gaps(person, happened_at)
    first = np.flatnonzero(is_first | (gap > gap_us))
    lengths = np.diff(first, append=len(person))
    return {
        "person": person[first],
        "session": _since(np.arange(len(first)), is_first[first]),
        "started_at": happened_at[first],
        "ended_at": happened_at[first + lengths - 1],
        "n_events": lengths,
    }
