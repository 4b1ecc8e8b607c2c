"""Touches, orders and people in; what is found of the documents' scenarios out."""

from kedro.pipeline import Node, Pipeline

from .after_sale import follow_collected_orders, follow_post_sale_mails
from .complaints import follow_complaints
from .feedback import gather_feedback
from .friends import find_friend_reviews, follow_friend_asks, tell_conversion_natures
from .store_visits import find_store_visits, list_interests, view_visitors
from .summary import summarise_scenarios


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
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
