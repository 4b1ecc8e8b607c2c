"""Circles of persons who are closer to each other than to the rest.

Context: who has ever had a word with whom hangs together in one large heap, in which a single link joins two
circles. Choice: labels are handed on along links until each person has the one that most of its links have;
circles are where one label has won. Given up: an optimum of modularity, which needs a library and hides
circles that are small beside the whole.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def spread_labels(givers: Ints, receivers: Ints, weights: Ints, n: int, seed: int, max_rounds: int) -> Ints:
    """The circle of each of n persons, by label propagation.

    Args:
        givers: m persons, 0 to n - 1.
        receivers: m persons whom they are linked with, in whichever direction.
        weights: m, more than 0: how strong each link is.
        n: Persons.
        seed: Of the order in which persons look around; of two labels as strong, the smaller wins.
        max_rounds: Rounds at most.

    Returns:
        n labels from 0 on, numbered by their first person; a person without links has one of its own.

    Source:
        Raghavan, Albert and Kumara (2007), "Near linear time algorithm to detect community structures in
        large-scale networks".

    Example:
        Two triangles with one link between them:

        >>> ends = np.array([[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5], [2, 3]])
        >>> strong = np.array([2, 2, 2, 2, 2, 2, 1])
        >>> spread_labels(ends[:, 0], ends[:, 1], strong, 6, seed=1, max_rounds=20).tolist()
        [0, 0, 0, 1, 1, 1]
    """
    one, other = np.concatenate([givers, receivers]), np.concatenate([receivers, givers])
    strength = np.concatenate([weights, weights])
    order = np.lexsort((other, one))
    other, strength = other[order], strength[order]
    begin = np.searchsorted(one[order], np.arange(n + 1))
    labels = np.arange(n)
    chance = np.random.default_rng(seed)
    linked = np.flatnonzero(begin[1:] > begin[:-1])
    for _ in range(max_rounds):
        n_moved = 0
        for person in chance.permutation(linked):
            inside = slice(begin[person], begin[person + 1])
            near, place = np.unique(labels[other[inside]], return_inverse=True)
            votes = np.bincount(place, weights=strength[inside])
            best = near[votes == votes.max()]
            if labels[person] not in best:
                labels[person] = best[0]
                n_moved += 1
        if not n_moved:
            break
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number].astype(np.int64)
