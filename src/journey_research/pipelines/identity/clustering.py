"""Ties between records to clusters, within the rules: judged the same is together, judged distinct apart.

Context: a chain of likely pairs is not one person, and a wrong tie pulls whole families together.
Choice: sure ties first, then average linkage over the scored pairs inside each chain, then ties
of records without a name; a pair judged distinct is kept apart at every step, so also across
what was joined before, and so are two records of a source that holds a person once. Nearly every
component of ties offends against none of this and is joined as one array operation; only in the others
does the order of the ties decide, one by one. Given up: that a lower threshold always joins more
(average linkage does not promise it, connected components would).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from .matching.linkage import Merges, average_linkage, components

Pairs = tuple[np.ndarray, np.ndarray]
MILLION = 1_000_000  # Probabilities have six decimals; whole numbers add up to the same in any order.


def no_pairs() -> Pairs:
    """Two empty arrays of record numbers."""
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Ties:
    """All that is known of pairs of n records; records are numbers in the order of their ids.

    Attributes:
        n_records: n.
        same: Pairs judged the same; they are joined first, in their order.
        distinct: Pairs judged distinct; never together, also by way of others.
        sure: Pairs tied by sure identifiers; in their order.
        identical: Pairs of equal values.
        identical_probability: That each is one person.
        scored: Compared pairs, each once.
        scored_probability: That each is one person, to six decimals.
        unverified: Pairs tied by unverified identifiers; joined last, in their order, and only where
            they bring no two groups of named records together.
        is_named: n truth values: whether the record has values of its own; null: all have.
        once: n sets of sources as bits, uint64: records with a bit in common are joined only where they
            are judged the same; null: none.
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
        lowest, highest = min(thresholds), max(thresholds)
        sure = self._joined_surely(highest)
        # Equal records that some thresholds join and others do not are in few chains; the others are
        # linked once for all thresholds.
        is_open = (self.identical_probability >= lowest) & (self.identical_probability < highest)
        wavers = self._chained_to(sure, self.identical[0][is_open], lowest)
        steady = self._linked(sure, lowest, ~wavers)
        found = []
        for threshold in thresholds:
            roots, merges = sure, [steady]
            if is_open.any():
                roots = self._joined_surely(threshold)
                merges.append(self._linked(roots, threshold, wavers))
            grown = clusters_of(merges, self.n_records, threshold)[roots]
            found.append(self._joined(grown, self.unverified, self.is_named))
        return found

    def _chained_to(self, roots: np.ndarray, records: np.ndarray, floor: float) -> np.ndarray:
        """Whether a record is chained to any of some by ties of at least a probability."""
        n = self.n_records
        if not len(records):
            return np.zeros(n, dtype=bool)
        told = [
            (pairs[0][probability >= floor], pairs[1][probability >= floor])
            for pairs, probability in (
                (self.identical, self.identical_probability),
                (self.scored, self.scored_probability),
            )
        ]
        chain = components(n, *_chained([*told, (np.arange(n), roots)]))
        is_hit = np.zeros(n, dtype=bool)
        is_hit[chain[records]] = True
        hit: np.ndarray = is_hit[chain]
        return hit

    def _joined_surely(self, threshold: float) -> np.ndarray:
        """Judged the same, tied by sure identifiers, equal in all values: in this order."""
        likely = self.identical_probability >= threshold
        identical = self.identical[0][likely], self.identical[1][likely]
        edges = _chained([self.same, self.sure, identical])
        n_free = len(self.same[0])
        return self._joined(np.arange(self.n_records), edges, None, n_free)

    def _linked(self, roots: np.ndarray, floor: float, is_asked: np.ndarray) -> Merges:
        """Average linkage between the groups joined before; a pair that nobody scored counts as 0.

        Args:
            roots: n smallest records of the groups so far.
            floor: Least average probability.
            is_asked: n truth values: of which records; whole chains.
        """
        n = self.n_records
        own = np.flatnonzero(is_asked[self.scored[0]])
        scored = self.scored[0][own], self.scored[1][own]
        a, b = roots[scored[0]], roots[scored[1]]
        told = np.zeros(n, dtype=bool)
        told[scored[0]] = told[scored[1]] = True
        size = np.bincount(roots[told], minlength=n)
        between = np.flatnonzero(a != b)
        code = np.minimum(a, b)[between] * n + np.maximum(a, b)[between]
        order = np.argsort(code, kind="stable")  # mostly sorted already, and then at no cost
        code, between = code[order], between[order]
        millionths = np.rint(self.scored_probability[own[between]] * MILLION).astype(np.int64)
        starts = np.flatnonzero(np.append(True, code[1:] != code[:-1])) if len(code) else code
        low, high = code[starts] // n, code[starts] % n
        total = np.add.reduceat(millionths, starts) if len(starts) else millionths
        mean = total / (MILLION * (size[low] * size[high]))
        once = None
        if self.once is not None:
            once = np.zeros(n, dtype=np.uint64)
            np.bitwise_or.at(once, roots, self.once)
        return average_linkage(
            n,
            low,
            high,
            mean,
            floor=floor,
            most_in_chain=self.most_in_cluster,
            weight=size,
            apart=(roots[self.distinct[0]], roots[self.distinct[1]]),
            once=once,
        )

    def _joined(
        self, roots: np.ndarray, edges: Pairs, is_held: np.ndarray | None, n_free: int = 0
    ) -> np.ndarray:
        """Groups joined along edges; one that offends is refused, which in their order decides.

        Args:
            roots: n smallest records of the groups so far.
            edges: Pairs of records.
            is_held: n truth values: no two groups with such a record are joined; null: all may be.
            n_free: So many edges, the first, join two records of a source that holds a person once.
        """
        n = self.n_records
        a, b = roots[edges[0]], roots[edges[1]]
        label = components(n, a, b)
        offends = np.zeros(n, dtype=bool)
        ends = roots[self.distinct[0]], roots[self.distinct[1]]
        together = label[ends[0]] == label[ends[1]]
        offends[label[ends[0][together]]] = True
        held = np.zeros(n, dtype=bool)
        if is_held is not None:
            held[roots[is_held]] = True
            offends |= np.bincount(label[np.flatnonzero(held)], minlength=n) > 1
        once = np.zeros(n, dtype=np.uint64)
        if self.once is not None:
            np.bitwise_or.at(once, roots, self.once)
            offends |= _has_common_bit(label, once)
        hard = np.flatnonzero(offends[label[a]])
        if not len(hard):
            return label[roots]
        plain = ~offends[label]
        joined = np.where(plain, label, np.arange(n))
        joining = Joining(zip(*(end.tolist() for end in ends), strict=True), held, once)
        for at in hard.tolist():
            joining.join(int(a[at]), int(b[at]), is_free=at < n_free)
        for record, root in joining.roots().items():
            joined[record] = root
        told: np.ndarray = joined[roots]
        return told


@dataclass
class Joining:
    """Groups joined one by one; ``join`` refuses what must not come together.

    Attributes:
        distinct: Pairs that never come together.
        held: n truth values: no two groups with such a record are joined.
        once: n sets of sources as bits: groups with one in common are not joined.
    """

    distinct: Iterable[tuple[int, int]]
    held: np.ndarray
    once: np.ndarray
    _parent: dict[int, int] = field(default_factory=dict)
    _apart: dict[int, set[int]] = field(init=False)
    _is_held: dict[int, bool] = field(default_factory=dict)
    _sources: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._apart = defaultdict(set)
        for a, b in self.distinct:
            if a != b:
                self._apart[a].add(b)
                self._apart[b].add(a)

    def root(self, record: int) -> int:
        """The smallest record that this one is joined to."""
        while (parent := self._parent.get(record, record)) != record:
            self._parent[record] = record = self._parent.get(parent, parent)
        return record

    def roots(self) -> dict[int, int]:
        """Every record that was joined to a smaller one, and the smallest of its group."""
        return {record: self.root(record) for record in list(self._parent)}

    def join(self, a: int, b: int, is_free: bool = False) -> bool:
        """Join two records and all that are joined to them; False where that is forbidden."""
        low, high = sorted((self.root(a), self.root(b)))
        if low == high:
            return True
        held = [self._is_held.get(one, bool(self.held[one])) for one in (low, high)]
        sources = [self._sources.get(one, int(self.once[one])) for one in (low, high)]
        if high in self._apart[low] or all(held) or (sources[0] & sources[1] and not is_free):
            return False
        self._parent[high] = low
        self._is_held[low], self._sources[low] = any(held), sources[0] | sources[1]
        for other in self._apart.pop(high, set()):
            self._apart[other].discard(high)
            self._apart[other].add(low)
            self._apart[low].add(other)
        return True


def clusters_of(merges: Sequence[Merges], n_records: int, threshold: float) -> np.ndarray:
    """For each of n records the smallest of its cluster, by several forests cut at a threshold."""
    kept = [one.height >= threshold for one in merges]
    ends = [(one.low[own], one.high[own]) for one, own in zip(merges, kept, strict=True)]
    return components(n_records, *_chained(ends))


def _chained(parts: Sequence[Pairs]) -> Pairs:
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])


def _has_common_bit(label: np.ndarray, once: np.ndarray) -> np.ndarray:
    """Whether two records of a component have a bit in common, by the component's number."""
    told = np.zeros(len(label), dtype=bool)
    every = int(np.bitwise_or.reduce(once))
    for bit in range(every.bit_length()):
        has = (once >> np.uint64(bit)) & np.uint64(1) == 1
        told |= np.bincount(label[has], minlength=len(label)) > 1
    return told


def person_name(smallest_record_id: str) -> str:
    """The person of a cluster, named after its smallest record.

    Example:
        >>> person_name("shop:1")[:15]
        'person:3309cf22'
    """
    return "person:" + hashlib.sha256(smallest_record_id.encode()).hexdigest()[:16]
