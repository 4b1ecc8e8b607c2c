"""Touches, orders and people in; outcomes, sessions, journeys, their paths and segments out."""

from kedro.pipeline import Node, Pipeline

from .correlations.correlating import correlate_sources
from .cutting import cut_journeys
from .friction.finding import find_friction
from .friction.fixing import rank_fixes
from .journey_metrics import measure_journeys
from .paths import count_paths, count_transitions, summarise_journeys
from .segments import segment_persons
from .sessions import summarise_sessions
from .stitching import find_outcomes
from .thresholds import count_threshold_paths, measure_thresholds


def create_pipeline() -> Pipeline:
    """The stage's nodes, in data order."""
    return Pipeline(
        [
            Node(
                find_outcomes,
                ["touches", "orders", "people", "params:journey_rule"],
                "outcomes",
                name="find_outcomes",
            ),
            Node(
                cut_journeys,
                ["touches", "people", "outcomes", "params:journey_rule"],
                "journey_touches",
                name="cut_journeys",
            ),
            Node(summarise_sessions, "journey_touches", "sessions", name="summarise_sessions"),
            Node(
                summarise_journeys,
                ["journey_touches", "outcomes", "params:journey_rule"],
                "journeys",
                name="summarise_journeys",
            ),
            Node(
                count_paths,
                ["touches", "orders", "people_variants", "params:journey_rule"],
                "paths",
                name="count_paths",
            ),
            Node(
                count_threshold_paths,
                [
                    "touches",
                    "orders",
                    "record_clusters",
                    "threshold_clusters",
                    "identity_thresholds",
                    "paths",
                    "params:journey_rule",
                ],
                "threshold_paths",
                name="count_threshold_paths",
            ),
            Node(
                measure_thresholds,
                [
                    "records",
                    "orders",
                    "record_clusters",
                    "threshold_clusters",
                    "identity_thresholds",
                    "threshold_paths",
                ],
                "threshold_kpis",
                name="measure_thresholds",
            ),
            Node(count_transitions, "journey_touches", "transitions", name="count_transitions"),
            Node(
                segment_persons,
                ["journey_touches", "outcomes", "params:segment_rule"],
                ["segments", "segment_profiles"],
                name="segment_persons",
            ),
            Node(
                measure_journeys,
                ["journey_touches", "journeys", "outcomes", "as_of", "params:journey_rule"],
                "journey_metrics",
                name="measure_journeys",
            ),
            Node(
                find_friction,
                [
                    "journey_touches",
                    "touches",
                    "people",
                    "outcomes",
                    "order_sightings",
                    "as_of",
                    "params:journey_rule",
                    "params:friction_rule",
                ],
                "friction",
                name="find_friction",
            ),
            Node(rank_fixes, ["friction", "journey_touches"], "fixes", name="rank_fixes"),
            Node(
                correlate_sources,
                ["touches", "orders", "people", "as_of", "params:correlation_rule"],
                "correlations",
                name="correlate_sources",
            ),
        ]
    )
