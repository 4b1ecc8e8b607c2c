"""How alike the records of a pair are, column by column, as numbers a model can weigh.

Context: a string comparison costs a hundred nanoseconds and most pairs repeat the values of others.
Choice: a pair of values is compared once, and what two records say is handed out by the pair's
number; equal and missing values cost one look. A missing value is never a difference, it has a
flag; an equal rare value says more than an equal common one. Each measure has a twin that compares
two texts, which dedupe can call. Given up: measures that look at more than one column, but for two
names in each other's place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from .columns import ValueColumn
from .quantities import closeness, days_near, near, nearness, read
from .threads import side_by_side
from .words import all_words

MEASURES: dict[str, tuple[str, ...]] = {
    "text": ("likeness",),
    "email": ("likeness",),
    "code": ("edits",),
    "phrase": ("likeness", "tokens", "rare words"),
    "long": ("tokens", "rare words"),
    "category": (),
    "date": ("edits", "days near"),
    "number": ("closeness",),
    "place": ("nearness",),
}
MEASURED = ("days near", "closeness", "nearness")  # what is read of values, not their letters
MOST_EDITS = 4
NEAR = 0.8  # names of strangers are alike up to about this; what is above it tells misspellings
RARITY_BITS = 10.0
LEAST_SHARED = 0.05
MANY = 20_000  # pairs that are worth threads of their own


def likeness(a: str, b: str) -> float:
    """Jaro and Winkler's similarity; 1 is equal. Source: Winkler (1990)."""
    from rapidfuzz.distance import JaroWinkler

    return float(JaroWinkler.similarity(a, b))


def edits(a: str, b: str) -> float:
    """1 less a quarter for each letter to edit; neighbours in each other's place are one edit.

    Not the share of the letters: two dates, or two numbers of one network, share half of their digits.
    """
    from rapidfuzz.distance import OSA

    return max(0.0, 1.0 - OSA.distance(a, b) / MOST_EDITS)


def tokens(a: str, b: str) -> float:
    """How alike two texts are as sets of words; 1 where one's words are all in the other."""
    from rapidfuzz.fuzz import token_set_ratio

    return float(token_set_ratio(a, b)) / 100


TWINS: dict[str, Callable[[str, str], float]] = {
    "likeness": likeness,
    "edits": edits,
    "tokens": tokens,
    "days near": days_near,
    "closeness": closeness,
    "nearness": nearness,
}


def _measured(measure: str, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """One of ``TWINS`` that compares letters, for many pairs of texts at once."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA, JaroWinkler

    scorer: Any = {
        "likeness": JaroWinkler.similarity,
        "edits": OSA.distance,
        "tokens": fuzz.token_set_ratio,
    }[measure]
    told = process.cpdist(first, second, scorer=scorer, dtype=np.float64, workers=1)
    if measure == "edits":
        return np.maximum(0.0, 1.0 - told / MOST_EDITS)
    return told / 100 if measure == "tokens" else told


class RareWords:
    """Cosine of two texts' words, each weighed by how few of the values hold it."""

    def __init__(self, values: np.ndarray) -> None:
        from scipy import sparse

        told = all_words(values)
        words = told.word.dictionary_encode()
        n_words = max(1, len(words.dictionary))
        of_value, of_word = told.owner, words.indices.to_numpy()
        weight = np.log(1 + len(values) / np.maximum(np.bincount(of_word, minlength=n_words), 1))
        matrix = sparse.csr_matrix((weight[of_word], (of_value, of_word)), shape=(len(values), n_words))
        norm = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        self._matrix = sparse.diags_array(1 / np.maximum(norm, 1e-12)) @ matrix
        self._matrix = self._matrix.tocsr()

    def of(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """The cosine of each pair of value numbers."""
        product = self._matrix[first].multiply(self._matrix[second])
        return np.minimum(1.0, np.asarray(product.sum(axis=1)).ravel())


@dataclass(frozen=True)
class ColumnLikeness:
    """What one column says of pairs: its features and their names."""

    column: ValueColumn

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of ``features``."""
        measures = MEASURES[self.column.kind]
        told = [f"{measure}{end}" for measure in measures for end in ("", ", squared", ", near")]
        return [f"{self.column.name}: {word}" for word in (*told, "equal", "equal and rare", "rare", "told")]

    @cached_property
    def _rare_words(self) -> RareWords:
        return RareWords(self.column.values)

    @cached_property
    def _quantities(self) -> np.ndarray:
        return read(self.column.values, self.column.kind)

    @cached_property
    def rarity(self) -> np.ndarray:
        """How rare each value is: bits over ``RARITY_BITS``."""
        return np.log2(self.column.counts.sum() / self.column.counts) / RARITY_BITS

    def features(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Features of pairs of value numbers, none missing.

        Args:
            first: u value numbers.
            second: u value numbers.

        Returns:
            Shape (u, features), float64.
        """
        equal = first == second
        apart = np.flatnonzero(~equal)
        found = []
        for measure in MEASURES[self.column.kind]:
            alike = np.ones(len(first))
            if measure == "rare words":
                alike[apart] = self._rare_words.of(first[apart], second[apart])
            elif measure in MEASURED:
                values = self._quantities
                alike[apart] = near(self.column.kind, values[first[apart]], values[second[apart]])
            else:
                values = self.column.values
                alike[apart] = _measured(measure, values[first[apart]], values[second[apart]])
            found += [alike, alike**2, np.maximum(0.0, (alike - NEAR) / (1 - NEAR))]
        # Values are numbered by falling frequency, so the greater number is the rarer value.
        rarer = self.rarity[np.maximum(first, second)]
        return np.stack(
            [*found, equal.astype(float), np.where(equal, rarer, 0.0), rarer, np.ones(len(first))], axis=1
        )

    def compare(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Features of pairs of records, by their value numbers; zeros where one is silent."""
        features = np.zeros((len(first), len(self.names)))
        both = np.flatnonzero((first >= 0) & (second >= 0))
        known, place = distinct_pairs(first[both], second[both], len(self.column.values))
        features[both] = self.features(*known)[place]
        return features


def distinct_pairs(
    first: np.ndarray, second: np.ndarray, n_values: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Each unordered pair of value numbers once, and which of them each pair is."""
    low, high = np.minimum(first, second).astype(np.int64), np.maximum(first, second).astype(np.int64)
    place, known = pd.factorize(low * max(n_values, 1) + high)  # by hash, which is faster than by order
    return (known // max(n_values, 1), known % max(n_values, 1)), place


@dataclass(frozen=True)
class SwappedNames:
    """Whether two columns hold each other's values: first and last name in the wrong boxes."""

    one: ValueColumn
    other: ValueColumn

    @property
    def names(self) -> list[str]:
        """Names of the features."""
        return [f"{self.one.name} and {self.other.name}: swapped"]

    def compare(
        self, first: np.ndarray, second: np.ndarray, other_first: np.ndarray, other_second: np.ndarray
    ) -> np.ndarray:
        """The lesser likeness of the two crosswise, above ``NEAR``, where both records tell both.

        Args:
            first: k value numbers of the one column in the first records.
            second: The same in the second records.
            other_first: Of the other column in the first records.
            other_second: Of the other column in the second records.

        Returns:
            Shape (k, 1).
        """
        told = np.zeros((len(first), 1))
        apart = (first != second) & (other_first != other_second)
        rows = np.flatnonzero(apart & (first >= 0) & (second >= 0) & (other_first >= 0) & (other_second >= 0))
        least = np.ones(len(rows))
        for mine, theirs in ((first[rows], other_second[rows]), (second[rows], other_first[rows])):
            code = mine.astype(np.int64) * len(self.other.values) + theirs
            known, place = np.unique(code, return_inverse=True)
            values = self.one.values[known // len(self.other.values)]
            others = self.other.values[known % len(self.other.values)]
            least = np.minimum(least, _measured("likeness", values, others)[place])
        told[rows, 0] = np.maximum(0.0, (least - NEAR) / (1 - NEAR))
        return told


class Likeness:
    """How alike records are in all compared columns.

    Args:
        columns: The compared columns of n records.
        swaps: Pairs of column names that may hold each other's values; found where not given.
    """

    def __init__(
        self, columns: Sequence[ValueColumn], swaps: Sequence[tuple[str, str]] | None = None
    ) -> None:
        self.columns = list(columns)
        self.by_column = [ColumnLikeness(column) for column in self.columns]
        by_name = {column.name: column for column in self.columns}
        self.swaps = [
            SwappedNames(by_name[a], by_name[b])
            for a, b in (find_swaps(self.columns) if swaps is None else swaps)
        ]

    @property
    def names(self) -> list[str]:
        """Names of the features, in the order of ``compare``."""
        parts: list[ColumnLikeness | SwappedNames] = [*self.by_column, *self.swaps]
        return [name for part in parts for name in part.names]

    def compare(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Features of k pairs of records: shape (k, features), float64."""

        def compared(part: ColumnLikeness | SwappedNames) -> np.ndarray:
            both = (part.one, part.other) if isinstance(part, SwappedNames) else (part.column,)
            return part.compare(*(column.codes[of] for column in both for of in (first, second)))

        parts: list[ColumnLikeness | SwappedNames] = [*self.by_column, *self.swaps]
        told = map(compared, parts) if len(first) < MANY else side_by_side(compared, parts)
        return np.concatenate(list(told), axis=1)


def find_swaps(columns: Sequence[ValueColumn]) -> list[tuple[str, str]]:
    """Columns of single words that share a twentieth of their values, by records that hold them."""
    names = [column for column in columns if column.kind == "text" and len(column.values)]
    return [(a.name, b.name) for a, b in combinations(names, 2) if _shared(a, b) >= LEAST_SHARED]


def _shared(a: ValueColumn, b: ValueColumn) -> float:
    shares = [
        float(x.counts[np.isin(x.values.astype(str), y.values.astype(str))].sum() / x.counts.sum())
        for x, y in pairwise((a, b, a))
    ]
    return min(shares)
