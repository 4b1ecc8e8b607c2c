"""Where people are first met: the share of journeys that begin in social media, or with a friend's word.

A journey may begin before anybody knows the person, and a customer may come back to the very first steps:
the beginnings of later cycles stand beside those of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import clustered_interval

CONNECTION = "connection"
COLUMNS = {
    "phase": "str", "channel_group": "str", "n_hits": "int64", "early_share": "float64", "low": "float64",
    "high": "float64", "n_persons": "int64", "n": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class EarlyRule:
    """Which channels are one group.

    Attributes:
        groups: Name -> channels; a channel is in one group at most, and "other" is what is in none.

    Raises:
        ValueError: A channel is in two groups, or a group has no list of channels.
    """

    groups: Mapping[str, Sequence[str]]

    def __post_init__(self) -> None:
        if any(isinstance(channels, str) or not channels for channels in self.groups.values()):
            raise ValueError("early_rule.groups has a list of channels for each name")
        told = [channel for channels in self.groups.values() for channel in channels]
        if twice := {channel for channel in told if told.count(channel) > 1}:
            raise ValueError(f"early_rule.groups has '{min(twice)}' twice")

    def table(self) -> Table:
        """``channel, channel_group``."""
        rows = sorted((channel, name) for name, channels in self.groups.items() for channel in channels)
        columns = {"channel": [row[0] for row in rows], "channel_group": [row[1] for row in rows]}
        return Table.from_arrow(
            pa.table({name: pa.array(told, pa.string()) for name, told in columns.items()})
        )


def count_early_touches(journeys: Table, ladder: Table, rule: EarlyRule) -> pd.DataFrame:
    """Journeys by the group of the channel that they begin in, and by how well the person was known.

    Args:
        journeys: n rows, contract ``Journeys``.
        ladder: Contract ``Ladder``: who is known, and since when.
        rule: Which channels are one group.

    Returns:
        Contract ``EarlyTouches``: a row for each phase that has journeys and each group with any.
        Phases: ``before_contact`` (first cycle, and on no rung above connection by then),
        ``after_contact`` (first cycle), ``later_cycle`` (after a conversion). Shares have 95 % intervals
        by person.
    """
    counts = run_sql(
        "early_touches.sql", journeys=journeys, ladder=ladder, channel_groups=rule.table(),
        connection=CONNECTION,
    )  # fmt: skip
    rows = []
    for row in counts.to_arrow().to_pylist():
        n_hits, n = row["n_hits"], row["n"]
        low, high = clustered_interval(n_hits, n, row["n_persons"], row["hh"], row["hn"], row["nn"])
        rows.append((row["phase"], row["channel_group"], n_hits, n_hits / n, low, high, row["n_persons"], n))
    found = pd.DataFrame(sorted(rows), columns=list(COLUMNS))
    return found.astype(COLUMNS)
