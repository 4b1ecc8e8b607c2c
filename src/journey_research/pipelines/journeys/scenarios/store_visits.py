"""Stays in stores, and what an assistant should know when somebody checks in.

Context: a beacon tells that a person is there; what she wants lies in the shop's web log. Choice: a stay
is cut from sightings like a session from clicks, and everything about the person is what was known when
she entered, so that the table can be made while she stands there. Given up: who is seen by two stores at
one time is in both.
"""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

from .word_lists import DAY_US, MINUTE_US, check_positive, checked_words, words


@dataclass(frozen=True)
class VisitRule:
    """When a stay ends, and how far an assistant looks back.

    Attributes:
        visit_gap_minutes: Longest time between two sightings of a stay, in minutes; a gap of exactly this
            length does not end it.
        lookback_days: How long before the check-in something was looked at to be listed, in days.
        approach_days: How long before the check-in somebody of ours spoke to the person to count, in days.
        rep_actions: Actions of touches in which somebody of ours speaks to the person.
    """

    visit_gap_minutes: int = 60
    lookback_days: int = 14
    approach_days: int = 14
    rep_actions: tuple[str, ...] = ("called", "badge_scanned", "assistant_rated")

    def __post_init__(self) -> None:
        check_positive(
            visit_gap_minutes=self.visit_gap_minutes,
            lookback_days=self.lookback_days,
            approach_days=self.approach_days,
        )
        object.__setattr__(self, "rep_actions", checked_words("rep_actions", self.rep_actions))

    @property
    def visit_gap_us(self) -> int:
        return self.visit_gap_minutes * MINUTE_US


def find_store_visits(touches: Table, people: Table, rule: VisitRule) -> Table:
    """Cut the sightings of a store's beacons into stays.

    A stay ends with ``store_left``, or when nothing is seen for longer than the gap; a second entering
    without a leaving between does not end it, for telephones lose beacons and find them again.

    Args:
        touches: n rows, contract ``Touches``; any order.
        people: k rows, contract ``People``.
        rule: When a stay ends.

    Returns:
        Contract ``StoreVisits``, named after the first sighting.

    Source:
        How mobile beacons serve a shop's guests: sightings enter, range, exit of AltBeacon's regions.
    """
    return run_sql("store_visits.sql", touches=touches, people=people, visit_gap_us=rule.visit_gap_us)


def list_interests(
    store_visits: Table,
    touches: Table,
    orders: Table,
    order_lines: Table,
    availability: Table,
    people: Table,
    rule: VisitRule,
) -> Table:
    """List what the person who enters a store had looked at online before.

    Args:
        store_visits: v rows, contract ``StoreVisits``.
        touches: n rows, contract ``Touches``.
        orders: m rows, contract ``Orders``; the paid ones say what the person has already.
        order_lines: Contract ``OrderLines``.
        availability: Contract ``Availability``; what is said after the check-in is not looked at.
        people: k rows, contract ``People``.
        rule: How far to look back.

    Returns:
        Contract ``CheckinInterests``: a row per stay and product. Nothing in it happened at the check-in
        or later.
    """
    return run_sql(
        "checkin_interests.sql",
        store_visits=store_visits,
        touches=touches,
        orders=orders,
        order_lines=order_lines,
        availability=availability,
        people=people,
        lookback_us=rule.lookback_days * DAY_US,
    )


def view_visitors(
    store_visits: Table,
    checkin_interests: Table,
    touches: Table,
    orders: Table,
    people: Table,
    rule: VisitRule,
) -> Table:
    """Say for each stay how the person buys, what contact there was, and whether she was approached.

    Args:
        store_visits: v rows, contract ``StoreVisits``.
        checkin_interests: Contract ``CheckinInterests``, of the same stays.
        touches: n rows, contract ``Touches``.
        orders: m rows, contract ``Orders``.
        people: k rows, contract ``People``.
        rule: How far to look back, and what counts as being approached.

    Returns:
        v rows, contract ``AssistantViews``. Only ``approached_in_visit_at`` may lie after the check-in,
        and no later than the last sighting.
    """
    return run_sql(
        "assistant_views.sql",
        store_visits=store_visits,
        checkin_interests=checkin_interests,
        touches=touches,
        orders=orders,
        people=people,
        rep_actions=words(rule.rep_actions),
        lookback_us=rule.lookback_days * DAY_US,
        approach_us=rule.approach_days * DAY_US,
    )
