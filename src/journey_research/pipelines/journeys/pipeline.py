"""Touches, orders and people in; outcomes, sessions, journeys, their paths and segments out."""

from kedro.pipeline import Node, Pipeline

from .correlations.correlating import correlate_sources
from .cutting import cut_journeys
from .devices import pair_devices, summarise_device_sessions
from .friction.pipeline import create_pipeline as create_friction
from .histories.pipeline import create_pipeline as create_histories
from .history import hold_history
from .journey_metrics import measure_journeys
from .ladder import climb_ladder, count_ladder, find_ladder_moves
from .leads import follow_leads
from .paths import count_paths, count_transitions, summarise_journeys
from .process_views import count_process_views
from .scenarios.pipeline import create_pipeline as create_scenarios
from .segmentation.pipeline import create_pipeline as create_segmentation
from .sessions import summarise_sessions
from .stitching import count_stitching, find_outcomes
from .thresholds import count_threshold_paths, measure_thresholds
from .together.pipeline import create_pipeline as create_together
from .touchpoints.pipeline import create_pipeline as create_touchpoints


def create_pipeline() -> Pipeline:
    """The stage's nodes, in data order."""
    return Pipeline(
        [
            Node(
                find_outcomes,
                [
                    "touches",
                    "orders",
                    "people",
                    "params:journey_rule",
                    "held_touches",
                    "naming_records",
                ],
                "outcomes",
                name="find_outcomes",
            ),
            Node(
                cut_journeys,
                [
                    "touches",
                    "people",
                    "outcomes",
                    "params:journey_rule",
                    "held_touches",
                    "naming_records",
                ],
                "journey_touches",
                name="cut_journeys",
            ),
            Node(
                summarise_sessions,
                ["journey_touches", "device_sessions", "device_pairs"],
                "sessions",
                name="summarise_sessions",
            ),
            Node(
                summarise_journeys,
                ["journey_touches", "outcomes", "params:journey_rule", "params:kind_rule"],
                "journeys",
                name="summarise_journeys",
            ),
            Node(
                count_paths,
                [
                    "touches",
                    "orders",
                    "people_variants",
                    "params:journey_rule",
                    "held_touches",
                    "naming_records",
                ],
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
                    "held_touches",
                    "naming_records",
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
                measure_journeys,
                ["journey_touches", "journeys", "outcomes", "as_of", "params:journey_rule"],
                "journey_metrics",
                name="measure_journeys",
            ),
            Node(
                hold_history,
                ["touches", "records", "consents", "links", "params:stitching_rule"],
                ["held_touches", "naming_records"],
                name="hold_history",
            ),
            Node(
                count_stitching,
                [
                    "touches",
                    "records",
                    "people",
                    "links",
                    "held_touches",
                    "naming_records",
                    "params:journey_rule",
                ],
                "stitching_counts",
                name="count_stitching",
            ),
            Node(
                summarise_device_sessions,
                ["journey_touches", "touches", "params:journey_rule", "params:device_rule"],
                "device_sessions",
                name="summarise_device_sessions",
            ),
            Node(
                pair_devices,
                ["device_sessions", "params:device_rule"],
                "device_pairs",
                name="pair_devices",
            ),
            Node(
                climb_ladder,
                [
                    "journey_touches",
                    "records",
                    "consents",
                    "orders",
                    "outcomes",
                    "people",
                    "params:ladder_rule",
                ],
                "ladder",
                name="climb_ladder",
            ),
            Node(
                find_ladder_moves,
                [
                    "ladder",
                    "journey_touches",
                    "consents",
                    "orders",
                    "people",
                    "as_of",
                    "params:ladder_rule",
                ],
                "ladder_moves",
                name="find_ladder_moves",
            ),
            Node(count_ladder, "ladder", "ladder_counts", name="count_ladder"),
            Node(
                count_process_views,
                ["journey_touches", "touches", "outcomes"],
                "process_views",
                name="count_process_views",
            ),
            create_segmentation(),
            create_histories(),
            create_friction(),
            Node(
                correlate_sources,
                ["touches", "orders", "people", "as_of", "params:correlation_rule"],
                "correlations",
                name="correlate_sources",
            ),
            create_scenarios(),
            create_touchpoints(),
            create_together(),
            Node(
                follow_leads,
                ["records", "source_links", "people", "journey_touches", "ladder"],
                "lead_outcomes",
                name="follow_leads",
            ),
        ]
    )
