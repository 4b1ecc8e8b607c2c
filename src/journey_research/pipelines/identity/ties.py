"""All that is known of pairs, sorted by how it joins, and the thresholds it is clustered at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from .clustering import Pair, cluster_pairs
from .judgements import judged_labels
from .matching.matcher import IDENTICAL


@dataclass(frozen=True)
class ClusterRule:
    """When likely pairs are one person.

    Attributes:
        threshold: Least average match probability inside a person; 0 takes the one that the
            training chose on held-out labels.
        variant_log_odds: How much more cautious and more generous the variants are, added to
            and taken from the threshold's log-odds.
        sure_probability: Ties of at least this probability are joined before anything is compared.
        most_in_cluster: Chains of more records are cut at rising thresholds.
    """

    threshold: float = 0.0
    variant_log_odds: float = 1.0
    sure_probability: float = 0.99
    most_in_cluster: int = 60

    def __post_init__(self) -> None:
        if not 0 <= self.threshold < 1:
            raise ValueError(f"threshold is {self.threshold}; a probability lies between 0 and 1")
        if self.variant_log_odds <= 0:
            raise ValueError(f"variant_log_odds is {self.variant_log_odds}; variants differ by more than 0")
        if self.most_in_cluster < 2:
            raise ValueError(f"most_in_cluster is {self.most_in_cluster}; at least 2 are needed")

    def chosen(self, model: Mapping[str, Any]) -> float:
        """The threshold in force: the rule's own, or the model's, or a half."""
        return self.threshold or float(model.get("threshold", 0.5))

    def variants(self, model: Mapping[str, Any]) -> dict[str, float]:
        """Variant -> threshold, from cautious to generous."""
        chosen = self.chosen(model)
        odds = math.log(chosen / (1 - chosen))
        cautious, generous = (
            round(1 / (1 + math.exp(-odds + shift)), 4)
            for shift in (-self.variant_log_odds, self.variant_log_odds)
        )
        return {
            "cautious": cautious,
            "chosen": chosen,
            "generous": generous,
        }


@dataclass(frozen=True)
class Ties:
    """All that is known of pairs, ready to be clustered at any threshold."""

    ids: list[str]
    same: list[Pair]
    distinct: list[Pair]
    sure: list[Pair]
    unverified: list[Pair]
    identical: dict[Pair, float]
    scored: dict[Pair, float]
    named: set[str]
    most_in_cluster: int

    def at(self, threshold: float) -> dict[str, str]:
        """Record id -> smallest record id of its cluster."""
        return cluster_pairs(
            self.ids,
            same=self.same,
            distinct=self.distinct,
            sure=self.sure,
            identical=self.identical,
            scored=self.scored,
            unverified=self.unverified,
            named=self.named,
            threshold=threshold,
            most_in_cluster=self.most_in_cluster,
        )


def gather_ties(
    ids: list[str],
    named: set[str],
    evidence: pd.DataFrame,
    scored: pd.DataFrame,
    judgements: pd.DataFrame,
    rule: ClusterRule,
) -> Ties:
    """Sort links and judgements by how they join.

    Args:
        ids: n record ids.
        named: Those with names of their own.
        evidence: Rows of contract ``LINKS``.
        scored: Rows of contract ``LINKS``, or of ``score_values``.
        judgements: Rows of record_id_a, record_id_b, answer.
        rule: From which probability a tie is sure.
    """
    judged = judged_labels(judgements)
    pairs = {
        answer: [(a, b) for a, b in rows[["record_id_a", "record_id_b"]].itertuples(index=False, name=None)]
        for answer, rows in judged.groupby("answer")
    }
    sure: list[Pair] = []
    unverified: list[Pair] = []
    accepted = evidence[evidence["is_accepted"].astype(bool)]
    for a, b, probability in accepted[["record_id_a", "record_id_b", "link_probability"]].itertuples(
        index=False, name=None
    ):
        (sure if probability >= rule.sure_probability else unverified).append((a, b))
    identical: dict[Pair, float] = {}
    compared: dict[Pair, float] = {}
    columns = ["record_id_a", "record_id_b", "link_probability", "comparisons"]
    for a, b, probability, told in scored[columns].itertuples(index=False, name=None):
        (identical if told == IDENTICAL else compared)[a, b] = float(probability)
    return Ties(
        ids=sorted(ids),
        same=pairs.get("same", []),
        distinct=pairs.get("distinct", []),
        sure=sure,
        unverified=unverified,
        identical=identical,
        scored=compared,
        named=named,
        most_in_cluster=rule.most_in_cluster,
    )
