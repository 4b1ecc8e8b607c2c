"""Where histories go at each of their first steps: the ribbons of a Sankey diagram.

Context: two steps of a step matrix say how many are where, not who came from where; and thirty kinds of
events make a picture that nobody reads. Choice: histories counted by step and pair of events; rarer events
are one event before anything is counted, so that its shares have intervals too. Given up: which of the
rarer ones it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps, small_table

OTHERS = "other events"


def early_events(steps: Table, *, n_steps: int = 5, most: int = 9, per: str | None = None) -> list[Any]:
    """The commonest events of the first steps of histories.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        n_steps: Steps from the first event on.
        most: Events told, at most.
        per: Column of the histories, ``"session"``; without it, a person has one.

    Returns:
        Events, the commonest first, ties in their order.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> early_events(Table.from_pandas(told))
        ['look', 'buy']
    """
    placed = run_sql("placed_steps.sql", steps=read_steps(steps, per=per))
    counts = fetch_rows(run_sql("early_events.sql", placed=placed, latest=n_steps), "event")
    events: list[Any] = counts.sort_values("n", ascending=False, kind="stable")["event"].tolist()
    return events[:most]


def step_flows(
    steps: Table,
    *,
    n_steps: int = 5,
    kept: Sequence[Any] | None = None,
    per: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """How many histories go from which event to which at each of the first steps.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        n_steps: Steps that are drawn: there are flows from each but the last.
        kept: Events that are told by name; all others are one, ``other events``. Without it, the nine
            commonest of these steps.
        per: Column of the histories, ``"session"``; without it, a person has one.
        by: Column of groups.

    Returns:
        One row per group, step and pair: ``step`` (of ``from_event``, from 1), ``from_event, to_event``
        as text (null: the history is over), ``n`` histories, ``n_all`` histories there are, ``n_persons,
        share, low, high, n_worth``. Shares of a step and of those over before add up to 1; 95 %
        intervals are by person.

    Raises:
        ValueError: ``n_steps`` is less than 2.

    Source:
        Riehmann, Hanfler and Froehlich (2005), "Interactive Sankey diagrams".

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> found = step_flows(Table.from_pandas(told), n_steps=2)
        >>> found[["step", "from_event", "to_event", "share"]].values.tolist()
        [[1, 'look', 'buy', 0.5], [1, 'look', nan, 0.5]]
    """
    if n_steps < 2:
        raise ValueError(f"n_steps is {n_steps}; a flow has at least 2 steps")
    told_by_name = early_events(steps, n_steps=n_steps, per=per) if kept is None else list(kept)
    counted = run_sql(
        "flow_counts.sql",
        placed=run_sql("placed_steps.sql", steps=read_steps(steps, per=per, by=by)),
        kept=small_table(event=told_by_name),
        others=name_of_others(told_by_name),
        latest=n_steps - 1,
    )
    counts = fetch_rows(counted, "kind", "place", "from_event", "to_event")
    return name_groups(add_shares(counts).rename(columns={"place": "step"}), by)


def name_of_others(kept: Sequence[Any]) -> str:
    """What the rarer events are called, unless one is called that.

    Example:
        >>> name_of_others(["look"]), name_of_others(["other events"])
        ('other events', '(other events)')
    """
    name = OTHERS
    while name in kept:
        name = f"({name})"
    return name
