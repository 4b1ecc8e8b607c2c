"""Scored pairs to clusters: average linkage inside each chain of likely pairs.

Context: a chain of likely pairs is not one person, and a wrong tie pulls families together; yet
one weak pair between two strong groups should not part them. Choice: records chained by pairs above
a floor are looked at together, the pairs that blocking missed inside a chain are scored as well,
and the two groups with the greatest average probability are joined until none reaches the
threshold. Chains of about the same size are worked on side by side, as one array. A chain over the cap
is cut at rising floors first. Given up: that a lower threshold never parts two records (average
linkage does not promise it, connected components would).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .threads import side_by_side

Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]
MOST_CELLS = 500_000
WIDTHS = np.sort(np.concatenate([2 ** np.arange(1, 31), 3 * 2 ** np.arange(30)]))  # of arrays of chains
FLOOR_STEP, LONGER_IF_SURE = 0.05, 25
SURE_FLOORS = (0.95, 0.97, 0.985, 0.99, 0.995, 0.998, 0.999, 0.9999)
_NEVER, _UNDECIDED = -1.0, -2.0  # what must stay apart; and what stays apart for that it cannot be told
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Merges:
    """Every join that average linkage would make, from the likeliest on: a forest cut at any height.

    Attributes:
        low: m record numbers, each the smallest of its group.
        high: m record numbers, each the smallest of the group that joins.
        height: m average probabilities at which the two are joined, never rising inside a chain.
        chain: n numbers: which records were looked at together; see ``chains``.
    """

    low: np.ndarray
    high: np.ndarray
    height: np.ndarray
    chain: np.ndarray

    def clusters(self, n_records: int, threshold: float) -> np.ndarray:
        """For each of n records the smallest record of its cluster, cut at a threshold."""
        kept = self.height >= threshold
        return components(n_records, self.low[kept], self.high[kept])


def components(n: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """For each of n numbers the smallest that edges lead to.

    Example:
        >>> components(4, np.array([1]), np.array([3])).tolist()
        [0, 1, 2, 1]
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    graph = sparse.coo_matrix((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n, n))
    _, label = csgraph.connected_components(graph, directed=False)
    smallest = np.zeros(int(label.max()) + 1 if n else 0, dtype=np.int64)
    smallest[label[::-1]] = np.arange(n - 1, -1, -1)  # of several the last one stays
    told: np.ndarray = smallest[label]
    return told


def average_linkage(
    n_records: int,
    first: np.ndarray,
    second: np.ndarray,
    probability: np.ndarray,
    score: Scorer | None = None,
    floor: float = 0.2,
    most_in_chain: int = 40,
    weight: np.ndarray | None = None,
    apart: tuple[np.ndarray, np.ndarray] | None = None,
    holds: Sequence[np.ndarray] = (),
) -> Merges:
    """Join groups by the mean probability of the pairs between them.

    A group that is as likely one with either of two that must stay apart joins neither.

    Args:
        n_records: n.
        first: k record numbers.
        second: k record numbers, each pair once.
        probability: k match probabilities.
        score: Scores pairs that nobody has compared yet; without it they count as 0.
        floor: Pairs below it chain nothing, and nothing is joined below it.
        most_in_chain: Longer chains are cut at rising floors; what no floor cuts may be 25 times as long,
            and falls apart into single records beyond.
        weight: n numbers of records that each of n stands for; 1 each where not given.
        apart: Two arrays of record numbers: pairs that never come together, also not by way of others.
        holds: Arrays of n; two records that hold different things in one of them, neither of them -1,
            never come together.

    Returns:
        The joins, sorted by record.
    """
    swapped = first > second
    first, second = np.where(swapped, second, first), np.where(swapped, first, second)
    chain = chains(n_records, first, second, probability, floor, most_in_chain)
    inside = chain[first] == chain[second]
    first, second, probability = first[inside], second[inside], probability[inside]
    is_member = np.zeros(n_records, dtype=bool)
    is_member[first] = is_member[second] = True
    members = np.flatnonzero(is_member)
    order = np.argsort(chain[members], kind="stable")
    members = members[order]
    _, starts, sizes = np.unique(chain[members], return_index=True, return_counts=True)
    place = np.full(n_records, -1, dtype=np.int64)
    place[members] = np.arange(len(members)) - np.repeat(starts, sizes)
    number = np.full(n_records, -1, dtype=np.int64)
    number[members] = np.repeat(np.arange(len(starts)), sizes)
    weights = np.ones(n_records) if weight is None else weight.astype(float)
    never = (np.zeros(0, dtype=np.int64),) * 2 if apart is None else apart
    together = (number[never[0]] >= 0) & (chain[never[0]] == chain[never[1]])
    never = never[0][together], never[1][together]
    width_of = WIDTHS[np.searchsorted(WIDTHS, sizes)]
    is_bound = np.zeros(len(starts), dtype=bool)  # chains in which something must stay apart
    is_bound[number[never[0]]] = True
    for held in holds:
        is_bound[number[members[held[members] >= 0]]] = True
    # Chains of one width that are bound, or none of which is, are worked on side by side.
    sort_of = 2 * width_of + is_bound
    by_sort, never_by_sort = _Sorted.by(sort_of[number[first]]), _Sorted.by(sort_of[number[never[0]]])

    def joined(piece: tuple[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sort, group = piece
        width, pairs, nevers = sort // 2, by_sort.rows(sort), never_by_sort.rows(sort)
        is_in = np.arange(width) < sizes[group][:, None]
        rows = members[starts[group][:, None] + np.where(is_in, np.arange(width), 0)]
        table = np.where(is_in[:, :, None] & is_in[:, None, :], np.nan, _NEVER)
        of_chain, own = _rows_in(group, number[first[pairs]])
        i, j = place[first[pairs[own]]], place[second[pairs[own]]]
        table[of_chain, i, j] = table[of_chain, j, i] = probability[pairs[own]]
        _fill(table, rows, score)
        of_chain, own = _rows_in(group, number[never[0][nevers]])
        i, j = place[never[0][nevers[own]]], place[never[1][nevers[own]]]
        table[of_chain, i, j] = table[of_chain, j, i] = _NEVER
        for held in holds if sort % 2 else ():
            thing = held[rows]
            knows = (thing[:, :, None] >= 0) & (thing[:, None, :] >= 0)
            table[knows & (thing[:, :, None] != thing[:, None, :])] = _NEVER
        return _joined(table, rows, weights[rows], floor, is_bound=bool(sort % 2))

    pieces = []
    for sort in np.unique(sort_of).tolist():
        of_sort, most = np.flatnonzero(sort_of == sort), max(1, MOST_CELLS // (sort // 2) ** 2)
        pieces += [(sort, of_sort[at : at + most]) for at in range(0, len(of_sort), most)]
    found = side_by_side(joined, pieces)
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return Merges(nothing, nothing, np.zeros(0), chain)
    low, high, height = (np.concatenate([one[part] for one in found]) for part in range(3))
    order = np.lexsort([high, low])
    return Merges(low[order], high[order], height[order], chain)


@dataclass(frozen=True)
class _Sorted:
    """Rows by a whole number of theirs, so that those of one are found at once."""

    order: np.ndarray
    numbers: np.ndarray

    @classmethod
    def by(cls, numbers: np.ndarray) -> _Sorted:
        order = np.argsort(numbers, kind="stable")
        return cls(order, numbers[order])

    def rows(self, number: int) -> np.ndarray:
        return self.order[slice(*np.searchsorted(self.numbers, [number, number + 1]).tolist())]


def _rows_in(group: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of some rising numbers each number is, and the places of those that are any of them."""
    at = np.searchsorted(group, numbers)
    own = np.flatnonzero((at < len(group)) & (group[np.minimum(at, len(group) - 1)] == numbers))
    return at[own], own


def chains(
    n: int, first: np.ndarray, second: np.ndarray, probability: np.ndarray, floor: float, most: int
) -> np.ndarray:
    """A chain for every record, named after its smallest; the floor rises until none is too long.

    Args:
        n: Records.
        first: k record numbers.
        second: k record numbers.
        probability: k match probabilities.
        floor: Pairs below it chain nothing.
        most: Longer chains are cut.
    """
    chain = np.arange(n)
    likely = np.arange(floor, SURE_FLOORS[0] - 1e-9, FLOOR_STEP).tolist()
    records = chain  # what is still asked; ends are places among these
    for least in (*likely, *SURE_FLOORS):
        live = np.flatnonzero(probability >= least)
        if not len(live):
            break
        first, second, probability = first[live], second[live], probability[live]
        is_asked = np.zeros(len(records), dtype=bool)
        is_asked[first] = is_asked[second] = True
        place = np.cumsum(is_asked) - 1
        records, first, second = records[is_asked], place[first], place[second]
        label = components(len(records), first, second)
        size = np.bincount(label, minlength=len(records))[label]
        # No floor cuts what is all as good as sure, and cut to single records it would be lost.
        fits = size <= (most * LONGER_IF_SURE if least in SURE_FLOORS else most)
        chain[records[fits]] = records[label[fits]]
        rest = np.flatnonzero(~fits[first])
        first, second, probability = first[rest], second[rest], probability[rest]
    return chain


def _fill(table: np.ndarray, rows: np.ndarray, score: Scorer | None) -> None:
    """Score the pairs of each chain that blocking did not bring together."""
    of_chain, i, j = np.nonzero(np.triu(np.isnan(table), 1))
    if len(of_chain):
        told = np.zeros(len(of_chain)) if score is None else score(rows[of_chain, i], rows[of_chain, j])
        table[of_chain, i, j] = table[of_chain, j, i] = told


def _joined(
    table: np.ndarray, rows: np.ndarray, weight: np.ndarray, floor: float, is_bound: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The joins of b chains of s records each; ``table`` (b, s, s) is used up.

    Where nothing is bound to stay apart, nothing is undecided.
    """
    n_chains, size, _ = table.shape
    at = np.arange(size)
    table[:, at, at] = _NEVER
    height = np.full(n_chains, np.inf)
    live = np.arange(n_chains)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    while len(live):
        flat = (table if len(live) == n_chains else table[live]).reshape(len(live), -1)
        best = flat.argmax(axis=1)
        value = flat[np.arange(len(live)), best]
        going = value >= floor - _ROUNDING
        live, best, value = live[going], best[going], value[going]
        i, j = best // size, best % size  # i < j: of equal values the first in the row's order wins
        waiting = live[:0]
        if is_bound:
            undecided = _part_undecided(table, live, i, j, value)
            waiting = live[undecided]
            live, i, j, value = live[~undecided], i[~undecided], j[~undecided], value[~undecided]
        height[live] = np.minimum(height[live], value)
        found.append((rows[live, i], rows[live, j], height[live].copy()))
        wi, wj = weight[live, i], weight[live, j]
        merged = (wi[:, None] * table[live, i] + wj[:, None] * table[live, j]) / (wi + wj)[:, None]
        for mark in (_UNDECIDED, _NEVER) if is_bound else (_NEVER,):
            merged[(table[live, i] == mark) | (table[live, j] == mark)] = mark
        table[live, i] = merged
        table[live, :, i] = merged
        table[live, j] = _NEVER
        table[live, :, j] = _NEVER
        weight[live, i] = wi + wj
        live = np.sort(np.concatenate([live, waiting])) if len(waiting) else live
    low, high, told = (np.concatenate([one[part] for one in found]) for part in range(3))
    return low, high, told


def _part_undecided(
    table: np.ndarray, live: np.ndarray, i: np.ndarray, j: np.ndarray, value: np.ndarray
) -> np.ndarray:
    """Whether one of the two likeliest groups is as likely one with a third that the other is kept from.

    Such a group joins neither of them; ``table`` is told so.

    Args:
        table: (b, s, s) average probabilities.
        live: c chains.
        i: One of the two likeliest groups of each chain.
        j: The other.
        value: c average probabilities of these two.

    Returns:
        c truth values.
    """
    undecided = np.zeros(len(live), dtype=bool)
    for one, other in ((i, j), (j, i)):
        rivals = (table[live, one] >= value[:, None] - _ROUNDING) & (table[live, other] == _NEVER)
        rivals[np.arange(len(live)), other] = False
        fits_two = rivals.any(axis=1)
        if not fits_two.any():
            continue
        chain, rival = np.nonzero(rivals)
        ends = np.concatenate([live[chain], live[fits_two]])
        a = np.concatenate([one[chain], one[fits_two]])
        b = np.concatenate([rival, other[fits_two]])
        table[ends, a, b] = table[ends, b, a] = _UNDECIDED
        undecided |= fits_two
    return undecided
