"""dedupe with the blocking rules of a model of ours, or with the very pairs it scored; no search for rules.

Context: dedupe's own search for predicates does not end on these records, and what is compared here is
scoring and clustering with one model. Choice: the model's rules are dedupe's predicates of the same names,
called on the values as they stand, as ours are; the classifier is dedupe's default on dedupe's distances,
fitted to the same labels. Blocks have no cap in dedupe, so it is also given the pairs that ours scored.
Records are numbered, because dedupe keeps 2 kB for a pair of names. Given up: dedupe's own predicates take
signs out of a text first.
"""

import random
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import dedupe
import numpy as np
import pyarrow as pa
from dedupe import blocking, predicate_functions
from dedupe.predicates import CompoundPredicate, Predicate, SimplePredicate
from dedupe_peer import compared_fields, fold_records
from peer_task import Found, read_cpu_seconds, run_task

ASKED_EACH = 1000  # pairs between two looks at the clock
THRESHOLD = 0.5  # dedupe's own


class Stopped(Exception):
    """dedupe was not done within the time or the memory it was given."""


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Clusters by the task's rules, or of the task's pairs.

    What it measured of itself: ``scoring_seconds`` from the first key to the last cluster, ``score_seconds``
    until every pair had its score, ``cpu_seconds`` and ``pairs``. Scoring is stopped after ``limit_seconds``,
    and what it had come to is told.
    """
    random.seed(task["seed"])
    np.random.seed(task["seed"])
    limit_memory(task.get("limit_mb"))
    ids = records["id"].to_pylist()
    data = dict(enumerate(fold_records(records, task["fields"])))
    deduper = dedupe.Dedupe(compared_fields(records, task["fields"]), num_cores=task["cores"])
    teach(deduper, data, ids, task["labels"])
    deduper.predicates = translate(task["rules"])
    deduper._fingerprinter = blocking.Fingerprinter(deduper.predicates)
    told = task["told"] = {}
    pairs = task.get("pairs")
    began, cpu = time.perf_counter(), read_cpu_seconds()
    clock = Clock(deduper.pairs(data) if pairs is None else named(pairs, data), task["limit_seconds"])
    scores = deduper.score(clock)
    told["score_seconds"] = time.perf_counter() - began
    told["cpu_seconds"] = read_cpu_seconds() - cpu
    told["pairs"] = len(scores)
    if clock.is_over:
        raise Stopped(f"not scored after {task['limit_seconds']:,} seconds")
    try:
        clusters = list(deduper._add_singletons(data, deduper.cluster(scores, THRESHOLD)))
    except MemoryError:
        raise Stopped(f"clustering needs more than {task['limit_mb']:,} MB") from None
    told["scoring_seconds"] = time.perf_counter() - began
    told["cpu_seconds"] = read_cpu_seconds() - cpu
    found = [(ids[row], number) for number, (rows, _) in enumerate(clusters) for row in rows]
    yield "default", [key for key, _ in found], [number for _, number in found]


def teach(deduper: dedupe.Dedupe, data: dict[int, Any], ids: Sequence[str], labels: Any) -> None:
    """Fit dedupe's classifier to labelled pairs, as its ``train`` does before it searches for predicates."""
    place = {key: row for row, key in enumerate(ids)}
    pairs = [(data[place[a]], data[place[b]]) for a, b, _ in labels]
    deduper.classifier.set_params(n_jobs=1)  # the same grid, without processes that outlast the fit
    deduper.classifier.fit(deduper.data_model.distances(pairs), [answer == "same" for *_, answer in labels])


def translate(rules: Iterable[Sequence[str]]) -> list[Predicate]:
    """Rules as dedupe's predicates: functions of the same names, on values as they stand.

    Args:
        rules: Each one part, ``predicate(field)``, or several that must all agree.

    Example:
        >>> (both,) = translate([["firstTokenPredicate(name)", "sameThreeCharStartPredicate(city)"]])
        >>> both({"name": "ann lee", "city": "leipzig"})
        frozenset({'ann:lei'})
    """
    told: list[Predicate] = []
    for rule in rules:
        parts = [part.removesuffix(")").partition("(") for part in rule]
        simple = [SimplePredicate(getattr(predicate_functions, name), field) for name, _, field in parts]
        told.append(simple[0] if len(simple) == 1 else CompoundPredicate(simple))
    return told


def named(pairs: Iterable[Sequence[int]], data: dict[int, Any]) -> Iterator[Any]:
    """Pairs of record numbers as dedupe's own ``pairs`` gives them."""
    for a, b in pairs:
        yield (a, data[a]), (b, data[b])


class Clock:
    """Pairs until the time is over: what was scored by then is handed back, and no process is left waiting.

    Attributes:
        is_over: Whether there were more pairs.
    """

    def __init__(self, pairs: Iterator[Any], limit_seconds: float) -> None:
        self.is_over = False
        self._pairs, self._end = pairs, time.perf_counter() + limit_seconds

    def __iter__(self) -> Iterator[Any]:
        for number, pair in enumerate(self._pairs):
            if number and number % ASKED_EACH == 0 and time.perf_counter() > self._end:
                self.is_over = True
                return
            yield pair


def limit_memory(limit_mb: int | None) -> None:
    """Let this process, and each that it starts, hold so much and no more, where the system heeds it."""
    if limit_mb is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (limit_mb << 20, limit_mb << 20))


if __name__ == "__main__":
    run_task(find, Stopped)
