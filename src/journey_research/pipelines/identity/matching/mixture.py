"""Pairs of records as a mixture: those of one person, and several sorts of pairs of strangers.

Context: two classes, both free, take the commonest likeness for the one looked for: where few
records repeat that is the household. And values of strangers hang together (relatives share name,
street and town), which one class of strangers with independent columns cannot say. Choice: what
matches look like is known beforehand from pairs that agree in everything else and may only drift
from it; strangers are of several sorts, each of them at chance in at least two of the columns that tell
records apart (in one, where whoever asks says so, or where there are two or three), so that no sort can
take the matches, and one can be relatives, who share all but first name and birth date. Given up: matches
that differ in so many columns as strangers do.

Source: Fellegi and Sunter (1969); expectation and maximisation as in Winkler (1988); several sorts
of strangers stand for the dependence between columns as in Larsen and Rubin (2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .levels import DIFFERENT, MISSING, N_LEVELS, Strangers

MOST_STEPS, LEAST_GAIN = 200, 1e-6
SMOOTHING = 50.0
N_SORTS = 4
LEAST_AT_CHANCE, AT_CHANCE = 0.8, 2  # how unlike, beside strangers; and in how many columns
LEAST_SHARE, LEAST_CHANCE = 1e-6, 1e-9
DRAWN_STEPS, DRAWN_ALIKE = 10, 2
COLUMNS_A_KEY = 13


class Expected(NamedTuple):
    """What matches look like before any pair is seen.

    Attributes:
        level: Shape (columns, levels): chances of each level among matches that tell the column.
        pairs: For each column how many pairs that is worth; infinite where it must stay.
    """

    level: np.ndarray
    pairs: np.ndarray


@dataclass(frozen=True)
class Patterns:
    """Levels of k pairs, each distinct row once: what is computed of one holds for all pairs like it.

    Attributes:
        level: Shape (p, columns): the distinct rows.
        place: k numbers: which of them each pair is.
        times: p numbers: how many pairs are.
    """

    level: np.ndarray
    place: np.ndarray
    times: np.ndarray

    @classmethod
    def of(cls, level: np.ndarray) -> Patterns:
        """The patterns of k > 0 rows from ``grade``."""
        return cls(*count_patterns(level))

    @cached_property
    def hot(self) -> np.ndarray:
        """The rows as ``one_hot`` makes them."""
        return one_hot(self.level)


@dataclass(frozen=True)
class Mixture:
    """Sorts of pairs over comparison levels.

    Attributes:
        share: Shape (sorts,): shares of the pairs; the first sort are the matches.
        level: Shape (sorts, columns, levels): chances of each level.
        objectives: What the fit raises, a number a step: mean log-likelihood of a pair, and how well
            the levels agree with what was expected.
    """

    share: np.ndarray
    level: np.ndarray
    objectives: tuple[float, ...] = ()

    def sorts(self, hot: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probability of each sort, shape (p, sorts), and log-likelihood, shape (p,), of each pattern.

        Args:
            hot: What ``one_hot`` makes of p patterns.
        """
        log = np.log(self.level)
        log[:, :, MISSING] = 0.0  # a missing value says nothing
        told = hot @ log.reshape(len(log), -1).T + np.log(self.share)
        most = told.max(axis=1, keepdims=True)
        told = np.exp(told - most)
        total = told.sum(axis=1, keepdims=True)
        return told / total, (most + np.log(total)).ravel()

    def probability(self, patterns: Patterns) -> np.ndarray:
        """That each pair matches: shape (k,)."""
        told: np.ndarray = self.sorts(patterns.hot)[0][patterns.place, 0]
        return told


def fit_mixture(
    patterns: Patterns,
    expected: Expected,
    strangers: Strangers,
    start: np.ndarray,
    generator: np.random.Generator,
    n_sorts: int = N_SORTS,
    at_chance: int = AT_CHANCE,
) -> Mixture:
    """Expectation and maximisation.

    Args:
        patterns: Of k > 0 pairs.
        expected: What matches look like.
        strangers: What strangers look like; where no column is telling, their sorts are free.
        start: k first guesses of the probability.
        generator: Draws the first sorts of strangers.
        n_sorts: Of strangers.
        at_chance: In so many telling columns a sort of strangers is at chance, of few in half of them.

    Returns:
        The mixture after the last step: 200 at most, or when a pair's log-likelihood gains less than
        a millionth.
    """
    times, hot = patterns.times, patterns.hot
    guessed = np.bincount(patterns.place, weights=start, minlength=len(times)) / times
    sorts = _draw_sorts(patterns.level, times * (1 - guessed), n_sorts, generator)
    weight = np.concatenate([guessed[:, None], sorts * (1 - guessed)[:, None]], axis=1) * times[:, None]
    fitting = _Fitting(hot, times.astype(float), expected, strangers, at_chance)
    share, levels = fitting.maximise(weight, is_first=True)
    objectives: list[float] = []
    for _ in range(MOST_STEPS):
        told, log_likelihood = Mixture(share, levels).sorts(hot)
        objectives.append(fitting.objective(log_likelihood, share, levels))
        if len(objectives) > 5 and abs(objectives[-1] - objectives[-2]) < LEAST_GAIN * abs(objectives[-1]):
            break
        share, levels = fitting.maximise(told * times[:, None])
    return Mixture(share, levels, tuple(objectives))


@dataclass(frozen=True)
class _Fitting:
    hot: np.ndarray
    times: np.ndarray
    expected: Expected
    strangers: Strangers
    at_chance: int

    @cached_property
    def pool(self) -> np.ndarray:
        """Levels of all pairs, which those of strangers lean on."""
        counts = self.counts(self.times[:, None])[0]
        told: np.ndarray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
        return told

    def counts(self, weight: np.ndarray) -> np.ndarray:
        """Shape (sorts, columns, levels), of patterns weighed by sort."""
        counts: np.ndarray = (weight.T @ self.hot).reshape(weight.shape[1], -1, N_LEVELS)
        counts[:, :, MISSING] = 0.0
        return counts

    def maximise(self, weight: np.ndarray, is_first: bool = False) -> tuple[np.ndarray, np.ndarray]:
        counts = self.counts(weight)
        prior = np.broadcast_to(self.pool, counts.shape).copy()
        pairs = np.full(counts.shape[:2], SMOOTHING)
        prior[0], pairs[0] = self.expected.level, self.expected.pairs
        is_free = np.isfinite(pairs)[:, :, None]
        leaned = np.where(is_free, pairs[:, :, None], 1.0)
        levels = (np.where(is_free, counts, 0.0) + leaned * prior) / (
            np.where(is_free, counts, 0.0).sum(axis=2, keepdims=True) + leaned
        )
        if is_first:
            levels[0] = self.expected.level
        levels[1:] = [self._at_chance(one) for one in levels[1:]]
        share = (weight.sum(axis=0) + np.append(0.0, np.ones(weight.shape[1] - 1))) / (
            weight.sum() + weight.shape[1] - 1
        )
        share = np.maximum(share, LEAST_SHARE)
        return share / share.sum(), np.maximum(levels, LEAST_CHANCE)

    def _at_chance(self, level: np.ndarray) -> np.ndarray:
        """A sort of strangers, at chance in some of the telling columns: the likeliest ones."""
        told, unlike, is_telling = self.strangers
        by_chance = (told * unlike).sum(axis=1)
        ratio = np.where(is_telling, (level * unlike).sum(axis=1) / np.maximum(by_chance, 1e-9), -1.0)
        n_least = min(self.at_chance, max(1, int(is_telling.sum()) // 2)) if is_telling.any() else 0
        forced = np.argsort(-ratio, kind="stable")[:n_least]
        forced = forced[ratio[forced] < LEAST_AT_CHANCE]
        level = level.copy()
        level[forced] = told[forced]
        return level

    def objective(self, log_likelihood: np.ndarray, share: np.ndarray, levels: np.ndarray) -> float:
        """What a step raises, over the number of pairs; see ``Mixture``."""
        is_free = np.isfinite(self.expected.pairs)
        leaned = np.where(is_free, self.expected.pairs, 0.0)[:, None] * self.expected.level
        logs = np.log(levels)
        agreed = (leaned * logs[0]).sum() + SMOOTHING * (self.pool * logs[1:]).sum()
        agreed += np.log(share[1:]).sum()
        return float((self.times @ log_likelihood + agreed) / self.times.sum())


def one_hot(level: np.ndarray) -> np.ndarray:
    """Levels as ones and zeros: shape (k, columns * levels)."""
    return np.eye(N_LEVELS)[level].reshape(len(level), -1)


def count_patterns(level: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each row of levels once, which of them each pair is, and how many pairs are."""
    place = np.zeros(len(level), dtype=np.int64)
    for at in range(0, level.shape[1], COLUMNS_A_KEY):
        for column in level[:, at : at + COLUMNS_A_KEY].T:
            place = place * N_LEVELS + column
        _, first, place, times = np.unique(place, return_index=True, return_inverse=True, return_counts=True)
    return level[first], place, times


def _draw_sorts(
    patterns: np.ndarray, weight: np.ndarray, n_sorts: int, generator: np.random.Generator
) -> np.ndarray:
    """First sorts of strangers, by the means that lie nearest: shape (patterns, sorts), ones and zeros."""
    signs = (patterns > DRAWN_ALIKE).astype(float) - (patterns == DIFFERENT)
    total = weight.sum()
    chance = weight / total if total > 0 else np.full(len(weight), 1 / len(weight))
    means = signs[generator.choice(len(signs), n_sorts, p=chance)]
    for _ in range(DRAWN_STEPS):
        nearest = ((signs[:, None] - means[None]) ** 2).sum(axis=2).argmin(axis=1)
        for sort in range(n_sorts):
            own = weight * (nearest == sort)
            if own.sum() > 0:
                means[sort] = own @ signs / own.sum()
    return np.eye(n_sorts)[nearest]
