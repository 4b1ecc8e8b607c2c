"""Who may be approached, on which channel, as of when.

Permission is what a person said, never what we infer: no statement means no. When records of one
person disagree, the refusal counts, even where it is the older one; joining two records never
makes a permission that a refusal on either of them denied.
"""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql


@dataclass(frozen=True)
class PermissionRule:
    """What permission is sought for.

    Attributes:
        purpose: The purpose, as consent statements name it.
        channels: Channels on which we might approach somebody.
    """

    purpose: str = "marketing"
    channels: tuple[str, ...] = ("email", "sms", "direct_mail", "call_centre")

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        if not self.purpose:
            raise ValueError("purpose is empty")
        if not self.channels or len(set(self.channels)) < len(self.channels):
            raise ValueError("channels names each channel once, and at least one")


def read_permissions(
    consents: Table, people: Table, persons: Table, as_of: Table, rule: PermissionRule
) -> Table:
    """Say for each known person and channel whether we may approach them, and why.

    Args:
        consents: n rows, contract ``Consents``; later statements of a record replace earlier ones.
        people: k rows, contract ``People``.
        persons: m rows, contract ``Persons``.
        as_of: 1 row, contract ``AsOf``; later statements are not known yet.
        rule: Purpose and channels.

    Returns:
        Known persons x channels, contract ``Permissions``. Two statements of a record at one instant:
        the more cautious counts. Nobody said anything: ``never asked``, not permitted.
    """
    import pyarrow as pa

    channels = Table.from_arrow(pa.table({"channel": pa.array(rule.channels, pa.string())}))
    return run_sql(
        "permissions.sql",
        consents=consents,
        people=people,
        persons=persons,
        as_of=as_of,
        channels=channels,
        purpose=rule.purpose,
    )
