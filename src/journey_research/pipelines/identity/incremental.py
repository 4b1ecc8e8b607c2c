"""New records against persons already known, at a cost that follows the new ones.

Context: ten thousand new records a day against a million that are resolved. Choice: what the full run
sorted is kept (which records share which key), so a new record finds the few that it can match by
search; texts are compared for these alone, and only the chains of records that a new one reaches are
clustered again. What was learnt and what is known of values (how rare, which key) stays as it was.
Given up: a full run's answer to the letter. Blocks that have grown over their cap, values that have
become commoner and records whose values repeat are treated as before until the next full run; what that
run moves, the log of persons names.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from .matching.candidates import KeyRing, candidate_pairs, runs, sorted_unique, split
from .matching.columns import extended, tells_enough
from .matching.likeness import Likeness
from .matching.logistic import on_one_thread
from .matching.matcher import LEAST_BETWEEN, BlockIndex, Matcher, Scored, pairs_between
from .matching.pair_scorer import PairScorer
from .resolution import Resolution, clustered

MOST_WIDE = 2_000  # records of a block over the cap among which a further equal value is looked for


@on_one_thread
def add_records(
    told: Resolution, ids: pd.Index, frame: pd.DataFrame, once: np.ndarray | None = None
) -> tuple[Resolution, np.ndarray]:
    """Resolve m new records against n known ones.

    Args:
        told: The known ones; with a matcher.
        ids: m new ids.
        frame: m rows with the matcher's columns.
        once: m sets of sources that hold a person once, as bits; None: they are of none.

    Returns:
        All n + m records, the new ones last; and the numbers of the records that were clustered again,
        rising. Every other record's person is who it was.

    Raises:
        ValueError: There is no matcher.
    """
    if told.matcher is None or told.found is None:
        raise ValueError("records are added to what a matcher has compared")
    n, n_all = len(told.ids), len(told.ids) + len(ids)
    columns = extended(told.columns, frame, told.matcher.partings)
    likeness = Likeness(columns, told.matcher.swaps)
    scorer = PairScorer(likeness, told.matcher.logistic, told.found.ceilings)
    new = n + np.flatnonzero(tells_enough([column.of(np.arange(n, n_all)) for column in columns]))
    first, second, index = _pairs_of(told.found, KeyRing(columns), told.matcher, new)
    rows, probability = scorer.likely(first, second, told.matcher.least_probability)
    first, second = first[rows], second[rows]
    grown = replace(
        told,
        ids=told.ids.append(ids),
        columns=columns,
        found=replace(
            _with_pairs(told.found, first, second, probability),
            likeness=likeness,
            indexes=(*told.found.indexes, index),
        ),
        once=None
        if told.once is None and once is None
        else np.append(_bits(told.once, n), _bits(once, len(ids))),
    )
    known = told.chained_to(sorted_unique(first[(first < n) & (probability >= told.floor)]))
    reached = np.concatenate([known, np.arange(n, n_all)])

    part = grown.part(reached)
    assert part.found is not None
    a, b = pairs_between(
        len(reached),
        part.found.first,
        part.found.second,
        part.found.probability,
        (known[:0],) * 2,
        told.matcher,
    )
    rows, between = scorer.likely(reached[a], reached[b], LEAST_BETWEEN)
    a, b = a[rows], b[rows]
    after = clustered(replace(part, found=_with_pairs(part.found, a, b, between)))
    belonging = np.append(told.probability, np.ones(len(ids)))
    belonging[reached] = after.probability
    assert grown.found is not None

    def with_new(smallest: np.ndarray, again: np.ndarray) -> np.ndarray:
        told_anew = np.append(smallest, np.arange(n, n_all))
        told_anew[reached] = reached[again]
        return told_anew

    return replace(
        grown,
        found=_with_pairs(grown.found, reached[a], reached[b], between),
        roots=with_new(told.roots, after.roots),
        roots_at={
            threshold: with_new(roots, after.roots_at[threshold])
            for threshold, roots in told.roots_at.items()
        },
        probability=belonging,
        chain=with_new(told.chain, after.chain),
    ), reached


def _bits(once: np.ndarray | None, n_records: int) -> np.ndarray:
    return np.zeros(n_records, dtype=np.uint64) if once is None else once


def _with_pairs(found: Scored, first: np.ndarray, second: np.ndarray, probability: np.ndarray) -> Scored:
    return replace(
        found,
        first=np.concatenate([found.first, first]),
        second=np.concatenate([found.second, second]),
        probability=np.concatenate([found.probability, probability]),
    )


def _pairs_of(
    found: Scored, ring: KeyRing, matcher: Matcher, new: np.ndarray
) -> tuple[np.ndarray, np.ndarray, BlockIndex]:
    """Pairs of a new record with any other that share a key, each once; and the new ones by their keys."""
    n_all = ring.n_records
    few, _ = ring.narrowed(new, np.zeros((len(ring.columns), 0), dtype=np.int64))
    among = candidate_pairs(few, matcher.rules, matcher.most_in_block)
    codes = [new[among.first] * n_all + new[among.second]]
    for rule in matcher.rules:
        record, key = few.of_rule(rule)
        for index in found.indexes:
            known, width = index.keys[rule]
            mask = np.uint64((1 << width) - 1)
            starts = np.searchsorted(known, key & ~mask)
            sizes = np.searchsorted(known, key | mask, "right") - starts
            kept = np.flatnonzero((sizes > 0) & (sizes <= MOST_WIDE))
            theirs = index.live[(known[runs(starts[kept], sizes[kept])] & mask).astype(np.int64)]
            mine = np.repeat(new[record[kept]], sizes[kept])
            meets = np.repeat(sizes[kept] < matcher.most_in_block, sizes[kept])
            meets[~meets] = _agree_elsewhere(ring, rule, mine[~meets], theirs[~meets], matcher.most_in_block)
            codes.append(theirs[meets] * n_all + mine[meets])
    told = sorted_unique(np.concatenate(codes))
    return told // n_all, told % n_all, BlockIndex(new, among.keys)


def _agree_elsewhere(
    ring: KeyRing, rule: tuple[str, ...], mine: np.ndarray, theirs: np.ndarray, most: int
) -> np.ndarray:
    """Whether a pair of a large block agrees in another column's value, with few enough others."""
    used = {split(part)[1] for part in rule}
    told = np.zeros(len(mine), dtype=bool)
    for name, column in ring.columns.items():
        if name not in used and len(mine):
            equal = (column.codes[mine] == column.codes[theirs]) & (column.codes[mine] >= 0)
            _, place, counts = np.unique(mine[equal], return_inverse=True, return_counts=True)
            equal[equal] = counts[place] < most
            told |= equal
    return told
