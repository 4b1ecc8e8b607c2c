"""How many persons reach one stage after another, how surely, and how long that takes.

Context: whether a person passes a funnel within a week depends on which of several visits one begins
with; trying each costs as many passes as there are visits. Choice: one pass a stage, which carries to
every event the latest beginning of a way to it: if that is too old, all are. Excluded events cut a
history into stretches, and a way lies in one. Given up: which of several ways a person "meant".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import median_interval, wilson_interval

from .differences import compare_shares
from .steps import fetch_rows, name_groups, read_steps, small_table

Mode = Literal["ordered", "strict", "any"]
MODES = ("ordered", "strict", "any")
WITHOUT_END_US = 2**62
SECOND_US = 1_000_000
Share = tuple[float, float, float]


def funnel(
    steps: Table,
    stages: Sequence[Any],
    *,
    mode: Mode = "ordered",
    window_us: int | None = None,
    exclude: Sequence[Any] = (),
    per: str | None = None,
    by: str | None = None,
) -> pd.DataFrame:
    """Persons who reach each stage of a funnel.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        stages: k events, in order.
        mode: ``"ordered"``: each stage some time after the one before. ``"strict"``: each is the very
            next event. ``"any"``: all stages so far, in whatever order; then each stage stands once.
        window_us: Longest time from the first of the events to the last, in microseconds; exactly
            this long is not too long. Without it, any time.
        exclude: Events that may not lie between.
        per: Column of the histories that the whole way has to lie in, ``"session"``; without it, all
            events of a person.
        by: Column of groups.

    Returns:
        k rows per group, in order: ``stage_number`` (from 1), ``stage``, ``n`` persons who reach it,
        ``n_all`` persons; their share of those who reach the first stage (``first_share, first_low,
        first_high``) and the stage before (``previous_share ...``; at the first stage, of all persons);
        ``median_seconds, median_low_seconds, median_high_seconds`` from the last event of the stage
        before, on a way that counts, to the first that reaches this one (null at the first stage, in
        mode ``any``, and the ends below six persons). Shares have Wilson's 95 % interval, null where
        nobody could reach the stage.

    Raises:
        ValueError: No stage; an event is a stage and excluded; a stage stands twice in mode ``any``;
            a window below 0.

    Source:
        Wilson (1927) for shares; Conover (1999) for medians.

    Example:
        >>> who, what = ["a", "a", "b", "b"], ["look", "buy", "buy", "look"]
        >>> told = pd.DataFrame({"person": who, "step": [1, 2] * 2, "event": what, "happened_at": [0, 9] * 2})
        >>> funnel(Table.from_pandas(told), ["look", "buy"])[["stage", "n", "first_share"]].values.tolist()
        [['look', 2, 1.0], ['buy', 1, 0.5]]
    """
    _check(stages, mode, window_us, exclude)
    histories = read_steps(steps, per=per, by=by)
    window = WITHOUT_END_US if window_us is None else window_us
    persons = fetch_rows(run_sql("kind_persons.sql", steps=histories), "kind")
    arrivals = _arrivals(histories, stages, mode, window, exclude).to_arrow().to_pandas()
    grouped = dict(iter(arrivals.groupby(["kind", "stage_number"])["gap_us"]))
    rows: list[tuple[Any, ...]] = []
    for kind, n_all in persons.itertuples(index=False):
        n_first = n_before = int(n_all)
        for number, stage in enumerate(stages, 1):
            gaps = grouped.get((kind, number), pd.Series([], dtype="float64"))
            n = len(gaps)
            n_first = n if number == 1 else n_first
            times = _median_seconds(gaps.dropna().to_numpy(np.float64))
            of_first = (1.0, 1.0, 1.0) if number == 1 and n else _share(n, n_first)  # by definition
            rows.append((kind, number, stage, n, n_all, *of_first, *_share(n, n_before), *times))
            n_before = n
    return name_groups(_framed(rows), by)


def compare_funnels(told: pd.DataFrame, first: Any, second: Any, of: str = "first") -> pd.DataFrame:
    """How far the funnels of two groups differ, stage by stage.

    Args:
        told: What ``funnel`` returns with ``by``.
        first: One group.
        second: The other; the difference is the first less the second.
        of: ``"first"``: shares of those at the first stage; ``"previous"``: at the stage before.

    Returns:
        One row per stage but the first: what ``compare_shares`` returns.

    Raises:
        ValueError: A group is not there.
    """
    below = {
        "first": told.groupby("group")["n"].transform("first"),
        "previous": told.groupby("group")["n"].shift(),
    }
    shares = told.rename(columns={f"{of}_{name}": name for name in ("share", "low", "high")})
    shares = shares.assign(n_all=below[of], n_persons=below[of], n_worth=below[of].astype("float64"))
    return compare_shares(
        shares[(shares["stage_number"] > 1) & (shares["n_all"] > 0)], first, second, ["stage_number", "stage"]
    )


def _check(stages: Sequence[Any], mode: str, window_us: int | None, exclude: Sequence[Any]) -> None:
    if not stages:
        raise ValueError("a funnel has at least one stage")
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; say {', '.join(MODES)}")
    if mode == "any" and len(set(stages)) < len(stages):
        raise ValueError("in any order, each stage stands once")
    if set(stages) & set(exclude):
        raise ValueError("an event is a stage and excluded; it can be one of them")
    if window_us is not None and window_us < 0:
        raise ValueError(f"window_us is {window_us}; a window lasts at least 0")


def _arrivals(
    histories: Table, stages: Sequence[Any], mode: str, window_us: int, exclude: Sequence[Any]
) -> Table:
    """One row per stage and person who reaches it."""
    events = run_sql(
        "funnel_events.sql",
        steps=histories,
        stages=small_table(event=list(dict.fromkeys(stages))),
        excluded=small_table(event=list(exclude) or [None]),
        is_strict=mode == "strict",
    )
    first = run_sql(
        "funnel_any_first.sql" if mode == "any" else "funnel_first.sql", events=events, stage=stages[0]
    )
    ways = [first]
    for stage in stages[1:]:
        if mode == "any":
            ways.append(run_sql("funnel_any_next.sql", reached=ways[-1], stage=stage))
        elif mode == "strict":
            ways.append(run_sql("funnel_next_strict.sql", reached=ways[-1], stage=stage, window_us=window_us))
        else:
            ways.append(run_sql("funnel_next.sql", reached=ways[-1], stage=stage, window_us=window_us))
    reached = {
        f"reached_{number}": run_sql("funnel_reached.sql", reached=way, window_us=window_us)
        for number, way in enumerate(ways, 1)
    }
    told = [
        f"select {number} as stage_number, kind, gap_us from {name}" for number, name in enumerate(reached, 1)
    ]
    return Table(" union all ".join(told), reached)


def _share(n: int, n_all: int) -> Share:
    return (n / n_all, *wilson_interval(n, n_all)) if n_all else (math.nan, math.nan, math.nan)


def _median_seconds(gaps_us: np.ndarray) -> Share:
    if not len(gaps_us):
        return math.nan, math.nan, math.nan
    middle, low, high = median_interval(gaps_us / SECOND_US)
    return middle, low, high


def _framed(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    counts = ["stage_number", "n", "n_all"]
    measures = [f"{of}_{name}" for of in ("first", "previous") for name in ("share", "low", "high")]
    measures += ["median_seconds", "median_low_seconds", "median_high_seconds"]
    frame = pd.DataFrame(rows, columns=["kind", "stage_number", "stage", "n", "n_all", *measures])
    return frame.astype({**dict.fromkeys(counts, "int64"), **dict.fromkeys(measures, "float64")})
