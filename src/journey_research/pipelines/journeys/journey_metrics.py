"""The stage's figures, each with its range."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from .intervals import clustered_interval, median_interval, wilson_interval
from .paths import close_journeys
from .rule import JourneyRule

Figure = tuple[str, float, float, float, int]
TYPES = {"metric": "str", "value": "float64", "low": "float64", "high": "float64", "n": "int64"}


def measure_journeys(
    journey_touches: Table, journeys: Table, outcomes: Table, as_of: Table, rule: JourneyRule
) -> pd.DataFrame:
    """How many journeys there are, how long they are, and how many convert.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        journeys: m rows, contract ``Journeys``, of the same touches.
        outcomes: k rows, contract ``Outcomes``.
        as_of: The instant the run looks from; one row.
        rule: The rule that the journeys were cut with.

    Returns:
        Contract ``Metrics``. Counts have no interval. Conversion rates have a 95 % interval that
        knows that a person's journeys come together; the other shares have Wilson's, medians that
        of order statistics, as if their observations were independent.
        ``conversion_rate`` counts journeys that may still convert as not converted;
        ``conversion_rate_decided`` leaves out journeys whose last touch is no older than
        ``max_gap_days`` at ``as_of``; long journeys that still go on are missing from it, so it is
        too high where most of them are long. ``outcomes_without_journey_share`` holds the outcomes
        without a touch and those that follow another without a touch between.
    """
    counts = run_sql(
        "journey_counts.sql",
        journey_touches=journey_touches,
        journeys=journeys,
        closed_journeys=close_journeys(journey_touches, outcomes, rule),
        as_of=as_of,
        max_gap_us=rule.max_gap_us,
    ).to_pandas()
    n = {name: int(value) for name, value in counts.iloc[0].items()}
    lengths = run_sql("journey_lengths.sql", journeys=journeys).to_arrow()
    figures = [
        _count("n_persons_with_touches", n["n_persons"]),
        _count("n_sessions", n["n_sessions"]),
        _count("n_journeys", n["n_journeys"]),
        _count("n_outcomes", n["n_outcomes"]),
        _rate(
            "conversion_rate", n["n_converted"], n["n_journeys"], n["n_walkers"], n["hh"], n["hn"], n["nn"]
        ),
        _rate(
            "conversion_rate_decided",
            n["n_decided_converted"],
            n["n_decided"],
            n["n_decided_walkers"],
            n["decided_hh"],
            n["decided_hn"],
            n["decided_nn"],
        ),
        _median("touches_per_journey_median", lengths["n_touches"].to_numpy()),
        _median("days_to_convert_median", lengths["days"].drop_null().to_numpy()),
        _share("outcomes_without_touch_share", n["n_untouched"], n["n_outcomes"]),
        _share("outcomes_without_journey_share", n["n_without_journey"], n["n_outcomes"]),
    ]
    return pd.DataFrame(sorted(figures), columns=list(TYPES)).astype(TYPES)


def _count(metric: str, n: int) -> Figure:
    return metric, float(n), math.nan, math.nan, n


def _share(metric: str, n_hits: int, n: int) -> Figure:
    if n == 0:
        return metric, math.nan, math.nan, math.nan, 0
    return metric, n_hits / n, *wilson_interval(n_hits, n), n


def _rate(metric: str, n_hits: int, n: int, n_persons: int, hh: int, hn: int, nn: int) -> Figure:
    if n == 0:
        return metric, math.nan, math.nan, math.nan, 0
    return metric, n_hits / n, *clustered_interval(n_hits, n, n_persons, hh, hn, nn), n


def _median(metric: str, values: np.ndarray) -> Figure:
    if len(values) == 0:
        return metric, math.nan, math.nan, math.nan, 0
    return metric, *median_interval(values), len(values)
