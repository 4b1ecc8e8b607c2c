"""From pairs of which some are known to a classifier of pairs.

Context: few pairs are labelled, and those are not the shares in which matches and look-alikes are
met. Choice: first probabilities of all blocked pairs are guessed in two ways, clusters made with
them answer what nobody has, the classifier is fitted on all pairs, and so a few times over; of the
two the labelled pairs choose. Given up: a guess of which nothing is known but a few labelled pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .levels import MISSING, N_LEVELS, grade
from .likeness import Likeness
from .linkage import average_linkage
from .logistic import Logistic, fit_logistic, sigmoid

ROUNDS = (0.4, 0.4, 0.4)  # thresholds of the clusters that answer what nobody has
LEAST_DISTINCT = 30
PRIOR_COUNT = 1.0
UNKNOWN = -1
FOLDS = 5


@dataclass(frozen=True)
class TeachingPairs:
    """Blocked and labelled pairs that a classifier is fitted on.

    Attributes:
        likeness: The compared columns of n records.
        first: k record numbers.
        second: k record numbers.
        answer: k answers: 1 the same, 0 distinct, -1 unknown.
        features: Shape (k, features), from ``likeness.compare``.
        seen: The same, without what must not teach.
    """

    likeness: Likeness
    first: np.ndarray
    second: np.ndarray
    answer: np.ndarray
    features: np.ndarray
    seen: np.ndarray

    @property
    def n_records(self) -> int:
        return len(self.likeness.columns[0].codes)


def fit_classifier(pairs: TeachingPairs) -> Logistic:
    """Guess, cluster, let the clusters answer what nobody has, and fit; of two guesses the better.

    A mixture guesses well where there are many matches, a fit that takes the unknown for distinct
    where there are few. Which of them it is, the labelled pairs tell: those of the better fit are
    the less surprising. Where hardly any pair is known to be distinct, the mixture it is.
    """
    known = pairs.answer != UNKNOWN
    if known.all():
        return fit_logistic(pairs.seen, pairs.answer.astype(float))
    mixed = settle(pairs, guess_matches(grade(pairs.likeness, pairs.seen), pairs.answer))
    if (pairs.answer == 0).sum() < LEAST_DISTINCT:
        return mixed
    taken = settle(pairs, take_for_distinct(pairs.seen, pairs.answer))
    return min((mixed, taken), key=lambda one: _surprise(one, pairs.seen[known], pairs.answer[known]))


def settle(pairs: TeachingPairs, probability: np.ndarray) -> Logistic:
    """From a first guess, k probabilities, to a classifier: clusters answer what nobody has."""
    unknown = pairs.answer == UNKNOWN
    fitted: Logistic | None = None

    def score(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.zeros(len(a)) if fitted is None else fitted.probability(pairs.likeness.compare(a, b))

    for threshold in ROUNDS:
        probability = np.where(unknown, probability, pairs.answer)
        merges = average_linkage(pairs.n_records, pairs.first, pairs.second, probability, score)
        cluster = merges.clusters(pairs.n_records, threshold)
        together = cluster[pairs.first] == cluster[pairs.second]
        fitted = fit_logistic(pairs.seen, np.where(unknown, together, pairs.answer == 1).astype(float))
        probability = fitted.probability(pairs.features)
    assert fitted is not None
    return fitted


def take_for_distinct(seen: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Probabilities by a fit that takes all unknown pairs for distinct.

    Such a fit tells how likely a pair is a match *and* labelled, which is the probability times the
    labelled share of the matches; and that share is what it gives to the labelled ones.

    Source: Elkan and Noto (2008), "Learning classifiers from only positive and unlabeled data".
    """
    same = answer == 1
    told = fit_logistic(seen, same.astype(float)).probability(seen)
    return np.minimum(1.0, told / max(0.01, float(told[same].mean())))


def _surprise(fitted: Logistic, features: np.ndarray, answer: np.ndarray) -> float:
    """Mean log-loss of answers, so that either answer counts as much."""
    odds = fitted.log_odds(features)
    loss = np.logaddexp(0.0, np.where(answer == 1, -odds, odds))
    return float(np.mean([loss[answer == told].mean() for told in (0, 1)]))


def guess_matches(level: np.ndarray, answer: np.ndarray, most_steps: int = 300) -> np.ndarray:
    """First probabilities of pairs: a mixture whose matches look like the known ones.

    How matches compare is read from the pairs known to be the same and stays as it is; how the
    others compare, and how many match, is fitted. So the mixture cannot take the next likeness that
    it finds, that of households, for the one it looks for.

    Args:
        level: Shape (k, columns), from ``grade``.
        answer: k answers: 1 the same, 0 distinct, -1 unknown.
        most_steps: At most so many.

    Source: Fellegi and Sunter (1969).
    """
    n_columns = level.shape[1]

    def chances(rows: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        """How often each level of each column is met, leaning a little on how often among all pairs."""
        counts = np.zeros((n_columns, N_LEVELS))
        for at in range(n_columns):
            counts[at] = np.bincount(rows[:, at], weights=weight, minlength=N_LEVELS)
        counts[:, MISSING] = 0.0
        told = counts + PRIOR_COUNT * pool
        return np.maximum(told / np.maximum(told.sum(axis=1, keepdims=True), 1e-12), 1e-12)

    pool = np.zeros((n_columns, N_LEVELS))
    pool = chances(level)
    match = chances(level[answer == 1])
    patterns, place = np.unique(level, axis=0, return_inverse=True)
    place = place.ravel()
    free = np.bincount(place[answer != 1], minlength=len(patterns)).astype(float)
    may = np.bincount(place[answer == UNKNOWN], minlength=len(patterns)).astype(float)
    share, guessed = 0.1, np.full(len(patterns), 0.1)
    for _ in range(most_steps):
        other = chances(patterns, free - may * guessed)
        ratio = np.log(match / other)
        ratio[:, MISSING] = 0.0  # a missing value says nothing
        odds = np.log(share / (1 - share)) + ratio[np.arange(n_columns), patterns].sum(axis=1)
        guessed = sigmoid(odds)
        before, share = share, float(np.clip(may @ guessed / max(may.sum(), 1.0), 1e-6, 1 - 1e-6))
        if abs(share - before) < 1e-4 * before:
            break
    return guessed[place]


def f1_out_of_fold(features: np.ndarray, answer: np.ndarray) -> float | None:
    """F1 on labelled pairs from fits that did not see them; nothing where too few are labelled."""
    rows = np.flatnonzero(answer != UNKNOWN)
    truth = answer[rows] == 1
    if min(truth.sum(), (~truth).sum()) < FOLDS:
        return None
    fold = np.arange(len(rows)) % FOLDS
    said = np.zeros(len(rows), dtype=bool)
    for number in range(FOLDS):
        out = fold == number
        fitted = fit_logistic(features[rows[~out]], truth[~out].astype(float))
        said[out] = fitted.log_odds(features[rows[out]]) >= 0
    both = int((said & truth).sum())
    return round(2 * both / max(1, int(said.sum() + truth.sum())), 6)
