"""What the business is after beside what the week brought, and where the week lies in its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from journey_research.business.goals import Business, Kpi
from journey_research.engine import Table

from .tables import instant_of
from .week_tables import last_window
from .words import Remark, number

UNITS = {"conversion rate": "share", "rejected share": "share", "revenue": "amount", "spend": "amount"}


def business_of(said: Any) -> Business:
    """The business as the catalog of a notebook hands it over: as it stands in its file."""
    return said if isinstance(said, Business) else Business(**said)


def goals_table(business: Business, week: pd.DataFrame) -> pd.DataFrame:
    """One row per figure the business watches, by goal.

    Args:
        business: Its goals and figures.
        week: What ``week_table`` has made.

    Returns:
        ``goal`` (its sentence), ``figure``, ``stage`` of the journey, ``this week``, ``target``, ``reached``,
        ``owner`` and, where anybody has said one, ``action``. A goal that no figure measures stands there,
        too, and says so.
    """
    values: Mapping[str, float | None] = week.attrs["values"]
    rows = []
    for goal, sentence in business.goals.items():
        watched = [kpi for kpi in business.kpis.values() if kpi.goal == goal]
        for kpi in watched:
            unit = UNITS.get(kpi.figure, "count")
            now = values.get(kpi.figure)
            rows.append(
                (
                    sentence,
                    kpi.figure,
                    kpi.stage,
                    number(now, unit),
                    "not set" if kpi.target is None else number(kpi.target, unit),
                    _reached(kpi, now),
                    kpi.owner,
                    kpi.action,
                )
            )
        if not watched:
            rows.append((sentence, "no figure measures it", "", "", "", "", "nobody yet", ""))
    table = pd.DataFrame(
        rows, columns=["goal", "figure", "stage", "this week", "target", "reached", "owner", "action"]
    )
    return table if table["action"].any() else table.drop(columns="action")


def week_in_calendar(business: Business, as_of: Table, window_days: int) -> Remark:
    """Which week of the business's calendar the report's last day lies in, and what was going on."""
    instant = instant_of(as_of)
    if instant is None:
        return Remark("The data hold no instant, so there is no week to place.")
    window = last_window(instant, window_days)
    last = (window.end_at - timedelta(days=1)).date()
    week = business.calendar.week_of(last)
    part = "" if week.last_date == last else f", of which it sees the days to {last:%A}"
    known = [one.name for one in business.events_between(window.start_at.date(), last)]
    going_on = f" Known events in these days: {', '.join(known)}." if known else ""
    kind = "ISO" if business.calendar.weeks == "iso" else f"{business.calendar.weeks} retail"
    return Remark(
        f"For {business.name}, counted by {'person' if business.grain == 'person' else 'account'}. "
        f"The report ends in {kind} {week.in_words}{part}.{going_on}"
    )


def _reached(kpi: Kpi, value: float | None) -> str:
    if kpi.target is None or value is None:
        return ""
    return "yes" if (value >= kpi.target if kpi.at_least else value <= kpi.target) else "no"
