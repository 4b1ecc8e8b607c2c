"""dedupe at work, in a process of its own: labelled records in, a matcher's document out.

Context: dedupe's training draws from random generators that nobody can seed from outside and
walks over sets in the order of Python's hashes. Choice: it runs in a child process with a fixed
hash seed, sorted input, seeded generators and one thread, and hands back text: predicates by
name and weights by comparison, not a pickle. Given up: predicates that need an index of the data
(a record's block would depend on all other records) and dedupe's active learning.
"""

from __future__ import annotations

import json
import random
import sys
from typing import Any

import numpy as np

from .blocking import Record, blocks_of, candidate_pairs, n_pairs, spell_predicate
from .comparing import column_names, compare, data_model, predicates_of, variables
from .fields import Field
from .scoring import document_hash

THRESHOLDS = [round(0.05 * step, 2) for step in range(2, 20)]


def learn(task: dict[str, Any]) -> dict[str, Any]:
    """Learn blocking rules, weights and a threshold.

    Args:
        task: ``fields``, ``records`` (id -> folded values), ``labels`` (rows of two ids, answer,
            told_by, hidden), ``group_of`` (id -> group, where known), ``versions`` and ``rule``.

    Returns:
        The model's document; ``state`` says why there is no matcher, where there is none.
    """
    rule = task["rule"]
    _seed(rule["training_seed"])
    fields = [Field(field["name"], field["kind"]) for field in task["fields"]]
    ids = sorted(task["records"])
    records: list[Record] = [task["records"][record_id] for record_id in ids]
    place = {record_id: number for number, record_id in enumerate(ids)}

    labels = [row for row in task["labels"] if row[0] in place and row[1] in place]
    sample = _sample(labels, ids, place, rule)
    sampled = [records[number] for number in sample]
    predicates = _priced(fields, sampled, rule["most_pairs_per_record"])
    if not predicates:
        return {"state": "no matcher: no field brings records together"}
    labels, weights = _with_distincts(task, labels, ids, records, fields, predicates)
    labels = _hide_in_half(labels)
    answers = np.array([row[2] == "same" for row in labels])
    if answers.sum() < rule["least_labels"] or (~answers).sum() < rule["least_labels"]:
        return {"state": "no matcher: too few pairs are known to be the same or distinct"}

    pairs = [_shown(row, records, place) for row in labels]
    compared = np.asarray(data_model(fields).distances(pairs), dtype=np.float64)
    rules, classifier = _train(fields, predicates, pairs, answers, sampled, rule)
    estimator = getattr(classifier, "best_estimator_", classifier)
    outside = _out_of_fold(estimator, compared, answers)
    threshold, f1 = _threshold(outside, answers, weights)
    if not _people_told(labels, rule["least_told"]):
        # Identifiers alone know too little of strangers to say where to cut.
        threshold = 0.5
    by_source = sorted({(row[3], row[2]) for row in labels})
    model = {
        "state": "trained",
        "fields": task["fields"],
        "predicates": sorted(spell_predicate(predicate) for predicate in rules),
        "weights": {
            name: round(float(weight), 9)
            for name, weight in zip(column_names(fields), estimator.coef_[0], strict=True)
        },
        "intercept": round(float(estimator.intercept_[0]), 9),
        "penalty": float(estimator.C),
        "threshold": threshold,
        "training": {
            "labels": {
                f"{told_by}: {answer}": sum(row[3] == told_by and row[2] == answer for row in labels)
                for told_by, answer in by_source
            },
            "f1_out_of_fold": f1,
            "n_records": len(ids),
        },
        "most_in_block": rule["most_in_block"],
        "most_in_cluster": rule["most_in_cluster"],
        "least_probability": rule["least_probability"],
        "training_seed": rule["training_seed"],
        "versions": task["versions"],
    }
    return {**model, "sha256": document_hash(model)}


def _seed(seed: int) -> None:
    """Seed the generators, also those that dedupe makes without a seed."""
    original = np.random.default_rng
    random.seed(seed)
    np.random.seed(seed)

    def seeded(given: Any = None) -> np.random.Generator:
        return original(seed if given is None else given)

    np.random.default_rng = seeded  # type: ignore[assignment]


def _sample(labels: list[Any], ids: list[str], place: dict[str, int], rule: dict[str, Any]) -> list[int]:
    """Records that predicates are priced on: those of labelled pairs first, then others."""
    told = sorted({place[record_id] for row in labels for record_id in row[:2]})
    others = sorted(set(range(len(ids))) - set(told))
    draw = random.Random(rule["training_seed"])
    most = rule["most_sampled_records"]
    chosen = draw.sample(told, min(len(told), most * 2 // 3))
    return sorted(chosen + draw.sample(others, min(len(others), most - len(chosen))))


def _priced(fields: list[Field], sampled: list[Record], most_pairs_per_record: float) -> list[Any]:
    """Predicates that bring some sampled records together, but not too many, each set of blocks once."""
    kept, seen = [], set()
    for field in fields:
        for predicate in predicates_of(field):
            blocks = blocks_of(sampled, predicate)
            held = frozenset(map(tuple, blocks.values()))
            if 0 < n_pairs(blocks) <= most_pairs_per_record * len(sampled) and held not in seen:
                kept.append(predicate)
                seen.add(held)
    return kept


def _hide_in_half(labels: list[Any]) -> list[Any]:
    """Hide what joined the evidence's pairs in every second of them, and of the strangers.

    Hidden in all, its absence would be the best sign of a pair; shown in all, the only one.
    """
    hidden = ",".join(sorted({name for row in labels for name in row[4].split(",") if name}))
    seen: dict[str, int] = {}
    made = []
    for a, b, answer, told_by, own in labels:
        seen[told_by] = seen.get(told_by, 0) + 1
        field = own if told_by == "evidence" else hidden if told_by == "unlabelled" else ""
        made.append([a, b, answer, told_by, field if seen[told_by] % 2 else ""])
    return made


def _shown(row: list[str], records: list[Record], place: dict[str, int]) -> tuple[Record, Record]:
    """The two records of a label, without the fields that must not teach."""
    hidden = {name for name in row[4].split(",") if name}
    first, second = (
        {name: None if name in hidden else value for name, value in records[place[record_id]].items()}
        for record_id in row[:2]
    )
    return first, second


def _with_distincts(
    task: dict[str, Any],
    labels: list[Any],
    ids: list[str],
    records: list[Record],
    fields: list[Field],
    predicates: list[Any],
) -> tuple[list[Any], np.ndarray]:
    """Labels with blocked pairs of different people beside them, and each label's weight.

    Pairs of different labelled groups are drawn at random and from the likest; the likest weigh
    nothing when the threshold is chosen, a random one stands for all that were blocked. Where
    people labelled no groups, blocked pairs of all records stand in, without their likest tenth:
    hardly any of the others is one person, and reviewers are shown only what looks alike.
    """
    rule, group_of = task["rule"], task["group_of"]
    known = {(row[0], row[1]) for row in task["labels"]} | {tuple(pair) for pair in task["not_distinct"]}
    judged = sum(row[2] == "distinct" for row in labels)
    wanted = max(rule["most_labels"] // 2, rule["most_labels"] - judged)
    grouped = [number for number, record_id in enumerate(ids) if record_id in group_of]
    if len({group_of[ids[number]] for number in grouped}) < 2:
        grouped = list(range(len(ids)))
        group_of = {}
    pairs = candidate_pairs([records[number] for number in grouped], predicates, rule["most_in_block"])
    free = [
        (grouped[a], grouped[b])
        for a, b in pairs.tolist()
        if (ids[grouped[a]], ids[grouped[b]]) not in known
        and (not group_of or group_of[ids[grouped[a]]] != group_of[ids[grouped[b]]])
    ]
    if not free:
        return labels, np.ones(len(labels))
    draw = random.Random(rule["training_seed"])
    drawn = draw.sample(free, min(len(free), 20 * wanted))
    likeness = compare(fields, records, np.array(drawn)).mean(axis=1)
    ordered = [drawn[number] for number in np.argsort(-likeness, kind="stable")]
    hard = ordered[: wanted // 2] if group_of else []
    rest = sorted(ordered[wanted // 2 :] if group_of else ordered[len(ordered) // 10 :])
    random_ones = draw.sample(rest, min(len(rest), wanted - len(hard)))
    told_by = "group" if group_of else "unlabelled"
    made = [[ids[a], ids[b], "distinct", told_by, ""] for a, b in random_ones + hard]
    # Nobody has said that a stand-in is distinct: it teaches weights, but not where to cut.
    share = max(1.0, len(free) / max(1, len(random_ones))) if group_of else 0.0
    weights = np.array([1.0] * len(labels) + [share] * len(random_ones) + [0.0] * len(hard))
    return labels + made, weights


def _train(
    fields: list[Field],
    predicates: list[Any],
    pairs: list[Any],
    answers: np.ndarray,
    sampled: list[Record],
    rule: dict[str, Any],
) -> tuple[Any, Any]:
    """dedupe's own training on given labels."""
    import dedupe
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    deduper = dedupe.Dedupe(variables(fields, predicates), num_cores=1, in_memory=True)
    folds = int(min(5, answers.sum(), (~answers).sum()))
    classifier = LogisticRegression(C=1.0, max_iter=1000)
    deduper.classifier = (
        GridSearchCV(
            classifier, {"C": [0.01, 0.1, 1.0, 10.0, 100.0]}, scoring="neg_log_loss", n_jobs=1, cv=folds
        )
        if folds >= 2
        else classifier
    )
    deduper.mark_pairs(
        {
            "match": [pair for pair, same in zip(pairs, answers, strict=True) if same],
            "distinct": [pair for pair, same in zip(pairs, answers, strict=True) if not same],
        }
    )
    deduper.prepare_training(dict(enumerate(sampled)))
    _teach_blocking(deduper.active_learner, rule)
    deduper.train(recall=rule["least_covered_share"], index_predicates=False)
    return _more_rules(deduper, rule), deduper.classifier


def _teach_blocking(learner: Any, rule: dict[str, Any]) -> None:
    """Leave at most so many of the same pairs to learn blocking from; its time grows with them."""
    same = [number for number, answer in enumerate(learner.y) if answer]
    kept = random.Random(rule["training_seed"]).sample(same, min(len(same), rule["most_blocking_labels"]))
    learner.pairs = [learner.pairs[number] for number in sorted(kept)]
    learner.y = np.ones(len(learner.pairs))


def _more_rules(deduper: Any, rule: dict[str, Any]) -> list[Any]:
    """dedupe's blocking rules, and those it learns when the earlier ones are taken away.

    One cover of the labelled pairs is all that dedupe asks for, and misses pairs it has not seen;
    further covers by other predicates bring most of them back. They need no conjunctions, whose
    search is most of the training time.
    """
    learner = deduper.active_learner
    block_learner = learner.blocker.block_learner
    rules, latest = list(deduper.predicates), list(deduper.predicates)
    same = [pair for pair, answer in zip(learner.pairs, learner.y, strict=True) if answer]
    for _ in range(rule["n_covers"] - 1):
        for predicate in latest:
            for part in predicate:
                block_learner.comparison_cover.pop(part, None)
        if (
            not block_learner.cover(same, index_predicates=False).keys()
            & block_learner.comparison_cover.keys()
        ):
            break
        latest = list(
            block_learner.learn(
                same,
                recall=rule["least_covered_share"],
                index_predicates=False,
                candidate_types="simple",
            )
        )
        rules += latest
    return rules


def _out_of_fold(estimator: Any, compared: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Probabilities of labelled pairs from fits that did not see them."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = int(min(5, answers.sum(), (~answers).sum()))
    if folds < 2:
        return np.asarray(estimator.predict_proba(compared)[:, 1])
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    return np.asarray(
        cross_val_predict(clone(estimator), compared, answers, cv=split, method="predict_proba")[:, 1]
    )


def _threshold(outside: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """The threshold nearest to a half whose pairwise F1 on held-out labels is within one standard
    error of the best, and that best F1."""
    scores = []
    for threshold in THRESHOLDS:
        told = outside >= threshold
        right = float(weights[told & answers].sum())
        everything = float(weights[told].sum() + weights[answers].sum())
        scores.append(2 * right / everything if everything else 0.0)
    best = max(scores)
    error = float(np.sqrt(max(best * (1 - best), 0.0) / max(1, answers.sum())))
    near = [threshold for threshold, score in zip(THRESHOLDS, scores, strict=True) if score >= best - error]
    return min(near, key=_from_a_half), round(best, 6)


def _people_told(labels: list[Any], least: int) -> bool:
    """Whether people answered enough pairs both ways to choose a threshold by."""
    told = [row[2] for row in labels if row[3] in ("judgement", "group")]
    return min(told.count("same"), told.count("distinct")) >= least


def _from_a_half(threshold: float) -> tuple[float, float]:
    return round(abs(threshold - 0.5), 6), -threshold


if __name__ == "__main__":
    json.dump(learn(json.load(sys.stdin)), sys.stdout, sort_keys=True)
