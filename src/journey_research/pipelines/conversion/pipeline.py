"""Journeys and orders in; examples, scores, credits and lifetime values out."""

from kedro.pipeline import Node, Pipeline

from .attribution import attribute_conversions
from .budget.pipeline import create_pipeline as create_budget
from .evaluation import evaluate_scores
from .examples import build_examples
from .lifetime_value import estimate_lifetime_values
from .propensity import fit_propensity, score_examples
from .threshold_rankings import find_flips, rank_channels
from .value_deciles import judge_lifetime_values


def create_pipeline() -> Pipeline:
    """The stage's nodes."""
    return Pipeline(
        [
            Node(
                build_examples,
                ["journey_touches", "outcomes", "orders", "people", "as_of", "params:example_rule"],
                "examples",
                name="build_examples",
            ),
            Node(
                fit_propensity,
                ["examples", "params:propensity_rule"],
                "propensity_model",
                name="fit_propensity",
            ),
            Node(score_examples, ["examples", "propensity_model"], "scores", name="score_examples"),
            Node(
                evaluate_scores,
                ["scores", "examples", "params:evaluation_rule"],
                ["conversion_metrics", "calibration_bins"],
                name="evaluate_scores",
            ),
            Node(
                attribute_conversions,
                ["paths", "params:attribution_rule"],
                "credits",
                name="attribute_conversions",
            ),
            Node(
                rank_channels,
                ["threshold_paths", "params:attribution_rule"],
                "threshold_channels",
                name="rank_channels",
            ),
            Node(find_flips, ["threshold_channels", "params:flip_rule"], "ranking_flips", name="find_flips"),
            Node(
                estimate_lifetime_values,
                ["orders", "people", "as_of", "params:lifetime_rule"],
                "lifetime_values",
                name="estimate_lifetime_values",
            ),
            Node(
                judge_lifetime_values,
                ["orders", "people", "as_of", "params:hold_out_rule"],
                "value_deciles",
                name="judge_lifetime_values",
            ),
            create_budget(),
        ]
    )
