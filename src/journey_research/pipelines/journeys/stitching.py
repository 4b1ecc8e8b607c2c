"""What sources told about records becomes what happened to a person."""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .history import nothing_held
from .rule import ORDER, JourneyRule


def find_outcomes(
    touches: Table,
    orders: Table,
    people: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """The conversions of resolved persons.

    With ``conversion_action: order`` every paid order is one, worth what was paid less what was
    given back; pending, cancelled and wholly refunded orders are none. With another action, every
    touch with that action is one, worth 0.

    Args:
        touches: n rows, contract ``Touches``; any order.
        orders: m rows, contract ``Orders``; any order.
        people: k rows, contract ``People``; one per source record.
        rule: What counts as the goal.
        held_touches: Contract ``HeldTouches``; touches that consent does not let join. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        At most n or m rows, contract ``Outcomes``. Outcomes of records without a person and of
        bots are left out.
    """
    return run_sql(
        "outcomes.sql",
        touch_people=place_touches(touches, people, rule, held_touches, naming_records),
        orders=orders,
        people=people,
        conversion_action=rule.conversion_action,
        order=ORDER,
    )


def place_touches(
    touches: Table,
    people: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """Touches with the person that consent lets them belong to.

    Args:
        touches: n rows, contract ``Touches``; any order.
        people: k rows, contract ``People``; one per source record.
        rule: Whether sessions of the sources count.
        held_touches: Contract ``HeldTouches``. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        At most n rows keyed by touch: ``touch_id, person_id, touched_at, channel, direction, action,
        initiative, native_session_id``. A held touch of a person who is named has the id
        ``person:`` and 32 hexadecimal digits made of its record alone; the ids of identity have fewer.
        Bots and records without a person are left out.
    """
    if held_touches is None or naming_records is None:
        held_touches, naming_records = nothing_held()
    return run_sql(
        "touch_people.sql",
        touches=touches,
        people=people,
        held_touches=held_touches,
        naming_records=naming_records,
        keeps_native_sessions=rule.keeps_native_sessions,
    )


def stitch_touches(
    touches: Table,
    people: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """Touches with the person they belong to: what journeys are cut from.

    Args:
        touches: n rows, contract ``Touches``; any order.
        people: k rows, contract ``People``; one per source record.
        rule: Which action is the goal, and so no step on the way.
        held_touches: Contract ``HeldTouches``. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        At most n rows keyed by touch: ``touch_id, person_id, touched_at, channel, action, initiative,
        native_session_id``. Bots, records without a person, outcomes and what has no direction are left
        out.
    """
    return run_sql(
        "stitched_touches.sql",
        touch_people=place_touches(touches, people, rule, held_touches, naming_records),
        conversion_action=rule.conversion_action,
    )


def count_stitching(
    touches: Table,
    records: Table,
    people: Table,
    links: Table,
    held_touches: Table,
    naming_records: Table,
    rule: JourneyRule,
) -> Table:
    """How many touches stand where, and why: nothing is left out without a word.

    Args:
        touches: n rows, contract ``Touches``.
        records: k rows, contract ``Records``.
        people: Contract ``People``.
        links: Contract ``Links``; refusals tell which devices several persons share.
        held_touches: Contract ``HeldTouches``.
        naming_records: Contract ``NamingRecords``.
        rule: Which action is the goal.

    Returns:
        Contract ``StitchingCounts``; ``n_touches`` adds up to n, and over the reasons that are in a journey
        to the rows of ``journey_touches``.
    """
    return run_sql(
        "stitching_counts.sql",
        touches=touches,
        records=records,
        people=people,
        links=links,
        held_touches=held_touches,
        naming_records=naming_records,
        conversion_action=rule.conversion_action,
    )
