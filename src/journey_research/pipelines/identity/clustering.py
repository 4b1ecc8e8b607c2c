"""Links to persons, within the rules: judged the same is together, judged distinct is apart.

Context: a chain of likely pairs is not one person, and a wrong tie pulls whole families together.
Choice: sure ties first, then average linkage over the scored pairs inside each chain, then ties
of records without a name; a pair judged distinct is kept apart at every step, so also across
what was joined before. Given up: that a lower threshold always joins more (average linkage does
not promise it, connected components would).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Pair = tuple[str, str]


@dataclass
class Joining:
    """Records joined so far; ``join`` refuses what would bring a distinct pair together."""

    ids: Sequence[str]
    distinct: Iterable[Pair] = ()
    _parent: dict[str, str] = field(init=False)
    _apart: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._parent = {record_id: record_id for record_id in self.ids}
        self._apart = defaultdict(set)
        for a, b in self.distinct:
            if a in self._parent and b in self._parent and a != b:
                self._apart[a].add(b)
                self._apart[b].add(a)

    def root(self, record_id: str) -> str:
        """The smallest record that this one is joined to."""
        while self._parent[record_id] != record_id:
            self._parent[record_id] = self._parent[self._parent[record_id]]
            record_id = self._parent[record_id]
        return record_id

    def may_join(self, a: str, b: str) -> bool:
        """Whether no pair judged distinct would come together."""
        return self.root(b) not in self._apart[self.root(a)]

    def join(self, a: str, b: str) -> bool:
        """Join two records and all that are joined to them; False where that is forbidden."""
        low, high = sorted((self.root(a), self.root(b)))
        if low == high:
            return True
        if high in self._apart[low]:
            return False
        self._parent[high] = low
        for other in self._apart.pop(high, set()):
            self._apart[other].discard(high)
            self._apart[other].add(low)
            self._apart[low].add(other)
        return True


def cluster_pairs(
    ids: Collection[str],
    *,
    same: Iterable[Pair] = (),
    distinct: Iterable[Pair] = (),
    sure: Iterable[Pair] = (),
    identical: Mapping[Pair, float] | None = None,
    scored: Mapping[Pair, float] | None = None,
    unverified: Iterable[Pair] = (),
    named: Collection[str] = (),
    threshold: float = 0.5,
    most_in_cluster: int = 60,
) -> dict[str, str]:
    """Who is who, from pairs.

    Args:
        ids: n record ids.
        same: Pairs judged the same; in order they are joined first.
        distinct: Pairs judged distinct; never together, also by way of others.
        sure: Pairs tied by sure identifiers.
        identical: Pairs of equal values and the probability that they are one person.
        scored: Compared pairs and their match probability.
        unverified: Pairs tied by unverified identifiers; joined last, and only where they bring
            no two groups of ``named`` records together.
        named: Records with values of their own.
        threshold: Least average probability inside a cluster.
        most_in_cluster: Chains longer than this are cut at rising thresholds first.

    Returns:
        Record id -> smallest record id of its cluster; every record once, in sorted order.

    Example:
        >>> cluster_pairs("abc", scored={("a", "b"): .9, ("b", "c"): .9, ("a", "c"): .0})
        {'a': 'a', 'b': 'a', 'c': 'c'}
        >>> cluster_pairs("abc", same=[("a", "b")], distinct=[("a", "c")], scored={("b", "c"): 1.0})
        {'a': 'a', 'b': 'a', 'c': 'c'}
    """
    ordered = sorted(ids)
    joining = Joining(ordered, list(distinct))
    present = set(ordered)
    for pairs in (same, sure, (pair for pair, p in (identical or {}).items() if p >= threshold)):
        for a, b in sorted(pairs):
            if a in present and b in present:
                joining.join(a, b)
    inside = {pair: p for pair, p in (scored or {}).items() if pair[0] in present and pair[1] in present}
    _join_scored(joining, inside, threshold, most_in_cluster)
    held = {joining.root(record_id) for record_id in named if record_id in present}
    for a, b in sorted(unverified):
        if a not in present or b not in present:
            continue
        first, second = joining.root(a), joining.root(b)
        if (first != second and first in held and second in held) or not joining.join(a, b):
            continue
        if first in held or second in held:
            held.add(joining.root(a))
    return {record_id: joining.root(record_id) for record_id in ordered}


def _join_scored(joining: Joining, scored: Mapping[Pair, float], threshold: float, most: int) -> None:
    """Average linkage inside each chain of likely pairs, between the groups joined before."""
    told: dict[str, set[str]] = defaultdict(set)
    totals: dict[Pair, float] = defaultdict(float)
    for a, b in sorted(scored):
        first, second = sorted((joining.root(a), joining.root(b)))
        told[joining.root(a)].add(a)
        told[joining.root(b)].add(b)
        if first != second:
            totals[first, second] += scored[a, b]
    sizes = {group: len(records) for group, records in told.items()}
    chains = _chains(totals, sizes, threshold, most)
    place = {group: (number, at) for number, chain in enumerate(chains) for at, group in enumerate(chain)}
    matrices = [np.zeros((len(chain), len(chain))) for chain in chains]
    for (a, b), total in totals.items():
        if a in place and b in place and place[a][0] == place[b][0]:
            matrix, row, column = matrices[place[a][0]], place[a][1], place[b][1]
            matrix[row, column] = matrix[column, row] = total
    for chain, matrix in zip(chains, matrices, strict=True):
        counts = np.array([float(sizes[group]) for group in chain])
        _link_on_average(joining, chain, matrix, counts, threshold)


def _chains(
    totals: Mapping[Pair, float], sizes: Mapping[str, int], threshold: float, most: int
) -> list[list[str]]:
    """Groups of groups that likely pairs chain together; too long ones cut at rising thresholds."""
    waiting, done = [(dict(totals), threshold)], []
    while waiting:
        pairs, least = waiting.pop()
        kept = {
            pair: total for pair, total in pairs.items() if total / (sizes[pair[0]] * sizes[pair[1]]) >= least
        }
        parts = Joining(sorted({group for pair in kept for group in pair}))
        for a, b in sorted(kept):
            parts.join(a, b)
        chains: dict[str, list[str]] = defaultdict(list)
        for group in parts.ids:
            chains[parts.root(group)].append(group)
        inside: dict[str, dict[Pair, float]] = defaultdict(dict)
        for pair, total in kept.items():
            inside[parts.root(pair[0])][pair] = total
        for root, chain in chains.items():
            higher = least + 0.05
            if len(chain) <= most or higher > 1:
                done.append(chain[:most] if len(chain) > most else chain)
            else:
                waiting.append((inside[root], higher))
    return sorted(done)


def _link_on_average(
    joining: Joining, chain: list[str], totals: np.ndarray, sizes: np.ndarray, threshold: float
) -> None:
    """Join the two likeliest groups until none is likely enough; ties go to the smaller ids."""
    alive = list(range(len(chain)))
    forbidden = np.zeros_like(totals, dtype=bool)
    np.fill_diagonal(forbidden, True)
    while len(alive) > 1:
        average = np.where(forbidden, -1.0, totals / np.outer(sizes, sizes))
        best = average[np.ix_(alive, alive)]
        position = int(best.argmax())
        if best.flat[position] < threshold - 1e-9:
            return
        low, high = sorted((alive[position // len(alive)], alive[position % len(alive)]))
        if not joining.join(chain[low], chain[high]):
            forbidden[low, high] = forbidden[high, low] = True
            continue
        totals[low] += totals[high]
        totals[:, low] += totals[:, high]
        forbidden[low] |= forbidden[high]
        forbidden[:, low] |= forbidden[:, high]
        sizes[low] += sizes[high]
        alive.remove(high)


def person_name(smallest_record_id: str) -> str:
    """The person of a cluster, named after its smallest record.

    Example:
        >>> person_name("shop:1")[:15]
        'person:3309cf22'
    """
    return "person:" + hashlib.sha256(smallest_record_id.encode()).hexdigest()[:16]
