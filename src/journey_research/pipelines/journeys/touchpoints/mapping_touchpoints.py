"""Every kind of touchpoint in the data beside what the map says of it, and what is missing on either side."""

from __future__ import annotations

from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .blueprint import ANY, ATTRIBUTES, UNKNOWN, TouchpointMap

COLUMNS = {
    "channel": "str", "tactic": "str", "action": "str", **dict.fromkeys(ATTRIBUTES, "str"),
    "n_touches": "int64", "n_persons": "int64", "n_unknown": "int64",
    "is_missing_from_map": "bool", "is_absent_from_data": "bool",
}  # fmt: skip


def map_touchpoints(touches: Table, journey_touches: Table, touchpoint_map: TouchpointMap) -> pd.DataFrame:
    """Lay the map over the kinds of touchpoints in the data.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose touches they are.
        touchpoint_map: What is known of touchpoints.

    Returns:
        Contract ``TouchpointKinds``, one row per channel, tactic and action: kinds in the data, and
        what the map names and no touch is of (``any`` for what it leaves open). ``n_touches`` sums
        to the touches of the data without bots and what has no direction. Where the map says
        nothing of the initiative, it is what the sources tell.
    """
    counts = run_sql("touchpoint_map.sql", touches=touches, journey_touches=journey_touches).to_arrow()
    rows, kinds = [], []
    for told in counts.to_pylist():
        kind = (told["channel"], told["tactic"], told["action"])
        kinds.append(kind)
        attributes = touchpoint_map.describe(*kind)
        if attributes["initiative"] == UNKNOWN:
            attributes["initiative"] = told["told_initiative"] or UNKNOWN
        is_missing = not touchpoint_map.names(*kind)
        rows.append(_row(kind, attributes, (told["n_touches"], told["n_persons"]), is_missing, False))
    for kind in touchpoint_map.unmet(kinds):
        channel, tactic, action = kind
        attributes = touchpoint_map.describe(channel, tactic, None if action == ANY else action)
        rows.append(_row(kind, attributes, (0, 0), False, True))
    rows.sort(key=lambda row: (row[0], row[1] is not None, row[1] or "", row[2]))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(
    kind: tuple[str, str | None, str],
    attributes: dict[str, str],
    counts: tuple[int, int],
    is_missing: bool,
    is_absent: bool,
) -> tuple[Any, ...]:
    n_unknown = sum(said == UNKNOWN for said in attributes.values())
    return (*kind, *attributes.values(), *counts, n_unknown, is_missing, is_absent)
