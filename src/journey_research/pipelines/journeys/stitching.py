"""What sources told about records becomes what happened to a person."""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .rule import ORDER, JourneyRule


def find_outcomes(touches: Table, orders: Table, people: Table, rule: JourneyRule) -> Table:
    """The conversions of resolved persons.

    With ``conversion_action: order`` every paid order is one, worth what was paid less what was
    given back; pending, cancelled and wholly refunded orders are none. With another action, every
    touch with that action is one, worth 0.

    Args:
        touches: n rows, contract ``Touches``; any order.
        orders: m rows, contract ``Orders``; any order.
        people: k rows, contract ``People``; one per source record.
        rule: What counts as the goal.

    Returns:
        At most n or m rows, contract ``Outcomes``. Outcomes of records without a person and of
        bots are left out.
    """
    return run_sql(
        "outcomes.sql",
        touches=touches,
        orders=orders,
        people=people,
        conversion_action=rule.conversion_action,
        order=ORDER,
    )


def stitch_touches(touches: Table, people: Table, rule: JourneyRule) -> Table:
    """Touches with the person they belong to: what journeys are cut from.

    Args:
        touches: n rows, contract ``Touches``; any order.
        people: k rows, contract ``People``; one per source record.
        rule: Which action is the goal, and so no step on the way.

    Returns:
        At most n rows keyed by touch: ``touch_id, person_id, touched_at, channel, action,
        initiative``. Bots, records without a person, outcomes and what has no direction are left out.
    """
    return run_sql(
        "stitched_touches.sql", touches=touches, people=people, conversion_action=rule.conversion_action
    )
