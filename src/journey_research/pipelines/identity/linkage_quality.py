"""How right the persons are where the truth is known, beside what a reader would have guessed.

Context: a share of right pairs hangs on which pairs are counted, and on which people happened to
be in the sample. Choice: pairwise precision, recall and F1 over all pairs of records in the truth,
with 95 % intervals over knots of persons; pairs that reviewers judged are also left out, because
they taught the matcher. Beside them stand B-cubed shares and the share of persons found whole, over
records with a name (see ``cluster_measures``), and what of the missed pairs blocking lost and what
clustering lost (see ``blocking_recall``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from .blocking_recall import Pairs, measure_meetings, meet_by_rules, pairs_inside
from .cluster_measures import measure_clusters, measure_pairs
from .evidence import EvidenceRule
from .judgements import judged_labels
from .matching.linkage import components
from .pair_measures import count_pairs, precision_recall_f1
from .ties import ClusterRule, place_pairs
from .training import BLOCKS_AS_SHIPPED, comparable_values

EVERY_ROW = 50_000_000
LINK_RULES = ("source_link", "shared_identifier", "dedupe", "judgement")


def measure_identity(
    records: Table,
    record_values: Table,
    record_clusters: Table,
    threshold_clusters: Table,
    links: Table,
    evidence_links: Table,
    judgements: Table,
    true_people: Table,
    model: dict[str, Any],
    cluster_rule: ClusterRule,
    evidence_rule: EvidenceRule = BLOCKS_AS_SHIPPED,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairwise, B-cubed and whole-person precision, recall and F1, and what other thresholds would make.

    Args:
        records: Contract ``RECORDS``; which are firms.
        record_values: Contract ``RECORD_VALUES``; for blocking, the exact match, and who has a name.
        record_clusters: n rows, contract ``RECORD_CLUSTERS``.
        threshold_clusters: Contract ``THRESHOLD_CLUSTERS``; who moves at another threshold.
        links: Contract ``LINKS``; by which rules records were joined.
        evidence_links: Contract ``LINKS``.
        judgements: Contract ``JUDGEMENTS``; judged pairs are left out of ``f1_unjudged``.
        true_people: t rows, contract ``TRUE_PEOPLE``; may be empty, and then quality is null.
        model: The matcher's document.
        cluster_rule: As used for ``record_clusters``.
        evidence_rule: Which values say nothing.

    Returns:
        ``METRICS`` and ``IDENTITY_THRESHOLDS``. Of the pairs of one person whose records have names,
        ``blocking_recall`` is the share that the matcher's rules or evidence brought together,
        ``blocking_rules_recall`` by the rules alone; of the same pairs ``clustering_lost_share`` met
        and are not one person here, ``clustering_regained_share`` never met and are, through others.
        ``blocking_known_recall`` asks the rules for pairs that reviewers or identifiers join, truth or
        not; these taught the rules, so it is rather too high.
    """
    who = run_sql(
        "measured_records.sql",
        record_clusters=record_clusters,
        record_values=record_values,
        true_people=true_people,
    ).to_pandas(EVERY_ROW)
    place = pd.Index(who["record_id"])
    cluster_of = place.get_indexer(pd.Index(who["cluster_id"])).astype(np.int64)
    true_of = pd.factorize(who["true_person_id"])[0].astype(np.int64)
    has_name = who["has_name"].to_numpy(dtype=bool)
    judged = judged_labels(judgements.to_pandas(EVERY_ROW))

    parts = [
        _count_links(links, len(who), _count_persons(cluster_of), len(judged)),
        *_measure_truth(cluster_of, match_exactly(place, record_values), true_of, has_name, judged, place),
    ]
    evidence = evidence_links.query(
        "select record_id_a, record_id_b from this where is_accepted order by record_id_a, record_id_b"
    ).to_pandas(EVERY_ROW)
    values = comparable_values(records, record_values, evidence_rule)
    row_of = pd.Index(values["record_id"]).get_indexer(place).astype(np.int64)
    fields = values.drop(columns="record_id")
    same = judged[judged["answer"] == "same"]

    def meet(pairs: Pairs) -> np.ndarray:
        return meet_by_rules(fields, model, (row_of[pairs[0]], row_of[pairs[1]]))

    tied = components(len(who), *_known(evidence, place))
    true_pairs = pairs_inside(np.where(has_name, true_of, -1))
    parts.append(_measure_blocking(true_pairs, meet(true_pairs), tied, cluster_of, true_of))
    known = _both_named(_known(pd.concat([evidence, same[["record_id_a", "record_id_b"]]]), place), has_name)
    parts.append(measure_meetings(cluster_of[known[0]], {"blocking_known_recall": meet(known)}))

    metrics = pd.concat(parts).astype(dict.fromkeys(("value", "low", "high"), "float64"))
    moved = threshold_clusters.query("select * from this order by threshold, record_id").to_pandas(EVERY_ROW)
    thresholds = _try_thresholds(cluster_of, true_of, place, moved, cluster_rule, cluster_rule.chosen(model))
    return metrics.sort_values("metric", ignore_index=True), thresholds


def _count_links(links: Table, n_records: int, n_persons: int, n_judged: int) -> pd.DataFrame:
    made = links.query("select rule, count(*) as n from this where is_accepted group by rule").to_pandas()
    n_of = dict(zip(made["rule"], made["n"].astype(int), strict=True))
    n_links = sum(n_of.values())
    rows = [
        ("n_records", float(n_records), n_records),
        ("n_persons", float(n_persons), n_records),
        ("n_judgements", float(n_judged), n_judged),
        *((f"links_{rule}_share", n_of.get(rule, 0) / max(n_links, 1), n_links) for rule in LINK_RULES),
    ]
    told = pd.DataFrame(rows, columns=["metric", "value", "n"]).assign(low=np.nan, high=np.nan)
    is_share = told["metric"].str.startswith("links_")
    return told.assign(value=told["value"].mask(is_share & (n_links == 0)))


def _count_persons(cluster_of: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(cluster_of)))


def _measure_truth(
    cluster_of: np.ndarray,
    exact_of: np.ndarray,
    true_of: np.ndarray,
    has_name: np.ndarray,
    judged: pd.DataFrame,
    place: pd.Index,
) -> list[pd.DataFrame]:
    told = np.flatnonzero(true_of >= 0)
    named = np.flatnonzero((true_of >= 0) & has_name)
    parts = []
    for start, found_of in (("pairwise", cluster_of), ("exact_match", exact_of)):
        for end, at in (("", told), ("_named", named)):
            part = measure_pairs(found_of[at], true_of[at])
            parts.append(part.assign(metric=[f"{start}_{name}{end}" for name in part["metric"]]))
    a, b = (place[told].get_indexer(pd.Index(judged[name])) for name in ("record_id_a", "record_id_b"))
    known = (a >= 0) & (b >= 0)
    unjudged = measure_pairs(cluster_of[told], true_of[told], (a[known], b[known]))
    parts.append(unjudged[unjudged["metric"] == "f1"].assign(metric="f1_unjudged"))
    by_cluster = measure_clusters(cluster_of[named], true_of[named])
    parts.append(by_cluster.assign(metric=by_cluster["metric"] + "_named"))
    return parts


def _measure_blocking(
    pairs: Pairs, met: np.ndarray, tied: np.ndarray, cluster_of: np.ndarray, true_of: np.ndarray
) -> pd.DataFrame:
    first, second = pairs
    together = met | (tied[first] == tied[second])
    is_found = cluster_of[first] == cluster_of[second]
    return measure_meetings(
        true_of[first],
        {
            "blocking_recall": together,
            "blocking_rules_recall": met,
            "clustering_lost_share": together & ~is_found,
            "clustering_regained_share": ~together & is_found,
        },
    )


def _known(pairs: pd.DataFrame, place: pd.Index) -> Pairs:
    """Pairs of record ids as numbers, each once; those of records that were not placed are left out."""
    a, b = place_pairs(pairs.drop_duplicates(), place)
    known = (a >= 0) & (b >= 0)
    return a[known], b[known]


def _both_named(pairs: Pairs, has_name: np.ndarray) -> Pairs:
    both = has_name[pairs[0]] & has_name[pairs[1]]
    return pairs[0][both], pairs[1][both]


def _try_thresholds(
    cluster_of: np.ndarray,
    true_of: np.ndarray,
    place: pd.Index,
    moved: pd.DataFrame,
    rule: ClusterRule,
    chosen: float,
) -> pd.DataFrame:
    """Contract ``IDENTITY_THRESHOLDS``: the chosen threshold and all others of the rule."""
    who = place.get_indexer(pd.Index(moved["record_id"]))
    to = place.get_indexer(pd.Index(moved["cluster_id"]))
    told = true_of >= 0
    rows = []
    for threshold in sorted({*rule.other_thresholds, chosen}):
        at = (moved["threshold"] == threshold).to_numpy()
        found_of = cluster_of.copy()
        found_of[who[at]] = to[at]
        counts = count_pairs(pd.DataFrame({"person": found_of[told], "true_person_id": true_of[told]}))
        precision, recall, _ = precision_recall_f1(counts.sum(axis=0)).round(6).tolist()
        rows.append((threshold, threshold == chosen, _count_persons(found_of), precision, recall))
    columns = ["threshold", "is_chosen", "n_persons", "precision_share", "recall_share"]
    return pd.DataFrame(rows, columns=columns)


def match_exactly(place: pd.Index, record_values: Table) -> np.ndarray:
    """Who is who if only equal folded names joined that share one thing more.

    One thing more is an e-mail address, phone number, street, or post code with birth date.

    Args:
        place: n record ids.
        record_values: Contract ``RECORD_VALUES``.

    Returns:
        n record numbers: the smallest that each record is joined to.
    """
    pairs = run_sql("exact_matches.sql", record_values=record_values).to_pandas(EVERY_ROW)
    renamed = pairs.rename(columns={"first_id": "record_id_a", "record_id": "record_id_b"})
    return components(len(place), *_known(renamed, place))
