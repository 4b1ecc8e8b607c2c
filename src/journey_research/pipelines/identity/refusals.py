"""Why two records that something ties are not one person, in words that a table of links can show."""

from __future__ import annotations

import numpy as np

from .clustering import Ties
from .evidence import TWO_VALUES
from .joining import NOTHING, Pairs, held_by_groups, united

UNDECIDABLE = "undecidable: it fits more than one person"
SOURCE_HAS_ONCE = "their source holds a person once"
SAY_OTHERWISE = "values or judgements say otherwise"


def why_apart(pairs: Pairs, roots: np.ndarray, ties: Ties, otherwise: str) -> np.ndarray:
    """What keeps pairs apart that are in two clusters although something ties them.

    Args:
        pairs: Two arrays of k record numbers; -1 where a record is not known.
        roots: n numbers, the smallest record of each record's cluster.
        ties: What keeps records apart.
        otherwise: What is said where it is none of this.

    Returns:
        k reasons.
    """
    told = np.full(len(pairs[0]), otherwise, dtype=object)
    known = np.flatnonzero((pairs[0] >= 0) & (pairs[1] >= 0))
    a, b = roots[pairs[0][known]], roots[pairs[1][known]]
    if ties.once is not None:
        sources = np.zeros(len(roots), dtype=np.uint64)
        np.bitwise_or.at(sources, roots, ties.once)
        told[known[(sources[a] & sources[b]) != 0]] = SOURCE_HAS_ONCE
    for name in sorted(ties.one_values, reverse=True):
        held = held_by_groups(united(ties.one_values[name], roots), roots)
        told[known[(held[a] != NOTHING) & (held[b] != NOTHING) & (held[a] != held[b])]] = (
            f"{TWO_VALUES} {name}"
        )
    return told


def undecidable(pairs: Pairs, roots: np.ndarray, is_named: np.ndarray, is_sure: np.ndarray) -> np.ndarray:
    """Whether a tie that was not followed is of a cluster that is tied to several others.

    An unverified tie brings no two clusters with a name together, so of these only sure ones count.

    Args:
        pairs: Two arrays of k record numbers, -1 where a record is not known: ties that were not followed.
        roots: n numbers, the smallest record of each record's cluster.
        is_named: n truth values: whether the record has a name of its own.
        is_sure: k truth values.

    Example:
        Record 2 is tied to two persons, 3 to one.

        >>> ties = np.array([2, 2, 3]), np.array([0, 1, 1])
        >>> named, sure = np.array([True, True, False, False]), np.zeros(3, dtype=bool)
        >>> undecidable(ties, np.arange(4), named, sure).tolist()
        [True, True, False]
    """
    n = len(roots)
    told = np.zeros(len(pairs[0]), dtype=bool)
    known = np.flatnonzero((pairs[0] >= 0) & (pairs[1] >= 0))
    a, b = roots[pairs[0][known]], roots[pairs[1][known]]
    has_name = np.zeros(n, dtype=bool)
    has_name[roots[is_named]] = True
    counts = [is_sure[known] | ~has_name[end] for end in (a, b)]
    code = np.unique(np.concatenate([(a * n + b)[counts[0]], (b * n + a)[counts[1]]]))
    fits_several = np.bincount(code // n, minlength=n) > 1
    told[known] = (counts[0] & fits_several[a]) | (counts[1] & fits_several[b])
    return told
