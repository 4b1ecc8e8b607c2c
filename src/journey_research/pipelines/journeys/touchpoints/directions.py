"""What people begin and what we begin, measured apart: a letter sent is no visit."""

from __future__ import annotations

import math

import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import clustered_interval

from .labelling import interval_of

COLUMNS = {
    "direction": "str", "n_touches": "int64", "n_persons": "int64", "touch_share": "float64",
    "low": "float64", "high": "float64", "n_journeys": "int64", "conversion_rate": "float64",
    "conversion_low": "float64", "conversion_high": "float64",
}  # fmt: skip


def split_by_direction(touches: Table, journey_touches: Table, journeys: Table) -> pd.DataFrame:
    """Touches by direction, and the journeys that begin with one.

    The rates compare persons who came with persons who were written to; they are not what either did.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose they are.
        journeys: j rows, contract ``Journeys``: what came of them.

    Returns:
        Contract ``DirectionKpis``, one row per direction in the data. ``touch_share`` is of all touches
        of known persons, ``conversion_rate`` of the journeys whose first touch has the direction; both
        with 95 % intervals by person. Null: no journey begins so.
    """
    counts = run_sql(
        "direction_kpis.sql", touches=touches, journey_touches=journey_touches, journeys=journeys
    )
    rows = []
    for row in counts.to_arrow().to_pylist():
        rate = (math.nan, math.nan, math.nan)
        if row["n_journeys"]:
            ends = clustered_interval(
                row["n_converted"], row["n_journeys"], row["n_beginners"],
                row["journey_hh"], row["journey_hn"], row["journey_nn"],
            )  # fmt: skip
            rate = (row["n_converted"] / row["n_journeys"], *ends)
        share = (row["n_hits"] / row["n"], *interval_of(row))
        rows.append(
            (row["direction"], row["n_hits"], row["n_direction_persons"], *share, row["n_journeys"], *rate)
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
