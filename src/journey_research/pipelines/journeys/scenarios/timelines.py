"""Everything that happened to a person, over all channels, in order of time."""

from __future__ import annotations

from collections.abc import Sequence

from journey_research.engine import Table, run_sql

from .word_lists import words


def tell_timelines(
    touches: Table, orders: Table, outcomes: Table, people: Table, person_ids: Sequence[str]
) -> Table:
    """The touches, orders and conversions of all records of some persons.

    Args:
        touches: n rows, contract ``Touches``.
        orders: m rows, contract ``Orders``.
        outcomes: o rows, contract ``Outcomes``.
        people: k rows, contract ``People``.
        person_ids: Persons asked for; who is unknown has no rows.

    Returns:
        Contract ``PersonTimelines``: every row of the three tables that is theirs, by person, time, kind
        and id. ``happening_id`` names the row it was told in, ``source`` and ``record_id`` who told it.

    Example:
        >>> from tests.worlds import table
        >>> people = table("PEOPLE", {"record_id": "web:a", "person_id": "person:1"})
        >>> seen = table("TOUCHES", {"touch_id": "web:1", "record_id": "web:a", "action": "page_viewed"})
        >>> paid = table("ORDERS", {"order_id": "web:2", "record_id": "web:a", "status": "paid"})
        >>> told = tell_timelines(seen, paid, table("OUTCOMES"), people, ["person:1"])
        >>> told.to_pandas()[["happening", "action"]].to_numpy().tolist()
        [['order', 'paid'], ['touch', 'page_viewed']]
    """
    return run_sql(
        "person_timelines.sql",
        touches=touches,
        orders=orders,
        outcomes=outcomes,
        people=people,
        wanted=words(person_ids),
    )
