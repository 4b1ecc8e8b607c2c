"""A matcher without labels where every record is of a list that holds everything once.

Context: goods in two shops, or works in two catalogues, agree in no two values, and the variants in one list
are more alike than one thing is in two: nothing that is learnt from the values one by one tells these apart.
Choice: a record has at most one partner in another list, so of all its pairs with that list only the best
can be right. Pairs that are the best of both their records are taken for matches and all others for none, the
classifier is fitted on that, its scores tell new best pairs, and so a few times over. Whether two lists share
anything is seen by how far the best stands out: among strangers it is ahead of the second as the second is of
the third and so on, for so the highest of many independent numbers are, however they are spread. Given up:
lists that share less than an eighth of their records, or are of more than a hundred thousand; and to know
which of the best pairs are wrong where a record has no partner.

Source: Rényi (1953), "On the theory of order statistics", for the spacings of the highest of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blocking_rules import SAMPLE, learn_rules, worth_comparing
from .candidates import KeyRing, Rule, is_among, pairs_by_rule, united
from .columns import ValueColumn
from .fields import bits
from .fitting import UNKNOWN, Heavy, TeachingPairs, fit_on_some
from .known_pairs import MOST_MATCHES, without_the_best
from .levels import LEAST_TELLING_BITS, STRANGER_PAIRS, alike
from .likeness import Likeness
from .logistic import Logistic
from .unlabelled import LEAST_MATCHES, THRESHOLD, Unlabelled

# What brings pairs together before anything is learnt; of other kinds only equal values do.
FIRST_PREDICATES = {
    "text": ("wholeFieldPredicate", "firstTokenPredicate", "doubleMetaphone"),
    "phrase": ("wholeFieldPredicate", "rareWords", "codeWords"),
    "long": ("rareWords", "codeWords"),
    "category": (),
}
MOST_RECORDS, MOST_PAIRS, LEAST_IN_BLOCK = 100_000, 1_000_000, 3
SURE = 100.0  # log-odds of what somebody has said
FIRST_ROUNDS, ROUNDS = 4, 2  # by the first pairs, and by those of the rules learnt from these
RIVALS, LEAST_SEEN = 5, 100  # pairs of a record, and records, by which standing out is seen
TIMES_AHEAD = 4.0
LEAST_STANDING_OUT, DOUBT = 0.12, 4.0  # of a list's records; and in standard errors


@dataclass(frozen=True)
class InLists(Unlabelled):
    """What was learnt from lists.

    Attributes:
        lists: n numbers of the records' lists.
        matches: Shape (2, columns, m), value numbers of the two sides of pairs that stand out, for blocking
            rules; each that agrees in a column is here once more without the rarest value it agrees in.
        share: Of a list's records the share whose best pair stands out; see ``standing_out``.
    """

    lists: np.ndarray
    matches: np.ndarray
    share: float


def lists_of(once: np.ndarray | None) -> np.ndarray | None:
    """The list of each record, as a number from 0; None where there is one list, or a record is of none.

    Args:
        once: n sets of sources that hold a person once, as bits; None: there are none.

    Example:
        >>> lists_of(np.array([1, 4, 1], dtype=np.uint64)).tolist()
        [0, 1, 0]
        >>> lists_of(np.array([1, 0], dtype=np.uint64)) is None
        True
    """
    if once is None or not len(once) or not once.all():
        return None
    names, told = np.unique(once, return_inverse=True)
    return told if len(names) > 1 else None


def fit_clean_lists(
    likeness: Likeness,
    ring: KeyRing,
    lists: np.ndarray,
    pairs_per_record: float,
    most_rules: int,
    most_in_block: int,
    training_seed: int,
) -> InLists | None:
    """Learn blocking rules and a classifier of pairs from what stands out in other lists.

    Args:
        likeness: The compared columns of n records.
        ring: Keys of the same records.
        lists: n numbers of lists, each of which holds everything once; see ``lists_of``.
        pairs_per_record: Budget of the blocking rules together.
        most_rules: At most so many rules.
        most_in_block: Largest block whose pairs are compared.
        training_seed: Of all draws.

    Returns:
        What was learnt; None where too little stands out to tell that the lists share anything.
    """
    n = len(lists)
    if n > MOST_RECORDS:
        return None
    generator = np.random.default_rng(training_seed)
    first, second, _ = _pairs_across(ring, first_rules(likeness.columns), lists, most_in_block)
    if not len(first):
        return None
    features = likeness.compare(first, second)
    scores = first_scores(likeness, features, generator)
    fitted = None
    for _ in range(FIRST_ROUNDS):
        is_best = best_pairs(first, second, scores, lists)
        fitted = fit_on_some(features, is_best.astype(float), is_best, generator, fitted)
        scores = fitted.log_odds(features)
    assert fitted is not None
    share = standing_out(first, second, scores, lists)
    if share < LEAST_STANDING_OUT:
        return None
    taught = np.flatnonzero(best_pairs(first, second, scores, lists) & (scores >= 0))
    taught = taught[np.sort(generator.permutation(len(taught))[:MOST_MATCHES])]
    if len(taught) < LEAST_MATCHES:
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
    first, second, brought = _pairs_across(ring, rules, lists, most_in_block)
    features = likeness.compare(first, second)
    for _ in range(ROUNDS):
        is_best = best_pairs(first, second, fitted.log_odds(features), lists)
        fitted = fit_on_some(features, is_best.astype(float), is_best, generator, fitted)
    probability = fitted.probability(features)
    rules = [rules[at] for at in worth_comparing(brought, probability)]
    return InLists(rules, fitted, THRESHOLD, "", float(probability.mean()), lists, matches, share)


def settle_in_lists(pairs: TeachingPairs, found: InLists, seed: int) -> Logistic:
    """A classifier that is taught by labels and, of pairs nobody has answered, by which are the best.

    Args:
        pairs: k pairs, all that were blocked; what is known of them is kept to.
        found: What was learnt from the lists alone.
        seed: Which pairs of many are fitted on.
    """
    across = np.flatnonzero(found.lists[pairs.first] != found.lists[pairs.second])
    first, second, features = pairs.first[across], pairs.second[across], pairs.seen[across]
    answer, fitted = pairs.answer[across], found.logistic
    assert fitted is not None
    generator, heavy = np.random.default_rng(seed), Heavy(answer != UNKNOWN)
    for _ in range(FIRST_ROUNDS):
        scores = np.where(answer == UNKNOWN, fitted.log_odds(features), np.where(answer == 1, SURE, -SURE))
        is_match = best_pairs(first, second, scores, found.lists) & (answer != 0)
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


def _pairs_across(
    ring: KeyRing, rules: Sequence[Rule], lists: np.ndarray, most_in_block: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs across lists that a rule brings together, and which rules do; of smaller blocks where many."""
    n = ring.n_records
    while True:
        found = [one.pairs for one in pairs_by_rule(ring, rules, most_in_block)]
        codes = united(found, n)
        codes = codes[lists[codes // n] != lists[codes % n]]
        if len(codes) <= MOST_PAIRS or most_in_block <= LEAST_IN_BLOCK:
            break
        most_in_block //= 2
    brought = np.stack([is_among(codes, np.sort(pairs)) for pairs in found]) if found else codes[None] < 0
    return codes // n, codes % n, brought


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
    """Which of k pairs across lists are the best of both records with the other's list; of equals the first.

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
        second: k record numbers, of another list.
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
