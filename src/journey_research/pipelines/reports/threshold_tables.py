"""What hangs on identity's threshold: which channels change places, and where, in words and rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import Sentence, number, plain

BY_RATE = "conversion_rate"
Rows = list[dict[str, Any]]


def flips_answer(ranking_flips: Table, threshold_kpis: Table) -> Sentence:
    """How far the threshold can be moved before two channels change places, in two sentences.

    Args:
        ranking_flips: Contract ``RankingFlips``.
        threshold_kpis: Contract ``ThresholdKpis``; the thresholds looked at.
    """
    tried = rows_of(threshold_kpis, "select * from this where n_journeys > 0 order by threshold")
    thresholds = [row["threshold"] for row in tried]
    chosen = next((row["threshold"] for row in tried if row["is_chosen"]), None)
    if chosen is None:
        return Sentence("There are no journeys in this environment, so there are no channels to rank.")
    flips = rows_of(
        ranking_flips, "select * from this order by ranking, channel_before, channel_after, low_threshold"
    )
    by_rate = [row for row in flips if row["ranking"] == BY_RATE]
    by_credit = [row for row in flips if row["ranking"] != BY_RATE]
    return Sentence(
        f"{_told('By credited conversions', by_credit, thresholds, chosen)} "
        f"{_told('By conversion rate', by_rate, thresholds, chosen)}"
    )


def _told(start: str, flips: Rows, thresholds: list[float], chosen: float) -> str:
    if not flips:
        return f"{start} no two channels change places from {thresholds[0]:g} to {thresholds[-1]:g}."
    low = max(
        (row["high_threshold"] for row in flips if row["low_threshold"] < chosen), default=thresholds[0]
    )
    high = min(
        (row["low_threshold"] for row in flips if row["high_threshold"] > chosen), default=thresholds[-1]
    )
    nearest = min(
        flips,
        key=lambda row: (
            round(max(row["low_threshold"] - chosen, chosen - row["high_threshold"], 0), 9),
            row["best_place"],
        ),
    )
    pair = " and ".join(plain(nearest[name]) for name in ("channel_before", "channel_after"))
    where = f"between {nearest['low_threshold']:g} and {nearest['high_threshold']:g}"
    by = "" if nearest["ranking"] == BY_RATE else f" (by {plain(nearest['ranking'])})"
    if low < high:
        return (
            f"{start} no two channels change places from {low:g} to {high:g}; the next to do so are "
            f"{pair}, {where}{by}."
        )
    return f"{start} {pair} change places next to the chosen threshold of {chosen:g}, {where}{by}."


def flips_table(ranking_flips: Table) -> pd.DataFrame:
    """Channels that change places, those at the top first.

    Args:
        ranking_flips: Contract ``RankingFlips``.

    Returns:
        One row per change: ``ranked by``, ``between``, ``first ahead``, ``then ahead``, and by how many
        points each leads at the two thresholds.
    """
    rows = rows_of(
        ranking_flips,
        "select * from this order by best_place, ranking, low_threshold, channel_before, channel_after",
    )
    shown = [
        (
            plain(row["ranking"]),
            f"{row['low_threshold']:g} and {row['high_threshold']:g}",
            f"{plain(row['channel_before'])} (by {number(row['lead_before'], 'share')})",
            f"{plain(row['channel_after'])} (by {number(row['lead_after'], 'share')})",
        )
        for row in rows
    ]
    return pd.DataFrame(shown, columns=["ranked by", "between", "first ahead", "then ahead"])
