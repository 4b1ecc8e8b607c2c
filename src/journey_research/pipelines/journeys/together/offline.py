"""People whom no screen has seen: how many are met offline, and how many nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import wilson_interval

COLUMNS = {
    "area": "str", "n_touched": "int64", "touched_share": "float64", "low": "float64", "high": "float64",
    "n_only": "int64", "offline_share": "float64", "offline_low": "float64", "offline_high": "float64",
    "n_journeys": "int64", "n_converted": "int64", "n": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class OfflineRule:
    """Which channels are offline.

    Attributes:
        channels: As touches name them; each is an area of its own.
    """

    channels: Sequence[str]

    def __post_init__(self) -> None:
        if isinstance(self.channels, str) or not self.channels:
            raise ValueError("offline_rule.channels is a list of channels")


def share_offline(journey_touches: Table, journeys: Table, rule: OfflineRule) -> pd.DataFrame:
    """Persons met offline, and persons whose every contact is: in all, and by channel.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``.
        journeys: m rows, contract ``Journeys``.
        rule: Which channels are offline.

    Returns:
        Contract ``OfflineShares``: a row for each of the rule's channels with touches, and ``offline`` for
        them together. ``touched_share`` of the n persons have a contact there, ``offline_share`` have all
        of theirs there; 95 % intervals. ``n_journeys`` and ``n_converted`` are of the latter.
    """
    channels = pa.table({"channel": pa.array(sorted(set(rule.channels)), pa.string())})
    counts = run_sql(
        "offline_shares.sql", journey_touches=journey_touches, journeys=journeys,
        offline_channels=Table.from_arrow(channels),
    )  # fmt: skip
    rows = []
    for row in counts.to_arrow().to_pylist():
        n, n_touched, n_only = row["n"], row["n_touched"], row["n_only"]
        rows.append(
            (
                row["area"], n_touched, n_touched / n, *wilson_interval(n_touched, n),
                n_only, n_only / n, *wilson_interval(n_only, n), row["n_journeys"], row["n_converted"], n,
            )
        )  # fmt: skip
    return pd.DataFrame(sorted(rows), columns=list(COLUMNS)).astype(COLUMNS)
