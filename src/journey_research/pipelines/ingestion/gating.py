"""Whether a source kept its rules well enough for the run to go on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.errors import TooManyRejects

LOG = logging.getLogger("journey_research")


@dataclass(frozen=True)
class RejectRule:
    """How many of a source's rows may be set aside.

    Attributes:
        max_rejected_share: Source name -> share of its rows, 0 to 1; ``default`` for the others.
    """

    max_rejected_share: Mapping[str, float]

    def __post_init__(self) -> None:
        if "default" not in self.max_rejected_share:
            raise ValueError("max_rejected_share does not say 'default'")
        for source, share in self.max_rejected_share.items():
            if not 0 <= share <= 1:
                raise ValueError(f"max_rejected_share.{source} is {share}; a share lies between 0 and 1")

    def of(self, source: str) -> float:
        """The share agreed for one source."""
        return float(self.max_rejected_share.get(source, self.max_rejected_share["default"]))


class Broken(NamedTuple):
    """One rule of a source and the rows that broke it first of all."""

    column: str | None
    rule: str
    n_rows: int
    first_row: int

    @property
    def text(self) -> str:
        return f"{self.column or 'row'} {self.rule}"


def gate_rejects(rejected: Table, source_files: Table, rule: RejectRule) -> Table:
    """Stop the run when a source broke its rules more often than was agreed.

    Args:
        rejected: n rows, contract ``Rejected``.
        source_files: m rows, contract ``SourceFiles``.
        rule: What was agreed.

    Returns:
        One row per source, contract ``SourceQuality``. A warning line is logged for each
        source with rejects.

    Raises:
        TooManyRejects: Names every source over its share, and the rules that were broken.
    """
    counts = source_files.query(
        "select source, cast(sum(n_rows) as bigint), cast(sum(n_rejected) as bigint) from this "
        "group by source order by source"
    )
    broken = run_sql("broken_rules.sql", rejected=rejected).relation().fetchall()
    messages, quality = [], []
    for source, n_rows, n_rejected in counts.relation().fetchall():
        rules = [Broken(*row[1:]) for row in broken if row[0] == source]
        agreed = rule.of(source)
        quality.append(
            {"source": source, "n_rows": n_rows, "n_rejected": n_rejected, "max_rejected_share": agreed}
        )
        if n_rejected > agreed * n_rows:
            messages.append(_too_many(source, n_rows, n_rejected, agreed, rules))
        elif n_rejected:
            LOG.warning("%s", _warning(source, n_rows, n_rejected, agreed, rules))
    if messages:
        raise TooManyRejects("\n".join(messages))
    schema = pa.schema(
        [
            ("source", pa.string()),
            ("n_rows", pa.int64()),
            ("n_rejected", pa.int64()),
            ("max_rejected_share", pa.float64()),
        ]
    )
    return Table.from_arrow(pa.Table.from_pylist(quality, schema=schema))


def _too_many(source: str, n_rows: int, n_rejected: int, agreed: float, rules: list[Broken]) -> str:
    listed = "".join(
        f"\n  {one.text}: broken by {one.n_rows:,}, first in row {one.first_row:,}" for one in rules
    )
    return (
        f"{source}: {n_rejected:,} of {n_rows:,} rows set aside ({_share(n_rejected, n_rows)}; "
        f"at most {agreed:.2%} is agreed).{listed}\n"
        "Every row is listed in 'rejected'. Ask the owner of the export; "
        f"if the change is meant, raise max_rejected_share.{source} and write down why."
    )


def _warning(source: str, n_rows: int, n_rejected: int, agreed: float, rules: list[Broken]) -> str:
    first = f"{rules[0].text}, first in row {rules[0].first_row:,}"
    more = f" and {len(rules) - 1:,} more" if len(rules) > 1 else ""
    return (
        f"{source}: {n_rejected:,} of {n_rows:,} rows set aside ({_share(n_rejected, n_rows)}; "
        f"at most {agreed:.2%} is agreed): {first}{more}; see 'rejected'"
    )


def _share(n_rejected: int, n_rows: int) -> str:
    return f"{n_rejected / n_rows:.2%}"
