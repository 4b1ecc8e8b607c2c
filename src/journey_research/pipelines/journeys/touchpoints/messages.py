"""What people were told, by whom, and whether it agrees: claims, contradictions, consistency, lags.

Context: exports carry the name of a campaign and its tactic, and no export says what a campaign claims.
Choice: the claims are configuration, by phrases in the campaign's name, by tactic or channel, and so is
which claims exclude each other; the data then say who got both, from whom, how far apart. Given up: what
stands in the body of a message, which no source delivers; a campaign whose name says nothing of its claim
has to be listed by that name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import Z

CONDITIONS = {"phrases": "phrase", "tactics": "tactic", "channels": "channel"}


@dataclass(frozen=True)
class MessageRule:
    """What messages claim, and what excludes what.

    Attributes:
        window_days: Messages closer than this are held against each other, in days.
        claims: Claim -> ``subject`` (what it is about) and when a message makes it: ``phrases`` (in the
            campaign's name, in whatever case) or ``tactics``; with ``channels``, only there.
        contradicting: Pairs of claims that cannot both be true.

    Raises:
        ValueError: A claim says nothing that could make it, or a pair names a claim that is not there.
    """

    window_days: int
    claims: Mapping[str, Mapping[str, str | Sequence[str]]]
    contradicting: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        if self.window_days <= 0:
            raise ValueError(f"window_days is {self.window_days}; it is more than 0")
        for name, told in self.claims.items():
            if strange := set(told) - {"subject", *CONDITIONS}:
                raise ValueError(f"message_rule.claims.{name} says '{min(strange)}', which is not known")
            if not told.get("subject") or not set(told) & set(CONDITIONS):
                raise ValueError(
                    f"message_rule.claims.{name} has a subject, and phrases, tactics or channels"
                )
            if any(isinstance(told.get(key), str) for key in CONDITIONS):
                raise ValueError(f"message_rule.claims.{name}: {', '.join(CONDITIONS)} are lists")
        for pair in self.contradicting or ():
            if len(pair) != 2 or not set(pair) <= set(self.claims):
                raise ValueError("message_rule.contradicting holds pairs of claims that are listed above")

    @property
    def window_us(self) -> int:
        """The window in microseconds."""
        return self.window_days * 86_400_000_000

    def conditions(self) -> Table:
        """The conditions under which a message makes a claim: ``claim, subject, phrase, tactic, channel``."""
        rows = []
        for name, told in self.claims.items():
            words: list[tuple[str, str | None]] = [
                ("phrase", str(one).lower()) for one in told.get("phrases") or ()
            ]
            words += [("tactic", str(one)) for one in told.get("tactics") or ()]
            for channel in told.get("channels") or (None,):
                for key, word in words or [("phrase", None)]:
                    rows.append({"claim": name, "subject": told["subject"], key: word, "channel": channel})
        names = ("claim", "subject", "phrase", "tactic", "channel")
        rows = [{key: row.get(key) for key in names} for row in rows]
        return Table.from_arrow(pa.Table.from_pylist(rows, schema=_text(*names)))

    def exclusions(self) -> Table:
        """Each contradicting pair in both orders: ``claim, other_claim``."""
        pairs = {(a, b) for a, b in self.contradicting or ()} | {(b, a) for a, b in self.contradicting or ()}
        rows = [{"claim": a, "other_claim": b} for a, b in sorted(pairs)]
        return Table.from_arrow(pa.Table.from_pylist(rows, schema=_text("claim", "other_claim")))


def _text(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def gather_messages(touches: Table, journey_touches: Table, touchpoint_kinds: Table) -> Table:
    """Messages to known persons, with the team that owns them.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``: whose they are.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``: who owns a kind.

    Returns:
        At most m rows keyed by ``touch_id``: ``person_id, journey_id, touched_at, channel, tactic,
        campaign_id, owner``. Sent and delivered on one day are one message.
    """
    return run_sql(
        "messages.sql", touches=touches, journey_touches=journey_touches, touchpoint_kinds=touchpoint_kinds
    )


def find_claims(touches: Table, journey_touches: Table, touchpoint_kinds: Table, rule: MessageRule) -> Table:
    """What each message claims.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``.
        rule: What makes a claim.

    Returns:
        Contract ``MessageClaims``; a message may claim several things, most claim none.
    """
    messages = gather_messages(touches, journey_touches, touchpoint_kinds)
    return run_sql("message_claims.sql", messages=messages, claims=rule.conditions())


def find_contradictions(message_claims: Table, rule: MessageRule) -> Table:
    """Pairs of messages to one person that cannot both be true, less than the window apart.

    Args:
        message_claims: n rows, contract ``MessageClaims``; any order.
        rule: What excludes what, and how far apart it still matters.

    Returns:
        Contract ``Contradictions``, the earlier message first; exactly the window apart is too far.
    """
    return run_sql(
        "contradictions.sql",
        message_claims=message_claims,
        contradicting=rule.exclusions(),
        window_us=rule.window_us,
    )


def measure_consistency(message_claims: Table) -> Table:
    """How far the messages of a week, or of a journey, agree.

    Of the messages about one subject, those that make its most frequent claim agree; the index is
    their share over all subjects with two messages or more.

    Args:
        message_claims: n rows, contract ``MessageClaims``; any order.

    Returns:
        Contract ``MessageConsistency``, per person and week (Monday, UTC) and per person and journey.
    """
    return run_sql("message_consistency.sql", message_claims=message_claims)


def measure_sync_lags(
    touches: Table,
    journey_touches: Table,
    touchpoint_kinds: Table,
    message_claims: Table,
    rule: MessageRule,
) -> Table:
    """How long one channel takes to say to a person what another has said.

    Args:
        touches: n rows, contract ``Touches``; any order.
        journey_touches: m rows, contract ``JourneyTouches``.
        touchpoint_kinds: k rows, contract ``TouchpointKinds``.
        message_claims: c rows, contract ``MessageClaims``.
        rule: How much later still belongs together.

    Returns:
        Contract ``SyncLags``: median hours by campaign or claim and pair of channels, one lag a person,
        with a 95 % interval from six persons on.

    Source:
        Conover (1999), section 3.2, as in ``median_interval``.
    """
    return run_sql(
        "sync_lags.sql",
        messages=gather_messages(touches, journey_touches, touchpoint_kinds),
        message_claims=message_claims,
        window_us=rule.window_us,
        z=Z,
    )
