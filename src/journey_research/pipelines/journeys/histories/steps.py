"""The one table that every question about histories is asked of.

Context: the same questions are asked of a newcomer's table of events, where persons and events are
whole numbers, and of a run's touches, where they are texts. Choice: one contract, looked at by name
and not by type: ``person, step, event, happened_at``, with any further column to tell histories or
groups apart. Given up: a pandera contract, which would fix the types.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

COLUMNS = ("person", "step", "event", "happened_at")


def read_steps(steps: Table, *, per: str | None = None, by: str | None = None) -> Table:
    """The steps in the form that the statements of this room read.

    Args:
        steps: n rows, one per event: ``person``; ``step``, which orders the events of a person and is
            never twice the same; ``event``; ``happened_at``, an instant or whole microseconds, which
            never falls as ``step`` rises. None of them null.
        per: Column that parts the events of a person into several histories (``"session"``,
            ``"journey"``); without it a person has one.
        by: Column that names the group of an event (``"segment"``, ``"week"``). A person with several
            groups has a history in each.

    Returns:
        ``person, step, event, happened_us, part, kind``. Rows whose ``per`` or ``by`` is null are left out.

    Raises:
        ValueError: A column is missing.

    Example:
        >>> told = pd.DataFrame({"person": ["a"], "step": [1], "event": ["look"], "happened_at": [5]})
        >>> read_steps(Table.from_pandas(told)).to_pandas().values.tolist()
        [['a', 1, 'look', 5, 0, 0]]
    """
    relation = steps.relation()
    types = dict(zip(relation.columns, (str(kind) for kind in relation.types), strict=True))
    missing = [name for name in (*COLUMNS, per, by) if name is not None and name not in types]
    if missing:
        raise ValueError(f"steps have no column {', '.join(missing)}; there are {', '.join(types)}")
    instant = "micros(happened_at)" if types["happened_at"].startswith("TIMESTAMP") else "happened_at"
    part, kind = (f'"{name}"' if name else "0" for name in (per, by))
    return steps.query(
        f"select person, step, event, cast({instant} as bigint) as happened_us, "
        f"{part} as part, {kind} as kind "
        f"from this where {part} is not null and {kind} is not null"
    )


def touch_steps(journey_touches: Table, event: str) -> Table:
    """The touches of a run as steps.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        event: Column that is the event: ``"channel"``, ``"action"`` or ``"initiative"``.

    Returns:
        n rows ``person, step, event, happened_at, session, journey``; steps from 1.

    Raises:
        ValueError: ``event`` is no column that can be one.
    """
    if event not in ("channel", "action", "initiative"):
        raise ValueError(f"event is {event!r}; say channel, action or initiative")
    named = journey_touches.query(
        f"select touch_id, person_id, touched_at, session_id, journey_id, {event} as event from this"
    )
    return run_sql("touch_steps.sql", touches=named)


def outcome_steps(journey_touches: Table, outcomes: Table) -> Table:
    """Actions and outcomes of persons in one order; an outcome stands after touches of its instant.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``; their ``kind`` is the event.

    Returns:
        n + m rows ``person, step, event, happened_at``; steps from 1.
    """
    return run_sql("outcome_steps.sql", journey_touches=journey_touches, outcomes=outcomes)


def small_table(**columns: list[Any]) -> Table:
    """A table of a few values, typed by them; text where a column is empty.

    Example:
        >>> small_table(event=["look", "buy"]).to_pandas()["event"].tolist()
        ['look', 'buy']
    """
    import pyarrow as pa

    data = {
        name: pa.array(values) if values else pa.array([], pa.string()) for name, values in columns.items()
    }
    return Table.from_arrow(pa.table(data))


def fetch_rows(table: Table, *keys: str) -> pd.DataFrame:
    """All rows in the order of their keys, nulls last; whole numbers stay whole beside nulls.

    Args:
        table: A small table.
        keys: Columns that name a row.

    Returns:
        A data frame; whole-number columns with nulls have the type ``Int64``.
    """
    import pyarrow as pa

    data = table.to_arrow()
    frame: pd.DataFrame = data.to_pandas()
    for name in data.column_names:
        if pa.types.is_integer(data.schema.field(name).type) and data[name].null_count:
            frame[name] = data[name].to_pandas(integer_object_nulls=True).astype("Int64")
    return frame.sort_values(list(keys), kind="stable", ignore_index=True)


def name_groups(frame: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The column of groups under its name, or none where there are no groups.

    Example:
        >>> name_groups(pd.DataFrame({"kind": [0], "n": [3]}), None).columns.tolist()
        ['n']
    """
    return frame.drop(columns="kind") if by is None else frame.rename(columns={"kind": "group"})
