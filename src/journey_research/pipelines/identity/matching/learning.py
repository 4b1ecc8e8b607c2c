"""What people and identifiers have said of pairs, to a matcher's document.

Context: few pairs are labelled, and what is learnt from them alone is narrower than what the values say
of themselves. Choice: pairs that must match by their other columns teach beside the known ones: blocking
rules learn from both, and what matches look like is what the known ones say, with the others for their
guess; how the classifier comes of that stands in ``fitting``. Given up: dedupe's own training, which
takes minutes for what this does in seconds, and which no seed makes the same twice; its predicates are
what is learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .blocking_rules import SAMPLE, learn_rules, worth_comparing
from .candidates import KeyRing, Rule, is_among
from .columns import ValueColumn
from .first_guess import guess_matches, is_credible
from .fitting import UNKNOWN, TeachingPairs, f1_out_of_fold, fit_classifier, is_believed
from .known_pairs import KnownPairs, matches_of, teaching_pairs
from .levels import Strangers, grade, meet_strangers
from .likeness import Likeness
from .logistic import Logistic, on_one_thread
from .matcher import Matcher
from .mutual_best import MutualBest, Partners, fit_mutual_best, settle_mutual_best
from .pseudo_matches import PseudoMatches, expect_matches, find_pseudo_matches, make_matches
from .unlabelled import N_MADE, fit_unlabelled, pairs_to_fit

PAIRS_PER_RECORD, MOST_RULES = (
    40.0,
    16,
)  # of the blocking rules together; they make a third, for rules overlap
LEAST_BORNE_OUT = 2 / 3  # of what identifiers join


@on_one_thread
def learn_matcher(
    columns: Sequence[ValueColumn],
    partings: Mapping[str, tuple[str, str]],
    known: KnownPairs,
    group: np.ndarray,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    once: np.ndarray | None = None,
) -> dict[str, Any]:
    """Learn blocking rules and weights.

    Where the values bear out less than two in three of the pairs that identifiers join, it is relatives
    who share them: then people teach, or, where they know of too few pairs, the values alone.

    Args:
        columns: The compared columns of n records.
        partings: The whole names that were parted.
        known: What is known of pairs.
        group: n numbers of labelled groups, -1 where a record is in none: two records in different
            groups are distinct.
        settings: ``MatcherRule`` as a dictionary.
        versions: Of the libraries; for the document.
        once: n sets of sources that hold a person once, as bits.

    Returns:
        The matcher's document; without weights where nothing brings records together, and then ``state``
        says why.
    """
    n = len(columns[0].codes)
    draw = np.random.default_rng(int(settings["training_seed"]))
    ring, likeness = KeyRing(columns), Likeness(columns)
    strangers = meet_strangers(likeness, draw)
    pseudo = find_pseudo_matches(likeness, strangers, draw)
    matches = matches_of(columns, known, draw)
    if pseudo.shows and (n_missing := N_MADE - int(known.is_same.sum())) > 0:
        made = make_matches(likeness, pseudo, n_missing, draw)
        matches = np.concatenate([matches, made], axis=2)
    seed = int(settings["training_seed"])
    partners = _partners(once, n)
    standing = _fit_standing_out(likeness, ring, partners, settings) if partners.are_clean else None
    if standing is not None:
        matches = np.concatenate([matches, standing.matches], axis=2)
    sample = np.sort(draw.permutation(n)[:SAMPLE])
    bought = learn_rules(ring, matches, PAIRS_PER_RECORD, MOST_RULES, settings["most_in_block"], sample)
    if not bought:
        return {"state": "no matcher: no field brings records together"}
    rules = [one.rule for one in bought]
    asked = pairs_to_fit(ring, rules, PAIRS_PER_RECORD, settings["most_in_block"], draw)
    pairs = teaching_pairs(likeness, asked.first, asked.second, known, group, is_whole=asked.n_asked == n)
    guess, borne_out = _guess(pairs, pseudo, strangers, draw)
    if pseudo.shows and borne_out < LEAST_BORNE_OUT:
        people = known.by_people()
        if people.is_same.sum() < settings["least_labels"]:
            return learn_unlabelled(columns, partings, settings, versions, once)
        return learn_matcher(columns, partings, people, group, settings, versions, once)
    if standing is not None and pairs.is_whole:
        logistic = settle_mutual_best(pairs, standing, seed)
    else:
        logistic = fit_classifier(pairs, guess, seed)
    is_asked = is_among(pairs.first * n + pairs.second, asked.first * n + asked.second)
    bought = [
        bought[at] for at in worth_comparing(asked.brought, logistic.probability(pairs.features[is_asked]))
    ]
    told = {
        "training": {
            "labels": _counted(known, group, pairs),
            "f1_out_of_fold": f1_out_of_fold(pairs.seen, pairs.answer),
            "blocking": [
                {
                    "rule": list(one.rule),
                    "pairs_per_record": round(one.price, 4),
                    "covers": int(one.covers.sum()),
                }
                for one in bought
            ],
            "seed": seed,
        },
        "versions": dict(versions),
    }
    rules = [one.rule for one in bought]
    return _document(likeness, partings, rules, logistic, settings["threshold"], settings, told)


@on_one_thread
def learn_unlabelled(
    columns: Sequence[ValueColumn],
    partings: Mapping[str, tuple[str, str]],
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    once: np.ndarray | None = None,
) -> dict[str, Any]:
    """Learn from the values alone; see ``unlabelled``.

    ``mutual_best`` is asked first of lists that hold everything once, and last where the values say nothing.

    Args:
        columns: The compared columns of n records.
        partings: The whole names that were parted.
        settings: ``MatcherRule`` as a dictionary.
        versions: Of the libraries; for the document.
        once: n sets of sources that hold a person once, as bits.

    Returns:
        The matcher's document; without weights where the data must not be answered on, and then
        ``state`` says why.
    """
    likeness, ring = Likeness(columns), KeyRing(columns)
    partners = _partners(once, ring.n_records)
    standing = _fit_standing_out(likeness, ring, partners, settings) if partners.are_clean else None
    found = standing or fit_unlabelled(
        likeness,
        ring,
        PAIRS_PER_RECORD,
        MOST_RULES,
        settings["most_in_block"],
        int(settings["training_seed"]),
    )
    if found.says_nothing and not partners.are_clean:
        found = _fit_standing_out(likeness, ring, partners, settings) or found
    if found.logistic is None:
        return {"state": f"no matcher: {found.refusal}"}
    told = {
        "training": {
            "labels": {},
            "match_share": round(found.match_share, 6),
            **({"standing_out": round(found.share, 6)} if isinstance(found, MutualBest) else {}),
            "seed": int(settings["training_seed"]),
        },
        "versions": dict(versions),
    }
    return _document(likeness, partings, found.rules, found.logistic, found.threshold, settings, told)


def _partners(once: np.ndarray | None, n: int) -> Partners:
    return Partners(np.zeros(n, dtype=np.uint64) if once is None else once)


def _fit_standing_out(
    likeness: Likeness, ring: KeyRing, partners: Partners, settings: Mapping[str, Any]
) -> MutualBest | None:
    seed = int(settings["training_seed"])
    return fit_mutual_best(
        likeness, ring, partners, PAIRS_PER_RECORD, MOST_RULES, settings["most_in_block"], seed
    )


def _guess(
    pairs: TeachingPairs, pseudo: PseudoMatches, strangers: Strangers, draw: np.random.Generator
) -> tuple[np.ndarray, float]:
    """First probabilities, and how much of what identifiers join the values bear out.

    Identifiers are asked only after the values have told how far they are right; where the values show
    nothing and nobody else has answered, they are all there is.
    """
    level, columns = grade(pairs.likeness, pairs.seen), pairs.likeness.columns
    n = len(columns[0].codes)

    def by_answers(answer: np.ndarray) -> np.ndarray:
        expected = expect_matches(pairs.likeness, pseudo, strangers, level[answer == 1])
        fits = guess_matches(columns, pairs.first, pairs.second, level, expected, strangers, draw, answer)
        credible = [one for one in fits if is_credible(level, one, expected, strangers, n)]
        told: np.ndarray = np.median(credible or fits, axis=0)
        return told

    joined = np.flatnonzero(pairs.is_joined)
    answer = pairs.answer.copy()
    if not pseudo.shows and not (answer == 1).any():
        answer[joined] = 1
    guess = by_answers(answer)
    if not len(joined):
        return guess, 1.0
    answer = pairs.answer.copy()
    answer[joined[is_believed(guess[joined])]] = 1
    return by_answers(answer), float(guess[joined].mean())


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


def _counted(known: KnownPairs, group: np.ndarray, pairs: TeachingPairs) -> dict[str, int]:
    counts: dict[str, int] = {}
    for told_by, is_same in zip(known.told_by.tolist(), known.is_same.tolist(), strict=True):
        name = f"{told_by}: {'same' if is_same else 'distinct'}"
        counts[name] = counts.get(name, 0) + 1
    if (group >= 0).any():
        told = int((pairs.answer == 0).sum()) - counts.get("judgement: distinct", 0)
        counts["group: distinct"] = max(0, told)
    if n_unknown := int(((pairs.answer == UNKNOWN) & ~pairs.is_joined).sum()):
        counts["unlabelled: by their clusters"] = n_unknown
    return counts
