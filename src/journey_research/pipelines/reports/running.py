"""What a report is told, and which tables stand behind it.

A report's node takes exactly the tables that its notebook loads, so that Kedro runs it after them
and a partial run knows what it needs; the notebook reads them itself, from the run that it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from journey_research.business.goals import Business
from journey_research.engine import Table

from .headlines import ranges_in_words
from .words import number


@dataclass(frozen=True)
class ReportRule:
    """How much a report shows.

    Attributes:
        window_days: Length of the window that the weekly report looks at, in days; at most 7.
        n_paths: Most frequent paths listed.
    """

    window_days: int
    n_paths: int

    def __post_init__(self) -> None:
        if not 1 <= self.window_days <= 7:
            raise ValueError(f"window_days is {self.window_days}; a weekly report looks at 1 to 7 days")
        if self.n_paths <= 0:
            raise ValueError(f"n_paths is {self.n_paths}; a list shows more than 0 paths")


def tell_week(rule: ReportRule, business: Business, *tables: Table) -> dict[str, Any]:
    """Parameters of the weekly report; the tables are those its notebook loads, and the business."""
    return {"window_days": rule.window_days}


def tell_identity(*tables: Table) -> dict[str, Any]:
    """Parameters of the report on identity: none of its own."""
    return {}


def tell_journeys(*tables: Table) -> dict[str, Any]:
    """Parameters of the report on how customers move: none of its own."""
    return {}


def tell_conversion(rule: ReportRule, *tables: Table) -> dict[str, Any]:
    """Parameters of the report on conversion."""
    return {"n_paths": rule.n_paths}


def index_reports(
    weekly_report: dict[str, Any],
    identity_report: dict[str, Any],
    journeys_report: dict[str, Any],
    conversion_report: dict[str, Any],
    headlines: Table,
    as_of: Table,
) -> dict[str, Any]:
    """The front page as a document.

    Returns:
        ``headlines`` (``figure``, ``sentence``, ``ranges`` in words, by position), ``reports`` (what
        each report says of itself, in reading order) and ``as_of`` (UTC, to the second).
    """
    rows = headlines.query("select * from this order by position").to_arrow().to_pylist()
    return {
        "headlines": [
            {
                "headline": row["headline"],
                "figure": number(row["value"], row["unit"]),
                "sentence": row["sentence"],
                "ranges": ranges_in_words(row),
            }
            for row in rows
        ],
        "reports": [weekly_report, identity_report, journeys_report, conversion_report],
        "as_of": f"{as_of.first_row()[0]:%Y-%m-%d %H:%M:%S} UTC",
    }
