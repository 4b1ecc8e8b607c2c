"""Every stage's tables in, a front page and three reports out."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from .entities import total_entities
from .headlines import state_headlines
from .running import index_reports, tell_conversion, tell_identity, tell_week


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(
                state_headlines,
                ["persons", "people_variants", "journey_metrics", "paths", "credits", "params:headline_rule"],
                "headlines",
                name="state_headlines",
            ),
            Node(
                total_entities,
                ["people", "memberships", "source_links", "orders", "params:business"],
                "entity_totals",
                name="total_entities",
            ),
            Node(
                tell_week,
                [
                    "params:report_rule",
                    "params:business",
                    "as_of",
                    "headlines",
                    "journey_touches",
                    "journeys",
                    "outcomes",
                    "orders",
                    "people",
                    "spend",
                    "source_files",
                    "decisions",
                    "permissions",
                    "policy_value",
                    "channels",
                    "freshness",
                    "data_classes",
                    "dirt_found",
                    "entity_totals",
                    "fixes",
                    "correlations",
                ],
                "weekly_report",
                name="tell_week",
            ),
            Node(
                tell_identity,
                [
                    "as_of",
                    "headlines",
                    "persons",
                    "people",
                    "people_variants",
                    "records",
                    "links",
                    "identity_metrics",
                    "identity_thresholds",
                    "threshold_kpis",
                    "ranking_flips",
                    "identity_changes",
                ],
                "identity_report",
                name="tell_identity",
            ),
            Node(
                tell_conversion,
                [
                    "params:report_rule",
                    "as_of",
                    "headlines",
                    "credits",
                    "calibration_bins",
                    "conversion_metrics",
                    "journey_metrics",
                    "friction",
                    "segment_profiles",
                    "segment_choices",
                    "segment_metrics",
                    "segment_moves",
                    "rfm_cells",
                    "paths",
                    "lifetime_values",
                ],
                "conversion_report",
                name="tell_conversion",
            ),
            Node(
                index_reports,
                ["weekly_report", "identity_report", "conversion_report", "headlines", "as_of"],
                "report_index",
                name="index_reports",
            ),
        ]
    )
