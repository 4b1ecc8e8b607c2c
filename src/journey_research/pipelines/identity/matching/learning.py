"""What people and identifiers have said of pairs, to a matcher's document.

Context: few pairs are labelled, and those that identifiers join are alike in the identifier. Choice:
labelled matches teach the blocking rules, once more without what they agree in most; of the pairs
that an identifier joined every second has it hidden, or it would be all that is learnt; how the
classifier comes of them stands in ``fitting``. Given up: dedupe's own training, which takes minutes
for what this does in a second, and which no seed makes the same twice; its predicates are what is
learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .blocking_rules import SAMPLE, learn_rules
from .candidates import KeyRing, Rule, candidate_pairs
from .columns import MISSING as MISSING_VALUE
from .columns import ValueColumn
from .fitting import UNKNOWN, TeachingPairs, f1_out_of_fold, fit_classifier
from .likeness import Likeness
from .logistic import Logistic, on_one_thread
from .matcher import Matcher
from .unlabelled import fit_unlabelled

MOST_MATCHES = 1500  # that blocking rules are learnt from
MOST_PAIRS = 60_000  # that the classifier is fitted on, beside the labelled ones
FEW_RECORDS, PAIRS_OF_FEW, RULES_OF_FEW = 20_000, 40.0, 16
PAIRS_OF_MANY, RULES_OF_MANY = 14.0, 10


@dataclass(frozen=True)
class KnownPairs:
    """Pairs of which somebody has said who they are.

    Attributes:
        first: k record numbers.
        second: k record numbers.
        is_same: k answers.
        told_by: k words: judgement, group or evidence.
        hidden: k column names, by commas, that joined the pair and must not teach alone.
    """

    first: np.ndarray
    second: np.ndarray
    is_same: np.ndarray
    told_by: np.ndarray
    hidden: np.ndarray


def budget_of(n_records: int) -> tuple[float, int]:
    """How many pairs a record the blocking rules may make, and how many rules there may be."""
    return (PAIRS_OF_FEW, RULES_OF_FEW) if n_records <= FEW_RECORDS else (PAIRS_OF_MANY, RULES_OF_MANY)


@on_one_thread
def learn_matcher(
    columns: Sequence[ValueColumn],
    partings: Mapping[str, tuple[str, str]],
    known: KnownPairs,
    group: np.ndarray,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """Learn blocking rules and weights.

    Args:
        columns: The compared columns of n records.
        partings: The whole names that were parted.
        known: What is known of pairs.
        group: n numbers of labelled groups, -1 where a record is in none: two records in different
            groups are distinct.
        settings: ``MatcherRule`` as a dictionary.
        versions: Of the libraries; for the document.

    Returns:
        The matcher's document; without weights where there are too few labels, and then ``state``
        says why.
    """
    n = len(columns[0].codes)
    draw = np.random.default_rng(int(settings["training_seed"]))
    same = np.flatnonzero(known.is_same)
    if len(same) < settings["least_labels"]:
        return {"state": "no matcher: too few pairs are known to be the same"}
    ring, likeness = KeyRing(columns), Likeness(columns)
    codes = np.stack([[column.codes[side] for column in columns] for side in (known.first, known.second)])
    matches = _hide(codes.astype(np.int64), columns, known)[:, :, same]
    matches = matches[:, :, np.sort(draw.permutation(matches.shape[2])[:MOST_MATCHES])]
    matches = np.concatenate([matches, without_the_best(matches, columns)], axis=2)
    sample = np.sort(draw.permutation(n)[:SAMPLE])
    bought = learn_rules(ring, matches, *budget_of(n), settings["most_in_block"], sample)
    if not bought:
        return {"state": "no matcher: no field brings records together"}
    rules = [one.rule for one in bought]
    found = candidate_pairs(ring, rules, settings["most_in_block"])
    kept = _some_pairs(found.first, found.second, n, draw)
    first, second, answer = _with_answers(found.first[kept], found.second[kept], known, group, n)
    features = likeness.compare(first, second)
    seen = features.copy()
    _hide_features(seen, likeness, first * n + second, known, n)
    pairs = TeachingPairs(likeness, first, second, answer, features, seen)
    logistic = fit_classifier(pairs)
    told = {
        "training": {
            "labels": _counted(known, group, answer),
            "f1_out_of_fold": f1_out_of_fold(seen, answer),
            "blocking": [
                {
                    "rule": list(one.rule),
                    "pairs_per_record": round(one.price, 4),
                    "covers": int(one.covers.sum()),
                }
                for one in bought
            ],
            "seed": int(settings["training_seed"]),
        },
        "versions": dict(versions),
    }
    return _document(likeness, partings, rules, logistic, settings["threshold"], settings, told)


@on_one_thread
def learn_unlabelled(
    columns: Sequence[ValueColumn],
    partings: Mapping[str, tuple[str, str]],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """Learn from the values alone; see ``unlabelled``.

    Returns:
        The matcher's document; without weights where the data must not be answered on, and then
        ``state`` says why.
    """
    likeness, budget = Likeness(columns), budget_of(len(columns[0].codes))
    found = fit_unlabelled(
        likeness, KeyRing(columns), *budget, settings["most_in_block"], int(settings["training_seed"])
    )
    if found.logistic is None:
        return {"state": f"no matcher: {found.refusal}"}
    told = {
        "training": {
            "labels": {},
            "match_share": round(found.match_share, 6),
            "seed": int(settings["training_seed"]),
        },
        "versions": dict(versions),
    }
    return _document(likeness, partings, found.rules, found.logistic, found.threshold, settings, told)


def _document(
    likeness: Likeness,
    partings: Mapping[str, tuple[str, str]],
    rules: Sequence[Rule],
    logistic: Logistic,
    threshold: float,
    settings: Mapping[str, Any],
    told: Mapping[str, Any],
) -> dict[str, Any]:
    return Matcher(
        fields=tuple(column.field for column in likeness.columns),
        partings=partings,
        swaps=tuple((swap.one.name, swap.other.name) for swap in likeness.swaps),
        rules=tuple(rules),
        logistic=logistic,
        threshold=float(threshold),
        most_in_block=int(settings["most_in_block"]),
        least_probability=float(settings["least_probability"]),
        most_in_chain=int(settings["most_in_cluster"]),
        told=told,
    ).document(likeness.names)


def _hide(codes: np.ndarray, columns: Sequence[ValueColumn], known: KnownPairs) -> np.ndarray:
    """Codes of labelled pairs, every second one without the columns that joined it."""
    told = codes.copy()
    place = {column.name: at for at, column in enumerate(columns)}
    for pair in np.flatnonzero(known.hidden != "")[::2].tolist():
        for name in str(known.hidden[pair]).split(","):
            if name in place:
                told[:, place[name], pair] = MISSING_VALUE
    return told


def without_the_best(matches: np.ndarray, columns: Sequence[ValueColumn]) -> np.ndarray:
    """The matches once more, each without the column whose agreement is the rarest.

    What joins the known pairs may be silent in those to be found, so the rules have to bring a match
    together also without it.

    Args:
        matches: Shape (2, columns, m), value numbers.
        columns: The columns.
    """
    equal = (matches[0] == matches[1]) & (matches[0] >= 0)
    rarity = np.stack(
        [
            np.log2(column.counts.sum() / column.counts)[np.maximum(own, 0)]
            for column, own in zip(columns, matches[0], strict=True)
        ]
    )
    best = np.where(equal, rarity, -1.0).argmax(axis=0)
    told = matches.copy()
    told[:, best, np.arange(matches.shape[2])] = MISSING_VALUE
    return told


def _some_pairs(first: np.ndarray, second: np.ndarray, n: int, draw: np.random.Generator) -> np.ndarray:
    """At most ``MOST_PAIRS`` of the pairs: those of some records, so that these are seen whole."""
    if len(first) <= MOST_PAIRS:
        return np.arange(len(first))
    rank = np.empty(n, dtype=np.int64)
    rank[draw.permutation(n)] = np.arange(n)
    lowest = np.minimum(rank[first], rank[second])
    return np.flatnonzero(lowest <= np.partition(lowest, MOST_PAIRS)[MOST_PAIRS])


def _with_answers(
    first: np.ndarray, second: np.ndarray, known: KnownPairs, group: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Blocked and labelled pairs, each once, with 1 for the same, 0 for distinct, -1 for unknown."""
    low, high = np.minimum(known.first, known.second), np.maximum(known.first, known.second)
    pairs = np.unique(np.concatenate([first * n + second, low * n + high]))
    first, second = pairs // n, pairs % n
    answer = np.full(len(pairs), UNKNOWN)
    grouped = (group[first] >= 0) & (group[second] >= 0)
    answer[grouped] = group[first[grouped]] == group[second[grouped]]
    answer[np.searchsorted(pairs, low * n + high)] = known.is_same
    return first, second, answer


def _hide_features(
    features: np.ndarray, likeness: Likeness, pairs: np.ndarray, known: KnownPairs, n: int
) -> None:
    """Blank what joined a pair, in every second pair that an identifier joined."""
    names = np.array([name.split(": ")[0] for name in likeness.names])
    chosen = np.flatnonzero(known.hidden != "")[::2]
    low = np.minimum(known.first[chosen], known.second[chosen])
    rows = np.searchsorted(pairs, low * n + np.maximum(known.first[chosen], known.second[chosen]))
    hidden = known.hidden[chosen]
    for told in np.unique(hidden).tolist():
        own = np.isin(names, str(told).split(","))
        features[np.ix_(rows[hidden == told], own)] = 0.0


def _counted(known: KnownPairs, group: np.ndarray, answer: np.ndarray) -> dict[str, int]:
    counts: dict[str, int] = {}
    for told_by, is_same in zip(known.told_by.tolist(), known.is_same.tolist(), strict=True):
        name = f"{told_by}: {'same' if is_same else 'distinct'}"
        counts[name] = counts.get(name, 0) + 1
    if (group >= 0).any():
        told = int((answer == 0).sum()) - counts.get("judgement: distinct", 0)
        counts["group: distinct"] = max(0, told)
    if (answer == UNKNOWN).any():
        counts["unlabelled: by their clusters"] = int((answer == UNKNOWN).sum())
    return counts
