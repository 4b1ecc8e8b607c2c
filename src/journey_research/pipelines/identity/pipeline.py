"""Source records in, persons out."""

from kedro.pipeline import Node, Pipeline

from .bridges import count_bridges
from .evidence import gather_evidence
from .golden_records import choose_golden_values
from .lasting_people import count_identity_changes, keep_person_ids
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
                    "params:evidence_rule",
                ],
                "identity_model",
                name="train_matcher",
            ),
            Node(
                score_pairs,
                ["records", "record_values", "evidence_links", "identity_model", "params:evidence_rule"],
                "scored_links",
                name="score_pairs",
            ),
            Node(
                cluster_records,
                [
                    "records",
                    "record_values",
                    "evidence_links",
                    "scored_links",
                    "judgements",
                    "identity_model",
                    "params:cluster_rule",
                    "identifiers",
                    "params:evidence_rule",
                ],
                ["links", "record_clusters", "people_variants", "threshold_clusters"],
                name="cluster_records",
            ),
            Node(
                keep_person_ids,
                ["record_clusters", "past_person_events", "records", "record_values", "identifiers"],
                ["people", "persons", "person_events"],
                name="keep_person_ids",
            ),
            Node(
                count_identity_changes,
                ["person_events", "touches", "orders"],
                "identity_changes",
                name="count_identity_changes",
            ),
            Node(
                measure_identity,
                [
                    "records",
                    "record_values",
                    "record_clusters",
                    "threshold_clusters",
                    "links",
                    "evidence_links",
                    "judgements",
                    "true_people",
                    "identity_model",
                    "params:cluster_rule",
                    "params:evidence_rule",
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
            Node(
                count_bridges,
                ["links", "evidence_links", "scored_links"],
                "link_bridges",
                name="count_bridges",
            ),
        ]
    )
