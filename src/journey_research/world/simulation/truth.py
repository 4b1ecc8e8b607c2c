"""What really is so in a block, and how the blocks' truths become the world's.

Each table is of one of three kinds. *Listed*: the world's is the blocks', one after the other. *Summed*:
counts are added up over the blocks, by what they count, and shares are made of the sums. *Same*: every
block tells the same, and it is written once.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from .block import Block
from .scenario_truth import scenarios_lived
from .trend import break_week
from .truth_tables import (
    arms_drawn,
    contradictions,
    interest_and_stock,
    mistakes_made,
    recommenders,
    second_screens,
    steps_of_buying,
)

# Summed table: what it counts by; its other columns are added up.
SUMMED = {
    "truth_effects": ["channel"],
    "truth_synergy": ["first_channel", "second_channel", "within_days"],
    "truth_uplift": ["experiment", "arm", "segment", "horizon_days", "planted"],
    "truth_friction": ["step", "is_planted"],
    "truth_stock": ["sku", "name", "is_wanted", "in_stock"],
    "truth_trend": ["week", "factor", "is_break"],
    "truth_experiments": ["experiment", "arm", "probability"],
}
SAME = ("truth_identifiers", "truth_sources")
LISTED = (
    "truth_households", "truth_segments", "truth_mistakes", "truth_recommenders", "truth_devices",
    "truth_contradictions", "truth_scenarios",
)  # fmt: skip
_USELESS = ("feedback_widget",)


def truths(block: Block, spoken: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """All truth tables of a block but those about written keys and bytes.

    Args:
        block: Whose truth.
        spoken: ``source``, ``row`` (of people): who stands in which source, for ``truth_mistakes``; without
            it, the mistakes that a source would make about anybody are told.

    Returns:
        Name -> table: every name of ``SUMMED``, ``SAME`` and ``LISTED``.
    """
    return {
        "truth_households": block.people[["person", "household", "role"]],
        "truth_segments": block.people[
            ["person", "segment", "channel_preference", "uses_web", "uses_app"]
        ].reset_index(drop=True),
        "truth_identifiers": block.catalogue.junk,
        "truth_mistakes": mistakes_made(block, spoken),
        "truth_effects": block.told["effects"],
        "truth_synergy": block.told["synergy"],
        "truth_uplift": block.told["uplift"],
        "truth_friction": steps_of_buying(block),
        "truth_stock": interest_and_stock(block),
        "truth_trend": block.told["trend"].assign(
            is_break=block.told["trend"]["week"] == break_week(block.calendar)
        ),
        "truth_sources": pd.DataFrame({"source": _USELESS, "is_useful": False}),
        "truth_recommenders": recommenders(block),
        "truth_devices": second_screens(block),
        "truth_contradictions": contradictions(block),
        "truth_experiments": arms_drawn(block),
        "truth_scenarios": scenarios_lived(block),
    }


def summed(name: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The world's table of that name from the blocks', in their order.

    Example:
        >>> one = pd.DataFrame({"experiment": ["e"], "arm": ["a"], "probability": [0.5], "persons": [3]})
        >>> summed("truth_experiments", [one, one])["persons"].tolist()
        [6]
    """
    if name in SAME:
        return frames[0].reset_index(drop=True)
    whole = pd.concat(list(frames), ignore_index=True)
    if name in LISTED:
        return whole
    added = whole.groupby(SUMMED[name], as_index=False, sort=False).sum()
    return _with_shares(name, added)


def _with_shares(name: str, added: pd.DataFrame) -> pd.DataFrame:
    if name == "truth_effects":
        contacts = added["contacts"].clip(lower=1)
        return added.assign(
            added_purchase_probability=((added["orders"] - added["orders_without"]) / contacts).round(6),
            planted_probability=(added["planted_orders"] / contacts).round(6),
            planted_orders=added["planted_orders"].round(3),
        )
    if name == "truth_synergy":
        together = added["orders"] - added["orders_without_first"] - added["orders_without_second"]
        return added.assign(
            orders_only_together=together + added["orders_without_both"],
            planted_probability=(added["planted_orders"] / added["pairs"].clip(lower=1)).round(6),
            planted_orders=added["planted_orders"].round(3),
        )
    if name == "truth_uplift":
        gained = added["orders"] - added["orders_with_nothing"]
        return added.assign(uplift=(gained / added["persons"].clip(lower=1)).round(6))
    if name == "truth_friction":
        return added.assign(left_share=(1 - added["went_on"] / added["reached"].clip(lower=1)).round(6))
    return added
