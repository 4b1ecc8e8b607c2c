"""Journeys in; funnels, hops, reach, retention and telling sequences of a report's week out."""

from kedro.pipeline import Node, Pipeline

from .weekly import (
    find_telling_sequences,
    measure_cohorts,
    measure_funnel,
    measure_hops,
    measure_reach,
)


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
            Node(
                measure_funnel,
                ["journey_touches", "outcomes", "params:history_rule"],
                "funnel",
                name="measure_funnel",
            ),
            Node(
                measure_hops,
                ["journey_touches", "params:history_rule"],
                "hop_rates",
                name="measure_hops",
            ),
            Node(measure_reach, "journey_touches", "channel_reach", name="measure_reach"),
            Node(
                measure_cohorts,
                ["journey_touches", "as_of", "params:history_rule"],
                "retention",
                name="measure_cohorts",
            ),
            Node(
                find_telling_sequences,
                ["journey_touches", "journeys", "as_of", "params:history_rule"],
                "telling_sequences",
                name="find_telling_sequences",
            ),
        ]
    )
