"""In which order, and how often, a system hands on what it saw."""

from __future__ import annotations

import numpy as np


def delivered(
    n: int, chance: np.random.Generator, *, twice: float = 0.004, late: float = 0.01, far: int = 2000
) -> np.ndarray:
    """Which of n rows, oldest first, stands where in the file.

    Args:
        n: Rows.
        chance: Which are late, which come twice.
        twice: Share of rows delivered a second time, a little later.
        late: Share of rows that come later than they should, once.
        far: How many rows later at most.

    Returns:
        Positions 0..n-1, each once or twice.

    Example:
        >>> delivered(3, np.random.default_rng(0), twice=0, late=0).tolist()
        [0, 1, 2]
    """
    first = np.arange(n) + np.where(chance.random(n) < late, chance.integers(1, far + 1, n), 0)
    again = np.flatnonzero(chance.random(n) < twice)
    second = again + chance.integers(1, far + 1, len(again))
    place = np.concatenate([first, second])
    what = np.concatenate([np.arange(n), again])
    is_second = np.concatenate([np.zeros(n, bool), np.ones(len(again), bool)])
    return np.asarray(what[np.lexsort([what, is_second, place])])
