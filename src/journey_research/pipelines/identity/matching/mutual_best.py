"""A matcher without labels from which pairs are the best of both their records.

Context: goods in two shops, or works in two catalogues, agree in no two values, and the variants in one list
are more alike than one thing is in two: nothing that is learnt from the values one by one tells these apart.
Choice: a record has at most one partner in another list that holds everything once, so of all its pairs with
that list only the best can be right. Pairs that are the best of both their records are taken for matches and
all others for none, the classifier is fitted on that, its scores tell new best pairs, and so on until they
stay. Where nobody has spoken of lists the rest of the table stands for the other list: what is there thrice
then teaches less than it could. Whether records have partners at all is seen by how far the best stands out:
among strangers it is ahead of the second as the second is of the third and so on, for so the highest of many
independent numbers are, however they are spread. Given up: where fewer than an eighth of the records stand
out, or there are more than a hundred thousand; and to know which of the best pairs are wrong where a record
has no partner.

Source: Rényi (1953), "On the theory of order statistics", for the spacings of the highest of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blocking_rules import SAMPLE, learn_rules, worth_comparing
from .candidates import KeyRing, Rule, brought_by, pairs_by_rule, united
from .columns import ValueColumn
from .fields import bits
from .fitting import UNKNOWN, Heavy, TeachingPairs, fit_on_some
from .known_pairs import MOST_MATCHES, without_the_best
from .levels import (
    LEAST_TELLING_BITS,
    STRANGER_PAIRS,
    alike,
    count_levels,
    grade,
    meet_strangers,
    unlike_shares,
)
from .likeness import Likeness
from .logistic import Logistic
from .pseudo_matches import LEAST_BITS
from .unlabelled import AMONG_MANY, LEAST_MATCHES, Unlabelled, threshold_at

# What brings pairs together before anything is learnt; of other kinds only equal values do.
FIRST_PREDICATES = {
    "text": ("wholeFieldPredicate", "firstTokenPredicate", "doubleMetaphone"),
    "phrase": ("wholeFieldPredicate", "rareWords", "codeWords"),
    "long": ("rareWords", "codeWords"),
    "category": (),
}
MOST_RECORDS, MOST_PAIRS, LEAST_IN_BLOCK = 100_000, 1_000_000, 3
SURE = 100.0  # log-odds of what somebody has said
MOST_ROUNDS, MOST_CHANGED = 12, 0.005  # of the best pairs, from round to round
ROUNDS_WITH_LABELS = 4
RIVALS, LEAST_SEEN = 5, 100  # pairs of a record, and records, by which standing out is seen
TIMES_AHEAD = 4.0
LEAST_IN_LISTS, LEAST_IN_ONE, DOUBT = 0.12, 0.15, 4.0  # of a list's records; and in standard errors
NAMING, AS_STRANGERS = ("text", "phrase", "email", "code", "date"), 0.8


@dataclass(frozen=True)
class MutualBest(Unlabelled):
    """What was learnt from best pairs.

    Attributes:
        partners: Which records may be one person.
        matches: Shape (2, columns, m), value numbers of the two sides of pairs that stand out, for blocking
            rules; each that agrees in a column is here once more without the rarest value it agrees in.
        share: Of a list's records the share whose best pair stands out; see ``standing_out``.
    """

    partners: Partners
    matches: np.ndarray
    share: float


class Partners:
    """With which others a record can be one person, and among which it has one partner at most.

    Args:
        once: n sets of sources that hold a person once, as bits; 0 where a record is of none.

    Attributes:
        lists: n numbers from 0: records of one number hold a person once, or are all that is of none.
        are_clean: Whether every record is of a source that holds a person once, and there are several.

    Example:
        >>> shops = Partners(np.array([1, 2, 2], dtype=np.uint64))
        >>> shops.may_be_one(np.array([0, 1]), np.array([1, 2])).tolist(), shops.are_clean
        ([True, False], True)
    """

    def __init__(self, once: np.ndarray) -> None:
        self._once = once
        names, lists = np.unique(once, return_inverse=True)
        self.lists: np.ndarray = lists
        self.are_clean = len(names) > 1 and bool(once.all())

    def may_be_one(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """For each of k pairs whether no source holds both its records and a person once."""
        told: np.ndarray = (self._once[first] & self._once[second]) == 0
        return told


def fit_mutual_best(
    likeness: Likeness,
    ring: KeyRing,
    partners: Partners,
    pairs_per_record: float,
    most_rules: int,
    most_in_block: int,
    training_seed: int,
) -> MutualBest | None:
    """Learn blocking rules and a classifier of pairs from what stands out.

    Args:
        likeness: The compared columns of n records.
        ring: Keys of the same records.
        partners: Which of them may be one person.
        pairs_per_record: Budget of the blocking rules together.
        most_rules: At most so many rules.
        most_in_block: Largest block whose pairs are compared.
        training_seed: Of all draws.

    Returns:
        What was learnt; None where too little stands out to tell that records have partners.
    """
    n = len(partners.lists)
    if n > MOST_RECORDS:
        return None
    generator = np.random.default_rng(training_seed)
    first, second, _ = _pairs_of_partners(ring, first_rules(likeness.columns), partners, most_in_block)
    if not len(first):
        return None
    features = likeness.compare(first, second)
    scores = first_scores(likeness, features, generator)
    fitted, scores = _fit_until_they_stay(first, second, features, scores, partners.lists, generator)
    share = standing_out(first, second, scores, partners.lists)
    if share < (LEAST_IN_LISTS if partners.are_clean else LEAST_IN_ONE):
        return None
    taught = np.flatnonzero(best_pairs(first, second, scores, partners.lists) & (scores >= 0))
    taught = taught[np.sort(generator.permutation(len(taught))[:MOST_MATCHES])]
    if len(taught) < LEAST_MATCHES:
        return None
    if not partners.are_clean and are_relatives(likeness, features[taught], generator):
        return None
    matches = np.stack(
        [[column.codes[side[taught]] for column in likeness.columns] for side in (first, second)]
    ).astype(np.int64)
    matches = np.concatenate([matches, without_the_best(matches, likeness.columns)], axis=2)
    sample = np.sort(generator.permutation(n)[:SAMPLE])
    rules = [
        one.rule for one in learn_rules(ring, matches, pairs_per_record, most_rules, most_in_block, sample)
    ]
    if not rules:
        return None
    first, second, found = _pairs_of_partners(ring, rules, partners, most_in_block)
    features = likeness.compare(first, second)
    scores = fitted.log_odds(features)
    fitted, _ = _fit_until_they_stay(first, second, features, scores, partners.lists, generator, fitted)
    probability = fitted.probability(features)
    rules = [rules[at] for at in worth_comparing(brought_by(found, first * n + second), probability)]
    threshold = AMONG_MANY if partners.are_clean else threshold_at(2 * float(probability.sum()) / n)
    matched = float(probability.mean())
    return MutualBest(rules, fitted, threshold, "", matched, False, partners, matches, share)


def _fit_until_they_stay(
    first: np.ndarray,
    second: np.ndarray,
    features: np.ndarray,
    scores: np.ndarray,
    lists: np.ndarray,
    generator: np.random.Generator,
    fitted: Logistic | None = None,
) -> tuple[Logistic, np.ndarray]:
    """The classifier that tells the best pairs it was taught, or hardly others; and its scores."""
    is_best = best_pairs(first, second, scores, lists)
    for _ in range(MOST_ROUNDS):
        fitted = fit_on_some(features, is_best.astype(float), is_best, generator, fitted)
        scores, was_best = fitted.log_odds(features), is_best
        is_best = best_pairs(first, second, scores, lists)
        if (is_best != was_best).sum() <= MOST_CHANGED * was_best.sum():
            break
    assert fitted is not None
    return fitted, scores


def settle_mutual_best(pairs: TeachingPairs, found: MutualBest, seed: int) -> Logistic:
    """A classifier that is taught by labels and, of pairs nobody has answered, by which are the best.

    Args:
        pairs: k pairs, all that were blocked; what is known of them is kept to.
        found: What was learnt from the best pairs alone.
        seed: Which pairs of many are fitted on.
    """
    possible = np.flatnonzero(found.partners.may_be_one(pairs.first, pairs.second))
    first, second, features = pairs.first[possible], pairs.second[possible], pairs.seen[possible]
    answer, fitted = pairs.answer[possible], found.logistic
    assert fitted is not None
    generator, heavy = np.random.default_rng(seed), Heavy(answer != UNKNOWN)
    for _ in range(ROUNDS_WITH_LABELS):
        scores = np.where(answer == UNKNOWN, fitted.log_odds(features), np.where(answer == 1, SURE, -SURE))
        is_match = best_pairs(first, second, scores, found.partners.lists) & (answer != 0)
        fitted = fit_on_some(features, is_match.astype(float), is_match, generator, fitted, heavy)
    return fitted


def first_rules(columns: Sequence[ValueColumn]) -> list[Rule]:
    """Blocking rules before anything is learnt: equal values and rare words of columns that tell much."""
    return [
        (f"{predicate}({column.name})",)
        for column in columns
        if bits(column.counts) >= LEAST_TELLING_BITS
        for predicate in FIRST_PREDICATES.get(column.kind, ("wholeFieldPredicate",))
    ]


def _pairs_of_partners(
    ring: KeyRing, rules: Sequence[Rule], partners: Partners, most_in_block: int
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Pairs that may be one, and the codes of all that each rule brings; of smaller blocks where many."""
    n = ring.n_records
    while True:
        found = [one.pairs for one in pairs_by_rule(ring, rules, most_in_block)]
        codes = united(found, n)
        codes = codes[partners.may_be_one(codes // n, codes % n)]
        if len(codes) <= MOST_PAIRS or most_in_block <= LEAST_IN_BLOCK:
            break
        most_in_block //= 2
    return codes // n, codes % n, found


def first_scores(likeness: Likeness, features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """How alike pairs are beyond what strangers are, column by column, each by its bits.

    Args:
        likeness: The compared columns.
        features: Shape (k, features), of pairs.
        generator: Draws the strangers.

    Returns:
        k scores.
    """
    drawn = generator.integers(0, len(likeness.columns[0].codes), (2, STRANGER_PAIRS))
    strangers = likeness.compare(*drawn[:, drawn[0] != drawn[1]])
    scores = np.zeros(len(features))
    start = 0
    for one in likeness.by_column:
        own, theirs = (told[:, start : start + len(one.names)] for told in (features, strangers))
        start += len(one.names)
        usual = (
            float(alike(theirs, one.column.kind)[theirs[:, -1] > 0].mean()) if theirs[:, -1].any() else 0.0
        )
        beyond = (alike(own, one.column.kind) - usual) / max(1 - usual, 1e-9)
        scores += np.where(own[:, -1] > 0, beyond, 0.0) * bits(one.column.counts)
    return scores


def best_pairs(first: np.ndarray, second: np.ndarray, scores: np.ndarray, lists: np.ndarray) -> np.ndarray:
    """Which of k pairs are the best of both records with the other's list; of equals the first.

    Example:
        >>> best_pairs(np.array([0, 0]), np.array([1, 2]), np.array([2.0, 1.0]), np.array([0, 1, 1])).tolist()
        [True, False]
    """
    rows, _, starts = _ranked(first, second, scores, lists)
    told: np.ndarray = np.bincount(rows[starts], minlength=len(first)) == 2
    return told


def standing_out(first: np.ndarray, second: np.ndarray, scores: np.ndarray, lists: np.ndarray) -> float:
    """Share of a list's records whose best pair stands out further than those of strangers do.

    The differences of the five highest of many independent scores, each times its rank, are spread alike.
    The first is compared with the median of the other three: of strangers one in seven is four times as
    far ahead. What is beyond that is at most the share that has a partner; it counts as 0 where it is less
    than four standard errors.

    Args:
        first: k record numbers.
        second: k record numbers.
        scores: k numbers, higher for a likelier pair.
        lists: n numbers of lists.

    Returns:
        The greatest of the lists' shares; at least a hundred records with five pairs or more tell one.
    """
    rows, record, starts = _ranked(first, second, scores, lists)
    starts = starts[np.diff(np.append(starts, len(rows))) >= RIVALS]
    ranked = np.stack([scores[rows[starts + rank]] for rank in range(RIVALS)])
    ahead = (ranked[:-1] - ranked[1:]) * np.arange(1, RIVALS)[:, None]
    usual = np.median(ahead[1:], axis=0)
    seen = usual > 0  # of equals nothing is known
    of_list = lists[record[starts]]
    by_chance = 6 / ((3 + TIMES_AHEAD) * (2 + TIMES_AHEAD))
    most = 0.0
    for one in np.unique(of_list[seen]).tolist():
        told = seen & (of_list == one)
        own = ahead[0, told] > TIMES_AHEAD * usual[told]
        share = (float(own.mean()) - by_chance) / (1 - by_chance)
        error = np.sqrt(by_chance / (1 - by_chance) / len(own))
        if len(own) >= LEAST_SEEN and share >= DOUBT * error:
            most = max(most, share)
    return most


def are_relatives(likeness: Likeness, features: np.ndarray, generator: np.random.Generator) -> bool:
    """Whether pairs that stand out differ, in some column of names, days or codes, nearly as strangers do.

    So couples do, who stand out by what they share; what one shop says of a thing and of its price may well
    be unlike what another does.

    Args:
        likeness: The compared columns.
        features: Shape (k, features), of the pairs.
        generator: Draws the strangers.
    """
    strangers = meet_strangers(likeness, generator)
    seen = count_levels(grade(likeness, features), np.ones(len(features)))
    is_asked = [
        column.kind in NAMING and bits(column.counts) >= LEAST_BITS for column in likeness.columns
    ] & (seen.sum(axis=1) >= LEAST_MATCHES)
    return bool((unlike_shares(seen, strangers)[is_asked] >= AS_STRANGERS).any())


def _ranked(
    first: np.ndarray, second: np.ndarray, scores: np.ndarray, lists: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each record's pairs with each other list, the best first: pairs, records, and where each begins."""
    rows = np.tile(np.arange(len(first)), 2)
    record, other = np.concatenate([first, second]), np.concatenate([second, first])
    group = record * (int(lists.max()) + 1) + lists[other]
    order = np.lexsort([rows, -scores[rows], group])
    group = group[order]
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1])[: len(group)])
    return rows[order], record[order], starts
