"""Touches in; what each kind of contact is for, what channels take and give, what people were told."""

from kedro.pipeline import Node, Pipeline

from .coverage import warn_of_gaps
from .directions import split_by_direction
from .mapping_touchpoints import map_touchpoints
from .messages import (
    find_claims,
    find_contradictions,
    measure_consistency,
    measure_sync_lags,
)
from .preferences import find_preferences
from .roles import count_roles
from .shares import share_channels
from .touchpoint_metrics import measure_touchpoints
from .triggers import fire_triggers


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
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
