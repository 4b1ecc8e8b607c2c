"""What the touchpoints come to in a few figures, each with its range."""

from __future__ import annotations

import math

import pandas as pd

from journey_research.engine import Table, run_sql

from .labelling import interval_of

TYPES = {"metric": "str", "value": "float64", "low": "float64", "high": "float64", "n": "int64"}
SHARES = (
    "consistency_index_by_week", "consistency_index_by_journey", "contradicted_person_share",
    "channel_preference_share", "part_of_day_preference_share",
)  # fmt: skip


def measure_touchpoints(
    touchpoint_kinds: Table,
    message_claims: Table,
    contradictions: Table,
    message_consistency: Table,
    person_preferences: Table,
) -> pd.DataFrame:
    """How complete the map is, how consistent the messages are, and of whom a preference is known.

    Args:
        touchpoint_kinds: k rows, contract ``TouchpointKinds``.
        message_claims: n rows, contract ``MessageClaims``.
        contradictions: m rows, contract ``Contradictions``.
        message_consistency: c rows, contract ``MessageConsistency``.
        person_preferences: p rows, contract ``PersonPreferences``.

    Returns:
        Contract ``Metrics``. Shares of touches are counted in full and have no interval; the others
        have a 95 % interval by person. Null where there is nobody to count.
    """
    told = run_sql(
        "touchpoint_metrics.sql",
        message_claims=message_claims,
        contradictions=contradictions,
        message_consistency=message_consistency,
        person_preferences=person_preferences,
    )
    counts = {row["metric"]: row for row in told.to_arrow().to_pylist()}
    figures = []
    for metric in SHARES:
        if metric not in counts:
            figures.append((metric, math.nan, math.nan, math.nan, 0))
            continue
        row = counts[metric]
        figures.append((metric, row["n_hits"] / row["n"], *interval_of(row), row["n"]))
    kinds = touchpoint_kinds.to_arrow().to_pylist()
    n_touches = sum(kind["n_touches"] for kind in kinds)
    for metric, counted in (
        ("touches_missing_from_map_share", [kind for kind in kinds if kind["is_missing_from_map"]]),
        ("peer_influenced_touch_share", [kind for kind in kinds if kind["influence"] == "peer"]),
    ):
        n_hits = sum(kind["n_touches"] for kind in counted)
        share = n_hits / n_touches if n_touches else math.nan
        figures.append((metric, share, math.nan, math.nan, n_touches))
    return pd.DataFrame(sorted(figures), columns=list(TYPES)).astype(TYPES)
