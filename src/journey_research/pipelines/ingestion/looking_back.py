"""The instant a run looks from: never the clock's, always the data's or one that was asked for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from journey_research.engine import Table, run_sql


@dataclass(frozen=True)
class AsOfRule:
    """When "now" is.

    Attributes:
        as_of: ISO time; without an offset it is UTC. Empty: the last instant in the data.
    """

    as_of: str = ""

    def __post_init__(self) -> None:
        try:
            datetime.datetime.fromisoformat(self.as_of or "1970-01-01")
        except ValueError:
            raise ValueError("as_of is no ISO time, as in 2025-03-31T00:00:00") from None

    @property
    def instant(self) -> datetime.datetime | None:
        """The instant asked for, as naive UTC."""
        if not self.as_of:
            return None
        told = datetime.datetime.fromisoformat(self.as_of)
        return told.astimezone(datetime.UTC).replace(tzinfo=None) if told.tzinfo else told


def set_as_of(touches: Table, orders: Table, consents: Table, rule: AsOfRule) -> Table:
    """Fix the instant that the run looks from.

    Args:
        touches: Contract ``Touches``.
        orders: Contract ``Orders``.
        consents: Contract ``Consents``.
        rule: An instant, or the wish for the data's last.

    Returns:
        One row, contract ``AsOf``; 1970-01-01 when there are no data.
    """
    return run_sql("as_of.sql", touches=touches, orders=orders, consents=consents, asked=rule.instant)
