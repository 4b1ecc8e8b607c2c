"""The distinct histories, the commonest first, and how much of everything they cover."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps


def top_variants(
    steps: Table, *, most: int = 20, per: str | None = None, by: str | None = None
) -> pd.DataFrame:
    """The commonest histories.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        most: Variants that are told, per group.
        per: Column of the histories, ``"session"``; without it, a person has one.
        by: Column of groups.

    Returns:
        One row per group and variant: ``rank`` (from 1; ties by path), ``path`` (events as text with
        ``' > '`` between), ``n_events, n, n_walkers`` (persons who have it), ``n_all, n_persons, share,
        low, high, n_worth``, ``coverage_share`` (of all histories, these and the commoner ones),
        ``n_variants`` (how many there are). 95 % intervals are by person.

    Raises:
        ValueError: ``most`` is less than 1.

    Source:
        van der Aalst (2016), "Process Mining", 2nd ed.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> found = top_variants(Table.from_pandas(told))
        >>> found[["rank", "path", "n", "coverage_share"]].values.tolist()
        [[1, 'look', 1, 0.5], [2, 'look > buy', 1, 1.0]]
    """
    if most < 1:
        raise ValueError(f"most is {most}; at least 1 variant is told")
    counted = run_sql("variants.sql", steps=read_steps(steps, per=per, by=by), most=most)
    told = add_shares(fetch_rows(counted, "kind", "rank"))
    told.insert(len(told.columns) - 1, "coverage_share", told.pop("n_covered") / told["n_all"])
    return name_groups(told, by)
