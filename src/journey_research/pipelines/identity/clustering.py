"""Ties between records to clusters, within the rules: judged the same is together, judged distinct apart.

Context: a chain of likely pairs is not one person, and a wrong tie pulls whole families together.
Choice: sure ties first, then average linkage over the scored pairs inside each chain, then ties
of records without a name. At every step, so also across what was joined before, two stay apart that
were judged distinct, that stand in a source that holds a person once, or that hold two values of which
a person has one; what is tied to both of them is undecidable and joins neither (``joining``). Given up:
that a lower threshold always joins more (average linkage does not promise it, connected components
would), and giving the undecidable to whoever is likelier: on two made-up worlds 37 groups without a name
fitted several persons; whoever had the most ties to one was right in 14 of 22 (in 9 of 12 with three times as
many), the smallest id in 19 of 37, and a tie is to be right in nineteen of twenty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .joining import NOTHING, Pairs, held_by_groups, join_groups, no_pairs, united
from .matching.linkage import Merges, average_linkage, components
from .matching.threads import side_by_side

MILLION = 1_000_000  # Probabilities have six decimals; whole numbers add up to the same in any order.


@dataclass(frozen=True)
class Ties:
    """All that is known of pairs of n records; records are numbers in the order of their ids.

    Attributes:
        n_records: n.
        same: Pairs judged the same; they are joined first.
        distinct: Pairs judged distinct; never together, also by way of others.
        sure: Pairs tied by sure identifiers.
        identical: Pairs of equal values.
        identical_probability: That each is one person.
        scored: Compared pairs, each once.
        scored_probability: That each is one person, to six decimals.
        unverified: Pairs tied by unverified identifiers; joined last, and only where they bring no two groups
            of named records together: what is tied to two of them joins neither.
        is_named: n truth values: whether the record has values of its own; null: all have.
        once: n sets of sources as bits, uint64: records with a bit in common are joined only where they
            are judged the same; null: none.
        one_values: Something of which a person has one, as an identifier's type -> n numbers of what the
            record holds, -1 where that is not known: records that hold different things are joined only
            where they are judged the same, and then the two things count as one.
        most_in_cluster: Chains longer than this are cut at rising thresholds first.
    """

    n_records: int
    same: Pairs = field(default_factory=no_pairs)
    distinct: Pairs = field(default_factory=no_pairs)
    sure: Pairs = field(default_factory=no_pairs)
    identical: Pairs = field(default_factory=no_pairs)
    identical_probability: np.ndarray = field(default_factory=lambda: np.zeros(0))
    scored: Pairs = field(default_factory=no_pairs)
    scored_probability: np.ndarray = field(default_factory=lambda: np.zeros(0))
    unverified: Pairs = field(default_factory=no_pairs)
    is_named: np.ndarray | None = None
    once: np.ndarray | None = None
    one_values: Mapping[str, np.ndarray] = field(default_factory=dict)
    most_in_cluster: int = 60

    def at(self, threshold: float) -> np.ndarray:
        """For each of n records the smallest record of its cluster; see ``at_each``."""
        return self.at_each([threshold])[0]

    def at_each(self, thresholds: Sequence[float]) -> list[np.ndarray]:
        """The clusters at several thresholds, which cost little more than one.

        Average linkage joins from the likeliest on, so what it joins at one threshold is where it
        stands before it goes on to a lower one.

        Args:
            thresholds: Least average probabilities inside a cluster.

        Returns:
            For each threshold an array of n: the smallest record of each record's cluster.

        Example:
            >>> pairs = np.array([0, 1]), np.array([1, 2])
            >>> ties = Ties(3, scored=pairs, scored_probability=np.array([0.9, 0.3]))
            >>> [roots.tolist() for roots in ties.at_each([.5, .2])]
            [[0, 0, 2], [0, 0, 2]]
        """
        return self.linked(thresholds)[0]

    def linked(self, thresholds: Sequence[float]) -> tuple[list[np.ndarray], np.ndarray]:
        """What ``at_each`` returns, and which records were looked at together for it.

        Returns:
            The clusters, and n numbers of chains: a record of another chain is nowhere in the same cluster,
            unless judgements, sure or unverified ties or equal values join the two.
        """
        lowest, highest = min(thresholds), max(thresholds)
        n = self.n_records
        judged = join_groups(n, self.same, (), self.distinct)
        holds = [united(held, judged) for held in self._holds()]
        surely = self._joined(judged, self.sure, holds)
        sure = self._joined(surely, self._equal(highest), holds)
        near = self._near(sure, lowest)
        # Equal records that some thresholds join and others do not are in few chains; the others are
        # linked once for all thresholds.
        is_open = (self.identical_probability >= lowest) & (self.identical_probability < highest)
        wavers = near.among(self.identical[0][is_open])
        wavering, steady = near.only(wavers), near.only(~wavers)
        asked = list(dict.fromkeys(thresholds)) if is_open.any() else []

        def linked(threshold: float | None) -> tuple[np.ndarray, Merges]:
            if threshold is None:
                return sure, self._linked(steady, sure, lowest, holds)
            roots = self._joined(surely, self._equal(threshold), holds)
            return roots, self._linked(wavering, roots, threshold, holds)

        (_, firm), *others = side_by_side(linked, [None, *asked])
        by_threshold = dict(zip(asked, others, strict=True))
        chain = firm.chain[sure]
        if asked:
            roots, merges = by_threshold[lowest]
            chain = np.where(wavers, merges.chain[roots], chain)
        found = []
        for threshold in thresholds:
            roots, *loose = by_threshold.get(threshold, (sure,))
            roots = clusters_of([firm, *loose], n, threshold)[roots]
            found.append(self._joined(roots, self.unverified, [*holds, self._names(roots)]))
        return found, chain

    def _holds(self) -> list[np.ndarray]:
        """Of each thing that a person has once, what each record holds of it."""
        told = [self.one_values[name] for name in sorted(self.one_values)]
        if self.once is not None:
            every = int(np.bitwise_or.reduce(self.once, initial=np.uint64(0)))
            for bit in range(every.bit_length()):
                has = (self.once >> np.uint64(bit)) & np.uint64(1) == 1
                told.append(np.where(has, np.arange(self.n_records), NOTHING))
        return told

    def _names(self, roots: np.ndarray) -> np.ndarray:
        """What keeps named groups apart: each holds itself, one without a name nothing."""
        if self.is_named is None:
            return roots
        named = np.zeros(self.n_records, dtype=bool)
        named[roots[self.is_named]] = True
        return np.where(named[roots], roots, NOTHING)

    def _equal(self, threshold: float) -> Pairs:
        """Pairs of equal values that are likely one person."""
        likely = self.identical_probability >= threshold
        return self.identical[0][likely], self.identical[1][likely]

    def _joined(self, roots: np.ndarray, ties: Pairs, holds: Sequence[np.ndarray]) -> np.ndarray:
        """Groups joined along ties, save those that lead to two that must stay apart."""
        told = join_groups(
            self.n_records,
            (roots[ties[0]], roots[ties[1]]),
            [held_by_groups(held, roots) for held in holds],
            (roots[self.distinct[0]], roots[self.distinct[1]]),
        )
        joined: np.ndarray = told[roots]
        return joined

    def _near(self, roots: np.ndarray, floor: float) -> _Near:
        """What ties of at least a probability lead to, also over groups joined before."""
        n = self.n_records
        told = [
            (pairs[0][probability >= floor], pairs[1][probability >= floor])
            for pairs, probability in (
                (self.identical, self.identical_probability),
                (self.scored, self.scored_probability),
            )
        ]
        joined = np.flatnonzero(roots != np.arange(n))
        chain = components(n, *_chained([*told, (joined, roots[joined])]))
        rows = np.flatnonzero(chain[self.scored[0]] == chain[self.scored[1]])
        is_told = np.zeros(n, dtype=bool)
        is_told[self.scored[0]] = is_told[self.scored[1]] = True
        millionths = np.rint(self.scored_probability[rows] * MILLION).astype(np.int64)
        return _Near(chain, (self.scored[0][rows], self.scored[1][rows]), millionths, is_told)

    def _linked(self, near: _Near, roots: np.ndarray, floor: float, holds: Sequence[np.ndarray]) -> Merges:
        """Average linkage between the groups joined before; a pair that nobody scored counts as 0.

        Args:
            near: The scored pairs that count, at a floor that is no higher.
            roots: n smallest records of the groups so far.
            floor: Least average probability.
            holds: Arrays of n: what each record holds of something of which a person has one.
        """
        n = self.n_records
        a, b = roots[near.pairs[0]], roots[near.pairs[1]]
        size = np.bincount(roots[near.is_told], minlength=n)  # also told by pairs that do not count
        code, own = np.minimum(a, b) * n + np.maximum(a, b), np.flatnonzero(a != b)
        own = own[np.argsort(code[own], kind="stable")]  # mostly sorted already, and then at no cost
        code = code[own]
        starts = np.flatnonzero(np.append(True, code[1:] != code[:-1])) if len(code) else code
        low, high = code[starts] // n, code[starts] % n
        total = np.add.reduceat(near.millionths[own], starts) if len(starts) else starts
        mean = total / (MILLION * (size[low] * size[high]))
        return average_linkage(
            n,
            low,
            high,
            mean,
            floor=floor,
            most_in_chain=self.most_in_cluster,
            weight=size,
            apart=(roots[self.distinct[0]], roots[self.distinct[1]]),
            holds=[held_by_groups(held, roots) for held in holds],
        )


@dataclass(frozen=True)
class _Near:
    """The scored pairs that may count for clusters at a floor or above: a group is chained by likely pairs.

    Attributes:
        chain: n numbers: what likely pairs lead to one another.
        pairs: The scored pairs inside a chain.
        millionths: Their probabilities, as whole numbers.
        is_told: n truth values: whether any pair of the record was scored.
    """

    chain: np.ndarray
    pairs: Pairs
    millionths: np.ndarray
    is_told: np.ndarray

    def among(self, records: np.ndarray) -> np.ndarray:
        """n truth values: whether a record is in the chain of any of some."""
        is_hit = np.zeros(len(self.chain), dtype=bool)
        is_hit[self.chain[records]] = True
        hit: np.ndarray = is_hit[self.chain]
        return hit

    def only(self, is_asked: np.ndarray) -> _Near:
        """The pairs of some records, n truth values; whole chains."""
        rows = np.flatnonzero(is_asked[self.pairs[0]])
        pairs = self.pairs[0][rows], self.pairs[1][rows]
        return replace(self, pairs=pairs, millionths=self.millionths[rows])


def clusters_of(merges: Sequence[Merges], n_records: int, threshold: float) -> np.ndarray:
    """For each of n records the smallest of its cluster, by several forests cut at a threshold."""
    kept = [one.height >= threshold for one in merges]
    ends = [(one.low[own], one.high[own]) for one, own in zip(merges, kept, strict=True)]
    return components(n_records, *_chained(ends))


def _chained(parts: Sequence[Pairs]) -> Pairs:
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])


def person_name(smallest_record_id: str) -> str:
    """The person of a cluster, named after its smallest record.

    Example:
        >>> person_name("shop:1")[:15]
        'person:3309cf22'
    """
    return "person:" + hashlib.sha256(smallest_record_id.encode()).hexdigest()[:16]
