"""How right the persons are where the truth is known, beside what a reader would have guessed.

Context: a share of right pairs hangs on which pairs are counted, and on which people happened to
be in the sample. Choice: pairwise precision, recall and F1 over all pairs of records in the truth,
with 95 % intervals by drawing true persons again; pairs that reviewers judged are also left out,
because they taught the matcher. Beside them stand B-cubed shares and the share of persons found
whole, over records with a name; see ``cluster_measures``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from .cluster_measures import measure_clusters
from .judgements import components, judged_labels
from .pair_measures import QualityRule, count_pairs, precision_recall_f1, with_intervals
from .persons import EVERY_ROW, named_records
from .ties import ClusterRule, gather_ties


def measure_identity(
    record_values: Table,
    people: Table,
    links: Table,
    evidence_links: Table,
    scored_links: Table,
    judgements: Table,
    true_people: Table,
    model: dict[str, Any],
    cluster_rule: ClusterRule,
    rule: QualityRule,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairwise, B-cubed and whole-person precision, recall and F1, and what other thresholds would make.

    Args:
        record_values: Contract ``RECORD_VALUES``; for the exact match, and who has a name.
        people: n rows, contract ``PEOPLE``.
        links: Contract ``LINKS``.
        evidence_links: Contract ``LINKS``.
        scored_links: Contract ``LINKS``.
        judgements: Contract ``JUDGEMENTS``; judged pairs are left out of ``f1_unjudged``.
        true_people: t rows, contract ``TRUE_PEOPLE``; may be empty, and then quality is null.
        model: The matcher's document.
        cluster_rule: As used for ``people``.
        rule: How to measure.

    Returns:
        ``METRICS`` and ``IDENTITY_THRESHOLDS``.
    """
    who = people.query("select record_id, person_id as person from this order by record_id").to_pandas(
        EVERY_ROW
    )
    truth = true_people.query("select record_id, true_person_id from this order by record_id").to_pandas(
        EVERY_ROW
    )
    made = links.query("select rule from this where is_accepted").to_pandas(EVERY_ROW)["rule"]
    judged_all = judgements.to_pandas(EVERY_ROW)
    judged = judged_labels(judged_all)
    named = named_records(record_values)
    exact = match_exactly(who["record_id"].tolist(), record_values)

    told = who.merge(truth, on="record_id", validate="one_to_one")
    plain = told.assign(person=told["record_id"].map(exact))
    rows: list[tuple[str, float | None, float | None, float | None, int]] = [
        ("n_records", float(len(who)), None, None, len(who)),
        ("n_persons", float(who["person"].nunique()), None, None, len(who)),
        ("n_judgements", float(len(judged)), None, None, len(judged)),
    ]
    for kind in ("source_link", "shared_identifier", "dedupe", "judgement"):
        share = float((made == kind).mean()) if len(made) else None
        rows.append((f"links_{kind}_share", share, None, None, len(made)))
    has_name = told["record_id"].isin(named)
    for start, found in (("pairwise", told), ("exact_match", plain)):
        rows += _quality(start, "", found, rule)
        rows += _quality(start, "_named", found[has_name.to_numpy()], rule)
    rows += [
        ("f1_unjudged", *row[1:]) for row in _quality("", "", told, rule, judged) if row[0].endswith("f1")
    ]
    metrics = pd.DataFrame(rows, columns=["metric", "value", "low", "high", "n"])
    named_people = told[has_name.to_numpy()]
    by_cluster = measure_clusters(named_people["person"], named_people["true_person_id"], rule)
    by_cluster = by_cluster[~by_cluster["metric"].str.startswith("pairwise")]
    metrics = pd.concat([metrics, by_cluster.assign(metric=by_cluster["metric"] + "_named")])
    metrics = metrics.astype({"value": "float64", "low": "float64", "high": "float64"})
    metrics = metrics.sort_values("metric", ignore_index=True)

    ids = who["record_id"].tolist()  # firms are nobody
    ties = gather_ties(
        ids,
        named,
        evidence_links.to_pandas(EVERY_ROW),
        scored_links.to_pandas(EVERY_ROW),
        judged_all,
        cluster_rule,
    )
    chosen = cluster_rule.chosen(model)
    thresholds = []
    for threshold in sorted({*rule.thresholds, chosen}):
        roots = ties.at(threshold)
        counts = count_pairs(told.assign(person=told["record_id"].map(roots)))
        precision, recall, _ = precision_recall_f1(counts.sum(axis=0)).round(6).tolist()
        thresholds.append((threshold, threshold == chosen, len(set(roots.values())), precision, recall))
    columns = ["threshold", "is_chosen", "n_persons", "precision_share", "recall_share"]
    return metrics, pd.DataFrame(thresholds, columns=columns)


def _quality(
    start: str, end: str, told: pd.DataFrame, rule: QualityRule, judged: pd.DataFrame | None = None
) -> list[tuple[str, float | None, float | None, float | None, int]]:
    shares = with_intervals(count_pairs(told, judged), rule)
    rows = []
    for name, (value, low, high) in zip(("precision", "recall", "f1"), shares.tolist(), strict=True):
        told_shares = [None if np.isnan(share) else round(share, 6) for share in (value, low, high)]
        rows.append((f"{start}_{name}{end}", told_shares[0], told_shares[1], told_shares[2], len(told)))
    return rows


def match_exactly(ids: list[str], record_values: Table) -> dict[str, str]:
    """Who is who if only equal folded names joined that share one thing more.

    One thing more is an e-mail address, phone number, street, or post code with birth date.

    Returns:
        Record id -> smallest record id that it is joined to.
    """
    pairs = run_sql("exact_matches.sql", record_values=record_values).to_pandas(EVERY_ROW)
    edges = list(zip(pairs["first_id"], pairs["record_id"], strict=True))
    return components({*ids, *pairs["record_id"], *pairs["first_id"]}, edges)
