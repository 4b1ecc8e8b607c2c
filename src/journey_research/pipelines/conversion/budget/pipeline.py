"""What people are worth and what channels cost in; a plan for the next week's money out."""

from kedro.pipeline import Node, Pipeline

from .planning import plan_budget
from .values import value_channels


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
            Node(
                value_channels,
                ["journey_touches", "outcomes", "lifetime_values", "spend", "as_of", "params:budget_rule"],
                ["channel_values", "channel_weeks"],
                name="value_channels",
            ),
            Node(
                plan_budget,
                ["channel_weeks", "params:budget_rule"],
                ["budget_plan", "budget_metrics"],
                name="plan_budget",
            ),
        ]
    )
