"""How old each source's data are, held against how often it is meant to come."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from journey_research.engine import Table, run_sql

from .language.mapping_words import CADENCES

LOG = logging.getLogger("journey_research")


@dataclass(frozen=True)
class FreshnessRule:
    """How far a source's data may end before the run's instant.

    Attributes:
        allowed_days: Cadence -> days; a cadence that is not named is never late.
    """

    allowed_days: Mapping[str, float]

    def __post_init__(self) -> None:
        for cadence, days in self.allowed_days.items():
            if cadence not in CADENCES:
                raise ValueError(
                    f"freshness_rule.allowed_days names '{cadence}'; known are {', '.join(CADENCES)}"
                )
            if not days >= 0:
                raise ValueError(f"freshness_rule.allowed_days.{cadence} is {days}; it is at least 0")

    def table(self) -> Table:
        """A row for each cadence."""
        rows = [{"cadence": name, "allowed_days": float(days)} for name, days in self.allowed_days.items()]
        schema = pa.schema([("cadence", pa.string()), ("allowed_days", pa.float64())])
        return Table.from_arrow(pa.Table.from_pylist(rows, schema=schema))


def measure_freshness(source_files: Table, as_of: Table, rule: FreshnessRule) -> Table:
    """Say of each source how far behind it is.

    Args:
        source_files: Contract ``SOURCE_FILES``.
        as_of: Contract ``AS_OF``.
        rule: What is allowed.

    Returns:
        One row per source, contract ``FRESHNESS``. A warning line is logged for each that is stale.
    """
    told = run_sql("freshness.sql", source_files=source_files, as_of=as_of, allowed=rule.table()).to_arrow()
    for one in sorted(told.to_pylist(), key=_by_source):
        if one["is_stale"]:
            LOG.warning(
                "%s: its data end %.1f days before the run's instant; it comes %s, so %g are allowed",
                one["source"],
                one["lag_days"],
                one["cadence"],
                one["allowed_days"],
            )
    return Table.from_arrow(told)


def _by_source(row: Mapping[str, str]) -> str:
    return row["source"]
