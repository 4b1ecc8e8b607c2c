"""Match probabilities of many pairs, without comparing the texts of pairs that cannot match.

Context: comparing texts is what scoring costs, and most pairs of a block are strangers. Choice: the
log-odds are a sum over columns, and what equal and missing values add, and how rare the values are, is
looked up; only where two values differ are texts compared, each pair of values once. Columns are taken
in the order in which they rule out most pairs for their cost; a pair leaves when the rest could not lift
it above the floor, were each of its open columns as alike as the likest seen among matches. Given up: a
match whose differing values are more alike than any among the matches of a sample; of m of these, such
are expected to be one in m for each column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .likeness import MEASURES, ColumnLikeness, Likeness, SwappedNames, distinct_pairs
from .logistic import Logistic
from .progress import Counted, Progress, silent
from .threads import MOST_THREADS, side_by_side

Ceilings: TypeAlias = tuple[tuple[int, float], ...]
CHUNK = 500_000
SAMPLE, FEW = 60_000, 240_000  # pairs that tell what can be ruled out; and so few that it does not pay
MOST_SURE = 0.99999  # nothing that is only alike is surer
# What a comparison of two texts costs beside another, by kind; columns are ordered by it, no more.
COSTS = {
    "text": 1.0, "email": 1.5, "code": 1.0, "phrase": 6.0, "long": 10.0, "category": 0.1,
    "date": 1.5, "number": 0.2, "place": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class ColumnScore:
    """What one column adds to the log-odds of a pair.

    Attributes:
        likeness: The column's comparisons.
        weights: Of its features, in the order of ``likeness.names``.
    """

    likeness: ColumnLikeness
    weights: np.ndarray

    @cached_property
    def equal(self) -> np.ndarray:
        """What a value adds where both records hold it; for a missing value, last, nothing."""
        measures = float(self.weights[:-4].reshape(-1, 3).sum()) if len(self.weights) > 4 else 0.0
        same, rare, rarity, told = self.weights[-4:].tolist()
        return np.append(measures + same + told + (rare + rarity) * self.likeness.rarity, 0.0)

    @cached_property
    def apart(self) -> np.ndarray:
        """What the rarer of two values that differ adds, before they are compared; at last nothing."""
        return np.append(self.weights[-1] + self.weights[-2] * self.likeness.rarity, 0.0)

    @property
    def cost(self) -> float:
        """Of comparing two values that differ."""
        return COSTS[self.likeness.column.kind]

    @property
    def is_compared(self) -> bool:
        """Whether values that differ are compared."""
        return len(MEASURES[self.likeness.column.kind]) > 0

    @property
    def most(self) -> float:
        """More than a comparison can add, for each measure is at most 1."""
        return float(np.maximum(self.weights[:-4], 0.0).sum())

    def looked_up(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is known without comparing, and which of the pairs remain to be compared."""
        codes = self.likeness.column.codes
        a, b = codes[first], codes[second]
        both = (a >= 0) & (b >= 0)
        differ = both & (a != b)
        told = np.where(differ, self.apart[np.maximum(a, b)], np.where(both, self.equal[a], 0.0))
        return told, differ if self.is_compared else np.zeros(len(a), dtype=bool)

    def compared(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """What the comparison of values that differ adds."""
        codes = self.likeness.column.codes
        known, place = distinct_pairs(codes[first], codes[second], len(self.likeness.column.values))
        features = self.likeness.features(*known)
        total = np.zeros(len(features))
        for at, weight in enumerate(self.weights[:-4].tolist()):  # in one order, for the last digit's sake
            total += weight * features[:, at]
        return total[place]


@dataclass(frozen=True)
class SwapScore:
    """What two columns add where each holds what belongs into the other."""

    swap: SwappedNames
    weight: float
    cost: float = 2.0
    is_compared: bool = True

    @property
    def most(self) -> float:
        """More than a comparison can add; see ``ColumnScore``."""
        return max(0.0, self.weight)

    def looked_up(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Nothing is known without comparing; pairs remain where both names differ."""
        a, b, c, d = self._codes(first, second)
        return np.zeros(len(a)), (a != b) & (c != d) & (np.minimum(np.minimum(a, b), np.minimum(c, d)) >= 0)

    def compared(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """What the names add, compared crosswise."""
        told: np.ndarray = self.weight * self.swap.compare(*self._codes(first, second))[:, 0]
        return told

    def _codes(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(one.codes[of] for one in (self.swap.one, self.swap.other) for of in (first, second))


class PairScorer:
    """Match probabilities by a logistic regression over a ``Likeness``.

    Args:
        likeness: The compared columns of n records.
        logistic: Weights of its features.
        ceilings: Those of a scorer of the same columns and weights, for records that come later.

    Attributes:
        ceilings: Least probability -> what can be ruled out below it, as far as many pairs have told;
            see ``_ceilings``.
    """

    def __init__(
        self, likeness: Likeness, logistic: Logistic, ceilings: Mapping[float, Ceilings] | None = None
    ) -> None:
        self.intercept = logistic.intercept
        self.ceilings = dict(ceilings or {})
        self.parts: list[ColumnScore | SwapScore] = []
        at = 0
        for one in likeness.by_column:
            self.parts.append(ColumnScore(one, logistic.weights[at : at + len(one.names)]))
            at += len(one.names)
        for swap in likeness.swaps:
            self.parts.append(SwapScore(swap, float(logistic.weights[at])))
            at += 1

    def probabilities(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Of k pairs of records, to six decimals; at most .99999.

        Args:
            first: k record numbers.
            second: k record numbers.
        """

        def scored(at: int) -> np.ndarray:
            own = first[at : at + CHUNK], second[at : at + CHUNK]
            odds = np.full(len(own[0]), self.intercept)
            for part in self.parts:
                known, is_open = part.looked_up(*own)
                odds += known
                odds[is_open] += part.compared(own[0][is_open], own[1][is_open])
            return _probability(odds)

        return np.concatenate([np.zeros(0), *side_by_side(scored, range(0, len(first), CHUNK))])

    def likely(
        self, first: np.ndarray, second: np.ndarray, least: float, tell: Progress = silent
    ) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of at least a probability, and theirs; of many, the others' texts are hardly compared.

        Args:
            first: k record numbers.
            second: k record numbers.
            least: Least probability.
            tell: Is told how many pairs are done.

        Returns:
            Row numbers of the pairs that reach it, rising, and their probabilities.
        """
        counted = Counted("comparing pairs", len(first), tell)
        if len(first) <= FEW and least not in self.ceilings:
            every = self.probabilities(first, second)
            counted.add(len(first))
            rows = np.flatnonzero(every >= least)
            return rows, every[rows]
        if least not in self.ceilings:
            self.ceilings[least] = self._ceilings(first, second, least)
        ceilings = self.ceilings[least]
        floor = np.log(least / (1 - least)) - 1e-6  # probabilities are rounded after they are compared

        # Of few pairs each thread takes a part.
        size = max(1, min(CHUNK, -(-len(first) // MOST_THREADS)))

        def sifted(at: int) -> tuple[np.ndarray, np.ndarray]:
            kept, odds = self._sifted(first[at : at + size], second[at : at + size], ceilings, floor)
            probability = _probability(odds)
            reached = probability >= least
            counted.add(min(size, len(first) - at))
            return at + kept[reached], probability[reached]

        found = side_by_side(sifted, range(0, len(first), size))
        return (
            np.concatenate([np.zeros(0, dtype=np.int64), *(rows for rows, _ in found)]),
            np.concatenate([np.zeros(0), *(told for _, told in found)]),
        )

    def _sifted(
        self, first: np.ndarray, second: np.ndarray, ceilings: Ceilings, floor: float
    ) -> tuple[np.ndarray, np.ndarray]:
        odds = np.full(len(first), self.intercept)
        is_open = {}
        for at, part in enumerate(self.parts):
            known, is_open[at] = part.looked_up(first, second)
            odds += known
        best = odds.copy()
        for at, ceiling in ceilings:
            best[is_open[at]] += ceiling
        kept = np.flatnonzero(best >= floor)
        odds, best = odds[kept], best[kept]
        for at, ceiling in ceilings:
            rows = np.flatnonzero(is_open[at][kept])
            added = self.parts[at].compared(first[kept[rows]], second[kept[rows]])
            odds[rows] += added
            best[rows] += added - ceiling
            still = best >= floor
            kept, odds, best = kept[still], odds[still], best[still]
        return kept, odds

    def _ceilings(self, first: np.ndarray, second: np.ndarray, least: float) -> Ceilings:
        """Each compared part and the most that its comparison added among the sample's likely pairs.

        In the order in which they are compared: those that rule out most pairs for their cost first.
        """
        step = max(1, len(first) // SAMPLE)
        own = first[::step], second[::step]
        added = np.zeros((len(self.parts), len(own[0])))
        is_open = np.zeros(added.shape, dtype=bool)
        odds = np.full(len(own[0]), self.intercept)
        for at, part in enumerate(self.parts):
            known, is_open[at] = part.looked_up(*own)
            odds += known
            added[at, is_open[at]] = part.compared(own[0][is_open[at]], own[1][is_open[at]])
        likely = _probability(odds + added.sum(axis=0)) >= least
        compared = [at for at, part in enumerate(self.parts) if part.is_compared]
        # Where no likely pair differs in a column, nothing is known of how alike matches are in it; and
        # where no pair at all does, another than those of the sample may.
        highest = {}
        for at in compared:
            seen = is_open[at] & likely if (is_open[at] & likely).any() else is_open[at]
            highest[at] = float(added[at][seen].max()) if seen.any() else self.parts[at].most
        best = odds + sum((np.where(is_open[at], highest[at], 0.0) for at in compared), np.zeros(len(odds)))
        costs = [one.cost for one in self.parts]
        return tuple(_ordered(compared, highest, added, is_open, best, least, costs))


def _ordered(
    compared: list[int],
    highest: dict[int, float],
    added: np.ndarray,
    is_open: np.ndarray,
    best: np.ndarray,
    least: float,
    costs: list[float],
) -> Iterator[tuple[int, float]]:
    """Parts, each time the one that rules out most of what is left for what it costs."""
    floor = np.log(least / (1 - least))
    left = best >= floor
    waiting = list(compared)
    while waiting:
        gains = []
        for at in waiting:
            after = best - np.where(is_open[at], highest[at] - added[at], 0.0)
            ruled_out = int((left & (after < floor)).sum())
            gains.append(ruled_out / (1.0 + costs[at] * int((left & is_open[at]).sum())))
        at = waiting.pop(int(np.argmax(gains)))
        best = best - np.where(is_open[at], highest[at] - added[at], 0.0)
        left &= best >= floor
        yield at, highest[at]


def _probability(odds: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.minimum(np.round(1 / (1 + np.exp(-np.clip(odds, -700, 700))), 6), MOST_SURE)
    return told
