"""Exports in, canonical tables and what was set aside out."""

from kedro.pipeline import Node, Pipeline

from .gating import gate_rejects
from .looking_back import set_as_of
from .reading import read_sources


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(
                read_sources,
                ["exports", "pseudonym_key"],
                [
                    "records",
                    "record_values",
                    "identifiers",
                    "touches",
                    "orders",
                    "order_lines",
                    "consents",
                    "spend",
                    "offers",
                    "judgements",
                    "labelled_groups",
                    "true_people",
                    "rejected",
                    "source_files",
                ],
                name="read_sources",
            ),
            Node(
                gate_rejects,
                ["rejected", "source_files", "params:reject_rule"],
                "source_quality",
                name="gate_rejects",
            ),
            Node(
                set_as_of,
                ["touches", "orders", "consents", "params:as_of_rule"],
                "as_of",
                name="set_as_of",
            ),
        ]
    )
