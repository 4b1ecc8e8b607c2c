"""Touches, orders and people in; outcomes, sessions, journeys, their paths and segments out."""

from kedro.pipeline import Node, Pipeline

from .cutting import cut_journeys
from .friction import find_friction
from .journey_metrics import measure_journeys
from .paths import count_paths, count_transitions, summarise_journeys
from .scenarios.after_sale import follow_collected_orders, follow_post_sale_mails
from .scenarios.complaints import follow_complaints
from .scenarios.feedback import gather_feedback
from .scenarios.friends import find_friend_reviews, follow_friend_asks, tell_conversion_natures
from .scenarios.store_visits import find_store_visits, list_interests, view_visitors
from .scenarios.summary import summarise_scenarios
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
                find_store_visits,
                ["touches", "people", "params:visit_rule"],
                "store_visits",
                name="find_store_visits",
            ),
            Node(
                list_interests,
                [
                    "store_visits",
                    "touches",
                    "orders",
                    "order_lines",
                    "availability",
                    "people",
                    "params:visit_rule",
                ],
                "checkin_interests",
                name="list_interests",
            ),
            Node(
                view_visitors,
                ["store_visits", "checkin_interests", "touches", "orders", "people", "params:visit_rule"],
                "assistant_views",
                name="view_visitors",
            ),
            Node(
                find_friend_reviews,
                ["referrals", "people", "params:friend_rule"],
                "friend_reviews",
                name="find_friend_reviews",
            ),
            Node(
                follow_friend_asks,
                [
                    "friend_reviews",
                    "referrals",
                    "touches",
                    "orders",
                    "order_lines",
                    "people",
                    "params:friend_rule",
                ],
                "friend_asks",
                name="follow_friend_asks",
            ),
            Node(
                tell_conversion_natures,
                [
                    "outcomes",
                    "orders",
                    "friend_reviews",
                    "touches",
                    "people",
                    "params:friend_rule",
                ],
                "conversion_natures",
                name="tell_conversion_natures",
            ),
            Node(
                follow_collected_orders,
                ["orders", "order_sightings", "store_visits", "people", "params:after_sale_rule"],
                "collected_orders",
                name="follow_collected_orders",
            ),
            Node(
                follow_post_sale_mails,
                ["touches", "orders", "consents", "people", "params:after_sale_rule"],
                "post_sale_mails",
                name="follow_post_sale_mails",
            ),
            Node(
                follow_complaints,
                ["touches", "orders", "people", "as_of", "params:complaint_rule"],
                "complaints",
                name="follow_complaints",
            ),
            Node(
                gather_feedback,
                ["touches", "store_visits", "people", "params:feedback_rule"],
                "feedback",
                name="gather_feedback",
            ),
            Node(
                summarise_scenarios,
                [
                    "assistant_views",
                    "friend_asks",
                    "collected_orders",
                    "post_sale_mails",
                    "complaints",
                    "feedback",
                    "conversion_natures",
                    "params:after_sale_rule",
                ],
                "scenarios",
                name="summarise_scenarios",
            ),
        ]
    )
