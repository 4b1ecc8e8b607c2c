"""Links, clusters and their variants: who is who, and what says so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .clustering import MILLION, Ties, person_name
from .evidence import CONTESTED, EvidenceRule, number_one_values
from .judgements import judged_labels
from .refusals import SAY_OTHERWISE, UNDECIDABLE, undecidable, why_apart
from .ties import ClusterRule, gather_ties, place_pairs

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
    evidence_links: Table,
    scored_links: Table,
    judgements: Table,
    model: dict[str, Any],
    rule: ClusterRule,
    identifiers: Table | None = None,
    evidence_rule: EvidenceRule | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Every record's cluster, the links that made it, and what it would be otherwise.

    Args:
        records: Contract ``RECORDS``, n of them of persons; firms are nobody.
        record_values: Contract ``RECORD_VALUES``; only who has a name is read.
        evidence_links: Contract ``LINKS``.
        scored_links: Contract ``LINKS``.
        judgements: Contract ``JUDGEMENTS``; never overruled.
        model: The matcher's document, for its threshold.
        rule: When pairs are one person.
        identifiers: Contract ``IDENTIFIERS``; only who holds the same of the types of which a person
            has one value is read. Null: a person may have any number of values.
        evidence_rule: Which types these are; the one that gathered the evidence.

    Returns:
        ``LINKS`` (each pair once), ``RECORD_CLUSTERS`` (n rows), ``PEOPLE_VARIANTS`` (3 n rows) and
        ``THRESHOLD_CLUSTERS``.
    """
    people = records.query("select record_id from this where kind <> 'account' order by record_id")
    place = pd.Index(people.to_pandas(EVERY_ROW)["record_id"])
    ids = place.to_numpy(dtype=object)
    evidence, scored = evidence_links.to_pandas(EVERY_ROW), scored_links.to_pandas(EVERY_ROW)
    judged = judgements.to_pandas(EVERY_ROW)
    is_named = place.isin(named_records(record_values))
    one_values = None
    if identifiers is not None and evidence_rule is not None and evidence_rule.one_value_types:
        one_values = number_one_values(records, identifiers, evidence_rule)
    ties = gather_ties(place, is_named, evidence, scored, judged, rule, one_values)
    variants = rule.variants(model)
    others = sorted(set(rule.other_thresholds) - {variants["chosen"]})
    roots = ties.at_each([*variants.values(), *others])
    by_variant = dict(zip(variants, roots, strict=False))
    chosen = by_variant["chosen"]
    links = decide_links(
        evidence, scored, judged, place, chosen, variants["chosen"], ties, rule.sure_probability
    )
    return (
        links,
        place_records(ids, chosen, links, place),
        _name_variants(ids, by_variant),
        _tell_changes(ids, chosen, dict(zip(others, roots[len(variants) :], strict=True))),
    )


def named_records(record_values: Table) -> pd.Index:
    """Ids of the records with a name of their own, of a person or a company."""
    told = record_values.query(
        "select record_id from this where coalesce(present(first_name), present(last_name), "
        "present(full_name), present(company)) is not null"
    )
    return pd.Index(told.to_pandas(EVERY_ROW)["record_id"])


def decide_links(
    evidence: pd.DataFrame,
    scored: pd.DataFrame,
    judgements: pd.DataFrame,
    place: pd.Index,
    roots: np.ndarray,
    threshold: float,
    ties: Ties,
    sure_probability: float,
) -> pd.DataFrame:
    """Every known pair once, with the say of the weightiest rule and whether it was followed.

    A reviewer's answer stands before an accepted identifier, that before a comparison, and a
    comparison before a refused identifier. What fits several persons is with none of them, and its links say
    that it is undecidable.

    Args:
        evidence: Rows of contract ``LINKS``.
        scored: Rows of contract ``LINKS``.
        judgements: Rows of record_id_a, record_id_b, answer.
        place: n record ids.
        roots: n numbers, the smallest record of each record's cluster.
        threshold: From which a comparison joins.
        ties: From which the clusters were made; they tell why a pair is apart.
        sure_probability: From which an identifier's tie is sure.

    Returns:
        k rows, contract ``LINKS``, sorted by pair.
    """
    judged = judged_labels(judgements)
    told = [
        judged.assign(
            rule="judgement", link_probability=(judged["answer"] == "same").astype(float), comparisons=None
        ),
        evidence,
        scored,
    ]
    together = [_are_together(rows, place, roots) for rows in told]
    is_same = (judged["answer"] == "same").to_numpy(dtype=bool)
    is_likely = scored["link_probability"].to_numpy(dtype=float) >= threshold
    otherwise = evidence["refusal"].astype(object).to_numpy(copy=True)
    is_open = evidence["is_accepted"].to_numpy(dtype=bool) | (otherwise == CONTESTED)
    kept = [is_same & together[0], is_open & together[1], is_likely & together[2]]
    unfollowed = np.flatnonzero(is_open & ~together[1])
    ends = place_pairs(evidence.iloc[unfollowed], place)
    otherwise[unfollowed] = why_apart(ends, roots, ties, SAY_OTHERWISE)
    unsaid = np.flatnonzero(otherwise[unfollowed] == SAY_OTHERWISE)
    is_sure = evidence["link_probability"].to_numpy(dtype=float)[unfollowed] >= sure_probability
    is_named = np.ones(len(place), dtype=bool) if ties.is_named is None else ties.is_named
    fits = undecidable((ends[0][unsaid], ends[1][unsaid]), roots, is_named, is_sure[unsaid])
    otherwise[unfollowed[unsaid[fits]]] = UNDECIDABLE
    unlikely = np.full(len(scored), "below the threshold", dtype=object)
    parted = np.flatnonzero(is_likely & ~together[2])
    unlikely[parted] = why_apart(
        place_pairs(scored.iloc[parted], place), roots, ties, "the rest of the person says otherwise"
    )
    refusals = [
        np.where(is_same, "judgements contradict one another", "judged distinct"),
        otherwise,
        unlikely,
    ]
    weights: list[np.ndarray] = [
        np.zeros(len(judged)), np.where(kept[1], 1, 3), np.full(len(scored), 2),
    ]  # fmt: skip
    parts = []
    for rows, accepted, refusal, weight in zip(told, kept, refusals, weights, strict=True):
        reason = refusal.astype(object)
        reason[accepted] = None
        parts.append(rows.assign(is_accepted=accepted, refusal=reason, weight=weight))
    links = pd.concat([part[[*LINK_COLUMNS, "weight"]] for part in parts], ignore_index=True)
    links = links.sort_values(["record_id_a", "record_id_b", "weight"], ignore_index=True, kind="stable")
    pair = ["record_id_a", "record_id_b"]
    is_first = ~links.duplicated(pair).to_numpy()
    # What was compared is told of a judged pair as well: it stands in the row after the judgement's.
    comparisons = links["comparisons"].astype(object).to_numpy(copy=True)
    followed = np.flatnonzero((links["weight"].to_numpy()[:-1] == 0) & ~is_first[1:])
    comparisons[followed] = comparisons[followed + 1]
    links = links.assign(comparisons=comparisons)[is_first][LINK_COLUMNS].reset_index(drop=True)
    text = dict.fromkeys(("record_id_a", "record_id_b", "rule", "refusal", "comparisons"), "str")
    return links.astype({**text, "link_probability": "float64", "is_accepted": bool})


def _are_together(pairs: pd.DataFrame, place: pd.Index, roots: np.ndarray) -> np.ndarray:
    a, b = place_pairs(pairs, place)
    told: np.ndarray = (a >= 0) & (b >= 0) & (np.append(roots, -1)[a] == np.append(roots, -1)[b])
    return told


def place_records(ids: np.ndarray, roots: np.ndarray, links: pd.DataFrame, place: pd.Index) -> pd.DataFrame:
    """Each record's cluster and the probability that it belongs there.

    Args:
        ids: n record ids, sorted.
        roots: n numbers, the smallest record of each record's cluster.
        links: From ``decide_links``.
        place: The ids.

    Returns:
        n rows, contract ``RECORD_CLUSTERS``, sorted by record.
    """
    counted = links[links["is_accepted"] | (links["rule"] == "dedupe")]
    probability = belonging(
        roots, *place_pairs(counted, place), counted["link_probability"].to_numpy(dtype=float)
    )
    told = {"record_id": ids, "cluster_id": ids[roots], "person_probability": probability}
    return pd.DataFrame(told).astype({"record_id": "str", "cluster_id": "str"})


def belonging(
    roots: np.ndarray, first: np.ndarray, second: np.ndarray, probability: np.ndarray
) -> np.ndarray:
    """How likely each record belongs to its cluster: the mean of its known links inside it.

    A record alone has 1. A record that only others tie in has the mean of its cluster's links.

    Args:
        roots: n numbers, the smallest record of each record's cluster.
        first: k record numbers; -1 where a record is not known.
        second: k record numbers.
        probability: k probabilities.

    Returns:
        n probabilities, to six decimals.
    """
    n = len(roots)
    inside = (first >= 0) & (second >= 0)
    inside[inside] = roots[first[inside]] == roots[second[inside]]
    first, second = first[inside], second[inside]
    millionths = np.rint(probability[inside] * MILLION)  # whole numbers: any order has the same sum

    def mean(*ends: np.ndarray) -> np.ndarray:
        sums = sum(np.bincount(end, weights=millionths, minlength=n) for end in ends)
        counts = sum(np.bincount(end, minlength=n) for end in ends)
        return np.where(counts > 0, sums / np.maximum(counts, 1) / MILLION, np.nan)

    own, cluster = mean(first, second), mean(roots[first])[roots]
    told: np.ndarray = np.round(np.where(np.isnan(own), np.where(np.isnan(cluster), 1.0, cluster), own), 6)
    return told


def _name_variants(ids: np.ndarray, roots_of: dict[str, np.ndarray]) -> pd.DataFrame:
    """``PEOPLE_VARIANTS``; a person is named after its smallest record."""
    names = np.array([person_name(record_id) for record_id in ids], dtype=object)
    return pd.DataFrame(
        {
            "variant": np.repeat(list(roots_of), len(ids)),
            "record_id": np.tile(ids, len(roots_of)),
            "person_id": np.concatenate([names[roots] for roots in roots_of.values()]),
        }
    ).astype("str")


def _tell_changes(ids: np.ndarray, chosen: np.ndarray, roots_of: dict[float, np.ndarray]) -> pd.DataFrame:
    """``THRESHOLD_CLUSTERS``: who would be in another cluster."""
    changed = {threshold: np.flatnonzero(roots != chosen) for threshold, roots in roots_of.items()}
    rows = [
        pd.DataFrame(
            {"threshold": threshold, "record_id": ids[at], "cluster_id": ids[roots_of[threshold][at]]}
        )
        for threshold, at in changed.items()
    ]
    nothing = pd.DataFrame({"threshold": [], "record_id": [], "cluster_id": []})
    told = pd.concat([nothing, *rows], ignore_index=True)
    return told.astype({"threshold": "float64", "record_id": "str", "cluster_id": "str"})
