"""How far back an anonymous history may join the person whom a login links it to.

Context: a browser walks about for weeks before somebody logs in on it; then identity knows whose it is, and
every touch of it since the first day would be hers. Choice: what came before the first link joins touch by
touch, where a statement of consent in force at that instant allows it; the rest keeps an id of its own, made
of its record alone, and is a person of its own to everything downstream. Consent is the device's: a record's
statements are its own and those of what is tied to it for certain, not those of another device of the same
person. Given up: consent of the person as a whole (one refusal on one browser would tear the others apart,
one grant would open them), and links that leave no touch, as a number of a user on every call.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from journey_research.engine import Table, run_sql


@dataclass(frozen=True)
class StitchingRule:
    """How far back a history joins the person it is linked to.

    Attributes:
        consent_purposes: Purposes of consent statements; any one of them that is granted allows it.
        history_without_statement: What holds for records of a source that states no such consent of any
            record: true, their history joins; false, it does not. Where a source does state consent, a
            record without a statement has given none.
        linking_actions: Actions by which somebody makes herself known; a record's history ends at the first.
    """

    consent_purposes: tuple[str, ...] = ("analytics",)
    history_without_statement: bool = True
    linking_actions: tuple[str, ...] = ("logged_in", "signed_up", "form_submitted")

    def __post_init__(self) -> None:
        for name in ("consent_purposes", "linking_actions"):
            words = tuple(getattr(self, name))
            object.__setattr__(self, name, words)
            if len(set(words)) < len(words) or not all(word.strip() for word in words):
                raise ValueError(f"{name} names each word once, and none is blank")


def hold_history(
    touches: Table, records: Table, consents: Table, links: Table, rule: StitchingRule
) -> tuple[Table, Table]:
    """Touches that must not join a person, and the records that name one.

    Nothing here knows who is who: what is held back is so under every answer to it.

    Args:
        touches: n rows, contract ``Touches``; any order.
        records: k rows, contract ``Records``.
        consents: m rows, contract ``Consents``; any order.
        links: l rows, contract ``Links``. Accepted ones other than ``dedupe`` tie a statement to a record:
            of a known record, or of one that only states (a receipt of a consent tool).
        rule: What allows a history to join.

    Returns:
        Contracts ``HeldTouches`` (touches of anonymous records before their first link, with the reason) and
        ``NamingRecords`` (known records, and anonymous ones with a link). A statement holds from its instant
        until the next of its record and purpose, or until it expires; of two at one instant the more
        cautious holds.

    Source:
        Regulation (EU) 2016/679, article 7: consent allows what comes after it; article 7(3): withdrawal
        does not undo what was lawful before.
    """
    linking_actions = _words("action", rule.linking_actions)
    held = run_sql(
        "held_touches.sql",
        touches=touches,
        records=records,
        consents=consents,
        links=links,
        purposes=_words("purpose", rule.consent_purposes),
        linking_actions=linking_actions,
        history_without_statement=rule.history_without_statement,
    )
    naming = run_sql("naming_records.sql", touches=touches, records=records, linking_actions=linking_actions)
    return held, naming


def nothing_held() -> tuple[Table, Table]:
    """What ``hold_history`` gives where nothing is held back: two tables without rows."""
    columns = {name: pd.Series([], dtype="str") for name in ("touch_id", "record_id", "reason")}
    held = pd.DataFrame(columns)
    return Table.from_pandas(held), Table.from_pandas(held[["record_id"]])


def _words(column: str, words: tuple[str, ...]) -> Table:
    return Table.from_pandas(pd.DataFrame({column: pd.Series(sorted(words), dtype="str")}))
