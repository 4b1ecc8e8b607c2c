"""From pairs of which some are known to a classifier of pairs.

Context: few pairs are labelled, and those are not the shares in which matches and look-alikes are
met; and relatives share identifiers. Choice: from first probabilities of all blocked pairs clusters are
made, they answer what nobody has, the classifier is fitted on all pairs, and so a few times over. What
identifiers say is believed as far as the values bear it out: where most of what they join is one
person, also against the values. Given up: a free choice among several guesses by the labelled pairs,
which are too few and too hard to tell by a little which is better. Of many records a sample's pairs teach,
each with all pairs of its records: what is two links away from them is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .likeness import Likeness
from .linkage import average_linkage
from .logistic import Logistic, fit_logistic

ROUNDS = (0.4, 0.4, 0.4)  # thresholds of the clusters that answer what nobody has
FEW_ROUNDS = (0.3,)  # where few are known: more rounds drift from what the values say
SAMPLE_ROUNDS = (0.35, 0.35, 0.35)  # where the pairs are a sample's
ENOUGH_MATCHES = 300  # known ones that weigh as much as half of all matches of a sample
UNKNOWN = -1
FOLDS = 5
LEAST_KNOWN, CLEARLY = 30, 3.0
LEAST_FOUND, MOST_FOUND = 0.5, 0.75  # of the labelled matches, where the answers may know better
MOST_CLAIMED = 2.0  # times as many matches as the labelled ones allow
LEAST_SHARE, MOST_SHARE = 1e-4, 0.95  # of the pairs that match
FAR, HALVINGS = 20.0, 60  # log-odds beyond the scores, and steps, of finding a move
LEAST_PROBABILITY, MOST_OF_A_KIND = 0.02, 15_000


@dataclass(frozen=True)
class TeachingPairs:
    """Blocked and labelled pairs that a classifier is fitted on.

    Attributes:
        likeness: The compared columns of n records.
        first: k record numbers.
        second: k record numbers.
        answer: k answers: 1 the same, 0 distinct, -1 unknown.
        is_joined: k truth values: an identifier says that they are the same, and nobody else does.
        features: Shape (k, features), from ``likeness.compare``.
        seen: The same, without what must not teach.
        is_whole: Whether these are all the blocked pairs; else they are those of some records.
    """

    likeness: Likeness
    first: np.ndarray
    second: np.ndarray
    answer: np.ndarray
    is_joined: np.ndarray
    features: np.ndarray
    seen: np.ndarray
    is_whole: bool = True


@dataclass(frozen=True)
class Heavy:
    """Pairs that must be heard among many.

    Attributes:
        rows: k truth values.
        share: What they weigh together, beside the matches among the others.
    """

    rows: np.ndarray
    share: float = 1.0


def unanswered(
    likeness: Likeness, first: np.ndarray, second: np.ndarray, features: np.ndarray, is_whole: bool
) -> TeachingPairs:
    """Pairs of which nobody has said anything; see ``TeachingPairs``."""
    nobody = np.full(len(first), UNKNOWN)
    return TeachingPairs(likeness, first, second, nobody, nobody == 1, features, features, is_whole)


def fit_classifier(pairs: TeachingPairs, guess: np.ndarray, seed: int = 1) -> Logistic:
    """Guess, cluster, let the clusters answer what nobody has, and fit.

    The values may be of a sort that a mixture of levels cannot part, as titles of goods: variants agree
    in more than matches do. Then a fit that takes the unknown for distinct does better, and if the
    labelled pairs are clearly less surprising to it, it is taken. Or the values mislead: hundreds of
    records of one firm agree in nothing but a name that is common for that very reason. If many of the
    labelled matches are still not found, the answers begin alone, and are taken if that is clearly better.
    Clusters want all pairs of their records: where the pairs are a sample, the guess itself is fitted. Fewer
    than thirty known matches, or known strangers, choose nothing, and clusters answer once.

    Args:
        pairs: k pairs.
        guess: k first probabilities, by a mixture.
        seed: Which pairs of many are fitted on.
    """
    if (pairs.answer != UNKNOWN).all():
        return fit_logistic(pairs.seen, pairs.answer.astype(float))
    is_match = pairs.answer == 1
    n_known = min(int((pairs.answer == 0).sum()), int(is_match.sum()))
    if pairs.is_whole:
        fitted = settle(pairs, guess, seed, ROUNDS if n_known >= LEAST_KNOWN else FEW_ROUNDS)
    else:
        share = float(is_match.sum() / (is_match.sum() + ENOUGH_MATCHES))
        fitted = settle_guess(pairs, guess, seed, SAMPLE_ROUNDS, Heavy(is_match, share))
    if n_known < LEAST_KNOWN:
        return fitted
    if not pairs.is_whole and is_plausible(fitted, pairs):
        return fitted
    heavy = Heavy(pairs.answer != UNKNOWN)
    taken = settle(pairs, take_for_distinct(pairs.seen, pairs.answer, seed), seed, heavy=heavy)
    if is_clearly_better(taken, fitted, pairs):
        fitted = taken
    if fitted.probability(pairs.seen[is_match]).mean() < MOST_FOUND:
        alone = fit_answers_alone(pairs)
        alone = settle(pairs, alone.probability(pairs.seen), seed, heavy=heavy, fitted=alone)
        if is_clearly_better(alone, fitted, pairs):
            fitted = alone
    return fitted


def is_plausible(fitted: Logistic, pairs: TeachingPairs) -> bool:
    """Whether a fit finds most of the labelled matches, and not far more than there can be.

    Of a sample the labelled matches alone tell that: they are matches like others, while those that are
    labelled distinct were chosen for being hard.
    """
    found = float(fitted.probability(pairs.seen[pairs.answer == 1]).mean())
    claimed = float(fitted.probability(pairs.features).mean())
    return found >= LEAST_FOUND and claimed <= MOST_CLAIMED * most_matches(fitted, pairs)


def most_matches(fitted: Logistic, pairs: TeachingPairs) -> float:
    """At most which share of the pairs match, by how those that are known to match are scored.

    Of all pairs so many lie above a score that the matches among them can be no more; and that is the
    known share of all matches. The score that allows the fewest is taken, with its standard error.

    Source: Blanchard, Lee and Scott (2010), "Semi-supervised novelty detection".

    Args:
        fitted: Whose scores are looked at, good or bad.
        pairs: At least 30 of them known matches.
    """
    known = np.sort(fitted.log_odds(pairs.seen[pairs.answer == 1]))[::-1]
    above = np.arange(1, len(known) + 1)
    every = np.sort(fitted.log_odds(pairs.features))
    share = 1 - np.searchsorted(every, known) / len(every)
    most = share * len(known) / above * (1 + 1 / np.sqrt(above))
    return float(np.clip(most[LEAST_KNOWN - 1 :].min(), LEAST_SHARE, MOST_SHARE))


def fit_answers_alone(pairs: TeachingPairs) -> Logistic:
    """The classifier of the labelled pairs, moved so that as many of all pairs match as can at most."""
    rows = np.flatnonzero(pairs.answer != UNKNOWN)
    fitted = fit_logistic(pairs.seen[rows], (pairs.answer[rows] == 1).astype(float))
    told, share = fitted.log_odds(pairs.features), most_matches(fitted, pairs)
    low, high = -float(told.max()) - FAR, -float(told.min()) + FAR
    for _ in range(HALVINGS):
        move = (low + high) / 2
        found = (1 / (1 + np.exp(-np.clip(told + move, -700, 700)))).mean()
        low, high = (low, move) if found > share else (move, high)
    return Logistic(fitted.weights, fitted.intercept + move)


def surprise(fitted: Logistic, pairs: TeachingPairs) -> tuple[np.ndarray, np.ndarray]:
    """Log-loss of each pair that is labelled distinct, and of each that is labelled the same, in nats."""
    told = fitted.log_odds(pairs.seen)
    return np.logaddexp(0.0, told[pairs.answer == 0]), np.logaddexp(0.0, -told[pairs.answer == 1])


def is_clearly_better(one: Logistic, other: Logistic, pairs: TeachingPairs) -> bool:
    """Whether labelled pairs surprise one fit less than another, by thrice the standard error.

    Either answer counts as much.
    """
    gained = [theirs - own for theirs, own in zip(surprise(other, pairs), surprise(one, pairs), strict=True)]
    error = sum(float(each.var()) / len(each) for each in gained) ** 0.5
    return sum(float(each.mean()) for each in gained) > CLEARLY * error


def take_for_distinct(seen: np.ndarray, answer: np.ndarray, seed: int = 1) -> np.ndarray:
    """Probabilities by a fit that takes all unknown pairs for distinct.

    Such a fit tells how likely a pair is a match *and* labelled, which is the probability times the
    labelled share of the matches; and that share is what it gives to the labelled ones.

    Source: Elkan and Noto (2008), "Learning classifiers from only positive and unlabeled data".
    """
    same = answer == 1
    draw = np.random.default_rng(seed)
    told = fit_on_some(seen, same.astype(float), same, draw).probability(seen)
    return np.minimum(1.0, told / max(0.01, float(told[same].mean())))


def is_believed(probability: np.ndarray) -> np.ndarray:
    """Which of k pairs that an identifier joins are one person, by what the values say of each.

    How often the identifier is right is the share of its pairs that are likely by their values. Its odds
    are held against those of the values, and twice, for the values find too few of them.

    Example:
        >>> is_believed(np.array([0.9, 0.9, 0.9, 0.9, 0.1])).tolist()
        [True, True, True, True, True]
        >>> is_believed(np.array([0.9, 0.9, 0.1, 0.1, 0.1])).tolist()
        [True, True, False, False, False]
    """
    right = float((probability >= 0.5).mean()) if len(probability) else 0.0
    told: np.ndarray = probability * right**2 > (1 - probability) * (1 - right) ** 2
    return told


def fit_guess(pairs: TeachingPairs, guess: np.ndarray, seed: int = 1) -> Logistic:
    """The classifier of first probabilities, k of them, where nobody has answered."""
    answer = pairs.answer.copy()
    joined = np.flatnonzero(pairs.is_joined)
    answer[joined[is_believed(guess[joined])]] = 1
    told = np.where(answer == UNKNOWN, guess, answer)
    return fit_on_some(pairs.seen, told, told >= LEAST_PROBABILITY, np.random.default_rng(seed))


def settle_guess(
    pairs: TeachingPairs,
    guess: np.ndarray,
    seed: int = 1,
    rounds: Sequence[float] = SAMPLE_ROUNDS,
    heavy: Heavy | None = None,
) -> Logistic:
    """``settle`` for a sample of the blocked pairs; the guess, fitted, tells those that it left out."""
    begun = fit_guess(pairs, guess, seed)
    return settle(pairs, begun.probability(pairs.features), seed, rounds, heavy, begun)


def settle(
    pairs: TeachingPairs,
    probability: np.ndarray,
    seed: int = 1,
    rounds: Sequence[float] = ROUNDS,
    heavy: Heavy | None = None,
    fitted: Logistic | None = None,
) -> Logistic:
    """From a first guess, k probabilities, to a classifier: clusters answer what nobody has.

    Args:
        pairs: k pairs, all that were blocked with the records that teach.
        probability: k first probabilities.
        seed: Which pairs of many are fitted on.
        rounds: Thresholds of the clusters, one after the other; at least one.
        heavy: Pairs that must be heard among many.
        fitted: What gave the first probabilities; without it a pair that was not blocked counts as 0.
    """
    generator = np.random.default_rng(seed)
    joined = np.flatnonzero(pairs.is_joined)
    # Of a million records a sample's pairs know some: only these are clustered.
    records, ends = np.unique(np.concatenate([pairs.first, pairs.second]), return_inverse=True)
    first, second = ends[: len(pairs.first)], ends[len(pairs.first) :]

    def score(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        if fitted is None:
            return np.zeros(len(a))
        return fitted.probability(pairs.likeness.compare(records[a], records[b]))

    for threshold in rounds:
        answer = pairs.answer.copy()
        answer[joined[is_believed(probability[joined])]] = 1
        unknown = answer == UNKNOWN
        merges = average_linkage(len(records), first, second, np.where(unknown, probability, answer), score)
        cluster = merges.clusters(len(records), threshold)
        is_same = np.where(unknown, cluster[first] == cluster[second], answer == 1)
        may_match = is_same | (probability >= LEAST_PROBABILITY)
        fitted = fit_on_some(pairs.seen, is_same.astype(float), may_match, generator, fitted, heavy)
        probability = fitted.probability(pairs.features)
    assert fitted is not None
    return fitted


def fit_on_some(
    features: np.ndarray,
    answers: np.ndarray,
    may_match: np.ndarray,
    generator: np.random.Generator,
    start: Logistic | None = None,
    heavy: Heavy | None = None,
) -> Logistic:
    """The classifier, of a sample of the pairs that may match and one of the others, each for its many.

    Args:
        features: Shape (k, features).
        answers: k probabilities.
        may_match: k truth values.
        generator: Of the samples.
        start: Where the fit starts from.
        heavy: Pairs that must be heard among many.
    """
    rows, weights = [], []
    for group in (np.flatnonzero(may_match), np.flatnonzero(~may_match)):
        drawn = np.sort(generator.permutation(group)[:MOST_OF_A_KIND])
        rows.append(drawn)
        weights.append(np.full(len(drawn), len(group) / max(1, len(drawn))))
    if heavy is not None and heavy.rows.any():
        expected = heavy.share * float(answers[~heavy.rows].sum())
        rows.append(np.flatnonzero(heavy.rows))
        weights.append(np.full(len(rows[-1]), expected / len(rows[-1])))
    told = np.concatenate(rows)
    return fit_logistic(features[told], answers[told], np.concatenate(weights), start=start)


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
