"""Areas that a picture of the customer easily lacks: contact centre, store, what comes after a sale."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from journey_research.engine import Table

from .labelling import count_labels, interval_of, kinds_in_data, labelled

LOG = logging.getLogger("journey_research")
INSIDE, OUTSIDE = "inside", "outside"
COLUMNS = {
    "area": "str", "n_interactions": "int64", "n_persons": "int64", "interaction_share": "float64",
    "low": "float64", "high": "float64", "min_share": "float64", "status": "str", "is_warning": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class CoverageRule:
    """What has to be covered, and how well.

    Attributes:
        min_share: Share of all interactions, 0 to 1, below which an area is small.
        areas: Name -> ``channels`` and ``roles``; a kind that is one of either lies in the area.
    """

    min_share: float
    areas: Mapping[str, Mapping[str, Sequence[str]]]

    def __post_init__(self) -> None:
        if not 0 <= self.min_share < 1:
            raise ValueError(f"min_share is {self.min_share}; it lies between 0 and 1")
        for name, told in self.areas.items():
            if not told or set(told) - {"channels", "roles"}:
                raise ValueError(f"coverage_rule.areas.{name} says channels, roles or both")

    def holds(self, area: str, kind: Mapping[str, Any]) -> bool:
        """Whether a kind of touchpoint lies in the area."""
        told = self.areas[area]
        return kind["channel"] in told.get("channels", ()) or kind["role"] in told.get("roles", ())


def warn_of_gaps(
    touches: Table, journey_touches: Table, touchpoint_kinds: Table, rule: CoverageRule
) -> pd.DataFrame:
    """How much of what people do each area holds, and whether that is nothing or little.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``: which role a kind plays.
        rule: Which areas, and what is little.

    Returns:
        Contract ``CoverageWarnings``, one row per area, with a 95 % interval by person. ``missing``:
        no interaction at all; ``small``: the whole interval lies below ``min_share``; ``unsure``: it
        holds it; ``covered``: it lies above. The first two are warned of, in one line of the log too.
    """
    kinds = kinds_in_data(touchpoint_kinds)
    labels = [
        labelled(kind, area, INSIDE if rule.holds(area, kind) else OUTSIDE)
        for area in rule.areas
        for kind in kinds
    ]
    counts = count_labels(touches, journey_touches, labels)
    rows = [_row(area, counts.get((area, INSIDE)), rule) for area in rule.areas]
    warned = [row[0] for row in rows if row[-1]]
    if warned and kinds:
        LOG.warning("coverage: %s of %s areas are missing or small; see 'coverage_warnings'",
                    len(warned), len(rows))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(area: str, count: Mapping[str, Any] | None, rule: CoverageRule) -> tuple[Any, ...]:
    if count is None:
        return area, 0, 0, 0.0, 0.0, float("nan"), rule.min_share, "missing", True
    low, high = interval_of(count)
    status = "small" if high < rule.min_share else "covered" if low >= rule.min_share else "unsure"
    share = count["n_hits"] / count["n"]
    return (
        area, count["n_hits"], count["n_label_persons"], share, low, high, rule.min_share, status,
        status == "small",
    )  # fmt: skip
