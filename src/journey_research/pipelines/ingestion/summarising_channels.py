"""Which channels and tactics the sources speak of, and which of them somebody has reviewed.

A word that nobody reviewed may be a misspelling of one that is there, and then half a channel's
contacts stand beside the other half; or it is a new channel, for which costs and consents are missing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from journey_research.engine import Table, run_sql

LOG = logging.getLogger("journey_research")


@dataclass(frozen=True)
class ChannelCatalogue:
    """The channels that have been reviewed.

    Attributes:
        reviewed: Channel -> its reviewed tactics; a contact may always be without one.
    """

    reviewed: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        for channel, tactics in self.reviewed.items():
            if isinstance(tactics, str) or not all(isinstance(one, str) for one in tactics or ()):
                raise ValueError(f"channel_catalogue.reviewed.{channel} is no list of tactics")

    def table(self) -> Table:
        """A row for each channel without a tactic, and for each of its tactics."""
        rows = [
            {"channel": channel, "tactic": tactic}
            for channel, tactics in self.reviewed.items()
            for tactic in (None, *(tactics or ()))
        ]
        schema = pa.schema([("channel", pa.string()), ("tactic", pa.string())])
        return Table.from_arrow(pa.Table.from_pylist(rows, schema=schema))


def summarise_channels(touches: Table, orders: Table, spend: Table, catalogue: ChannelCatalogue) -> Table:
    """Count what is told of each channel and tactic.

    Args:
        touches: Contract ``TOUCHES``.
        orders: Contract ``ORDERS``; they have channels and no tactics.
        spend: Contract ``SPEND``.
        catalogue: What has been reviewed.

    Returns:
        One row per channel and tactic, contract ``CHANNELS``. One warning line is logged when some
        are not reviewed; it says how many, since a word may stand in for anything.
    """
    channels = run_sql(
        "channels.sql", touches=touches, orders=orders, spend=spend, catalogue=catalogue.table()
    )
    # Small, and counted once although it is looked at twice.
    told = channels.to_arrow()
    rows = [one for one in told.to_pylist() if one["status"] == "unreviewed"]
    if rows:
        n_touches = sum(one["n_touches"] for one in rows)
        LOG.warning(
            "channels: %s of %s channels and tactics are not in the catalogue (%s touches); see 'channels'",
            f"{len(rows):,}",
            f"{told.num_rows:,}",
            f"{n_touches:,}",
        )
    return Table.from_arrow(told)
