"""Journeys as paths: what each was, how often it converted, what follows what."""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .cutting import cut_journeys
from .kinds import KindRule
from .rule import JourneyRule
from .stitching import find_outcomes


def summarise_journeys(
    journey_touches: Table, outcomes: Table, rule: JourneyRule, kind_rule: KindRule | None = None
) -> Table:
    """When each journey began and ended, its path, what it was about, and whether it converted.

    A journey has converted when an outcome lies at or after its last touch and no more than
    ``max_gap_days`` later; it then ends at the outcome. An outcome closes one journey at most, and
    of several in a row the first does; one without a touch before it closes none.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``; the ones that the journeys were cut with.
        rule: The rule that the journeys were cut with.
        kind_rule: Which actions tell what a journey is about. None: its defaults.

    Returns:
        At most n rows, contract ``Journeys``; ``path`` is the channels in order with ``' > '``
        between, and channels that follow themselves are written once. ``cycle_number`` is one more than
        the person's conversions before the journey, also those that closed none.
    """
    return run_sql(
        "journeys.sql",
        journey_touches=journey_touches,
        closed_journeys=close_journeys(journey_touches, outcomes, rule),
        kinds=(kind_rule or KindRule()).table(),
    )


def close_journeys(journey_touches: Table, outcomes: Table, rule: JourneyRule) -> Table:
    """The journey that each outcome closes.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``.
        rule: The rule that the journeys were cut with.

    Returns:
        m rows keyed by outcome: ``outcome_id, person_id, occurred_at, outcome_amount, is_touched,
        journey_id``. ``is_touched``: a touch of the person lies in the longest gap before it.
        ``journey_id`` is null where it closes none.
    """
    return run_sql(
        "closed_journeys.sql",
        journey_touches=journey_touches,
        outcomes=outcomes,
        max_gap_us=rule.max_gap_us,
    )


def count_paths(
    touches: Table,
    orders: Table,
    people_variants: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """How often each path converted, under each answer to who is who.

    Every variant is cut by the very rule of ``cut_journeys``, in one pass over all variants.

    Args:
        touches: n rows, contract ``Touches``; any order.
        orders: m rows, contract ``Orders``; any order.
        people_variants: k rows, contract ``PeopleVariants``; a record once in each variant.
        rule: Where to cut, and what counts as the goal.
        held_touches: Contract ``HeldTouches``. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        Contract ``Paths``; one row per variant and distinct path.
    """
    people = run_sql("variant_people.sql", people_variants=people_variants)
    outcomes = find_outcomes(touches, orders, people, rule, held_touches, naming_records)
    journey_touches = cut_journeys(touches, people, outcomes, rule, held_touches, naming_records)
    return run_sql("paths.sql", journeys=summarise_journeys(journey_touches, outcomes, rule))


def count_transitions(journey_touches: Table) -> Table:
    """How often one channel directly follows another inside a journey, and how long that takes.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.

    Returns:
        Contract ``Transitions``; a channel may follow itself. Gaps in minutes.

    Source:
        van der Aalst (2016), "Process Mining", 2nd ed., ch. 6: directly-follows counts.
    """
    return run_sql("transitions.sql", journey_touches=journey_touches)
