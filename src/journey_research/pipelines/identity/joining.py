"""Groups joined along ties where some must stay apart; what leads to both sides joins neither.

Context: a browser tied to two people, or an address that two of them gave, names nobody; whoever
gives it to one of the two decides by the order of names. Choice: what stands between two that must
stay apart leaves both and stays together by itself; every reason to keep apart is looked at on the
ties as they came, so neither order nor names count. Given up: cutting as few ties as possible, of
which there may be several ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .matching.linkage import components

Pairs = tuple[np.ndarray, np.ndarray]
NOTHING = -1  # Held by who may be with anybody.


def no_pairs() -> Pairs:
    """Two empty arrays of record numbers."""
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)


def join_groups(n: int, ties: Pairs, holds: Sequence[np.ndarray], apart: Pairs) -> np.ndarray:
    """Join along ties, save those that lead to two that must stay apart.

    Args:
        n: Numbers to be joined.
        ties: Two arrays of k numbers.
        holds: Arrays of n; two numbers that hold different things in one of them stay apart, and
            ``NOTHING`` is with anybody.
        apart: Two arrays of numbers that stay apart.

    Returns:
        For each of n numbers the smallest of its group.

    Example:
        2 stands between 1 and 3, which hold different things; 4 is tied to 3 alone.

        >>> ties = np.array([1, 2, 3]), np.array([2, 3, 4])
        >>> join_groups(5, ties, [np.array([-1, 7, -1, 8, -1])], no_pairs()).tolist()
        [0, 1, 2, 3, 3]
    """
    first, second = ties
    label = components(n, first, second)
    told = np.arange(len(first))
    # First what joins two that stay apart itself: it is wrong, whatever else leads there.
    for refuses in (_joins_apart, _leads_apart):
        refused = np.zeros(len(told), dtype=bool)
        for own, held in _offending(label, first[told], apart, holds):
            refused[own] |= refuses(first[told[own]], second[told[own]], held)
        if refused.any():
            told = told[~refused]
            label = components(n, first[told], second[told])
    return label


def _offending(
    label: np.ndarray, first: np.ndarray, apart: Pairs, holds: Sequence[np.ndarray]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Ties of the components in which two should be apart, and what keeps these apart; once for each reason.

    Args:
        label: n numbers of components.
        first: One end of each tie.
        apart: Two arrays of numbers that stay apart; each pair is a reason of its own.
        holds: Arrays of n.
    """
    for held in holds:
        yield np.flatnonzero(_hold_two(label, held)[label[first]]), held
    meet = np.flatnonzero((label[apart[0]] == label[apart[1]]) & (apart[0] != apart[1]))
    if not len(meet):
        return
    order = np.argsort(label[first], kind="stable")
    sorted_label = label[first][order]
    held = np.full(len(label), NOTHING, dtype=np.int64)
    for a, b in zip(apart[0][meet].tolist(), apart[1][meet].tolist(), strict=True):
        held[a], held[b] = 0, 1
        yield order[slice(*np.searchsorted(sorted_label, [label[a], label[a] + 1]).tolist())], held
        held[a] = held[b] = NOTHING


def _hold_two(label: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Whether two members of a component hold different things, by the component's number."""
    least, most = _extremes(len(label), label, held)
    told: np.ndarray = least < most
    return told


def _extremes(n: int, label: np.ndarray, held: np.ndarray) -> Pairs:
    """The smallest and the greatest thing held under each label; equal where it is one or none."""
    at = np.flatnonzero(held != NOTHING)
    least, most = np.full(n, np.iinfo(np.int64).max), np.full(n, NOTHING)
    np.minimum.at(least, label[at], held[at])
    np.maximum.at(most, label[at], held[at])
    return least, most


def _joins_apart(first: np.ndarray, second: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Whether a tie joins two different things."""
    a, b = held[first], held[second]
    told: np.ndarray = (a != NOTHING) & (b != NOTHING) & (a != b)
    return told


def _leads_apart(first: np.ndarray, second: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Whether a tie joins one thing to what stands between several."""
    if not len(first):
        return np.zeros(0, dtype=bool)
    members, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    a, b = np.split(ends, 2)
    thing = held[members]
    is_free = thing == NOTHING
    between = is_free[a] & is_free[b]
    free = components(len(members), a[between], b[between])
    leads = is_free[a] != is_free[b]
    inner, outer = np.where(is_free[a], a, b), np.where(is_free[a], b, a)
    least, most = _extremes(len(members), free[inner[leads]], thing[outer[leads]])
    told: np.ndarray = leads & (least < most)[free[inner]]
    return told


def held_by_groups(held: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """What each group holds, at its smallest number; of a group that holds two things, the greatest.

    Example:
        >>> held_by_groups(np.array([-1, 7, -1]), np.array([0, 0, 2])).tolist()
        [7, -1, -1]
    """
    told = np.full(len(held), NOTHING, dtype=np.int64)
    np.maximum.at(told, roots, held)
    return told


def united(held: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """What is held, told anew so that all that one group holds counts as one thing.

    Example:
        Somebody judged that the first two are one person: 4 and 7 are one, also where others hold them.

        >>> united(np.array([4, 7, 7, 9]), np.array([0, 0, 2, 3])).tolist()
        [4, 4, 4, 9]
    """
    n_things = int(held.max(initial=NOTHING)) + 1
    at = np.flatnonzero((held != NOTHING) & (np.bincount(roots, minlength=len(roots))[roots] > 1))
    if not len(at):
        return held
    same = components(n_things + len(held), held[at], n_things + roots[at])
    return np.where(held == NOTHING, NOTHING, same[held])
