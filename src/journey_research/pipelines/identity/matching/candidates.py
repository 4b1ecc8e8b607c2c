"""Which pairs of records are worth comparing: those that share a key of a rule, in bounded blocks.

Context: a rule is a predicate, or two of different columns together; records with the same key are
a block, and n records in one block make n * n / 2 pairs. Choice: keys and record numbers are packed
into one number and sorted, so that blocks are runs; a block over the cap is split by each other
column's exact values, and what is still over it is left out and counted. Given up: a pair whose
every block is too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .columns import ValueColumn
from .predicate_keys import Keys
from .threads import side_by_side

Rule: TypeAlias = tuple[str, ...]
KeyedRecords: TypeAlias = tuple[np.ndarray, np.ndarray]
LEAST_PARTED, N_RANGES = 1_000_000, 4
MOST_NEIGHBOURS, NEIGHBOURS_OF_ALL = 3, 100_000
_MIX = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Candidates:
    """Pairs of records, each once.

    Attributes:
        first: k record numbers, int64; sorted with ``second``.
        second: k record numbers, each greater than its ``first``.
        left_out: Rule -> pairs of blocks too large, block by block, less those of them that were made:
            at most so many are lost, for another block or rule may make them too.
        keys: Rule -> the records by its keys; see ``packed_keys``.
    """

    first: np.ndarray
    second: np.ndarray
    left_out: dict[Rule, int]
    keys: dict[Rule, tuple[np.ndarray, int]]


class KeyRing:
    """Keys of records by predicate and column; each is found once."""

    def __init__(self, columns: Sequence[ValueColumn]) -> None:
        self.columns = {column.name: column for column in columns}
        self.n_records = len(columns[0].codes)

    @cached_property
    def place_by_values(self) -> np.ndarray:
        """n places of the records in an order of their values; of equal records the first comes first."""
        order = np.lexsort([column.codes for column in self.columns.values()])
        place = np.empty(self.n_records, dtype=np.int64)
        place[order] = np.arange(self.n_records)
        return place

    def of_values(self, part: str) -> Keys:
        """Keys of a column's values by a predicate: ``firstTokenPredicate(name)``."""
        predicate, name = split(part)
        return self.columns[name].keys(predicate)

    def of_records(self, part: str, records: np.ndarray | None = None) -> KeyedRecords:
        """(record, key) of every key of every record, or of some of them by their place among these."""
        codes = self.columns[split(part)[1]].codes
        codes = codes if records is None else codes[records]
        told = np.flatnonzero(codes >= 0)
        return spread(told, codes[told], self.of_values(part))

    def of_rule(self, rule: Rule, records: np.ndarray | None = None) -> KeyedRecords:
        """(record, key) by a rule; a record without a key of each part has none."""
        record, key = self.of_records(rule[0], records)
        for part in rule[1:]:
            codes = self.columns[split(part)[1]].codes
            codes = (codes if records is None else codes[records])[record]
            told = np.flatnonzero(codes >= 0)
            row, more = spread(told, codes[told], self.of_values(part))
            record, key = record[row], mixed(key[row], more)
        return self.worth(record, key)

    def worth(self, record: np.ndarray, key: np.ndarray) -> KeyedRecords:
        """Keyed records whose pairs are wanted: all of them; blocks stay whole."""
        return record, key

    def narrowed(self, records: np.ndarray, codes: np.ndarray) -> tuple[KeyRing, np.ndarray]:
        """The same for some records alone, so that keys are found of few values.

        Args:
            records: Their numbers; they are renumbered from 0.
            codes: Value numbers that are kept as well, column by column on the last axis but one.

        Returns:
            The keys, and the codes as the fewer values are numbered.
        """
        told, columns = codes.copy(), []
        for at, column in enumerate(self.columns.values()):
            own = column.codes[records]
            used = np.unique(np.concatenate([own, codes[..., at, :].ravel()]))
            used = used[used >= 0]
            place = np.full(len(column.values) + 1, -1, dtype=np.int64)
            place[used] = np.arange(len(used))
            columns.append(
                ValueColumn(
                    column.name, column.kind, column.values[used], column.counts[used], place[own],
                    known_words=column.words_if_rare,
                )
            )  # fmt: skip
            told[..., at, :] = place[codes[..., at, :]]
        return KeyRing(columns), told


def split(part: str) -> tuple[str, str]:
    """Predicate and column of a rule's part.

    Example:
        >>> split("firstTokenPredicate(name)")
        ('firstTokenPredicate', 'name')
    """
    predicate, _, rest = part.partition("(")
    return predicate, rest[:-1]


def spread(rows: np.ndarray, codes: np.ndarray, keys: Keys) -> tuple[np.ndarray, np.ndarray]:
    """Each row once for every key of its value, and the keys."""
    counts = keys.starts[codes + 1] - keys.starts[codes]
    if (counts == 1).all():
        return rows, keys.key[keys.starts[codes]]
    return np.repeat(rows, counts), keys.key[runs(keys.starts[codes], counts)]


def runs(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers ``starts[i] .. starts[i] + counts[i] - 1`` of all i, one after the other.

    Example:
        >>> runs(np.array([5, 0]), np.array([2, 3])).tolist()
        [5, 6, 0, 1, 2]
    """
    before = np.cumsum(counts) - counts
    return np.arange(int(counts.sum())) + np.repeat(starts - before, counts)


def mixed(key: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One key of two."""
    told: np.ndarray = (key ^ (key >> np.uint64(33))) * _MIX + other * np.uint64(0x94D049BB133111EB)
    return told ^ (told >> np.uint64(29))


def packed_keys(record: np.ndarray, key: np.ndarray, n_records: int) -> tuple[np.ndarray, int]:
    """Keys and their records in one number each, sorted, each once; and the bits that hold the record.

    The key's upper bits and the record share one number: sorting numbers is several times faster
    than sorting by two columns, and a collision makes a pair that is compared and dropped.
    """
    width = max(1, int(n_records - 1).bit_length())
    mask = np.uint64((1 << width) - 1)
    return sorted_unique((key & ~mask) | record.astype(np.uint64)), width


def blocks(packed: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Records by key: the records, where each block starts, and its size; blocks of one are left out."""
    block = packed >> np.uint64(width)
    starts = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]])) if len(block) else block
    starts = starts.astype(np.int64)
    sizes = np.diff(np.append(starts, len(packed)))
    several = sizes > 1
    members = (packed & np.uint64((1 << width) - 1)).astype(np.int64)
    return members, starts[several], sizes[several]


def pairs_in(members: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs inside each block, smaller record first."""
    place = runs(starts, sizes)
    end = np.repeat(starts + sizes, sizes)
    counts = end - place - 1
    return members[np.repeat(place, counts)], members[runs(place + 1, counts)]


def neighbours_in(
    ring: KeyRing, members: np.ndarray, starts: np.ndarray, sizes: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each record of a block with those that follow it by their values, at most so many; smaller first."""
    told = members[runs(starts, sizes)]
    told = told[np.lexsort([ring.place_by_values[told], np.repeat(np.arange(len(starts)), sizes)])]
    place, ends = np.arange(len(told)), np.repeat(np.cumsum(sizes), sizes)
    counts = np.minimum(ends - place - 1, most)
    one, other = told[np.repeat(place, counts)], told[runs(place + 1, counts)]
    return np.minimum(one, other), np.maximum(one, other)


def candidate_pairs(ring: KeyRing, rules: Sequence[Rule], most_in_block: int) -> Candidates:
    """Pairs of records that share a key of any rule.

    Args:
        ring: The keys of n records.
        rules: Each one part, or several that must all agree.
        most_in_block: Largest block whose pairs are made.

    Example:
        >>> from .columns import encode
        >>> from .fields import Field
        >>> import pandas as pd
        >>> people = pd.DataFrame({"name": ["ann lee", "bob ray", "ann li"]})
        >>> ring = KeyRing(encode(people, [Field("name", "text")]))
        >>> found = candidate_pairs(ring, [("firstTokenPredicate(name)",)], 30)
        >>> found.first.tolist(), found.second.tolist()
        ([0], [2])
    """
    n = ring.n_records
    found = pairs_by_rule(ring, rules, most_in_block)
    told = united([one.pairs for one in found], n)
    by_rule = list(zip(rules, found, strict=True))
    return Candidates(
        told // max(n, 1),
        told % max(n, 1),
        {rule: one.n_left_out for rule, one in by_rule},
        {rule: one.keys for rule, one in by_rule},
    )


@dataclass(frozen=True)
class RulesPairs:
    """What one rule brings together.

    Attributes:
        pairs: k pairs, some perhaps twice, as ``first * n + second``.
        n_left_out: Pairs of blocks too large that are not among them.
        keys: The records by their keys; see ``packed_keys``.
    """

    pairs: np.ndarray
    n_left_out: int
    keys: tuple[np.ndarray, int]


def pairs_by_rule(ring: KeyRing, rules: Sequence[Rule], most_in_block: int) -> list[RulesPairs]:
    """The pairs of each rule; see ``candidate_pairs``."""
    return side_by_side(lambda rule: _pairs_of_rule(ring, rule, most_in_block), rules)


def _pairs_of_rule(ring: KeyRing, rule: Rule, most_in_block: int) -> RulesPairs:
    n = ring.n_records
    keys = packed_keys(*ring.of_rule(rule), n)
    members, starts, sizes = blocks(*keys)
    small = sizes <= most_in_block
    first, second = pairs_in(members, starts[small], sizes[small])
    parts = [first * n + second]
    large = np.flatnonzero(~small)
    if len(large):
        parts += _split_blocks(ring, rule, members, starts[large], sizes[large], most_in_block)
    n_left_out = int((sizes[large] * (sizes[large] - 1) // 2).sum()) - sum(map(len, parts[1:]))
    return RulesPairs(np.concatenate(parts), n_left_out, keys)


def united(parts: Sequence[np.ndarray], n_records: int) -> np.ndarray:
    """Pairs of all parts, sorted, each once; ranges of first records are sorted side by side."""
    codes = np.concatenate([np.zeros(0, dtype=np.int64), *parts])
    if len(codes) < LEAST_PARTED:
        return sorted_unique(codes)
    # Later records are seldom the first of a pair, so the ranges are those of a sample's quarters.
    cuts = np.quantile(codes[:: len(codes) // 1000], np.arange(1, N_RANGES) / N_RANGES)
    ends = [0, *(int(cut) // n_records * n_records for cut in cuts), n_records * n_records]

    def of_range(at: int) -> np.ndarray:
        return sorted_unique(codes[(codes >= ends[at]) & (codes < ends[at + 1])])

    return np.concatenate(side_by_side(of_range, range(N_RANGES)))


def brought_by(parts: Sequence[np.ndarray], codes: np.ndarray) -> np.ndarray:
    """Shape (parts, k), truth values: which of the parts hold each of k pairs.

    Args:
        parts: Pairs that each rule brings together, in any order, as :func:`pairs_by_rule` gives them.
        codes: k pairs.

    Example:
        >>> brought_by([np.array([5, 2]), np.array([7])], np.array([2, 7])).tolist()
        [[True, False], [False, True]]
    """
    told = np.zeros((len(parts), len(codes)), dtype=bool)
    for at, part in enumerate(parts):
        told[at] = is_among(codes, np.sort(part))
    return told


def _split_blocks(
    ring: KeyRing, rule: Rule, members: np.ndarray, starts: np.ndarray, sizes: np.ndarray, most: int
) -> list[np.ndarray]:
    """Pairs of large blocks that also agree in another column's value; of many that do, neighbours.

    Hundreds of records of one person are all pairs of too large a block; a few of each are enough to chain
    them, and what is chained is compared whole. Among very many records such blocks are strangers'.
    """
    n, record = ring.n_records, members[runs(starts, sizes)]
    block = np.repeat(np.arange(len(starts), dtype=np.uint64), sizes)
    used = {split(part)[1] for part in rule}
    found = []
    for name, column in ring.columns.items():
        if name in used:
            continue
        told = column.codes[record] >= 0
        key = mixed(block[told] * _MIX, column.codes[record[told]].astype(np.uint64) * _MIX + np.uint64(1))
        inside, at, size = blocks(*packed_keys(*ring.worth(record[told], key), n))
        kept = size <= most
        first, second = pairs_in(inside, at[kept], size[kept])
        found.append(first * n + second)
        most_neighbours = min(MOST_NEIGHBOURS, NEIGHBOURS_OF_ALL // n)
        if most_neighbours and not kept.all():
            first, second = neighbours_in(ring, inside, at[~kept], size[~kept], most_neighbours)
            found.append(first * n + second)
    return [sorted_unique(np.concatenate(found))] if found else []


def sorted_unique(codes: np.ndarray) -> np.ndarray:
    """Numbers sorted, each once."""
    codes = np.sort(codes)
    return codes[np.concatenate([[True], codes[1:] != codes[:-1]])] if len(codes) else codes


def is_among(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether each number is one of some that are sorted; several times faster than ``numpy.isin``.

    Example:
        >>> is_among(np.array([3, 5]), np.array([1, 5, 9])).tolist()
        [False, True]
    """
    if not len(known):
        return np.zeros(len(numbers), dtype=bool)
    at = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    told: np.ndarray = known[at] == numbers
    return told
