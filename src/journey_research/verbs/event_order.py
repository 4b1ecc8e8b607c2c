"""Each person's events in order: what came before, which step, which session.

Context: the engine's window functions took three times as long as its sort. Choice: the engine sorts,
and what follows from the order is one pass over columns each, for in a sorted column the row before is
the event before. Given up: all events of the verb lie in memory, 36 bytes each; the stage that reads
touches of a run keeps to the engine, which spills.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from journey_research.engine import Table, run_sql

if TYPE_CHECKING:
    import pyarrow as pa

Whole = npt.NDArray[np.integer[Any]]


def put_in_order(events: Table, gap_us: int) -> pa.Table:
    """Events person by person, with their place and what came before.

    Args:
        events: n rows in any order: ``person, event, happened_at`` (microseconds), ``position``, which
            orders events of one instant.
        gap_us: Longest silence inside a session, in microseconds.

    Returns:
        n rows in the order of ``person`` and ``step``: ``person, step`` (from 1), ``event, happened_at``,
        ``session`` (from 1 for each person), ``event_before, gap_us`` (null at a person's first event).

    Example:
        >>> import pandas as pd
        >>> told = pd.DataFrame({"person": [0, 0, 1], "event": [1, 0, 1], "happened_at": [9, 5, 7]})
        >>> ordered = put_in_order(Table.from_pandas(told.assign(position=[0, 1, 2])), gap_us=3)
        >>> ordered.select(["person", "step", "event", "session"]).to_pydict()
        {'person': [0, 0, 1], 'step': [1, 2, 1], 'event': [0, 1, 1], 'session': [1, 2, 1]}
        >>> ordered["gap_us"].to_pylist()
        [None, 4, None]
    """
    ordered = run_sql("ordered_events.sql", events=events).to_arrow()
    person, event, happened_at = (ordered[name].to_numpy() for name in ("person", "event", "happened_at"))
    return look_back(person, event, happened_at, gap_us)


def look_back(person: Whole, event: Whole, happened_at: Whole, gap_us: int) -> pa.Table:
    """The same for events that are in order already.

    Args:
        person: n whole numbers, each person's events together.
        event: n whole numbers.
        happened_at: n instants in microseconds, rising with each person.
        gap_us: Longest silence inside a session, in microseconds.

    Returns:
        What ``put_in_order`` returns.

    Example:
        >>> who, what, when = np.array([0, 0]), np.array([1, 0]), np.array([5, 9])
        >>> look_back(who, what, when, gap_us=3)["session"].to_pylist()
        [1, 2]
    """
    import pyarrow as pa

    is_first = np.ones(len(person), bool)
    np.not_equal(person[1:], person[:-1], out=is_first[1:])
    gap = np.empty(len(person), np.int64)
    np.subtract(happened_at[1:], happened_at[:-1], out=gap[1:])
    before = np.empty_like(event)
    before[1:] = event[:-1]
    opens = is_first | (gap > gap_us)
    return pa.table(
        {
            "person": person,
            "step": _since(np.arange(len(person), dtype=np.int32), is_first),
            "event": event,
            "happened_at": happened_at,
            "session": _since(np.cumsum(opens, dtype=np.int32), is_first),
            "event_before": pa.array(before, mask=is_first),
            "gap_us": pa.array(gap, mask=is_first),
        }
    )


def _since(counted: Whole, is_first: npt.NDArray[np.bool_]) -> Whole:
    """Numbers that rise with the rows, from 1 at each person's first row."""
    first = np.flatnonzero(is_first)
    lengths = np.diff(first, append=len(counted))
    return counted - np.repeat(counted[first] - 1, lengths)


def find_sessions(ordered: pa.Table) -> dict[str, Whole]:
    """Where each session begins and ends.

    Args:
        ordered: What ``put_in_order`` returns.

    Returns:
        m sessions in the order of ``person`` and ``session``: ``person, session, started_at, ended_at,
        n_events``; instants in microseconds.

    Example:
        >>> import pandas as pd
        >>> told = pd.DataFrame({"person": [0, 0, 1], "event": [1, 0, 1], "happened_at": [9, 5, 7]})
        >>> ordered = put_in_order(Table.from_pandas(told.assign(position=[0, 1, 2])), gap_us=4)
        >>> {name: values.tolist() for name, values in find_sessions(ordered).items()}
        {'person': [0, 1], 'session': [1, 1], 'started_at': [5, 7], 'ended_at': [9, 7], 'n_events': [2, 1]}
    """
    person, session, happened_at = (ordered[name].to_numpy() for name in ("person", "session", "happened_at"))
    opens = np.ones(len(person), bool)
    opens[1:] = (session[1:] != session[:-1]) | (person[1:] != person[:-1])
    first = np.flatnonzero(opens)
    lengths = np.diff(first, append=len(person))
    return {
        "person": person[first],
        "session": session[first].astype(np.int64),
        "started_at": happened_at[first],
        "ended_at": happened_at[first + lengths - 1],
        "n_events": lengths,
    }
