"""Source records in, persons out."""

from kedro.pipeline import Node, Pipeline

from .evidence import gather_evidence
from .golden_records import choose_golden_values
from .linkage_quality import measure_identity
from .persons import cluster_records
from .scored import score_pairs
from .training import train_matcher


def create_pipeline() -> Pipeline:
    """The stage that finds out which source records are one person."""
    return Pipeline(
        [
            Node(
                gather_evidence,
                ["records", "identifiers", "record_values", "source_links", "params:evidence_rule"],
                "evidence_links",
                name="gather_evidence",
            ),
            Node(
                train_matcher,
                [
                    "records",
                    "record_values",
                    "evidence_links",
                    "judgements",
                    "labelled_groups",
                    "params:matcher_rule",
                ],
                "identity_model",
                name="train_matcher",
            ),
            Node(
                score_pairs,
                ["records", "record_values", "evidence_links", "identity_model"],
                "scored_links",
                name="score_pairs",
            ),
            Node(
                cluster_records,
                [
                    "records",
                    "record_values",
                    "identifiers",
                    "evidence_links",
                    "scored_links",
                    "judgements",
                    "identity_model",
                    "params:cluster_rule",
                ],
                ["links", "people", "people_variants", "persons"],
                name="cluster_records",
            ),
            Node(
                measure_identity,
                [
                    "record_values",
                    "people",
                    "links",
                    "evidence_links",
                    "scored_links",
                    "judgements",
                    "true_people",
                    "identity_model",
                    "params:cluster_rule",
                    "params:quality_rule",
                ],
                ["identity_metrics", "identity_thresholds"],
                name="measure_identity",
            ),
            Node(
                choose_golden_values,
                ["people", "records", "record_values", "identifiers", "params:golden_rule"],
                "golden_values",
                name="choose_golden_values",
            ),
        ]
    )
