"""The sequences that most histories hold, found on the distinct paths.

Context: the sequences to look at grow without end as histories grow, and most histories are copies
of each other. Choice: distinct paths with their numbers of histories; from the commonest sequence on,
each is made longer by one event, which no more histories can hold, so the first ones found are the
commonest there are. For every place of every path it is known where each event comes next, so that a
step is a look-up. Given up: memory for that, a number per place and kind of event.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
State = tuple[Ints, Ints]


@dataclass(frozen=True)
class Paths:
    """Distinct paths, one after the other.

    Attributes:
        codes: Events of all paths, numbers from 0.
        offsets: Where each path begins in ``codes``, and where the last one ends.
        weights: Histories that have each path.
    """

    codes: Ints
    offsets: Ints
    weights: Ints

    @classmethod
    def read(cls, texts: list[str], weights: list[int]) -> Paths:
        """Paths from texts of numbers from 1, with spaces between.

        Example:
            >>> Paths.read(["1 2", "2"], [3, 1]).codes.tolist()
            [0, 1, 1]
        """
        parts = [text.split() for text in texts]
        offsets = np.cumsum([0, *map(len, parts)]).astype(np.int64)
        codes = np.array([int(number) for part in parts for number in part], np.int64) - 1
        return cls(codes, offsets, np.array(weights, np.int64))

    @property
    def n_events(self) -> int:
        """Kinds of events."""
        return int(self.codes.max()) + 1 if len(self.codes) else 0


def frequent_sequences(
    paths: Paths, *, fewest: int, longest: int, most: int, contiguous: bool
) -> list[tuple[tuple[int, ...], Ints]]:
    """The sequences that most histories hold.

    Args:
        paths: Distinct paths.
        fewest: Histories that hold a sequence, at least; more than 0.
        longest: Events in a sequence, at most.
        most: Sequences told, at most.
        contiguous: Whether the events have to follow each other directly; else others may lie between.

    Returns:
        Sequences and the paths that hold them, the commonest first; ties by length, then by events.

    Source:
        Pei et al. (2001), "PrefixSpan"; from the commonest on, as Tzvetkov, Yan and Han (2005), "TSP".

    Example:
        >>> paths = Paths.read(["1 2 3", "1 3"], [1, 1])
        >>> found = frequent_sequences(paths, fewest=2, longest=3, most=9, contiguous=False)
        >>> [sequence for sequence, _ in found]
        [(0,), (2,), (0, 2)]
    """
    grow: _Contiguous | _Spread = _Contiguous(paths) if contiguous else _Spread(paths)
    waiting: list[tuple[int, int, tuple[int, ...], State]] = [
        (-n, 1, (code,), state) for code, n, state in grow.begin() if n >= fewest
    ]
    heapq.heapify(waiting)
    found: list[tuple[tuple[int, ...], Ints]] = []
    while waiting and len(found) < most:
        _, length, sequence, state = heapq.heappop(waiting)
        found.append((sequence, np.unique(grow.path_of(state))))
        if length < longest:
            for code, n, longer in grow.extend(state):
                if n >= fewest:
                    heapq.heappush(waiting, (-n, length + 1, (*sequence, code), longer))
    return found


def told_once(
    found: list[tuple[tuple[int, ...], Ints]], *, contiguous: bool
) -> list[tuple[tuple[int, ...], Ints]]:
    """The sequences without those that lie in a longer one which the very same paths hold.

    Args:
        found: Sequences and the paths that hold them.
        contiguous: Whether a sequence lies in another only where nothing is between its events.

    Returns:
        The rest, in the same order.

    Source:
        Yan, Han and Afshar (2003), "CloSpan": closed sequences.

    Example:
        >>> one, other = np.array([0]), np.array([0, 1])
        >>> found = [((0,), other), ((1,), one), ((0, 1), one)]
        >>> [sequence for sequence, _ in told_once(found, contiguous=False)]
        [(0,), (0, 1)]
    """
    same: dict[bytes, list[tuple[int, ...]]] = {}
    for sequence, held in found:
        same.setdefault(held.tobytes(), []).append(sequence)
    return [
        (sequence, held)
        for sequence, held in found
        if not any(_lies_in(sequence, longer, contiguous) for longer in same[held.tobytes()])
    ]


def _lies_in(sequence: tuple[int, ...], longer: tuple[int, ...], contiguous: bool) -> bool:
    if len(sequence) >= len(longer):
        return False
    if contiguous:
        starts = range(len(longer) - len(sequence) + 1)
        return any(longer[at : at + len(sequence)] == sequence for at in starts)
    rest = iter(longer)
    return all(event in rest for event in sequence)


class _Spread:
    """Sequences with gaps: a state is the paths that hold one, and the place after its first fit."""

    def __init__(self, paths: Paths) -> None:
        self._weights = paths.weights
        lengths = np.diff(paths.offsets)
        # A path of length l has l + 1 places: before each event and after the last.
        self._starts = paths.offsets[:-1] + np.arange(len(lengths))
        self._next: Numbers = np.full((len(paths.codes) + len(lengths), paths.n_events), -1, np.int32)
        for back in range(1, int(lengths.max()) + 1 if len(lengths) else 0):
            long = np.flatnonzero(lengths >= back)
            places = self._starts[long] + lengths[long] - back
            self._next[places] = self._next[places + 1]
            self._next[places, paths.codes[paths.offsets[1:][long] - back]] = places + 1

    def path_of(self, state: State) -> Ints:
        return state[0]

    def begin(self) -> list[tuple[int, int, State]]:
        return self.extend((np.arange(len(self._weights)), self._starts))

    def extend(self, state: State) -> list[tuple[int, int, State]]:
        held, places = state
        after = self._next[places]
        longer = []
        for code in range(after.shape[1]):
            rows = np.flatnonzero(after[:, code] >= 0)
            if len(rows):
                fits = (held[rows], after[rows, code].astype(np.int64))
                longer.append((code, int(self._weights[held[rows]].sum()), fits))
        return longer


class _Contiguous:
    """Sequences without gaps: a state is all their fits, as paths and places after them."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._of = np.repeat(np.arange(len(paths.weights)), np.diff(paths.offsets))

    def path_of(self, state: State) -> Ints:
        return state[0]

    def begin(self) -> list[tuple[int, int, State]]:
        return self.extend((self._of, np.arange(len(self._of))))

    def extend(self, state: State) -> list[tuple[int, int, State]]:
        held, places = state
        inside = places < self._paths.offsets[1:][held]
        held, places = held[inside], places[inside]
        codes = self._paths.codes[places]
        longer = []
        for code in np.unique(codes).tolist():
            rows = codes == code
            n = int(self._paths.weights[np.unique(held[rows])].sum())
            longer.append((code, n, (held[rows], places[rows] + 1)))
        return longer
