"""How far identity could go on made-up records, were a classifier told who everybody is.

Of every blocked pair the truth is told, a logistic regression is fitted on all, or on three million of them
where there are more, and scores all, and the threshold is the best of several. No labels can teach such a
classifier more, so what it misses the values of these records do not say, as the matcher compares them.
Rules of blocking are those of the matcher that learns from 600 labels; beside the ceiling stands what that
matcher reaches.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.identity_quality import draw_labels
from benchmarks.identity_scale import MOST_TEACHING, load_size
from benchmarks.identity_sets import IdentitySet, load, pairwise, split

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
MOST_PAIRS = 3_000_000  # that are fitted on; their features take four kilobytes a pair
CHUNK = 200_000


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Fit and score each set.

    Args:
        arguments: ``--sets A,B`` (world_as_made,world_1_percent), and ``--sizes N,N`` (100000) of the
            larger worlds; ``--seed N`` (1).

    Returns:
        One row per set; F1 of pairs of records whose people taught the matcher nothing.

    Raises:
        RuntimeError: A set is not there.
    """
    parser = argparse.ArgumentParser(prog="identity_ceiling")
    parser.add_argument("--sets", default="world_as_made,world_1_percent")
    parser.add_argument("--sizes", default="100000")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(list(arguments))
    shared = Path(os.environ.get("JOURNEY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    rows = []
    for name in filter(None, chosen.sets.split(",")):
        print(name, file=sys.stderr, flush=True)
        rows.append(_row(load(name, shared), chosen.seed))
    for size in filter(None, chosen.sizes.split(",")):
        print(f"{size} records", file=sys.stderr, flush=True)
        rows.append(_row(load_size(int(size), chosen.seed), chosen.seed))
    return rows


def _parts(rows: np.ndarray) -> list[np.ndarray]:
    return [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)]


def _row(one: IdentitySet, seed: int) -> dict[str, Any]:
    from journey_research.pipelines.identity.matching.candidates import KeyRing, candidate_pairs
    from journey_research.pipelines.identity.matching.likeness import Likeness
    from journey_research.pipelines.identity.matching.linkage import average_linkage
    from journey_research.pipelines.identity.matching.logistic import fit_logistic
    from journey_research.pipelines.identity.matching.matcher import columns_for, read_matcher
    from journey_research.verbs.resolve import resolve

    training, test = split(one.truth, 0.5, seed)
    rows = np.flatnonzero(np.isin(one.truth, training[:MOST_TEACHING]))
    teaching = IdentitySet(one.name, one.frame.iloc[rows].reset_index(drop=True), one.fields, one.truth[rows])
    labels = draw_labels(teaching, training, seed)
    found = resolve(one.frame, id="id", fields=list(one.fields), labels=labels, seed=seed)
    is_test, n = np.isin(one.truth, test), len(one)

    matcher = read_matcher(found.model, list(one.fields))
    columns = columns_for(one.frame[list(one.fields)], matcher)
    likeness = Likeness(columns, matcher.swaps)
    pairs = candidate_pairs(KeyRing(columns), matcher.rules, matcher.most_in_block)
    _, entity = np.unique(one.truth, return_inverse=True)
    is_same = entity[pairs.first] == entity[pairs.second]
    fitted = np.sort(np.random.default_rng(seed).permutation(len(is_same))[:MOST_PAIRS])
    features = np.concatenate(
        [likeness.compare(pairs.first[part], pairs.second[part]) for part in _parts(fitted)]
    )
    told = fit_logistic(features, is_same[fitted].astype(float))
    del features
    probability = np.concatenate(
        [
            told.probability(likeness.compare(pairs.first[part], pairs.second[part]))
            for part in _parts(np.arange(len(is_same)))
        ]
    )
    merges = average_linkage(
        n,
        pairs.first,
        pairs.second,
        probability,
        lambda first, second: told.probability(likeness.compare(first, second)),
        floor=min(THRESHOLDS),
    )
    scores = {at: pairwise(merges.clusters(n, at)[is_test], one.truth[is_test]).f1 for at in THRESHOLDS}
    best = max(scores, key=lambda at: scores[at])
    sizes = np.bincount(entity)
    own = pairwise(found.persons["person_id"].to_numpy()[is_test], one.truth[is_test])
    return {
        "set": one.name,
        "records": n,
        "blocking_recall": round(float(is_same.sum() / (sizes * (sizes - 1) // 2).sum()), 4),
        "ceiling_f1": round(scores[best], 4),
        "ceiling_threshold": best,
        "matcher_f1": round(own.f1, 4),
    }
