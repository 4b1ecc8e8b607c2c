"""A matcher without labels: what the values themselves say of which records are one person.

Context: two records that agree in several rare values are one person, whatever nobody said of them.
Choice: such pairs teach which blocks to compare and what matches look like; a mixture over comparison
levels of the columns that tell most gives first probabilities of the blocked pairs, clusters by those answer
once, and the classifier learns from the clusters, and of all columns. The mixture is fitted from several
starts and the median of their answers is taken, for which of them is right the likelihood does not tell.
Given up: an answer where hardly any record repeats. What is then found are namesakes and relatives, so that
is refused.

Source: Fellegi and Sunter (1969); expectation and maximisation as in Winkler (1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .blocking_rules import SAMPLE, learn_rules, worth_comparing
from .candidates import (
    KeyedRecords,
    KeyRing,
    Rule,
    brought_by,
    is_among,
    pairs_by_rule,
    sorted_unique,
    united,
)
from .columns import ValueColumn
from .fields import bits
from .first_guess import guess_matches, is_credible
from .fitting import settle, settle_guess, unanswered
from .levels import grade, meet_strangers, unlike_shares
from .likeness import Likeness
from .logistic import Logistic
from .pseudo_matches import expect_matches, find_pseudo_matches, make_matches

N_MADE = 1500
MOST_FITTED, ENOUGH_FITTED = 400_000, 250_000  # pairs of all records; of a sample's, where those are more
HELD_BITS = 22
MAIN_SHARE, MOST_UNLIKE_SHOWN = 0.25, 0.6
RUNNING, LEAST_REPEATED = ("code", "date", "number"), 0.01
AMONG_MANY, ALONE, MANY = 0.3, 0.5, 2.0  # thresholds of clusters, and from how many matches a record on
ROUNDS = (AMONG_MANY,)  # of clusters that teach; more drift from what the values say
LEAST_RECORDS, LEAST_COLUMNS, LEAST_MATCHES, LEAST_PER_RECORD = 50, 2, 10, 0.0075
NOTHING_SHOWS = "hardly any two records agree in several values, so nothing shows what a repeat looks like"


@dataclass(frozen=True)
class Unlabelled:
    """What was learnt, or why nothing was.

    Attributes:
        rules: Blocking rules.
        logistic: Weights of ``likeness.names``; None where it must not answer.
        threshold: At which clusters are cut.
        refusal: Why not, in words for a user; empty where it answers.
        match_share: Share of the candidates that match, as estimated.
        says_nothing: Whether the values said nothing of repeats, rather than against an answer.
    """

    rules: list[Rule]
    logistic: Logistic | None
    threshold: float
    refusal: str
    match_share: float
    says_nothing: bool


class AnchoredRing(KeyRing):
    """The keys that some records hold, of all records: pairs of these records stay whole."""

    def __init__(self, ring: KeyRing, is_anchor: np.ndarray) -> None:
        super().__init__(list(ring.columns.values()))
        self.is_anchor = is_anchor

    def worth(self, record: np.ndarray, key: np.ndarray) -> KeyedRecords:
        """Those of some keyed records whose key an anchor has."""
        anchored = sorted_unique(key[self.is_anchor[record]])
        # Most keys are no anchor's: a look at their upper bits tells, and only the others are searched.
        is_held = np.zeros(1 << HELD_BITS, dtype=bool)
        shift = np.uint64(64 - HELD_BITS)
        is_held[anchored >> shift] = True
        maybe = np.flatnonzero(is_held[key >> shift])
        kept = maybe[is_among(key[maybe], anchored)]
        return record[kept], key[kept]


def fit_unlabelled(
    likeness: Likeness,
    ring: KeyRing,
    pairs_per_record: float,
    most_rules: int,
    most_in_block: int,
    training_seed: int,
) -> Unlabelled:
    """Learn blocking rules and a classifier of pairs from the records alone.

    Args:
        likeness: The compared columns of n records.
        ring: Keys of the same records.
        pairs_per_record: Budget of the blocking rules together.
        most_rules: At most so many rules.
        most_in_block: Largest block whose pairs are compared.
        training_seed: Of all draws.
    """
    generator = np.random.default_rng(training_seed)
    every, n = likeness, ring.n_records
    if n < LEAST_RECORDS:
        return _refused(f"{n} records are too few to learn from without labels; it takes at least 50")
    if (n_columns := len(every.columns)) < LEAST_COLUMNS:
        return _silent(f"{n_columns} columns tell the records apart; without labels it takes at least 2")
    if len(kept := main_columns(every.columns)) < LEAST_COLUMNS:
        return _silent(NOTHING_SHOWS)
    if len(kept) < n_columns:
        ring, likeness = KeyRing(kept), Likeness(kept)
    columns = likeness.columns
    strangers = meet_strangers(likeness, generator)
    pseudo = find_pseudo_matches(likeness, strangers, generator)
    if not pseudo.shows:
        return _silent(NOTHING_SHOWS)
    made = make_matches(likeness, pseudo, N_MADE, generator)
    sample = np.sort(generator.permutation(n)[:SAMPLE])
    bought = learn_rules(ring, made, pairs_per_record, most_rules, most_in_block, sample)
    rules = [one.rule for one in bought]
    asked = pairs_to_fit(ring, rules, pairs_per_record, most_in_block, generator)
    first, second, n_asked = asked.first, asked.second, asked.n_asked
    if not len(first):
        return _silent(NOTHING_SHOWS)
    features = likeness.compare(first, second)
    level = grade(likeness, features)
    expected = expect_matches(likeness, pseudo, strangers)
    # What agrees in much but not in what tells most are parts of one thing, as the episodes of a series are.
    if unlike_shares(expected.level, strangers)[np.argmax(told_bits(columns))] > MOST_UNLIKE_SHOWN:
        return _silent(NOTHING_SHOWS)
    fits = guess_matches(columns, first, second, level, expected, strangers, generator)
    credible = [one for one in fits if is_credible(level, one, expected, strangers, n)]
    if not credible:
        return _refused(
            "what looks like repeats differs in some columns as strangers do: relatives or namesakes, "
            "which cannot be told from repeats without labels",
            rules,
        )
    probability = np.median(credible, axis=0)
    share, n_found = float(probability.mean()), float(probability.sum())
    if n_found < LEAST_MATCHES or n_found < LEAST_PER_RECORD * n_asked:
        return _refused(
            f"about {n_found:.0f} pairs among {n_asked:,} records look like repeats; where so few repeat, "
            "namesakes and relatives cannot be told from them without labels",
            rules,
            share,
        )
    if likeness is not every:
        features = every.compare(first, second)
    pairs = unanswered(every, first, second, features, is_whole=n_asked == n)
    fitted = (
        settle(pairs, probability, training_seed, ROUNDS)
        if pairs.is_whole
        else settle_guess(pairs, probability, training_seed, ROUNDS)
    )
    probability = fitted.probability(features)
    rules = [rules[at] for at in worth_comparing(asked.brought, probability)]
    n_ends = 2 if pairs.is_whole else 1  # of a pair among the records asked; of few, hardly ever both
    threshold = threshold_at(n_ends * float(probability.sum()) / n_asked)
    return Unlabelled(rules, fitted, threshold, "", share, says_nothing=False)


def threshold_at(matches_per_record: float) -> float:
    """Least mean probability inside a cluster, by how many others of its person a record has on average.

    Two records alone are joined where that is likelier than not. Of many records of one person some are
    unlike, and the mean over all pairs of two groups that belong together is less than each pair deserves.

    Example:
        >>> [threshold_at(number) for number in (0.0, 1.0, 2.0, 5.0)]
        [0.5, 0.4, 0.3, 0.3]
    """
    return round(ALONE - (ALONE - AMONG_MANY) * min(1.0, matches_per_record / MANY), 3)


def told_bits(columns: Sequence[ValueColumn]) -> np.ndarray:
    """How well each column tells a record from others: bits a record, silent ones counted."""
    return np.array([bits(column.counts) * float((column.codes >= 0).mean()) for column in columns])


def main_columns(columns: list[ValueColumn]) -> list[ValueColumn]:
    """The columns that tell a record from others at least a quarter as well as the best of them.

    Where a source fills a dozen columns of its own, these agree and differ together, and a mixture that takes
    them for witnesses of their own finds sources. Numbers and times that hardly ever repeat are the records'
    own, as a running number is, and no witnesses either.

    Args:
        columns: At least two.
    """
    told = np.where([_is_running(column) for column in columns], 0.0, told_bits(columns))
    return [columns[at] for at in np.flatnonzero(told >= max(MAIN_SHARE * told.max(), 1e-9)).tolist()]


def _is_running(column: ValueColumn) -> bool:
    repeated = column.counts[column.counts > 1].sum()
    return column.kind in RUNNING and bool(repeated < LEAST_REPEATED * column.counts.sum())


def _refused(reason: str, rules: list[Rule] | None = None, share: float = 0.0) -> Unlabelled:
    return Unlabelled(rules or [], None, ALONE, reason, share, says_nothing=False)


def _silent(reason: str) -> Unlabelled:
    return Unlabelled([], None, ALONE, reason, 0.0, says_nothing=True)


@dataclass(frozen=True)
class PairsToFit:
    """Candidates to fit on.

    Attributes:
        first: k record numbers; sorted with ``second``.
        second: k record numbers, each greater than its ``first``.
        brought: Shape (rules, k), truth values: which rules bring a pair together.
        n_asked: Of so many records these are all pairs.
    """

    first: np.ndarray
    second: np.ndarray
    brought: np.ndarray
    n_asked: int


def pairs_to_fit(
    ring: KeyRing,
    rules: list[Rule],
    pairs_per_record: float,
    most_in_block: int,
    generator: np.random.Generator,
) -> PairsToFit:
    """All candidates, or of many records those of some."""
    n = n_asked = ring.n_records
    is_anchor = np.ones(n, dtype=bool)
    if n * max(pairs_per_record, 1.0) > MOST_FITTED:
        n_asked = min(n, int(ENOUGH_FITTED / max(pairs_per_record, 1.0)))
        is_anchor[generator.permutation(n)[n_asked:]] = False
        ring = AnchoredRing(ring, is_anchor)
    found = [one.pairs for one in pairs_by_rule(ring, rules, most_in_block)]
    codes = united(found, n)
    codes = codes[is_anchor[codes // max(n, 1)] | is_anchor[codes % max(n, 1)]]
    return PairsToFit(codes // max(n, 1), codes % max(n, 1), brought_by(found, codes), n_asked)
