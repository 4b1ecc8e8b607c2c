"""Processes and their steps in; where people are held up, what it costs and what to fix first."""

from kedro.pipeline import Node, Pipeline

from .finding import find_friction
from .fixing import rank_fixes


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
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
        ]
    )
