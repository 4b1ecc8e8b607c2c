"""Which blocking rules to use: a greedy cover of known matches under a budget of pairs.

Context: dedupe searches its predicates for the cheapest set that covers the labelled matches, and
one cover misses the pairs that nobody labelled. Choice: rules are bought by what they cover for
their price; a match's second and third cover still count a little; the price of a rule is the
number of pairs it makes on a sample, scaled to all records. Given up: dedupe's branch-and-bound,
which takes minutes where this takes a second, and its predicates that need an index of all values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .candidates import KeyRing, Rule, blocks, mixed, packed_keys, split, spread
from .columns import ValueColumn
from .fields import bits
from .predicate_keys import PREDICATES

WORTH_OF_COVERS = (1.0, 0.25, 0.06, 0.015, 0.004, 0.001)  # of a match's first, second, third cover and so on
LEAST_BITS_TO_BLOCK = 3.0
MOST_PRICED, MOST_PARTS = 120, 36
SAMPLE = 10_000


@dataclass(frozen=True)
class PricedRule:
    """A rule, the pairs it makes per record, and which matches it brings together."""

    rule: Rule
    price: float
    covers: np.ndarray


def learn_rules(
    ring: KeyRing,
    matches: np.ndarray,
    pairs_per_record: float,
    most_rules: int,
    most_in_block: int,
    sample: np.ndarray,
) -> list[PricedRule]:
    """Rules that bring the matches together for the fewest pairs.

    Args:
        ring: The keys of n records.
        matches: Shape (2, columns, m), value numbers of the two sides of pairs that are one person.
        pairs_per_record: Budget of all rules together.
        most_rules: At most so many.
        most_in_block: The cap that prices reckon with.
        sample: Record numbers on which rules are priced.

    Returns:
        The rules bought, in the order bought; none where nothing brings a match together.
    """
    scale = ring.n_records / max(1, len(sample))
    parts = parts_of(list(ring.columns.values()))
    ring, matches = ring.narrowed(sample, matches)
    sample = np.arange(len(sample))
    singles = [
        PricedRule((part,), _price(ring, (part,), sample, scale, most_in_block), covered)
        for part in parts
        if (covered := covers(ring, part, matches)).any()
    ]
    offered = singles + _conjunctions(ring, singles, sample, scale, most_in_block)
    return _bought(offered, matches.shape[2], pairs_per_record, most_rules)


def parts_of(columns: Sequence[ValueColumn]) -> list[str]:
    """Every predicate that suits a column, for the columns that tell records apart."""
    return [
        f"{predicate}({column.name})"
        for column in columns
        for predicate in PREDICATES[column.kind]
        if bits(column.counts) >= LEAST_BITS_TO_BLOCK or column.kind != "category"
    ]


def covers(ring: KeyRing, part: str, matches: np.ndarray) -> np.ndarray:
    """Whether the two sides of each match share a key; see ``learn_rules``."""
    codes = matches[:, list(ring.columns).index(split(part)[1])]
    sides = []
    for own in codes:
        rows = np.flatnonzero(own >= 0)
        row, key = spread(rows, own[rows], ring.of_values(part))
        sides.append((row, mixed(row.astype(np.uint64) + np.uint64(1), key)))
    (row, key), (_, other) = sides
    told = np.zeros(matches.shape[2], dtype=bool)
    told[row[np.isin(key, other)]] = True
    return told


def _price(ring: KeyRing, rule: Rule, sample: np.ndarray, scale: float, most_in_block: int) -> float:
    """Pairs per record among all records, from the blocks of a sample of them."""
    record, key = ring.of_rule(rule, sample)
    _, _, sizes = blocks(*packed_keys(record, key, len(sample)))
    pairs = sizes * (sizes - 1) / 2 * scale**2
    capped = np.minimum(pairs, sizes * scale * most_in_block / 2)
    return float(capped.sum()) / (len(sample) * scale)


def _conjunctions(
    ring: KeyRing, singles: list[PricedRule], sample: np.ndarray, scale: float, most_in_block: int
) -> list[PricedRule]:
    """Pairs of predicates of different columns; the likeliest bargains are priced."""
    wide = sorted((one for one in singles if one.price > 0.5), key=lambda one: -one.covers.sum())[:MOST_PARTS]
    likely = []
    for a, b in combinations(wide, 2):
        if split(a.rule[0])[1] != split(b.rule[0])[1] and (both := a.covers & b.covers).any():
            # As if the two were independent; the true price is more.
            guessed = a.price * b.price / (len(sample) * scale) + 0.05
            likely.append((both.sum() / guessed**0.5, a.rule + b.rule, both))
    likely.sort(key=lambda one: (-one[0], one[1]))
    return [
        PricedRule(rule, _price(ring, rule, sample, scale, most_in_block), both)
        for _, rule, both in likely[:MOST_PRICED]
    ]


def _bought(offered: list[PricedRule], n_matches: int, budget: float, most: int) -> list[PricedRule]:
    bought: list[PricedRule] = []
    times = np.zeros(n_matches, dtype=np.int64)
    worth = np.array([*WORTH_OF_COVERS, 0.0])
    left = list(offered)
    while left and len(bought) < most:
        now = worth[np.minimum(times, len(WORTH_OF_COVERS))]
        gains = np.array([now[one.covers].sum() / (one.price + 0.02) for one in left])
        affordable = np.array([one.price <= budget for one in left])
        gains[~affordable] = 0.0
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        bought.append(left.pop(best))
        budget -= bought[-1].price
        times[bought[-1].covers] += 1
    return bought
