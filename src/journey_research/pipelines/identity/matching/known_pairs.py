"""Pairs of which somebody has said who they are, as blocking rules and classifiers learn from them.

Context: pairs that identifiers join are alike in the identifier, and an identifier is no judgement:
relatives share telephones. Choice: of the pairs that an identifier joined every second has it hidden,
or it would be all that is learnt; what it says is kept beside what people say. Matches teach blocking
rules once more without what they agree in most, for it may be silent in those to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .candidates import is_among
from .cells import SILENT
from .columns import ValueColumn
from .fitting import UNKNOWN, TeachingPairs
from .likeness import Likeness

MOST_MATCHES = 1500  # that blocking rules are learnt from


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

    def by_people(self) -> KnownPairs:
        """Those that are not told by identifiers."""
        return self._some(self.told_by != "evidence")

    def among(self, first: np.ndarray, second: np.ndarray, n_records: int) -> KnownPairs:
        """Those that people told, and of the others those that are among some pairs."""
        asked = np.sort(first * n_records + second)
        low, high = np.minimum(self.first, self.second), np.maximum(self.first, self.second)
        return self._some((self.told_by != "evidence") | is_among(low * n_records + high, asked))

    def _some(self, own: np.ndarray) -> KnownPairs:
        return KnownPairs(
            self.first[own], self.second[own], self.is_same[own], self.told_by[own], self.hidden[own]
        )


def matches_of(columns: Sequence[ValueColumn], known: KnownPairs, draw: np.random.Generator) -> np.ndarray:
    """Known matches for blocking rules, at most so many, and each once more without its best column."""
    codes = np.stack([[column.codes[side] for column in columns] for side in (known.first, known.second)])
    matches = _hide(codes.astype(np.int64), columns, known)[:, :, known.is_same]
    matches = matches[:, :, np.sort(draw.permutation(matches.shape[2])[:MOST_MATCHES])]
    return np.concatenate([matches, without_the_best(matches, columns)], axis=2)


def _hide(codes: np.ndarray, columns: Sequence[ValueColumn], known: KnownPairs) -> np.ndarray:
    """Codes of labelled pairs, every second one without the columns that joined it."""
    told = codes.copy()
    place = {column.name: at for at, column in enumerate(columns)}
    for pair in np.flatnonzero(known.hidden != "")[::2].tolist():
        for name in str(known.hidden[pair]).split(","):
            if name in place:
                told[:, place[name], pair] = SILENT
    return told


def without_the_best(matches: np.ndarray, columns: Sequence[ValueColumn]) -> np.ndarray:
    """The matches that agree in a column once more, each without the one whose agreement is the rarest.

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
    agrees = np.flatnonzero(equal.any(axis=0))
    best = np.where(equal, rarity, -1.0).argmax(axis=0)[agrees]
    told: np.ndarray = matches[:, :, agrees]
    told[:, best, np.arange(len(agrees))] = SILENT
    return told


def teaching_pairs(
    likeness: Likeness,
    first: np.ndarray,
    second: np.ndarray,
    known: KnownPairs,
    group: np.ndarray,
    is_whole: bool = True,
) -> TeachingPairs:
    """Blocked and labelled pairs, each once, and what is known of them.

    Args:
        likeness: The compared columns of n records.
        first: k record numbers of blocked pairs.
        second: k record numbers.
        known: What is known of pairs.
        group: n numbers of labelled groups, -1 where a record is in none.
        is_whole: Whether the blocked pairs are all there are. Of a sample of them, what identifiers join
            elsewhere would be far more than its share, so it is left out.
    """
    n = len(group)
    if not is_whole:
        known = known.among(first, second, n)
    low, high = np.minimum(known.first, known.second), np.maximum(known.first, known.second)
    pairs = np.unique(np.concatenate([first * n + second, low * n + high]))
    first, second = pairs // n, pairs % n
    answer = np.full(len(pairs), UNKNOWN)
    is_joined = np.zeros(len(pairs), dtype=bool)
    told, by_identifier = np.searchsorted(pairs, low * n + high), known.told_by == "evidence"
    is_joined[told[by_identifier]] = True
    grouped = (group[first] >= 0) & (group[second] >= 0)
    answer[grouped] = group[first[grouped]] == group[second[grouped]]
    answer[told[~by_identifier]] = known.is_same[~by_identifier]
    features = likeness.compare(first, second)
    seen = features.copy()
    _hide_features(seen, likeness, pairs, known, n)
    is_joined &= answer == UNKNOWN
    return TeachingPairs(likeness, first, second, answer, is_joined, features, seen, is_whole)


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
