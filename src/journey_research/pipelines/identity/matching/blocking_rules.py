"""Which blocking rules to use: a greedy cover of known matches under a budget of pairs.

Context: dedupe searches its predicates for the cheapest set that covers the labelled matches, and
one cover misses the pairs that nobody labelled. Choice: rules are bought by what they cover for
their price; a match's second and third cover still count a little; the price of a rule is the
number of pairs it makes on a sample, scaled to all records; and a match in a block too large to be compared
is not covered: among many, whoever shares but a town with another meets nobody. Given up: dedupe's
branch-and-bound, which takes minutes where this takes a second, and its predicates that need an index of
all values; what is found in large blocks after all, where another column splits them; and, where a sampled
record stands for more than a block may hold, to know which blocks are large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from .candidates import KeyedRecords, KeyRing, Rule, blocks, mixed, packed_keys, split
from .columns import ValueColumn
from .fields import bits
from .predicate_keys import PREDICATES

WORTH_OF_COVERS = (1.0, 0.25, 0.06, 0.015, 0.004, 0.001)  # of a match's first, second, third cover and so on
LEAST_BITS_TO_BLOCK = 3.0
MOST_PRICED, MOST_PARTS = 120, 36
LEAST_MATCHES, MOST_LOST = 1e-3, 1e-3  # of the pairs that a rule alone brings; and of all matches
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
    offer = _Offer(ring, matches, scale, most_in_block)
    shared = {part: offer.shared((part,)) for part in parts}
    met = {part: offer.told(rows) for part, (rows, _) in shared.items() if len(rows)}
    singles = [offer.priced((part,), shared[part]) for part in met]
    offered = singles + [
        offer.priced(rule) for rule in _likely_conjunctions(singles, met, ring.n_records * scale)
    ]
    return _bought(offered, matches.shape[2], pairs_per_record, most_rules)


def worth_comparing(brought: np.ndarray, probability: np.ndarray) -> list[int]:
    """Which rules are worth their pairs, once these are scored; before, nobody knows which rules overlap.

    One by one the rule is left out whose own pairs, which no other rule brings, hold the fewest matches for
    their number, as long as that is less than one in a thousand; of several, the one bought last. All that
    is lost so is at most one match in a thousand.

    Args:
        brought: Shape (rules, k), truth values: which of k pairs a rule brings together.
        probability: k match probabilities.

    Returns:
        The numbers of the rules kept, rising; at least one.

    Example:
        >>> brought = np.array([[True, True, False], [True, True, False], [False, False, True]])
        >>> worth_comparing(brought, np.array([0.9, 0.1, 0.0001]))
        [0]
    """
    kept, left = list(range(len(brought))), MOST_LOST * float(probability.sum())
    while len(kept) > 1:
        own = brought[kept] & (brought[kept].sum(axis=0) == 1)
        lost = own @ probability
        rates = np.where(lost <= left, lost / np.maximum(own.sum(axis=1), 1), np.inf)
        worst = len(kept) - 1 - int(rates[::-1].argmin())
        if rates[worst] >= LEAST_MATCHES:
            break
        left -= float(lost[worst])
        del kept[worst]
    return kept


def parts_of(columns: Sequence[ValueColumn]) -> list[str]:
    """Every predicate that suits a column, for the columns that tell records apart."""
    return [
        f"{predicate}({column.name})"
        for column in columns
        for predicate in PREDICATES[column.kind]
        if bits(column.counts) >= LEAST_BITS_TO_BLOCK or column.kind != "category"
    ]


def covers(ring: KeyRing, part: str, matches: np.ndarray) -> np.ndarray:
    """Whether the two sides of each match share a key, however large its block; see ``learn_rules``."""
    offer = _Offer(ring, matches, 1.0, ring.n_records)
    return offer.told(offer.shared((part,))[0])


class _Offer:
    """What rules cost and cover.

    Args:
        ring: The keys of a sample of the records.
        matches: Shape (2, columns, m), value numbers.
        scale: How many times as many records there are.
        most_in_block: Largest block whose pairs are made.
    """

    def __init__(self, ring: KeyRing, matches: np.ndarray, scale: float, most_in_block: int) -> None:
        self.ring, self.scale, self.most_in_block = ring, scale, most_in_block
        self.n_matches = matches.shape[2]
        columns = list(ring.columns.values())  # their keys are found once, for the sides as well
        self.sides = [
            KeyRing([replace(column, codes=own) for column, own in zip(columns, side, strict=True)])
            for side in matches
        ]

    def told(self, rows: np.ndarray) -> np.ndarray:
        """m truth values: which matches are among some rows."""
        is_told = np.zeros(self.n_matches, dtype=bool)
        is_told[rows] = True
        return is_told

    def shared(self, rule: Rule) -> KeyedRecords:
        """(match, key) of every key that both sides of a match have."""
        (row, key), (other_row, other) = (side.of_rule(rule) for side in self.sides)
        one = np.uint64(1)
        own, others = (mixed(at.astype(np.uint64) + one, of) for at, of in ((row, key), (other_row, other)))
        kept = np.isin(own, others)
        return row[kept], key[kept]

    def priced(self, rule: Rule, shared: KeyedRecords | None = None) -> PricedRule:
        """Pairs per record among all records, and the matches that stand in a block small enough."""
        n = self.ring.n_records
        packed, width = packed_keys(*self.ring.of_rule(rule), n)
        _, _, sizes = blocks(packed, width)
        pairs = sizes * (sizes - 1) / 2 * self.scale**2
        capped = np.minimum(pairs, sizes * self.scale * self.most_in_block / 2)
        row, key = self.shared(rule) if shared is None else shared
        block, low = packed >> np.uint64(width), key >> np.uint64(width)
        size = np.searchsorted(block, low, "right") - np.searchsorted(block, low, "left")
        # One record of a block in the sample may be all there is of it; and where one stands for more than a
        # block may hold, the sample does not tell small blocks from large ones.
        fits = (size <= 1) | (size * self.scale <= self.most_in_block) | (self.scale > self.most_in_block)
        return PricedRule(rule, float(capped.sum()) / (n * self.scale), self.told(row[fits]))


def _likely_conjunctions(
    singles: list[PricedRule], met: dict[str, np.ndarray], n_records: float
) -> list[Rule]:
    """Pairs of predicates of different columns, the likeliest bargains.

    Args:
        singles: The predicates, priced.
        met: Predicate -> which matches share a key, however large its block.
        n_records: Of all.
    """
    wide = sorted((one for one in singles if one.price > 0.5), key=lambda one: -met[one.rule[0]].sum())
    likely = []
    for a, b in combinations(wide[:MOST_PARTS], 2):
        both = int((met[a.rule[0]] & met[b.rule[0]]).sum())
        if split(a.rule[0])[1] != split(b.rule[0])[1] and both:
            # As if the two were independent; the true price is more.
            guessed = a.price * b.price / n_records + 0.05
            likely.append((both / guessed**0.5, a.rule + b.rule))
    likely.sort(key=lambda one: (-one[0], one[1]))
    return [rule for _, rule in likely[:MOST_PRICED]]


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
