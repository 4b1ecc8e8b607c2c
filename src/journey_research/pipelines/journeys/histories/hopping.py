"""How often people hop from one channel to another."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps


def hop_rates(steps: Table, *, per: str | None = None, by: str | None = None) -> pd.DataFrame:
    """Of the events that something follows, the share that another event follows.

    Args:
        steps: n rows, one per event (the channel of a touch), as ``read_steps`` wants them.
        per: Column of the histories, ``"journey"``: a hop lies inside one; without it, any two events
            of a person that follow each other.
        by: Column of groups.

    Returns:
        One row per group and event, and one with a null event for all: ``event, n`` hops away from it,
        ``n_all`` times that something follows it, ``n_persons, share, low, high, n_worth``; 95 %
        intervals are by person. Where to is in ``measure_transitions``.

    Example:
        >>> told = pd.DataFrame({"person": ["a"] * 3, "step": [1, 2, 3], "event": ["web", "web", "store"],
        ...                      "happened_at": [0, 1, 2]})
        >>> hop_rates(Table.from_pandas(told))[["event", "n", "n_all", "share"]].values.tolist()
        [['web', 1, 2, 0.5], [nan, 1, 2, 0.5]]
    """
    counted = run_sql("hop_counts.sql", steps=read_steps(steps, per=per, by=by))
    return name_groups(add_shares(fetch_rows(counted, "kind", "event")), by)
