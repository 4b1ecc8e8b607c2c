"""Links, people and persons: the tables that identity hands on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .clustering import Pair, person_name
from .judgements import judged_labels
from .ties import ClusterRule, gather_ties

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
        records: Contract ``RECORDS``, n of them of persons; firms are nobody.
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
        records.query("select record_id from this where kind <> 'account' order by record_id")
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
