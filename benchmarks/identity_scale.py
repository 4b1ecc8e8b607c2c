"""Identity at 10,000 to a million records of the made-up world, beside Splink and dedupe, and incrementally.

The records are those that carry a name. Both tools get them in memory and are timed until every record has
its cluster: ours from 600 labels, Splink from nothing, as it learns, with its default of 1e6 random pairs.
Splink's clusters are made at several thresholds; only the first, the tutorial's, is in its time, and the one
that the truth would choose is told beside it. Scores count pairs of records whose people taught nothing.
Whatever a tool imports is imported before its clock starts.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.identity_quality import WAYS, Answer, Way, draw_labels, run_peer
from benchmarks.identity_sets import PERSON, IdentitySet, pairwise, split

RECORDS = Path(__file__).resolve().parent / "results"
PERSONS_PER_RECORD = 0.252  # a little more than there are; the set is cut to its size
MOST_TEACHING = 20_000  # people among whose records the labels are drawn
TUTORIAL_FIRST = (0.95, 0.5, 0.7, 0.8, 0.9, 0.99, 0.999, 0.9999, 0.99999)
_MAKE = """
import sys
from benchmarks.identity_sets import write_world_records

if __name__ == "__main__":
    write_world_records(sys.argv[1], persons=int(sys.argv[2]), world_seed=int(sys.argv[3]))
"""


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Run every tool at every size.

    Args:
        arguments: ``--sizes N,N,...`` (10000,100000,1000000), ``--tools A,B`` (ours,splink; dedupe),
            ``--new N`` (10000): so many records are added to the resolved others of the largest size, if
            these are more;
            ``--seed N``; ``--limit_seconds N`` (1200) for each run of a tool.

    Returns:
        One row per size and tool, and one for the records added. ``exponent`` is the slope of the
        seconds' logarithm over that of the records from the size before; ``ratio`` that of the seconds
        to ours in the same run, or of what was added to the full run; ``scoring_seconds`` are those of
        scoring and clustering alone, with a model that was learnt before, and ``scoring_ratio`` theirs.

    Raises:
        RuntimeError: A world or an environment could not be made.
    """
    parser = argparse.ArgumentParser(prog="identity_scale")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--tools", default="ours,splink")
    parser.add_argument("--new", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit_seconds", type=int, default=1200)
    chosen = parser.parse_args(list(arguments))
    rows: list[dict[str, Any]] = []
    sizes = sorted(int(size) for size in chosen.sizes.split(","))
    for size in sizes:
        one = load_size(size, chosen.seed)
        training, test = split(one.truth, 0.5, chosen.seed)
        labels = draw_labels(of_entities(one, training[:MOST_TEACHING]), training, chosen.seed)
        is_test = np.isin(one.truth, test)
        n_new = chosen.new if size == sizes[-1] and size > 2 * chosen.new else 0
        for tool in chosen.tools.split(","):
            print(f"{size:,} records: {tool}", file=sys.stderr, flush=True)
            answer = run_peer(_way(tool, n_new), one, labels, chosen.seed, chosen.limit_seconds)
            rows += _rows(rows, one, is_test, tool, answer, n_new)
    return rows


def load_size(size: int, seed: int) -> IdentitySet:
    """So many records of a world with a name; the world is written once and kept beside the results.

    Raises:
        RuntimeError: It could not be written.
    """
    persons = round(size * PERSONS_PER_RECORD)
    file = RECORDS / f"world_records_{persons}_{seed}.parquet"
    if not file.is_file():
        file.parent.mkdir(exist_ok=True)
        print(f"a world of {persons:,} people is written once", file=sys.stderr, flush=True)
        script = RECORDS / "write_world_records.py"
        script.write_text(_MAKE, encoding="utf-8")
        command = [sys.executable, str(script), str(file), str(persons), str(seed)]
        home = Path(__file__).resolve().parents[1]
        if subprocess.run(
            command, cwd=home, env={**os.environ, "PYTHONPATH": str(home)}, check=False
        ).returncode:
            raise RuntimeError(f"a world of {persons:,} people could not be written")
    told = pd.read_parquet(file).head(size)
    if len(told) < size:
        raise RuntimeError(f"the world of {persons:,} people has {len(told):,} records, not {size:,}")
    return IdentitySet(
        "world_at_scale", told[["id", *PERSON]], PERSON, told["true_person_id"].to_numpy(dtype=str)
    )


def of_entities(one: IdentitySet, entities: np.ndarray) -> IdentitySet:
    """The records of some entities."""
    kept = np.flatnonzero(np.isin(one.truth, entities))
    return IdentitySet(one.name, one.frame.iloc[kept].reset_index(drop=True), one.fields, one.truth[kept])


def _way(tool: str, n_new: int) -> Way:
    (way,) = (
        way
        for way in WAYS
        if way.tool == tool and way.is_labelled == (tool != "splink") and not way.knows_lists
    )
    told: dict[str, dict[str, Any]] = {
        "splink": {"thresholds": TUTORIAL_FIRST, "max_pairs": 1e6},
        "ours": {"n_new": n_new, "is_scoring_timed": True},
        "dedupe": {},
    }
    return Way(way.tool, way.mode, way.is_labelled, way.packages, tuple(told[tool].items()))


def _rows(
    before: list[dict[str, Any]], one: IdentitySet, is_test: np.ndarray, tool: str, answer: Answer, n_new: int
) -> list[dict[str, Any]]:
    scores = {
        variant: pairwise(found[is_test], one.truth[is_test]) for variant, found in answer.clusters.items()
    }
    own = next(iter(scores.values()), None)
    best = max(scores, key=lambda variant: scores[variant].f1, default="")
    same_tool = [row for row in before if row["tool"] == tool]
    ours = [row for row in before if row["tool"] == "ours" and row["records"] == len(one)]
    row: dict[str, Any] = {
        "records": len(one),
        "tool": tool,
        "seconds": answer.seconds if answer.seconds is None else round(answer.seconds, 2),
        "ratio": None,
        "exponent": None,
        "scoring_seconds": None,
        "scoring_ratio": None,
        "peak_mb": answer.peak_mb,
        "f1": None if own is None else round(own.f1, 4),
        "precision": None if own is None else round(own.precision, 4),
        "recall": None if own is None else round(own.recall, 4),
        "best_f1": None if own is None else round(scores[best].f1, 4),
        "note": answer.failed or (f"best at {best}" if tool == "splink" else ""),
    }
    if answer.seconds and same_tool and same_tool[-1]["seconds"]:
        times = math.log(answer.seconds / same_tool[-1]["seconds"])
        row["exponent"] = round(times / math.log(len(one) / same_tool[-1]["records"]), 3)
    if answer.seconds and ours and ours[0]["seconds"]:
        row["ratio"] = round(answer.seconds / ours[0]["seconds"], 2)
    if scoring := answer.told.get("scoring_seconds"):
        row["scoring_seconds"] = round(scoring, 2)
        if ours and ours[0]["scoring_seconds"]:
            row["scoring_ratio"] = round(scoring / ours[0]["scoring_seconds"], 1)
    rows = [row]
    if n_new and tool == "ours" and answer.told:
        told = answer.told
        rows.append(
            {
                **dict.fromkeys(row),
                "records": n_new,
                "tool": "ours, added",
                "seconds": round(told["added_seconds"], 2),
                "ratio": round(told["added_seconds"] / answer.seconds, 3) if answer.seconds else None,
                "note": f"{told['moved']:,} of the others changed their person; {told['persons']:,} persons",
            }
        )
    return rows
