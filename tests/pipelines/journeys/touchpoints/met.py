"""Touches with their persons and sessions, written as a layman would tell them."""

from datetime import datetime, timedelta

from journey_research.engine import Table
from tests.worlds import broken_rules, table

START = datetime(2025, 3, 3)  # a Monday


def hour(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def person(number: int) -> str:
    return f"person:{number:04x}"


def met(*rows: dict) -> tuple[Table, Table]:
    """Touches and whose they are, from rows of ``person, at`` (hours) and columns of touches.

    ``session`` names the session (else every touch is one); ``person`` None: nobody knows whose it is.
    """
    touches, stitched = [], []
    for number, row in enumerate(rows):
        told = dict(row)
        who, at, session = told.pop("person"), hour(told.pop("at")), told.pop("session", str(number))
        touch_id = f"web:{number:05d}"
        filled = {
            "touch_id": touch_id, "record_id": f"web:r{who}", "touched_at": at, "channel": "direct",
            "action": "page_viewed", "direction": "inbound", "initiative": "customer",
        } | told  # fmt: skip
        touches.append(filled)
        if who is not None and not filled.get("is_bot") and filled["direction"] != "none":
            stitched.append(
                {
                    "touch_id": touch_id, "person_id": person(who), "touched_at": at,
                    "session_id": f"s{who}/{session}", "journey_id": f"j{who}", "channel": filled["channel"],
                    "action": filled["action"], "initiative": filled["initiative"],
                }
            )  # fmt: skip
    return table("TOUCHES", *touches), table("JOURNEY_TOUCHES", *stitched)


def kept(made: Table, contract: str) -> Table:
    """The table, computed once, after a look at its contract."""
    computed = Table.from_arrow(made.to_arrow())
    assert broken_rules(contract, computed) == []
    return computed


def rows_of(made: Table) -> list[dict]:
    return made.to_arrow().to_pylist()
