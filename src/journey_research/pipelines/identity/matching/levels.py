"""How alike two records are, column by column, in eight steps, and how alike strangers are.

Context: without labels there is nothing to weigh sixty features by, but how often each of a few
levels turns up can be counted. Choice: missing, different, three steps of alike, and three of equal
by how rare the value is; what strangers reach by chance in more than a fiftieth of their pairs does
not count as alike, so that a column of two digits needs no rule of its own. Given up: levels that
suit one column better than another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .fields import bits
from .likeness import Likeness

N_LEVELS, MISSING, DIFFERENT, SWAPPED, EQUAL = 8, 0, 1, 4, 5
CUTS = {
    "code": (0.50, 0.50, 0.75),
    "date": (0.50, 0.50, 0.75),
    "phrase": (0.30, 0.55, 0.80),
    "long": (0.30, 0.55, 0.80),
    "number": (0.80, 0.95, 0.99),
    "place": (0.60, 0.75, 0.90),
}
OTHER_CUTS = (0.70, 0.84, 0.92)
RARE_SHARES = (0.4, 0.7)  # of the bits that a value held once would have
LEAST_SWAPPED = 0.6
MOST_BY_CHANCE = 0.02
STRANGER_PAIRS = 50_000
LEAST_TELLING_BITS, LEAST_UNLIKE, LEAST_TOLD = 3.0, 0.5, 0.02


class Strangers(NamedTuple):
    """What records that have nothing to do with each other say.

    Attributes:
        level: Shape (columns, levels): share of the pairs that tell the column; 0 where missing.
        unlike: Shape (columns, levels): the levels that strangers reach by chance, True.
        is_telling: For each column whether being unlike in it says much: strangers mostly are, and
            it is told often enough to be seen.
    """

    level: np.ndarray
    unlike: np.ndarray
    is_telling: np.ndarray


def grade(likeness: Likeness, features: np.ndarray) -> np.ndarray:
    """Each column's comparison as a level.

    Args:
        likeness: The compared columns.
        features: Shape (k, features), from ``likeness.compare``.

    Returns:
        Shape (k, columns), int8: 0 not told by both, 1 different, 2 to 4 alike, 5 to 7 equal from
        common to rare. Two columns that hold each other's values are alike, both at 4.
    """
    told = np.zeros((len(features), len(likeness.columns)), dtype=np.int8)
    start = 0
    for at, one in enumerate(likeness.by_column):
        own = features[:, start : start + len(one.names)]
        start += len(one.names)
        level = np.full(len(features), DIFFERENT, dtype=np.int8)
        kind = one.column.kind
        if kind != "category":
            steps = np.searchsorted(CUTS.get(kind, OTHER_CUTS), alike(own, kind), side="right")
            level += steps.astype(np.int8)
        equal, rare = own[:, -4] > 0, own[:, -3]
        rarest = float(np.log2(max(2, one.column.counts.sum()))) / 10.0
        level[equal] = EQUAL + np.searchsorted(RARE_SHARES, rare[equal] / rarest, side="right")
        told[:, at] = np.where(own[:, -1] > 0, level, MISSING)
    place = {column.name: at for at, column in enumerate(likeness.columns)}
    for at, swap in enumerate(likeness.swaps, start=start):
        rows = features[:, at] >= LEAST_SWAPPED
        for column in (swap.one, swap.other):
            told[rows, place[column.name]] = np.maximum(told[rows, place[column.name]], SWAPPED)
    return told


def alike(own: np.ndarray, kind: str) -> np.ndarray:
    """How alike pairs are in a column, by the one of its features that says most: k numbers from 0 to 1.

    Args:
        own: Shape (k, features of the column).
        kind: Of the column.
    """
    # Of a phrase its rare words say most: its third measure; of a long text its second.
    told: np.ndarray = own[:, {"phrase": 6, "long": 3, "category": -4}.get(kind, 0)]
    return told


def meet_strangers(likeness: Likeness, generator: np.random.Generator) -> Strangers:
    """Levels of pairs of records drawn at random; n records, at least two."""
    n = len(likeness.columns[0].codes)
    first, second = generator.integers(0, n, (2, STRANGER_PAIRS))
    apart = first != second
    level = grade(likeness, likeness.compare(first[apart], second[apart]))
    counts = count_levels(level, np.ones(len(level)))
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    reached = share[:, EQUAL - 1 : MISSING : -1].cumsum(axis=1)[:, ::-1]
    unlike = np.zeros_like(share, dtype=bool)
    unlike[:, DIFFERENT:EQUAL] = reached > MOST_BY_CHANCE
    unlike[:, DIFFERENT] = True
    telling = [bits(column.counts) >= LEAST_TELLING_BITS for column in likeness.columns]
    often = (level > MISSING).mean(axis=0) > LEAST_TOLD
    return Strangers(share, unlike, np.array(telling) & often & ((share * unlike).sum(axis=1) > LEAST_UNLIKE))


def count_levels(level: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How often each column is at each level, pairs weighed; missing values are not counted.

    Args:
        level: Shape (k, columns).
        weight: Shape (k,), or (k, columns) where a pair weighs differently in each.

    Returns:
        Shape (columns, levels).
    """
    weights = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, level.shape)
    counts = np.stack(
        [
            np.bincount(level[:, at], weights=weights[:, at], minlength=N_LEVELS)
            for at in range(level.shape[1])
        ]
    )
    counts[:, MISSING] = 0.0
    return counts


def unlike_shares(seen: np.ndarray, strangers: Strangers) -> np.ndarray:
    """For each column how often pairs are no more alike than strangers; 1 is as often as strangers are.

    Args:
        seen: Shape (columns, levels), from ``count_levels``.
        strangers: What strangers look like.
    """
    by_chance = np.maximum((strangers.level * strangers.unlike).sum(axis=1), 1e-9)
    told: np.ndarray = (seen * strangers.unlike).sum(axis=1) / np.maximum(seen.sum(axis=1), 1e-9) / by_chance
    return told


def is_unlike(level: np.ndarray, strangers: Strangers) -> np.ndarray:
    """Whether a column of a pair is no more alike than strangers are: shape (k, columns)."""
    told: np.ndarray = strangers.unlike[np.arange(level.shape[1]), level]
    return told
