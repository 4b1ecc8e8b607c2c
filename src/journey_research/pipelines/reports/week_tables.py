"""The week at a glance: this week's figures beside the last, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

import pandas as pd

from journey_research.business.goals import FIGURES
from journey_research.engine import Table, run_sql

from .estimates import Estimate, change, rate, total
from .tables import instant_of, rows_of
from .words import Sentence

KPIS = list(FIGURES)


@dataclass(frozen=True)
class Window:
    """A span of whole days (UTC) and the span of the same length before it."""

    before_at: datetime
    start_at: datetime
    end_at: datetime

    @property
    def in_words(self) -> str:
        last = self.end_at - timedelta(days=1)
        return f"the {(self.end_at - self.start_at).days} days to {last.day} {last:%B %Y}"


def last_window(as_of: datetime, n_days: int) -> Window:
    """The last ``n_days`` whole days (UTC) before an instant; the day it falls in is not over yet.

    Example:
        >>> last_window(datetime(2025, 3, 31, 17, 0), 7).in_words
        'the 7 days to 30 March 2025'
    """
    end = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(end - timedelta(days=2 * n_days), end - timedelta(days=n_days), end)


def week_table(
    as_of: Table,
    journey_touches: Table,
    journeys: Table,
    outcomes: Table,
    orders: Table,
    people: Table,
    spend: Table,
    source_files: Table,
    window_days: int,
) -> pd.DataFrame:
    """Seven figures, this week beside the week before.

    Returns:
        7 rows: ``figure``, ``this week``, ``week before`` (each with its 95 % range, where persons
        are the draw: a person's touches come together) and ``change``: an arrow where the two weeks
        differ by more than chance (once in 100 a figure), else ``within chance``. The conversion rate
        is not compared: journeys of the last days may yet convert. ``attrs["values"]`` holds this
        week's figures as numbers.
    """
    instant = instant_of(as_of)
    found = _estimates(journey_touches, journeys, outcomes, orders, people, spend, instant, window_days)
    n_rows, n_rejected = source_files.query(
        "select cast(coalesce(sum(n_rows), 0) as bigint), "
        "cast(coalesce(sum(n_rejected), 0) as bigint) from this"
    ).first_row()
    rejected = Estimate(n_rejected / n_rows if n_rows else None, None, "share")
    shown = []
    for figure in KPIS[:-1]:
        now, before = found[figure, "this"], found[figure, "before"]
        label = f"revenue{_currencies(orders)}" if figure == "revenue" else figure
        # Journeys of the last days are still open, so the newest rate is low whatever happened.
        moved = "too early to tell" if figure == "conversion rate" else change(now, before)
        moved = moved if now.value is not None else ""
        shown.append((label, now.in_words, before.in_words, moved))
    shown.append(("rejected share (all files read)", rejected.in_words, "", ""))
    table = pd.DataFrame(shown, columns=["figure", "this week", "week before", "change"])
    # What a goal's target is held against; the table itself shows words.
    table.attrs["values"] = {name: found[name, "this"].value for name in KPIS[:-1]}
    table.attrs["values"]["rejected share"] = rejected.value
    return table


def week_answer(as_of: Table, week: pd.DataFrame, window_days: int) -> Sentence:
    """The week in one sentence."""
    instant = instant_of(as_of)
    told = week.set_index("figure")["this week"]
    if instant is None:
        return Sentence("The data hold no instant, so there is no week to compare with another.")
    quiet = week[week["figure"].isin(["touches", "conversions"])]
    if (quiet[["this week", "week before"]] == "0").all(axis=None):
        return Sentence("There were neither touches nor conversions in the last two weeks of these data.")
    moved = week[week["change"].str.startswith(("▲", "▼"))]
    changed = ", ".join(
        f"{figure.split(',')[0]} {said[2:]}"
        for figure, said in zip(moved["figure"], moved["change"], strict=True)
    )
    beyond = f"beyond chance: {changed}" if changed else "nothing moved beyond chance"
    persons, conversions = told["active persons"].split(" (")[0], told["conversions"].split(" (")[0]
    return Sentence(
        f"In {last_window(instant, window_days).in_words}, {persons} persons were in touch with us and "
        f"{conversions} conversions were seen; against the week before, {beyond}."
    )


def week_shown(as_of: Table, week: pd.DataFrame) -> pd.DataFrame | None:
    """The week's table, or nothing where there is no week: the answer above says so."""
    return week if instant_of(as_of) else None


def touches_by_day(as_of: Table, journey_touches: Table, window_days: int) -> Table:
    """Touches by ``touched_date`` and ``channel``, ``n_touches``, in the window and the one before.

    A day without touches of a channel that has some is there with 0.
    """
    window = last_window(instant_of(as_of) or datetime(1970, 1, 1), window_days)
    counted = run_sql(
        "touches_by_day.sql",
        journey_touches=journey_touches,
        before_at=window.before_at,
        end_at=window.end_at,
    ).to_pandas()
    counted["touched_date"] = pd.to_datetime(counted["touched_date"])
    days = pd.date_range(window.before_at, window.end_at, inclusive="left", name="touched_date")
    every = pd.MultiIndex.from_product(
        [days, sorted(set(counted["channel"]))], names=["touched_date", "channel"]
    )
    there = counted.set_index(["touched_date", "channel"]).reindex(every, fill_value=0)
    return Table.from_pandas(there.reset_index())


def _estimates(
    journey_touches: Table,
    journeys: Table,
    outcomes: Table,
    orders: Table,
    people: Table,
    spend: Table,
    instant: datetime | None,
    window_days: int,
) -> dict[tuple[str, str], Estimate]:
    if instant is None:
        return {(name, when): Estimate(None, None, "count") for name in KPIS for when in ("this", "before")}
    window = last_window(instant, window_days)
    rows = run_sql(
        "week_figures.sql",
        journey_touches=journey_touches,
        journeys=journeys,
        outcomes=outcomes,
        orders=orders,
        people=people,
        before_at=window.before_at,
        start_at=window.start_at,
        end_at=window.end_at,
    ).to_arrow()
    by_key = {(row["figure"], row["period"]): row for row in rows.to_pylist()}
    found = {}
    for when, first, last in (
        ("this", window.start_at, window.end_at),
        ("before", window.before_at, window.start_at),
    ):
        for figure, unit in (("touches", "count"), ("conversions", "count"), ("revenue", "amount")):
            found[figure, when] = total(by_key.get((figure, when)), unit)
        if not orders.count():  # without orders nothing is known of revenue, which is not the same as none
            found["revenue", when] = Estimate(None, None, "amount")
        n_persons = by_key.get(("touches", when), {"n_persons": 0})["n_persons"]
        found["active persons", when] = Estimate(n_persons, sqrt(n_persons), "count")
        found["conversion rate", when] = rate(by_key.get(("conversion rate", when)))
        spent = spend.query(
            "select cast(coalesce(sum(spent_amount), 0) as double) from this "
            "where spent_date >= $first and spent_date < $last",
            first=first.date(),
            last=last.date(),
        ).first_row()[0]
        found["spend", when] = Estimate(spent if spend.count() else None, None, "amount")
    return found


def _currencies(orders: Table) -> str:
    named = [
        row["currency"] for row in rows_of(orders, "select distinct currency from this order by currency")
    ]
    return f", {' and '.join(named)}" if named else ""
