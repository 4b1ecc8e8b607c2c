"""What persons do in; who behaves alike, how sure that is, and who moved."""

from kedro.pipeline import Node, Pipeline

from .rfm import count_rfm_cells, score_rfm
from .segments import segment_persons


def create_pipeline() -> Pipeline:
    """The room's nodes, in data order."""
    return Pipeline(
        [
            Node(
                segment_persons,
                ["journey_touches", "touches", "outcomes", "orders", "as_of", "params:segment_rule"],
                [
                    "segments",
                    "segment_profiles",
                    "segment_traits",
                    "segment_choices",
                    "segment_moves",
                    "segment_metrics",
                ],
                name="segment_persons",
            ),
            Node(score_rfm, ["outcomes", "as_of"], "rfm", name="score_rfm"),
            Node(count_rfm_cells, "rfm", "rfm_cells", name="count_rfm_cells"),
        ]
    )
