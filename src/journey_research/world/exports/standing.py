"""What a person had decided and where it came from, as a system could know it at an instant."""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.world.simulation.block import Block

WEB_CHANNELS = ("direct", "organic_search", "paid_search", "display", "social", "referral", "email")


def standing(
    block: Block, channel: str, persons: np.ndarray, at_ms: np.ndarray | int | None = None
) -> pd.DataFrame:
    """The newest decision of people about marketing on one channel.

    Args:
        block: Who and when.
        channel: The channel that the decision is about.
        persons: n rows of people.
        at_ms: n instants, or one for all; None: the end of the calendar.

    Returns:
        n rows in the order of ``persons``: ``status`` ("" where there is no decision yet) and
        ``since_ms`` (0 there).
    """
    told = block.consents
    told = told[(told["channel"] == channel) & (told["about"] != "cookie")]
    told = pd.DataFrame(
        {
            "at_ms": told["at_ms"],
            "person": told["person"],
            "status": told["status"],
            "since_ms": told["at_ms"],
        }
    )
    asked = pd.DataFrame({"person": np.asarray(persons, dtype="int64")})
    asked["at_ms"] = np.asarray(block.calendar.end_ms if at_ms is None else at_ms, dtype="int64")
    order = np.argsort(asked["at_ms"].to_numpy(), kind="stable")
    told = told.sort_values("at_ms", kind="stable").astype({"at_ms": "int64", "person": "int64"})
    found = pd.merge_asof(asked.iloc[order], told, on="at_ms", by="person")
    found.index = pd.Index(order)
    found = found.sort_index()
    return pd.DataFrame(
        {"status": found["status"].fillna(""), "since_ms": found["since_ms"].fillna(0).astype("int64")}
    )


def refused(decisions: pd.DataFrame) -> np.ndarray:
    """Which decisions are a no; no decision is neither."""
    return decisions["status"].isin(["withdrawn", "denied"]).to_numpy()


def web_origin(block: Block, *, latest: bool) -> pd.DataFrame:
    """The first or latest visit of each person, by a row per person of the block.

    Returns:
        ``channel`` ("" without a visit) and ``at_ms`` (0 there).
    """
    touches = block.touches
    seen = touches[touches["channel"].isin(WEB_CHANNELS) & (touches["visit"] >= 0) & (touches["person"] >= 0)]
    seen = seen.drop_duplicates("person", keep="last" if latest else "first").set_index("person")
    seen = seen[["channel", "at_ms"]].reindex(np.arange(len(block.people)))
    return pd.DataFrame(
        {"channel": seen["channel"].fillna(""), "at_ms": seen["at_ms"].fillna(0).astype("int64")}
    )
