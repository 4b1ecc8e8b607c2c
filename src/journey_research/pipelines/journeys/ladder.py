"""How far up a person has come: connection, contact, subscriber, relationship, customer, repeat.

Context: the ladder is drawn as if everybody climbed it rung by rung. Choice: each rung has evidence of its
own and the instant of the first; nobody is put on a rung for standing on a higher one, so a rung may be
skipped, and one that was reached before a lower one is marked and not moved. What leads down, and up again,
is a table of its own. Given up: a rung inferred from a model.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from journey_research.engine import Table, run_sql

from .intervals import wilson_interval

RUNGS = ("connection", "contact", "subscriber", "relationship", "customer", "repeat")
TYPES = {
    "rung": "str",
    "rung_number": "int64",
    "n_persons": "int64",
    "reached_share": "float64",
    "low": "float64",
    "high": "float64",
    "n": "int64",
    "n_out_of_order": "int64",
}
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class LadderRule:
    """What puts a person on a rung. A connection is anything at all; a repeat is a second purchase.

    Attributes:
        contact_kinds: Kinds of record that make a contact, from when they were recorded.
        contact_actions: Actions that do, as leaving an address.
        subscriber_purposes: Purposes of consent; a granted one makes a subscriber.
        relationship_actions: Actions that are more than looking: somebody came back as herself, answered
            or asked.
        customer_by: ``"orders"``: an order that was paid makes a customer; ``"outcomes"``: the goal of the
            environment does, where it is another.
        lapsed_days: Days of silence after which a customer counts as lapsed; longer than this.
    """

    contact_kinds: tuple[str, ...] = ("profile", "lead")
    contact_actions: tuple[str, ...] = ("signed_up", "badge_scanned", "form_submitted")
    subscriber_purposes: tuple[str, ...] = ("marketing",)
    relationship_actions: tuple[str, ...] = (
        "called", "checked_in", "email_clicked", "friends_asked", "logged_in", "mentioned", "product_shared",
        "reviewed", "satisfaction_given", "shared", "ticket_opened",
    )  # fmt: skip
    customer_by: str = "orders"
    lapsed_days: int = 60

    def __post_init__(self) -> None:
        for name in ("contact_kinds", "contact_actions", "subscriber_purposes", "relationship_actions"):
            words = tuple(getattr(self, name))
            object.__setattr__(self, name, words)
            if len(set(words)) < len(words):
                raise ValueError(f"{name} names a word twice")
        if self.customer_by not in ("orders", "outcomes"):
            raise ValueError(f"customer_by is {self.customer_by!r}; it is 'orders' or 'outcomes'")
        if self.lapsed_days <= 0:
            raise ValueError(f"lapsed_days is {self.lapsed_days}; a silence lasts more than 0 days")


def climb_ladder(
    journey_touches: Table,
    records: Table,
    consents: Table,
    orders: Table,
    outcomes: Table,
    people: Table,
    ladder_rule: LadderRule,
) -> Table:
    """When each person first reached each rung, and by what.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; an anonymous history that consent holds back
            climbs on its own.
        records: Contract ``Records``.
        consents: Contract ``Consents``.
        orders: Contract ``Orders``.
        outcomes: Contract ``Outcomes``; read with ``customer_by: outcomes`` alone.
        people: Contract ``People``.
        ladder_rule: What puts a person on a rung.

    Returns:
        Contract ``Ladder``; one row per person and rung reached. Everybody with any row has a connection,
        and none of the others is before it.

    Example:
        >>> RUNGS.index("subscriber") < RUNGS.index("customer")
        True
    """
    evidence = run_sql(
        "ladder_evidence.sql",
        journey_touches=journey_touches,
        records=records,
        consents=consents,
        orders=orders,
        outcomes=outcomes,
        people=people,
        contact_kinds=_words("kind", ladder_rule.contact_kinds),
        contact_actions=_words("action", ladder_rule.contact_actions),
        subscriber_purposes=_words("purpose", ladder_rule.subscriber_purposes),
        relationship_actions=_words("action", ladder_rule.relationship_actions),
        customer_by=ladder_rule.customer_by,
    )
    return run_sql("ladder.sql", ladder_evidence=evidence, rungs=_rungs())


def find_ladder_moves(
    ladder: Table,
    journey_touches: Table,
    consents: Table,
    orders: Table,
    people: Table,
    as_of: Table,
    ladder_rule: LadderRule,
) -> Table:
    """Steps down the ladder, and back up: the loops that a funnel has no room for.

    Args:
        ladder: n rows, contract ``Ladder``.
        journey_touches: Contract ``JourneyTouches``.
        consents: Contract ``Consents``; an answer that is neither yes nor no turns nothing.
        orders: Contract ``Orders``.
        people: Contract ``People``.
        as_of: The instant the run looks from; one row.
        ladder_rule: Purposes of a subscriber, and the silence after which a customer has lapsed.

    Returns:
        Contract ``LadderMoves``: unsubscribed, resubscribed, returned, lapsed. ``moved_at`` is null for
        returns, of which no source says when.
    """
    return run_sql(
        "ladder_moves.sql",
        ladder=ladder,
        journey_touches=journey_touches,
        consents=consents,
        orders=orders,
        people=people,
        as_of=as_of,
        subscriber_purposes=_words("purpose", ladder_rule.subscriber_purposes),
        lapsed_us=ladder_rule.lapsed_days * DAY_US,
    )


def count_ladder(ladder: Table) -> pd.DataFrame:
    """How many persons have reached each rung.

    Args:
        ladder: n rows, contract ``Ladder``.

    Returns:
        Contract ``LadderCounts``, one row per rung from the lowest; shares of all persons on the ladder,
        with Wilson's 95 % interval. NaN where there is nobody.
    """
    counts = run_sql("ladder_counts.sql", ladder=ladder, rungs=_rungs()).to_pandas()
    rows = [
        (rung, number, n_persons, *_share(int(n_persons), int(n)), n, n_out_of_order)
        for rung, number, n_persons, n_out_of_order, n in counts.sort_values("rung_number").itertuples(
            index=False
        )
    ]
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)


def _share(n_hits: int, n: int) -> tuple[float, float, float]:
    if n == 0:
        return float("nan"), float("nan"), float("nan")
    return n_hits / n, *wilson_interval(n_hits, n)


def _rungs() -> Table:
    numbers = pd.Series(range(1, len(RUNGS) + 1), dtype="int64")
    return Table.from_pandas(pd.DataFrame({"rung": pd.Series(RUNGS, dtype="str"), "rung_number": numbers}))


def _words(column: str, words: tuple[str, ...]) -> Table:
    return Table.from_pandas(pd.DataFrame({column: pd.Series(sorted(words), dtype="str")}))
