"""How long until persons do something, when some have not done it by the end of the data.

Context: leaving out who has not converted yet makes everybody look fast; counting them as never makes
everybody look slow. Choice: Kaplan and Meier's estimate, in a few lines of its own, with the interval
of a share for as many persons as its variance says it is worth, so that without censoring it is
Wilson's. Given up: reasons for leaving other than the end of the data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import wilson_interval

from .steps import fetch_rows, name_groups, read_steps

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY_US = 86_400_000_000
MEASURES = ["share", "low", "high", "n_worth"]
MEDIANS = ["median_days", "median_low_days", "median_high_days"]


@dataclass(frozen=True)
class Curve:
    """The share that has reached an event, by time since the start.

    Attributes:
        times: t lengths of time at which somebody reaches it, rising.
        at_risk: Persons who had not reached it until then and were still watched.
        reached: Persons who reach it then.
        shares: Share that has reached it by then.
        worth: Independent persons that the share is worth.
    """

    times: Ints
    at_risk: Ints
    reached: Ints
    shares: Floats
    worth: Floats

    def at(self, time: float) -> tuple[float, float, float, float]:
        """Share by that time, with its 95 % interval and worth; NaN without persons."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0 or not len(self.worth):
            return math.nan, math.nan, math.nan, math.nan
        share, worth = float(self.shares[place]), float(self.worth[place])
        return share, *wilson_interval(share * worth, worth), worth

    def median(self) -> tuple[float, float, float]:
        """The time by which half have reached it, with its 95 % interval; NaN where half never do."""
        ends = [wilson_interval(s * w, w) for s, w in zip(self.shares, self.worth, strict=True)]
        return (
            _first_at_half(self.times, list(self.shares)),
            _first_at_half(self.times, [high for _, high in ends]),
            _first_at_half(self.times, [low for low, _ in ends]),
        )


def kaplan_meier(waits: Ints, n_reached: Ints, n_lost: Ints) -> Curve:
    """The share that has reached an event by each time, of persons watched for different lengths.

    Args:
        waits: w distinct lengths of time, rising.
        n_reached: w counts: persons who reach the event after so long.
        n_lost: w counts: persons watched for so long who have not.

    Returns:
        The curve; its first time is 0, where nobody may have reached it.

    Source:
        Kaplan and Meier (1958), "Nonparametric estimation from incomplete observations"; Greenwood
        (1926) for the variance; Rothman (1978), "Estimation of confidence limits for the cumulative
        probability of survival in life table analysis", for the interval.

    Example:
        One of four reaches it after 1 day, one is lost after 2, two reach it after 3 and 4:

        >>> curve = kaplan_meier(np.array([1, 2, 3, 4]), np.array([1, 0, 1, 1]), np.array([0, 1, 0, 0]))
        >>> curve.times.tolist(), curve.shares.round(3).tolist()
        ([0, 1, 3, 4], [0.0, 0.25, 0.625, 1.0])
    """
    n = n_reached + n_lost
    at_risk = np.cumsum(n[::-1])[::-1]
    seen = (n_reached > 0) & (waits > 0)
    times, risk, reached = waits[seen], at_risk[seen], n_reached[seen]
    if len(waits):
        at_once = int(n_reached[waits == 0].sum())
        times = np.insert(times, 0, 0)
        risk = np.insert(risk, 0, at_risk[0])
        reached = np.insert(reached, 0, at_once)
    left = np.cumprod(1 - reached / risk)
    shares = 1 - left
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(reached / (risk * (risk - reached).astype(np.float64)))
        worth = shares * left / (left * left * greenwood)
    # Where all or none have reached it, the variance says nothing: what is left is who was watched.
    worth = np.where((left <= 0) | (reached.cumsum() == 0), risk, worth)
    return Curve(times, risk, reached, np.where(left <= 0, 1.0, shares), worth.astype(np.float64))


def time_to_event(
    steps: Table,
    event: Any,
    *,
    at_days: Sequence[float] = (0, 1, 7, 14, 28, 56, 84),
    ends_us: int | None = None,
    by: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """By when persons have done something for the first time, counted from their first event.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        event: What they do; who begins with it has waited 0.
        at_days: Days since the first event that are told.
        ends_us: When the data ends, in microseconds; later events are left out. Without it, the last
            event.
        by: Column of groups.

    Returns:
        A row per group and day up to which somebody was watched: ``days, n_at_risk`` (watched so long
        or longer and not there yet, just before), ``n`` who were seen to do it by then of ``n_all``
        persons (``n_persons``, the same), ``share`` that has done it by then, had all been watched so
        long, ``low, high`` (95 %), ``n_worth``. And a row per group: ``n`` who have done it, ``n_all``,
        ``median_days, median_low_days, median_high_days``; null where fewer than half can be seen to.

    Example:
        >>> day = 86_400_000_000
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 2 * day, 0]})
        >>> curve, median = time_to_event(Table.from_pandas(told), "buy", at_days=(1, 2))
        >>> curve[["days", "share"]].values.tolist(), median["median_days"].tolist()
        ([[1.0, 0.0], [2.0, 0.5]], [2.0])
    """
    histories = read_steps(steps, by=by)
    if ends_us is None:
        last = run_sql("last_instant.sql", steps=histories).first_row()[0]
        ends_us = 0 if last is None else int(last)
    waits = fetch_rows(run_sql("waits.sql", steps=histories, event=event, ends_us=ends_us), "kind", "wait_us")
    rows: list[tuple[Any, ...]] = []
    medians: list[tuple[Any, ...]] = []
    for kind, told in waits.groupby("kind"):
        lengths, n_reached, n_lost = (
            told[name].to_numpy(np.int64) for name in ("wait_us", "n_reached", "n_lost")
        )
        curve, n_all = kaplan_meier(lengths, n_reached, n_lost), int((n_reached + n_lost).sum())
        for days in at_days:
            at_us = round(days * DAY_US)  # a third of a day is a whole number of microseconds again
            n_at_risk = int((n_reached + n_lost)[lengths >= at_us].sum())
            if at_us <= lengths[-1]:
                n_seen = int(n_reached[lengths <= at_us].sum())
                rows.append((kind, float(days), n_at_risk, n_seen, n_all, n_all, *curve.at(at_us)))
        medians.append((kind, int(n_reached.sum()), n_all, *(end / DAY_US for end in curve.median())))
    counts = ["n_at_risk", "n", "n_all", "n_persons"]
    curves = pd.DataFrame(rows, columns=["kind", "days", *counts, *MEASURES])
    summary = pd.DataFrame(medians, columns=["kind", "n", "n_all", *MEDIANS])
    floats = dict.fromkeys([*MEASURES, "days"], "float64")
    return (
        name_groups(curves.astype({**floats, **dict.fromkeys(counts, "int64")}), by),
        name_groups(
            summary.astype({"n": "int64", "n_all": "int64", **dict.fromkeys(MEDIANS, "float64")}), by
        ),
    )


def _first_at_half(times: Ints, shares: list[float]) -> float:
    for time, share in zip(times, shares, strict=True):
        if share >= 0.5:
            return float(time)
    return math.nan
