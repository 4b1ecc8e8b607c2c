"""Independent pieces of work side by side: sorting, looking up and comparing texts let other threads run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MOST_THREADS = 4
Piece = TypeVar("Piece")
Done = TypeVar("Done")


def side_by_side(do: Callable[[Piece], Done], pieces: Iterable[Piece]) -> list[Done]:
    """What is done with each piece, in the order of the pieces, whatever the number of threads.

    Example:
        >>> side_by_side(lambda number: number + 1, [1, 2])
        [2, 3]
    """
    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(do, pieces))
