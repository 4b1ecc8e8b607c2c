"""What a chosen label is worth: F1 of ``resolve`` with few labels, by active learning and at random."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.identity_sets import IdentitySet, load, pairwise

SETS, SIZES = "fake_1000,restaurants,febrl3", (20, 40, 80)
SHARED = Path(__file__).resolve().parents[2] / "shared"


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """One row per set, number of labels and way of choosing them; medians over the seeds.

    Both begin with the result without labels, and choose among the pairs that it compared. F1 counts
    all pairs of records, the labelled ones among them.
    """
    parser = argparse.ArgumentParser("active_labels")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    shared = Path(os.environ.get("JOURNEY_SHARED", SHARED))
    return [row for name in chosen.sets.split(",") for row in _measured(load(name, shared), chosen.seeds)]


def _measured(records: IdentitySet, n_seeds: int) -> Iterator[dict[str, Any]]:
    from journey_research import resolve

    frame = records.frame[["id", *records.fields]]
    first = resolve(frame, id="id")
    yield _row(records, 0, "none", [_score(records, first)], 0, 0, 0)
    for n in SIZES:
        for way in ("active", "random"):
            told = [_labelled(records, first, way, max(SIZES), seed) for seed in range(1, n_seeds + 1)]
            scores = [
                _score(records, resolve(frame, id="id", labels=labels.head(n), seed=seed))
                for seed, (labels, _, _) in enumerate(told, start=1)
            ]
            n_same = median(int((labels.head(n)["answer"] == "same").sum()) for labels, _, _ in told)
            yield _row(
                records,
                n,
                way,
                scores,
                n_same,
                max(one for _, one, _ in told),
                max(one for _, _, one in told),
            )


def _row(
    records: IdentitySet, n: int, way: str, scores: list, n_same: float, begun: float, slowest: float
) -> dict[str, Any]:
    return {
        "set": records.name,
        "labels": n,
        "chosen": way,
        "same": n_same,
        "f1": median(one.f1 for one in scores),
        "lowest f1": min(one.f1 for one in scores),
        "precision": median(one.precision for one in scores),
        "recall": median(one.recall for one in scores),
        "s to begin": round(begun, 2),
        "s a pair": round(slowest, 2),
    }


def _score(records: IdentitySet, resolved: Any) -> Any:
    return pairwise(resolved.persons["person_id"], records.truth)


def _labelled(
    records: IdentitySet, resolved: Any, way: str, n: int, seed: int
) -> tuple[pd.DataFrame, float, float]:
    """n labels in the order in which they were chosen, seconds to begin, seconds of the slowest choice."""
    from journey_research.review.next_pairs import ChoiceRule

    truth = dict(zip(records.frame["id"], records.truth, strict=True))
    told, slowest = [], 0.0
    began = time.perf_counter()
    chooser = resolved.reviewed_pairs().make_chooser(ChoiceRule(choice_seed=seed))
    begun = time.perf_counter() - began
    at_random = np.random.default_rng(seed).permutation(len(resolved.pairs))[:n]
    drawn = resolved.pairs.sort_values(["id_a", "id_b"]).iloc[at_random][["id_a", "id_b"]].to_numpy().tolist()
    for number in range(n):
        began = time.perf_counter()
        known = pd.DataFrame(told, columns=["record_id_a", "record_id_b", "answer"])
        pair = chooser.choose(known) if way == "active" else drawn[number]
        slowest = max(slowest, time.perf_counter() - began)
        if pair is None:
            break
        told.append((*pair, "same" if truth[pair[0]] == truth[pair[1]] else "distinct"))
    return pd.DataFrame(told, columns=["id_a", "id_b", "answer"]), begun, slowest
