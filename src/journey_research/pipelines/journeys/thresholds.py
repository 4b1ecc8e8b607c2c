"""What journeys and their figures would be if identity's threshold were another.

Context: who is who hangs on one threshold, and every figure downstream on who is who. Cutting all
journeys once more for each threshold would cost as much as the stage itself, ten times. Choice: only
the persons who change at a threshold are cut again, as they are chosen and as they would be, in one
pass over all thresholds; the rest is taken from the paths that are there already. Given up: figures
that do not add up over persons, such as medians.
"""

from __future__ import annotations

from journey_research.engine import Table, run_sql

from .cutting import cut_journeys
from .paths import summarise_journeys
from .rule import JourneyRule
from .stitching import find_outcomes


def place_at_thresholds(
    record_clusters: Table, threshold_clusters: Table, identity_thresholds: Table
) -> Table:
    """The records whose person changes at some threshold, or is joined or left by others.

    Args:
        record_clusters: n rows, contract ``RecordClusters``.
        threshold_clusters: m rows, contract ``ThresholdClusters``.
        identity_thresholds: t rows, contract ``IdentityThresholds``.

    Returns:
        ``record_id, person_id``: two rows per threshold and such record, of sides ``before`` and
        ``after``; ``person_id`` is ``number|side|cluster``, numbers by rising threshold from 1.
    """
    return run_sql(
        "threshold_people.sql",
        record_clusters=record_clusters,
        threshold_clusters=threshold_clusters,
        identity_thresholds=identity_thresholds,
    )


def count_threshold_paths(
    touches: Table,
    orders: Table,
    record_clusters: Table,
    threshold_clusters: Table,
    identity_thresholds: Table,
    paths: Table,
    rule: JourneyRule,
    held_touches: Table | None = None,
    naming_records: Table | None = None,
) -> Table:
    """How often each path converted at each threshold of identity.

    Args:
        touches: n rows, contract ``Touches``; any order.
        orders: m rows, contract ``Orders``; any order.
        record_clusters: Contract ``RecordClusters``; who is who as chosen.
        threshold_clusters: Contract ``ThresholdClusters``; who moves at another threshold.
        identity_thresholds: t rows, contract ``IdentityThresholds``; the thresholds looked at.
        paths: Contract ``Paths``; its chosen variant is of the same persons.
        rule: Where to cut, and what counts as the goal.
        held_touches: Contract ``HeldTouches``. None: no touch.
        naming_records: Contract ``NamingRecords``, with them.

    Returns:
        Contract ``ThresholdPaths``, the same as cutting everybody anew at each threshold.
    """
    people = place_at_thresholds(record_clusters, threshold_clusters, identity_thresholds)
    outcomes = find_outcomes(touches, orders, people, rule, held_touches, naming_records)
    journey_touches = cut_journeys(touches, people, outcomes, rule, held_touches, naming_records)
    return run_sql(
        "threshold_paths.sql",
        journeys=summarise_journeys(journey_touches, outcomes, rule),
        paths=paths,
        identity_thresholds=identity_thresholds,
    )


def measure_thresholds(
    records: Table,
    orders: Table,
    record_clusters: Table,
    threshold_clusters: Table,
    identity_thresholds: Table,
    threshold_paths: Table,
) -> Table:
    """How many persons, buyers and conversions each threshold of identity makes.

    Args:
        records: Contract ``Records``; which are more than a browser or a nameless receipt.
        orders: Contract ``Orders``; the paid ones count.
        record_clusters: Contract ``RecordClusters``.
        threshold_clusters: Contract ``ThresholdClusters``.
        identity_thresholds: t rows, contract ``IdentityThresholds``.
        threshold_paths: Contract ``ThresholdPaths``.

    Returns:
        t rows, contract ``ThresholdKpis``. ``conversion_rate`` counts all journeys, as the front
        page does.
    """
    return run_sql(
        "threshold_kpis.sql",
        records=records,
        orders=orders,
        record_clusters=record_clusters,
        threshold_people=place_at_thresholds(record_clusters, threshold_clusters, identity_thresholds),
        identity_thresholds=identity_thresholds,
        threshold_paths=threshold_paths,
    )
