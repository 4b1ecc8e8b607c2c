"""Links, people and persons: the tables that identity hands on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .clustering import Pair, cluster_pairs, person_name
from .judgements import judged_labels
from .scoring import IDENTICAL

EVERY_ROW = 50_000_000
LINK_COLUMNS = [
    "record_id_a",
    "record_id_b",
    "rule",
    "link_probability",
    "is_accepted",
    "refusal",
    "comparisons",
]


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


def cluster_records(
    records: Table,
    record_values: Table,
    identifiers: Table,
    evidence_links: Table,
    scored_links: Table,
    judgements: Table,
    model: dict[str, Any],
    rule: ClusterRule,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, Table]:
    """Every record's person, the links that made it, and who it would be otherwise.

    Args:
        records: n rows, contract ``RECORDS``.
        record_values: Contract ``RECORD_VALUES``; only who has a name is read.
        identifiers: Contract ``IDENTIFIERS``; only who is verified is read.
        evidence_links: Contract ``LINKS``.
        scored_links: Contract ``LINKS``.
        judgements: Contract ``JUDGEMENTS``; never overruled.
        model: The matcher's document, for its threshold.
        rule: When pairs are one person.

    Returns:
        ``LINKS`` (each pair once), ``PEOPLE`` (n rows), ``PEOPLE_VARIANTS`` (3 n rows) and
        ``PERSONS``.
    """
    ids = (
        records.query("select record_id from this order by record_id")
        .to_pandas(EVERY_ROW)["record_id"]
        .tolist()
    )
    evidence, scored = evidence_links.to_pandas(EVERY_ROW), scored_links.to_pandas(EVERY_ROW)
    judged = judgements.to_pandas(EVERY_ROW)
    ties = gather_ties(ids, named_records(record_values), evidence, scored, judged, rule)
    thresholds = rule.variants(model)
    roots = {variant: ties.at(threshold) for variant, threshold in thresholds.items()}
    chosen = roots["chosen"]
    links = decide_links(evidence, scored, judged, chosen, thresholds["chosen"])
    people = name_people(chosen, links)
    variants = pd.DataFrame(
        [
            (variant, record_id, person_name(root))
            for variant, by in roots.items()
            for record_id, root in by.items()
        ],
        columns=["variant", "record_id", "person_id"],
    )
    persons = run_sql(
        "persons.sql",
        people=Table.from_pandas(people),
        records=records,
        record_values=record_values,
        identifiers=identifiers,
    )
    return links, people, variants, persons


def named_records(record_values: Table) -> set[str]:
    """Ids of the records with a name of their own, of a person or a company."""
    told = record_values.query(
        "select record_id from this where coalesce(present(first_name), present(last_name), "
        "present(full_name), present(company)) is not null"
    )
    return set(told.to_pandas(EVERY_ROW)["record_id"])


def decide_links(
    evidence: pd.DataFrame,
    scored: pd.DataFrame,
    judgements: pd.DataFrame,
    root_of: Mapping[str, str],
    threshold: float,
) -> pd.DataFrame:
    """Every known pair once, with the say of the weightiest rule and whether it was followed.

    A reviewer's answer stands before an accepted identifier, that before a comparison, and a
    comparison before a refused identifier.

    Returns:
        k rows, contract ``LINKS``, sorted by pair.
    """
    rows: dict[Pair, tuple[Any, ...]] = {}
    for a, b, rule, probability, accepted, refusal, told in _in_columns(evidence, "shared_identifier"):
        together = root_of.get(a, a) == root_of.get(b, b)
        kept = bool(accepted) and together
        rows[a, b] = (
            rule,
            probability,
            kept,
            None if kept else (refusal or "values or judgements say otherwise"),
            told,
        )
    for a, b, rule, probability, _, _, told in _in_columns(scored, "dedupe"):
        if (a, b) in rows and rows[a, b][2]:
            continue
        together = root_of.get(a, a) == root_of.get(b, b)
        kept = together and probability >= threshold
        refusal = (
            None
            if kept
            else (
                "below the threshold" if probability < threshold else "the rest of the person says otherwise"
            )
        )
        rows[a, b] = (rule, probability, kept, refusal, told)
    for a, b, answer in judged_labels(judgements)[["record_id_a", "record_id_b", "answer"]].itertuples(
        index=False, name=None
    ):
        told = rows.get((a, b), (None,) * 5)[4]
        kept = answer == "same" and root_of.get(a, a) == root_of.get(b, b)
        refusal = (
            None
            if kept
            else ("judged distinct" if answer == "distinct" else "judgements contradict one another")
        )
        rows[a, b] = ("judgement", float(answer == "same"), kept, refusal, told)
    table = [(*pair, *rows[pair]) for pair in sorted(rows)]
    return pd.DataFrame(table, columns=LINK_COLUMNS).astype(
        {"link_probability": "float64", "is_accepted": bool, "refusal": object, "comparisons": object}
    )


def _in_columns(links: pd.DataFrame, rule: str) -> list[tuple[Any, ...]]:
    if "rule" not in links:
        links = links.assign(rule=rule, is_accepted=False, refusal=None)
    found: list[tuple[Any, ...]] = list(
        links[LINK_COLUMNS]
        .astype(object)
        .where(links[LINK_COLUMNS].notna(), None)
        .itertuples(index=False, name=None)
    )
    return found


def name_people(root_of: Mapping[str, str], links: pd.DataFrame) -> pd.DataFrame:
    """Each record's person and the probability that it belongs there.

    The probability is the mean over the record's known links inside the person; a record alone
    has 1. A record that only others tie in has the mean of its person's links.

    Returns:
        n rows, contract ``PEOPLE``, sorted by record.
    """
    own: dict[str, list[float]] = defaultdict(list)
    persons: dict[str, list[float]] = defaultdict(list)
    for a, b, probability in links[["record_id_a", "record_id_b", "link_probability"]][
        links["is_accepted"] | (links["rule"] == "dedupe")
    ].itertuples(index=False, name=None):
        if a in root_of and root_of[a] == root_of.get(b):
            own[a].append(probability)
            own[b].append(probability)
            persons[root_of[a]].append(probability)
    rows = []
    for record_id in sorted(root_of):
        told = own.get(record_id) or persons.get(root_of[record_id]) or [1.0]
        rows.append((record_id, person_name(root_of[record_id]), round(math.fsum(told) / len(told), 6)))
    return pd.DataFrame(rows, columns=["record_id", "person_id", "person_probability"])
