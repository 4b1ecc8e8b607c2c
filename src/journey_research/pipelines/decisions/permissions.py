"""Who may be approached, on which channel, as of when.

Permission is what a person said, never what we infer: no statement means no. When records of one
person disagree, the refusal counts, even where it is the older one; joining two records never
makes a permission that a refusal on either of them denied.

Context: people say "never" in more ways than a consent form: they ask not to be contacted, or follow a
link to leave. Choice: a wish not to be contacted (a refusal for one of ``never_purposes``) outweighs every
agreement, also a later one, until the same record takes that wish back; leaving by a link is a withdrawal.
Given up: guessing from silence or from what somebody does not open that they want no more of it.
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
        never_purposes: Purposes under which sources tell a wish not to be contacted at all; a refusal
            there says "never", a grant there permits nothing.
        refusing_actions: Actions of touches that withdraw consent on the touch's channel, as following
            the link to leave.
        every_channel: The channel of a refusal that is meant for all; a grant for all permits nothing.
    """

    purpose: str = "marketing"
    channels: tuple[str, ...] = ("email", "sms", "direct_mail", "call_centre")
    never_purposes: tuple[str, ...] = ("contact",)
    refusing_actions: tuple[str, ...] = (
        "email_unsubscribed",
        "email_complained",
        "mail_unsubscribed",
        "mail_complained",
    )
    every_channel: str = "any"

    def __post_init__(self) -> None:
        for name in ("channels", "never_purposes", "refusing_actions"):
            object.__setattr__(self, name, tuple(getattr(self, name) or ()))
        if not self.purpose:
            raise ValueError("purpose is empty")
        if not self.channels or len(set(self.channels)) < len(self.channels):
            raise ValueError("channels names each channel once, and at least one")
        if self.every_channel in self.channels:
            raise ValueError(f"every_channel is '{self.every_channel}', which is one of the channels")
        if self.purpose in self.never_purposes:
            raise ValueError(f"'{self.purpose}' is sought for and cannot be among never_purposes")


def read_permissions(
    consents: Table,
    people: Table,
    persons: Table,
    as_of: Table,
    rule: PermissionRule,
    touches: Table | None = None,
) -> Table:
    """Say for each known person and channel whether we may approach them, and why.

    Args:
        consents: n rows, contract ``Consents``; later statements of a record replace earlier ones.
        people: k rows, contract ``People``.
        persons: m rows, contract ``Persons``.
        as_of: 1 row, contract ``AsOf``; later statements are not known yet.
        rule: Purpose, channels, and what else says no.
        touches: j rows, contract ``Touches``; only refusing actions are read. Null: none are known.

    Returns:
        Known persons x channels, contract ``Permissions``. Two statements of a record at one instant:
        the more cautious counts. A grant ends at its ``expires_at``, whether or not anybody says so.
        Nobody said anything: ``never asked``, not permitted.
    """
    return run_sql(
        "permissions.sql",
        statements=gather_statements(consents, people, as_of, rule, touches),
        persons=persons,
        channels=name_channels(rule),
    )


def gather_statements(
    consents: Table, people: Table, as_of: Table, rule: PermissionRule, touches: Table | None = None
) -> Table:
    """All that persons said about being approached, record by record, as far as it is known by then.

    Args:
        consents: n rows, contract ``Consents``.
        people: k rows, contract ``People``.
        as_of: 1 row, contract ``AsOf``.
        rule: Which purposes, channels and actions are about it.
        touches: Contract ``Touches``; null: none are known.

    Returns:
        One row per statement and channel it is about: ``person_id``, ``record_id``, ``channel``,
        ``scope`` (``channel``, ``all channels``, or ``never``: a wish not to be contacted), ``status``,
        ``caution`` (1: the most cautious status), ``stated_at``, ``statement_id``.
    """
    import pyarrow as pa

    if touches is None:
        names = ("touch_id", "record_id", "channel", "action")
        none = {name: pa.array([], pa.string()) for name in names}
        touches = Table.from_arrow(pa.table({**none, "touched_at": pa.array([], pa.timestamp("us"))}))
    return run_sql(
        "permission_statements.sql",
        consents=consents,
        people=people,
        as_of=as_of,
        touches=touches,
        channels=name_channels(rule),
        never_purposes=_texts("purpose", rule.never_purposes),
        refusing_actions=_texts("action", rule.refusing_actions),
        purpose=rule.purpose,
        every_channel=rule.every_channel,
    )


def name_channels(rule: PermissionRule) -> Table:
    """Channels on which we might approach somebody: ``channel``."""
    return _texts("channel", rule.channels)


def _texts(name: str, values: tuple[str, ...]) -> Table:
    import pyarrow as pa

    return Table.from_arrow(pa.table({name: pa.array(sorted(set(values)), pa.string())}))
