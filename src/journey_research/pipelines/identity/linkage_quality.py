"""How right the persons are where the truth is known, beside what a reader would have guessed.

Context: a share of right pairs hangs on which pairs are counted, and on which people happened to
be in the sample. Choice: pairwise precision, recall and F1 over all pairs of records in the truth,
with 95 % intervals by drawing true persons again; pairs that reviewers judged are also left out,
because they taught the matcher. Beside them stand B-cubed shares and the share of persons found
whole, over records with a name; see ``cluster_measures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from .judgements import components, judged_labels
from .persons import EVERY_ROW, named_records
from .ties import ClusterRule, gather_ties

PairCounts = np.ndarray
_SCALE = 2  # A pair of two true persons counts half for each: counts are kept as whole halves.


@dataclass(frozen=True)
class QualityRule:
    """How the quality of identity is measured.

    Attributes:
        n_draws: Draws of the true persons for each interval.
        quality_seed: Seed of the draws.
        thresholds: Thresholds of the table, beside the chosen one.
    """

    n_draws: int = 500
    quality_seed: int = 1
    thresholds: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

    def __post_init__(self) -> None:
        object.__setattr__(self, "thresholds", tuple(float(threshold) for threshold in self.thresholds))
        if self.n_draws < 20:
            raise ValueError(f"n_draws is {self.n_draws}; an interval of 95 % wants at least 20")
        if not all(0 < threshold < 1 for threshold in self.thresholds):
            raise ValueError("thresholds lie between 0 and 1")


def count_pairs(told: pd.DataFrame, judged: pd.DataFrame | None = None) -> PairCounts:
    """Pairs found, pairs true, and pairs both, by true person, in halves.

    Args:
        told: n rows of record_id, person (found), true_person_id.
        judged: Pairs of record_id_a, record_id_b to leave out.

    Returns:
        Shape (persons, 3): both, found, true; twice the number, whole.

    Example:
        >>> told = pd.DataFrame(
        ...     {"record_id": list("abc"), "person": list("xxx"), "true_person_id": list("ppq")})
        >>> count_pairs(told).tolist()
        [[2, 4, 2], [0, 2, 0]]
    """
    people, true_of = np.unique(told["true_person_id"].to_numpy(dtype=str), return_inverse=True)
    _, found_of = np.unique(told["person"].to_numpy(dtype=str), return_inverse=True)
    counts = np.zeros((len(people), 3), dtype=np.int64)
    if len(told) == 0:
        return counts
    cells = pd.DataFrame({"true": true_of, "found": found_of}).value_counts().rename("n").reset_index()
    n, whole = cells["n"].to_numpy(), np.bincount(found_of)[cells["found"].to_numpy()]
    true_sizes = np.bincount(true_of)
    np.add.at(counts[:, 0], cells["true"].to_numpy(), n * (n - 1))
    np.add.at(counts[:, 1], cells["true"].to_numpy(), n * (n - 1) + n * (whole - n))
    counts[:, 2] = true_sizes * (true_sizes - 1)
    if judged is not None and len(judged):
        place = {record_id: number for number, record_id in enumerate(told["record_id"])}
        for a, b in judged[["record_id_a", "record_id_b"]].itertuples(index=False, name=None):
            if a not in place or b not in place:
                continue
            first, second = place[a], place[b]
            is_found, is_true = found_of[first] == found_of[second], true_of[first] == true_of[second]
            for side in (true_of[first], true_of[second]):
                counts[side] -= np.array([is_found and is_true, is_found, is_true], dtype=np.int64)
    return counts


def precision_recall_f1(counts: np.ndarray) -> np.ndarray:
    """Three shares from sums of (both, found, true); not a number where nothing was found or true.

    Args:
        counts: Shape (..., 3).

    Returns:
        Shape (..., 3): precision, recall, F1.

    Example:
        >>> precision_recall_f1(np.array([3, 4, 6])).round(2).tolist()
        [0.75, 0.5, 0.6]
    """
    both, found, true = (counts[..., number].astype(float) for number in range(3))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([both / found, both / true, 2 * both / (found + true)], axis=-1)


def with_intervals(counts: PairCounts, rule: QualityRule) -> np.ndarray:
    """Shares with 95 % intervals by drawing true persons again.

    Returns:
        Shape (3, 3): precision, recall, F1, each with value, low, high.
    """
    value = precision_recall_f1(counts.sum(axis=0))
    if len(counts) < 2:
        return np.stack([value, np.full(3, np.nan), np.full(3, np.nan)], axis=1)
    draws = np.random.default_rng(rule.quality_seed).multinomial(
        len(counts), np.full(len(counts), 1 / len(counts)), size=rule.n_draws
    )
    drawn = precision_recall_f1(draws @ counts)
    low, high = np.full(3, np.nan), np.full(3, np.nan)
    for number, shares in enumerate(drawn.T):
        told = shares[~np.isnan(shares)]
        if len(told):
            low[number], high[number] = np.quantile(told, [0.025, 0.975])
    return np.stack([value, low, high], axis=1)


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
    from .cluster_measures import measure_clusters  # it counts by what stands in this module

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
