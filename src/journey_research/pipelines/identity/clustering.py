"""Links to persons, within the rules: judged the same is together, judged distinct is apart.

Context: a chain of likely pairs is not one person, and a wrong tie pulls whole families together.
Choice: sure ties first, then average linkage over the scored pairs inside each chain, then ties
of records without a name; a pair judged distinct is kept apart at every step, so also across
what was joined before. Given up: that a lower threshold always joins more (average linkage does
not promise it, connected components would).
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .matching.linkage import average_linkage

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

    def apart_from(self, record_id: str) -> set[str]:
        """What must never come together with this record's group."""
        return self._apart.get(self.root(record_id), set())

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
    pairs = sorted(scored)
    groups = sorted({joining.root(record_id) for pair in pairs for record_id in pair})
    place = {group: at for at, group in enumerate(groups)}
    told: dict[str, set[str]] = defaultdict(set)
    totals: dict[tuple[int, int], list[float]] = defaultdict(list)
    for a, b in pairs:
        roots = joining.root(a), joining.root(b)
        for record_id, root in zip((a, b), roots, strict=True):
            told[root].add(record_id)
        if roots[0] != roots[1]:
            low, high = sorted((place[roots[0]], place[roots[1]]))
            totals[low, high].append(scored[a, b])
    sizes = np.array([len(told[group]) for group in groups], dtype=np.int64)
    ends = np.array(sorted(totals), dtype=np.int64).reshape(-1, 2)
    # A pair of records that nobody scored is no likely one: it counts as 0.
    mean = np.array(
        [math.fsum(totals[low, high]) / (sizes[low] * sizes[high]) for low, high in ends.tolist()]
    )
    apart = np.array(
        sorted(
            {
                (place[group], place[root])
                for group in groups
                for other in joining.apart_from(group)
                if (root := joining.root(other)) in place
            }
        ),
        dtype=np.int64,
    ).reshape(-1, 2)
    merges = average_linkage(
        len(groups),
        ends[:, 0],
        ends[:, 1],
        mean,
        floor=threshold,
        most_in_chain=most,
        weight=sizes,
        apart=(apart[:, 0], apart[:, 1]),
    )
    for group, root in zip(groups, merges.clusters(len(groups), threshold).tolist(), strict=True):
        joining.join(group, groups[root])


def person_name(smallest_record_id: str) -> str:
    """The person of a cluster, named after its smallest record.

    Example:
        >>> person_name("shop:1")[:15]
        'person:3309cf22'
    """
    return "person:" + hashlib.sha256(smallest_record_id.encode()).hexdigest()[:16]
