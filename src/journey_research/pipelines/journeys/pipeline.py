"""Touches, orders and people in; outcomes, sessions, journeys, their paths and segments out."""

from kedro.pipeline import Node, Pipeline

from .cutting import cut_journeys
from .friction import find_friction
from .journey_metrics import measure_journeys
from .paths import count_paths, count_transitions, summarise_journeys
from .segments import segment_persons
from .sessions import summarise_sessions
from .stitching import find_outcomes
from .thresholds import count_threshold_paths, measure_thresholds
from .touchpoints.coverage import warn_of_gaps
from .touchpoints.directions import split_by_direction
from .touchpoints.mapping_touchpoints import map_touchpoints
from .touchpoints.messages import (
    find_claims,
    find_contradictions,
    measure_consistency,
    measure_sync_lags,
)
from .touchpoints.preferences import find_preferences
from .touchpoints.roles import count_roles
from .touchpoints.shares import share_channels
from .touchpoints.touchpoint_metrics import measure_touchpoints
from .touchpoints.triggers import fire_triggers


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
                find_friction,
                ["journey_touches", "journeys", "as_of", "params:journey_rule"],
                "friction",
                name="find_friction",
            ),
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
                map_touchpoints,
                ["touches", "journey_touches", "params:touchpoint_map"],
                "touchpoint_map",
                name="map_touchpoints",
            ),
            Node(
                count_roles,
                ["touches", "journey_touches", "touchpoint_map"],
                "touchpoint_roles",
                name="count_roles",
            ),
            Node(
                share_channels,
                [
                    "touches",
                    "journey_touches",
                    "touchpoint_map",
                    "spend",
                    "params:touchpoint_map",
                    "params:share_rule",
                ],
                "channel_shares",
                name="share_channels",
            ),
            Node(
                warn_of_gaps,
                ["touches", "journey_touches", "touchpoint_map", "params:coverage_rule"],
                "coverage_warnings",
                name="warn_of_gaps",
            ),
            Node(
                split_by_direction,
                ["touches", "journey_touches", "journeys"],
                "direction_kpis",
                name="split_by_direction",
            ),
            Node(
                find_claims,
                ["touches", "journey_touches", "touchpoint_map", "params:message_rule"],
                "message_claims",
                name="find_claims",
            ),
            Node(
                find_contradictions,
                ["message_claims", "params:message_rule"],
                "contradictions",
                name="find_contradictions",
            ),
            Node(measure_consistency, "message_claims", "message_consistency", name="measure_consistency"),
            Node(
                measure_sync_lags,
                ["touches", "journey_touches", "touchpoint_map", "message_claims", "params:message_rule"],
                "sync_lags",
                name="measure_sync_lags",
            ),
            Node(
                find_preferences,
                ["touches", "journey_touches", "params:preference_rule"],
                "person_preferences",
                name="find_preferences",
            ),
            Node(
                fire_triggers,
                ["touches", "journey_touches", "outcomes", "as_of", "params:trigger_rule"],
                "triggers",
                name="fire_triggers",
            ),
            Node(
                measure_touchpoints,
                [
                    "touchpoint_map",
                    "message_claims",
                    "contradictions",
                    "message_consistency",
                    "person_preferences",
                ],
                "touchpoint_metrics",
                name="measure_touchpoints",
            ),
        ]
    )
