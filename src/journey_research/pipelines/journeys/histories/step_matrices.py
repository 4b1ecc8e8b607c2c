"""Where persons are at each step, counted from their first event or around one event."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps


def step_matrix(
    steps: Table,
    *,
    n_steps: int = 20,
    centre: Any = None,
    per: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """The share of histories that have each event at each step, and of those that are over.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        n_steps: Steps from the first event on; with a centre, steps before it and after it.
        centre: Event whose first occurrence in a history is step 0; histories without it are left out.
        per: Column of the histories, ``"session"``; without it, a person has one.
        by: Column of groups.

    Returns:
        One row per group, step and event that somebody has there: ``step, event, n, n_all, n_persons,
        share, low, high, n_worth``. A null event: the history has no such step, because it is over,
        or before the centre, not begun. The shares of a step add up to 1; 95 % intervals are by person.

    Raises:
        ValueError: ``n_steps`` is less than 1.

    Source:
        Rao and Scott (1992) where a person has several histories.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> found = step_matrix(Table.from_pandas(told), n_steps=2)
        >>> found[["step", "event", "share"]].values.tolist()
        [[1, 'look', 1.0], [2, 'buy', 0.5], [2, nan, 0.5]]
    """
    if n_steps < 1:
        raise ValueError(f"n_steps is {n_steps}; a matrix has at least 1 step")
    placed = run_sql("placed_steps.sql", steps=read_steps(steps, per=per, by=by))
    origin, earliest, latest = 1, 1, n_steps
    if centre is not None:
        placed = run_sql("centred_steps.sql", placed=placed, centre=centre)
        origin, earliest, latest = 0, -n_steps, n_steps
    counted = run_sql("step_counts.sql", placed=placed, origin=origin, earliest=earliest, latest=latest)
    counts = fetch_rows(counted, "kind", "place", "event")
    events = counts[~counts["is_any"]]
    outside = _outside(counts, list(range(earliest, latest + 1)))
    told = pd.concat([events, outside], ignore_index=True) if len(outside) else events
    told = told.sort_values(["kind", "place", "event"], kind="stable", ignore_index=True)
    return name_groups(add_shares(told.drop(columns="is_any")).rename(columns={"place": "step"}), by)


def step_shares(told: pd.DataFrame) -> pd.DataFrame:
    """A step matrix as a matrix.

    Args:
        told: What ``step_matrix`` returns, of one group.

    Returns:
        A row per event, the last without name for histories that are over or not begun; a column per
        step; every column adds up to 1.

    Example:
        >>> told = pd.DataFrame({"step": [1, 2, 2], "event": ["look", "buy", None], "share": [1.0, 0.5, 0.5]})
        >>> step_shares(told).values.tolist()
        [[0.0, 0.5], [1.0, 0.0], [0.0, 0.5]]
    """
    wide = told.pivot(index="event", columns="step", values="share").fillna(0.0)
    return wide.sort_index(na_position="last")


def _outside(counts: pd.DataFrame, places: list[int]) -> pd.DataFrame:
    """Counts of the histories that have no event at a place: all of a group's less those that have one."""
    totals = counts.drop_duplicates("kind")[["kind", "n_all", "n_persons", "nn"]]
    grid = totals.merge(pd.DataFrame({"place": places}), how="cross")
    present = counts.loc[counts["is_any"], ["kind", "place", "n", "hh", "hn"]]
    told = grid.merge(present, on=["kind", "place"], how="left", validate="one_to_one").fillna(
        {"n": 0, "hh": 0, "hn": 0}
    )
    told["hh"] = told["nn"] - 2 * told["hn"] + told["hh"]
    told["hn"] = told["nn"] - told["hn"]
    told["n"] = told["n_all"] - told["n"]
    kind = "Int64" if pd.api.types.is_integer_dtype(counts["event"]) else counts["event"].dtype
    told["event"] = pd.Series([None] * len(told), index=told.index, dtype=kind)
    return told[told["n"] > 0]
