"""Which touches belong to one effort."""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .rule import JourneyRule
from .stitching import stitch_touches


def cut_journeys(
    touches: Table,
    people: Table,
    outcomes: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """Place every touch of a resolved person in one session and one journey.

    A journey ends by a silence longer than ``max_gap_days``, or by an outcome: touches at the
    instant of an outcome belong to the journey that it closes, later ones open the next. A session
    ends by silence alone; one that a source cut itself is kept as it is, and the silence is then that
    between the other touches of the person. Both are named after their first touch, so later touches
    can lengthen the newest but rename none. A touch delivered late, or two people merged, can.

    Args:
        touches: n rows, contract ``Touches``; any order; times in UTC.
        people: k rows, contract ``People``; one per source record.
        outcomes: m rows, contract ``Outcomes``; any order.
        rule: Where to cut.
        held_touches: Contract ``HeldTouches``; touches that consent does not let join, which walk on
            their own. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        At most n rows, contract ``JourneyTouches``, keyed by touch. Touches of bots and of records
        without a person, and touches that are outcomes, are left out.

    Source:
        Catledge and Pitkow (1995), "Characterizing browsing strategies in the World-Wide Web",
        cut sessions at 25.5 minutes; 30 is the common rounding.
    """
    return cut_stitched(stitch_touches(touches, people, rule, held_touches, naming_records), outcomes, rule)


def cut_stitched(stitched: Table, outcomes: Table, rule: JourneyRule) -> Table:
    """As ``cut_journeys``, from touches that already know their person."""
    return run_sql(
        "journey_touches.sql",
        touches=stitched,
        outcomes=outcomes,
        session_gap_us=rule.session_gap_us,
        max_gap_us=rule.max_gap_us,
    )
