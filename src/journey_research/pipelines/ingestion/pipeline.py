"""Exports in, canonical tables and what was set aside out."""

from kedro.pipeline import Node, Pipeline

from .covering_classes import cover_data_classes
from .finding_dirt import measure_reading
from .gating import gate_rejects
from .looking_back import set_as_of
from .measuring_freshness import measure_freshness
from .promising import check_expectations, gate_expectations
from .reading import read_sources
from .summarising_channels import summarise_channels


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(
                read_sources,
                ["exports", "pseudonym_key", "mapped_parts"],
                [
                    "records",
                    "record_values",
                    "identifiers",
                    "source_links",
                    "memberships",
                    "touches",
                    "orders",
                    "order_sightings",
                    "order_lines",
                    "consents",
                    "spend",
                    "offers",
                    "availability",
                    "referrals",
                    "judgements",
                    "labelled_groups",
                    "true_people",
                    "planted_dirt",
                    "promises",
                    "lost_values",
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
            Node(
                check_expectations,
                ["promises", "touches"],
                "expectations",
                name="check_expectations",
            ),
            Node(
                gate_expectations,
                "expectations",
                "promise_quality",
                name="gate_expectations",
            ),
            Node(
                summarise_channels,
                ["touches", "orders", "spend", "params:channel_catalogue"],
                "channels",
                name="summarise_channels",
            ),
            Node(
                measure_freshness,
                ["source_files", "as_of", "params:freshness_rule"],
                "freshness",
                name="measure_freshness",
            ),
            Node(
                cover_data_classes,
                ["source_files", "params:business"],
                "data_classes",
                name="cover_data_classes",
            ),
            Node(
                measure_reading,
                ["rejected", "source_files", "planted_dirt"],
                "dirt_found",
                name="measure_reading",
            ),
        ]
    )
