"""The process as the company sees it, as customers do, and both together.

A system for campaigns sees what the company began, one for social media what customers and their peers did.
Each counts its records as persons; resolved, the same persons are in several views.
"""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql

from .intervals import clustered_interval

TYPES = {
    "initiative": "str",
    "direction": "str",
    "n_touches": "int64",
    "touch_share": "float64",
    "low": "float64",
    "high": "float64",
    "n_records": "int64",
    "n_persons": "int64",
    "n_converted": "int64",
}


def count_process_views(journey_touches: Table, touches: Table, outcomes: Table) -> pd.DataFrame:
    """Touches, records, persons and buyers by whose initiative it was and in which direction.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        touches: m rows, contract ``Touches``, among them those n.
        outcomes: k rows, contract ``Outcomes``; who converted.

    Returns:
        Contract ``ProcessViews``; ``all``, ``all`` is their union, so its touches are the sum and its
        persons at most the sum. Shares of all touches, 95 % interval by person.
    """
    counts = run_sql(
        "process_views.sql", journey_touches=journey_touches, touches=touches, outcomes=outcomes
    ).to_pandas()
    ordered = counts.sort_values(["initiative", "direction"]).to_dict("records")
    rows = []
    for row in ordered:
        n = {name: int(value) for name, value in row.items() if name not in ("initiative", "direction")}
        low, high = clustered_interval(
            n["n_touches"], n["n_all"], n["n_persons_all"], n["hh"], n["hn"], n["nn"]
        )
        view = (row["initiative"], row["direction"], n["n_touches"], n["n_touches"] / n["n_all"], low, high)
        rows.append((*view, n["n_records"], n["n_persons"], n["n_converted"]))
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)
