"""Small tables and sentences that more than one report shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from journey_research.engine import Table

from .words import Foot, Remark, is_known, number, plain, ranged, span

ENDINGS = {
    "share": ("_share", "_rate", "_rate_decided", "_rate_train", "coverage", "_percent"),
    "amount": ("_amount", "_value"),
    "score": tuple(
        "precision recall f1 auc brier log_loss lift skill gini ece slope intercept "
        "_probability _error _distance".split()
    ),
}

LEAST_WIDTH = 0.0005  # of a range of shares: less is 0.0 points
# Figures whose column name is not what the field calls them.
NAMES = {
    "auc": "AUC (0.5 is chance)",
    "auc_above_converted_before": "AUC above converted before",
    "base_rate_train": "base rate in training",
    "brier": "Brier score",
    "conversion_rate_decided": "conversion rate, journeys that are over",
    "days_to_convert_median": "days to convert (median)",
    "moved_share": "changed segment since the week before",
    "n_outcomes": "conversions",
    "n_persons_with_touches": "persons with touches (what consent holds apart counts by itself)",
    "outcomes_without_journey_share": "conversions outside journeys",
    "outcomes_without_touch_share": "conversions of persons without a touch",
    "repeatability": "same segment in other weeks (adjusted Rand)",
    "stability": "same segments on resamples (adjusted Rand)",
    "touches_per_journey_median": "touches per journey (median)",
    "unassigned_share": "in no segment",
    "week_agreement_fitted_anew": "same as the week before, fitted anew (adjusted Rand)",
    "week_agreement_same_model": "same as the week before, by the same model (adjusted Rand)",
}


def or_said(frame: pd.DataFrame, sentence: str) -> pd.DataFrame | Remark:
    """The table with every word of it, or a sentence in its place where it has no rows."""
    return Remark(sentence) if frame.empty else Whole(frame)


def or_nothing(frame: pd.DataFrame) -> pd.DataFrame | None:
    """The table with every word of it, or nothing where it has no rows and the finding above says so."""
    return None if frame.empty else Whole(frame)


class Whole(pd.DataFrame):
    """A table whose long texts are shown to their end."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return Whole

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_html(notebook=True)


def rows_of(table: Table, sql: str, **parameters: Any) -> list[dict[str, Any]]:
    """Rows of a small query over ``this``, as dicts."""
    rows: list[dict[str, Any]] = table.query(sql, **parameters).to_arrow().to_pylist()
    return rows


def instant_of(as_of: Table) -> datetime | None:
    """The instant the run looks from, UTC; None where the data hold no instant."""
    rows = rows_of(as_of, "select as_of from this limit 1")
    # Data without a single instant are looked at from the epoch.
    return rows[0]["as_of"] if rows and rows[0]["as_of"].year > 1970 else None


def foot(run_id: str, environment: str, as_of: Table) -> Foot:
    """Which run a page belongs to, and how to rebuild it."""
    instant = instant_of(as_of)
    seen = f"{instant:%Y-%m-%d %H:%M:%S} UTC" if instant else "no instant: the data hold none"
    return Foot(
        f"Run {run_id} of environment {environment}, looking from {seen}. "
        f"Rebuild it: journey recreate {run_id}"
    )


def how_wrong(headlines: Table, *names: str) -> pd.DataFrame:
    """The front page's figures with their three ranges side by side.

    Args:
        headlines: Contract ``Headlines``.
        names: Headlines to show; all where none is named.

    Returns:
        One row per headline, by position: ``figure``, ``value``, ``sampling``, ``identity``, ``model``.
    """
    shown = []
    for row in rows_of(headlines, "select * from this order by position"):
        if names and row["headline"] not in names:
            continue
        unit = row["unit"]
        shown.append(
            {
                "figure": plain(row["headline"]),
                "value": number(row["value"], unit),
                "sampling (95 in 100)": span(row["low"], row["high"], unit) or "-",
                "identity": span(row["identity_low"], row["identity_high"], unit) or "-",
                "model": span(row["model_low"], row["model_high"], unit) or "-",
            }
        )
    columns = ["figure", "value", "sampling (95 in 100)", "identity", "model"]
    return pd.DataFrame(shown, columns=columns)


def widest_range(headlines: Table) -> Remark:
    """Which of the three ranges matters most for the leading channel, in one sentence."""
    rows = rows_of(headlines, "select * from this where headline = 'leading_channel_share'")
    widths = {}
    for row in rows:
        for name, low, high in (
            ("the choice of attribution model", "model_low", "model_high"),
            ("who is taken for one person", "identity_low", "identity_high"),
            ("chance in the draw of people", "low", "high"),
        ):
            if is_known(row[low]) and is_known(row[high]):
                widths[name] = row[high] - row[low]
    if not widths:
        return Remark("There is no channel to credit yet, so there is nothing to be wrong about there.")
    widest = max(widths, key=lambda name: widths[name])
    if widths[widest] < LEAST_WIDTH:
        return Remark("The leading channel's share is the same whatever the model, the persons or the draw.")
    return Remark(
        f"What moves the leading channel's share most is {widest}: "
        f"its range is {100 * widths[widest]:.1f} points wide."
    )


def sources_table(source_files: Table) -> pd.DataFrame:
    """Rows read by source: ``source``, ``rows read``, ``accepted``, ``rejected``, ``rejected share``."""
    rows = rows_of(
        source_files,
        "select source, cast(sum(n_rows) as bigint) as n_rows, "
        "cast(sum(n_accepted) as bigint) as n_accepted, "
        "cast(sum(n_rejected) as bigint) as n_rejected from this group by source order by source",
    )
    shown = []
    for row in rows:
        share = row["n_rejected"] / row["n_rows"] if row["n_rows"] else None
        counts = (number(row[name]) for name in ("n_rows", "n_accepted", "n_rejected"))
        shown.append((row["source"], *counts, number(share, "share")))
    return pd.DataFrame(shown, columns=["source", "rows read", "accepted", "rejected", "rejected share"])


def unit_of(metric: str) -> str:
    """The unit that a metric's name says: ``share``, ``amount``, ``score`` or ``count``.

    Example:
        >>> unit_of("conversion_rate"), unit_of("pairwise_f1"), unit_of("n_pairs"), unit_of("days_per_week")
        ('share', 'score', 'count', 'other')
    """
    if metric.startswith("n_") or metric in ("records", "persons", "journeys", "conversions", "touches"):
        return "count"
    for unit, endings in ENDINGS.items():
        if metric.endswith(endings):
            return unit
    return "other"


def named(metric: str) -> str:
    """A figure as a reader calls it.

    Example:
        >>> named("brier"), named("log_loss")
        ('Brier score', 'log loss')
    """
    return NAMES.get(metric, plain(metric))


def metrics_table(metrics: Table) -> pd.DataFrame:
    """Measured figures with their ranges.

    Args:
        metrics: Contract ``Metrics``.

    Returns:
        One row per metric, by name: ``figure``, ``value (95 in 100)``, ``n``.
    """
    shown = [
        {
            "figure": named(row["metric"]),
            "value (95 in 100)": ranged(row["value"], row["low"], row["high"], told_unit(row)),
            "n": number(row["n"]),
        }
        for row in rows_of(metrics, "select * from this order by metric")
    ]
    return pd.DataFrame(shown, columns=["figure", "value (95 in 100)", "n"])


def told_unit(row: dict[str, Any]) -> str:
    """How to print a metric: whole numbers as counts, others with the digits that they need."""
    unit = unit_of(row["metric"])
    if unit != "other":
        return unit
    numbers = [row[name] for name in ("value", "low", "high") if is_known(row[name])]
    if all(float(value).is_integer() for value in numbers):
        return "count"
    return "score" if all(abs(value) < 10 for value in numbers) else "amount"
