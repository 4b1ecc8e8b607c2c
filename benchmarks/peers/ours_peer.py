"""``journey_research.resolve`` on the same task as its peers; runs in the project's environment."""

import time
from collections.abc import Iterator
from typing import Any

import dedupe  # noqa: F401  what resolve imports when it is first called
import duckdb  # noqa: F401  what add imports
import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse.csgraph  # noqa: F401
from peer_task import Found, read_cpu_seconds, run_task

import journey_research
from journey_research.errors import UserError

WARMING, RUNS = 200, 3


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Persons, with or without labels; by a model that was learnt before, where the task has one."""
    if task["model"]:
        yield score(records.to_pandas(), task)
        return
    labels = task["labels"]
    told = None if labels is None else pd.DataFrame(labels, columns=["id_a", "id_b", "answer"])
    frame = records.to_pandas()
    options = {"id": "id", "fields": task["fields"], "seed": task["seed"]}
    if task.get("source"):
        options |= {"source": task["source"], "once": "all"}
    resolved = journey_research.resolve(frame, labels=told, **options)
    yield "default", resolved.persons["id"].tolist(), resolved.persons["person_id"].tolist()
    task["told"] = {}
    if task.get("is_scoring_timed"):
        began = time.perf_counter()
        journey_research.resolve(frame, model=resolved.model, id="id", fields=task["fields"])
        task["told"]["scoring_seconds"] = time.perf_counter() - began
    if task.get("n_new"):
        task["told"] |= add_to_known(frame, task, resolved.model)


def score(frame: pd.DataFrame, task: dict[str, Any]) -> Found:
    """Score and cluster by the task's model; told is the middle of some runs, after one that only warms."""
    journey_research.resolve(frame.head(WARMING), id="id", fields=task["fields"], model=task["model"])
    runs = []
    for _ in range(RUNS):
        persons, told = timed(frame, task)
        runs.append(told)
    task["told"] = sorted(runs, key=lambda one: one["scoring_seconds"])[RUNS // 2]
    return "default", persons["id"].tolist(), persons["person_id"].tolist()


def timed(frame: pd.DataFrame, task: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Persons by the task's model, and what they cost."""
    at: dict[str, float] = {}

    def tell(stage: str, done: int, total: int) -> None:
        at.setdefault(stage, time.perf_counter())

    options = {"id": "id", "fields": task["fields"], "model": task["model"]}
    began, cpu = time.perf_counter(), read_cpu_seconds()
    persons = journey_research.resolve(frame, progress=tell, **options).persons
    return persons, {
        "scoring_seconds": time.perf_counter() - began,
        "cpu_seconds": read_cpu_seconds() - cpu,
        "reading_seconds": at["finding pairs to compare"] - began,
    }


def add_to_known(frame: pd.DataFrame, task: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """Resolve all but some records with the same model, and then time how these are added."""
    is_new = np.zeros(len(frame), dtype=bool)
    is_new[np.random.default_rng(task["seed"]).permutation(len(frame))[: task["n_new"]]] = True
    known = journey_research.resolve(frame[~is_new], id="id", fields=task["fields"], model=model)
    new = frame[is_new].reset_index(drop=True)
    began = time.perf_counter()
    grown = known.add(new, id="id")
    seconds = time.perf_counter() - began
    moved = grown.changes["record_id"].dropna()
    return {
        "added_seconds": seconds,
        "moved": int((~moved.isin(new["id"])).sum()),
        "persons": int(grown.persons["person_id"].nunique()),
    }


if __name__ == "__main__":
    run_task(find, UserError)
