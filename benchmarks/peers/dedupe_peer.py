"""dedupe as its examples use it, taught by the same labels; runs in the project's environment.

Values are folded to small letters as in the examples; fields are strings, long ones texts. Blocking,
classifier, scoring, clustering and the threshold of a half are dedupe's own.
"""

import io
import json
import random
import time
from collections.abc import Iterator, Sequence
from typing import Any

import dedupe
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from dedupe import variables
from peer_task import Found, run_task

LONG = 60  # signs: a value of more is a text and no name, as the description of dedupe's example


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Clusters at dedupe's own threshold."""
    random.seed(task["seed"])
    np.random.seed(task["seed"])
    data = dict(zip(records["id"].to_pylist(), fold_records(records, task["fields"]), strict=True))
    deduper = dedupe.Dedupe(compared_fields(records, task["fields"]), num_cores=1)
    answers: dict[str, list[Any]] = {"match": [], "distinct": []}
    for a, b, answer in task["labels"]:
        kind = "match" if answer == "same" else "distinct"
        answers[kind].append({"__class__": "tuple", "__value__": [data[a], data[b]]})
    deduper.prepare_training(data, training_file=io.StringIO(json.dumps(answers)))
    deduper.train()
    began = time.perf_counter()
    told = [(key, number) for number, (keys, _) in enumerate(deduper.partition(data, 0.5)) for key in keys]
    task["told"] = {"scoring_seconds": time.perf_counter() - began}
    yield "default", [key for key, _ in told], [number for _, number in told]


def fold_records(records: pa.Table, names: Sequence[str]) -> list[dict[str, str | None]]:
    """The fields of each record in small letters."""
    return pa.table({name: pc.utf8_lower(records[name]) for name in names}).to_pylist()


def compared_fields(records: pa.Table, names: Sequence[str]) -> list[Any]:
    """A variable of dedupe's for each field."""
    told: list[Any] = []
    for name in names:
        has_missing = records[name].null_count > 0
        if (pc.mean(pc.utf8_length(records[name])).as_py() or 0) > LONG:
            corpus = [value for value in pc.utf8_lower(records[name]).to_pylist() if value]
            told.append(variables.Text(name, corpus=corpus, has_missing=has_missing))
        else:
            told.append(variables.String(name, has_missing=has_missing))
    return told


if __name__ == "__main__":
    run_task(find)
