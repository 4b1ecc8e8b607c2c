"""Of those who came first in one week, who is still active in the weeks after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import wilson_interval

from .steps import fetch_rows, name_groups, read_steps

WEEK_US = 7 * 86_400_000_000
MONDAY_US = 4 * 86_400_000_000  # 1970-01-05, the first Monday of the epoch, 00:00 UTC


def measure_retention(
    steps: Table,
    *,
    ends_us: int | None = None,
    period_us: int = WEEK_US,
    origin_us: int = MONDAY_US,
    by: str | None = None,
) -> pd.DataFrame:
    """Share of each cohort that is active in each period after its first.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        ends_us: When the data ends, in microseconds; later events are left out. Without it, the last
            event, so that its period is never whole.
        period_us: Length of a period in microseconds; a week, unless told.
        origin_us: An instant at which a period begins; a Monday, 00:00 UTC, unless told.
        by: Column of groups.

    Returns:
        One row per group, cohort and age up to the end of the data: ``cohort_at`` (when its period
        began, UTC), ``age`` (0: the period of the first event), ``n`` active, ``n_all`` persons of the
        cohort (and ``n_persons, n_worth``, the same), ``share, low, high`` (Wilson, 95 %),
        ``is_complete``. In a period that the data does not hold to its end, ``n`` and shares are null:
        too early to say. Who was there before the data begins counts as new in its first periods.

    Raises:
        ValueError: A period lasts no time.

    Example:
        >>> day = 86_400_000_000
        >>> told = pd.DataFrame({"person": ["a", "b", "a"], "step": [1, 1, 2], "event": ["look"] * 3,
        ...                      "happened_at": [4 * day, 5 * day, 12 * day]})
        >>> found = measure_retention(Table.from_pandas(told), ends_us=18 * day)
        >>> found[["age", "n", "n_all", "share"]].values.tolist()
        [[0, 2, 2, 1.0], [1, 1, 2, 0.5], [2, <NA>, 2, nan]]
    """
    if period_us <= 0:
        raise ValueError(f"period_us is {period_us}; a period lasts more than 0")
    histories = read_steps(steps, by=by)
    if ends_us is None:
        last = run_sql("last_instant.sql", steps=histories).first_row()[0]
        ends_us = 0 if last is None else int(last)
    counts = fetch_rows(
        run_sql(
            "cohort_activity.sql", steps=histories, ends_us=ends_us, period_us=period_us, origin_us=origin_us
        ),
        "kind", "cohort", "age",
    )  # fmt: skip
    told = name_groups(_with_empty_cells(counts, (ends_us - origin_us) // period_us), by)
    at = told.pop("cohort") * period_us + origin_us
    told.insert(0 if by is None else 1, "cohort_at", pd.to_datetime(at, unit="us").astype("datetime64[us]"))
    return told


def _with_empty_cells(counts: pd.DataFrame, last: int) -> pd.DataFrame:
    """Every age of every cohort up to the period that the data ends in."""
    sizes = counts.loc[counts["age"] == 0, ["kind", "cohort", "n"]].rename(columns={"n": "n_all"})
    ages = [np.arange(last - cohort + 1) for cohort in sizes["cohort"]]
    grid = sizes.loc[sizes.index.repeat([len(age) for age in ages])].reset_index(drop=True)
    grid["age"] = np.concatenate(ages) if ages else np.zeros(0, np.int64)
    told = grid.merge(counts, on=["kind", "cohort", "age"], how="left", validate="one_to_one")
    # The end is the last instant that the data knows, so a period is whole when a later one has begun.
    told["is_complete"] = told["cohort"] + told["age"] < last
    n = told["n"].fillna(0).where(told["is_complete"])
    rows = [
        (float("nan"),) * 3 if np.isnan(hits) else (hits / n_all, *wilson_interval(hits, n_all))
        for hits, n_all in zip(n.astype("float64"), told["n_all"], strict=True)
    ]
    told["n"] = n.astype("Int64")
    shares = pd.DataFrame(rows, columns=["share", "low", "high"], dtype="float64")
    told = pd.concat([told, shares], axis=1).astype({"n_all": "int64", "age": "int64", "cohort": "int64"})
    told = told.assign(n_persons=told["n_all"], n_worth=told["n_all"].astype("float64"))
    return told[
        ["kind", "cohort", "age", "n", "n_all", "n_persons", *shares.columns, "n_worth", "is_complete"]
    ]
