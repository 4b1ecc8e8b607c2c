"""Scoring and clustering beside stock dedupe, with the same rules and with the same pairs.

Ours learns once from 600 labels; what is timed is ``resolve`` with that model, from a data frame to persons,
so reading values and finding pairs count as well, on the cores there are, the middle of three runs. dedupe
gets the values as the model reads them (folded, whole names parted), the model's rules as its own predicates
of the same names, and its own classifier fitted to the same labels; what is timed is what its ``partition``
does. Its blocks have no cap, so it also runs without the rules that need one (``narrow``), and it gets the
very pairs that ours scored (``pairs``), found for it; of records with equal values one is then compared, as
ours does, and the others follow it. Scores count pairs of records whose people taught nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.identity_quality import Answer, Way, draw_labels, run_peer
from benchmarks.identity_scale import MOST_TEACHING, load_size, of_entities
from benchmarks.identity_sets import IdentitySet, pairwise, split
from journey_research.pipelines.identity.matching.candidates import (
    KeyRing,
    Rule,
    candidate_pairs,
    sorted_unique,
)
from journey_research.pipelines.identity.matching.candidates import split as split_part
from journey_research.pipelines.identity.matching.columns import ValueColumn
from journey_research.pipelines.identity.matching.predicate_keys import MEASURED

REST_SECONDS = 300  # for reading, the fit and clustering, beside the limit of scoring
WAYS = {"rules": "same rules", "narrow": "narrow rules", "pairs": "same pairs"}


@dataclass(frozen=True)
class Taught:
    """What ours learnt of n records, and what it compared.

    Attributes:
        model: The model's document.
        one: The records as the model reads them, in the order of their ids.
        columns: Their values.
        pairs: k pairs of record numbers that were scored, shape (k, 2), without those of equal records.
        follows: n numbers: the first record that holds the same values.
        left_out: Rule -> pairs that its cap left out.
    """

    model: dict[str, Any]
    one: IdentitySet
    columns: Sequence[ValueColumn]
    pairs: np.ndarray
    follows: np.ndarray
    left_out: Mapping[Rule, int]


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Time ours, and dedupe in every way, at every size.

    Args:
        arguments: ``--sizes N,N,...`` (10000,30000); ``--seed N`` (1): of the world, the halves and the
            labels; ``--ways A,B`` (rules,narrow,pairs); ``--cores N,N`` (1,2): dedupe's;
            ``--limit_seconds N`` (900): after so long its scoring is stopped; ``--limit_mb N`` (6000): what
            each process may hold.

    Returns:
        One row per size, tool and way. ``seconds`` are those of scoring and clustering, ``ratio`` theirs to
        ours, and ``ratio_scoring`` theirs to ours without reading values, for dedupe's clock starts when
        they are read; where the note says that dedupe was stopped, they are at least so many.
        ``cpu_seconds`` are those of all its processes.

    Raises:
        RuntimeError: A world could not be made, or there is no such way.
    """
    parser = argparse.ArgumentParser(prog="dedupe_scoring")
    parser.add_argument("--sizes", default="10000,30000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--cores", default="1,2")
    parser.add_argument("--limit_seconds", type=int, default=900)
    parser.add_argument("--limit_mb", type=int, default=6000)
    chosen = parser.parse_args(list(arguments))
    if unknown := set(chosen.ways.split(",")) - WAYS.keys():
        raise RuntimeError(f"there is no way '{min(unknown)}'; there are: {', '.join(WAYS)}")
    limits = {"limit_seconds": chosen.limit_seconds, "limit_mb": chosen.limit_mb}
    rows: list[dict[str, Any]] = []
    for size in sorted(int(size) for size in chosen.sizes.split(",")):
        one = load_size(size, chosen.seed)
        training, test = split(one.truth, 0.5, chosen.seed)
        labels = draw_labels(of_entities(one, training[:MOST_TEACHING]), training, chosen.seed)
        taught = teach(one, labels, chosen.seed)
        ways = [(one, Way("ours", "a model", False, task=(("model", taught.model),)))]
        ways += [
            (taught.one, dedupe_way(taught, way, int(cores), limits))
            for way in chosen.ways.split(",")
            for cores in chosen.cores.split(",")
        ]
        ours = None
        for asked, way in ways:
            print(f"{size:,} records: {way.tool}, {way.mode}", file=sys.stderr, flush=True)
            answer = run_peer(way, asked, labels, chosen.seed, chosen.limit_seconds + REST_SECONDS)
            rows.append(tell_row(taught, asked.truth, test, way, answer, ours))
            ours = ours or (rows[-1]["seconds"], answer.told["reading_seconds"])
    return rows


def teach(one: IdentitySet, labels: pd.DataFrame, seed: int) -> Taught:
    """Learn a model, and score with it to know which pairs it compares."""
    import journey_research

    model = journey_research.resolve(one.frame, id="id", fields=one.fields, labels=labels, seed=seed).model
    done = journey_research.resolve(one.frame, id="id", fields=one.fields, model=model).resolution
    if done.found is None:
        raise RuntimeError("the labels taught no model")
    live = done.found.indexes[0].live
    ring = KeyRing([column.of(live) for column in done.columns])
    rules = [tuple(rule) for rule in model["predicates"]]
    found = candidate_pairs(ring, rules, model["most_in_block"])
    n = len(one)
    # Beside those the rules brought together, ours scored what was missing inside its chains.
    codes = sorted_unique(
        np.concatenate([live[found.first] * n + live[found.second], done.found.first * n + done.found.second])
    )
    follows = np.arange(n)
    follows[done.found.repeats] = done.found.repeated
    frame = pd.DataFrame({"id": done.ids, **{column.name: told_values(column) for column in done.columns}})
    place = pd.Index(one.frame["id"]).get_indexer(done.ids)
    fields = tuple(column.name for column in done.columns)
    read = IdentitySet(one.name, frame, fields, one.truth[place])
    return Taught(
        model, read, done.columns, np.stack([codes // n, codes % n], axis=1), follows, found.left_out
    )


def told_values(column: ValueColumn) -> np.ndarray:
    """A column's n texts, None where a record is silent."""
    told: np.ndarray = np.append(column.values, [None])[column.codes]
    return told


def rules_of_dedupe(rules: Iterable[Sequence[str]]) -> tuple[list[Rule], list[Rule]]:
    """Rules that dedupe can follow on texts, and the others.

    It has no ``codeWords`` and ``rareWords``, and calls what measures with numbers, which are text here.

    Example:
        >>> rules_of_dedupe([["firstTokenPredicate(name)", "suffixArray(phone)"], ["rareWords(name)"]])
        ([('firstTokenPredicate(name)', 'suffixArray(phone)')], [('rareWords(name)',)])
    """
    from dedupe import predicate_functions

    told: tuple[list[Rule], list[Rule]] = ([], [])
    for rule in rules:
        names = [split_part(part)[0] for part in rule]
        is_known = all(hasattr(predicate_functions, name) and name not in MEASURED for name in names)
        told[0 if is_known else 1].append(tuple(rule))
    return told


def rules_of_way(taught: Taught, way: str) -> tuple[list[Rule], list[str]]:
    """The rules that dedupe follows, and what is to be said of the others.

    A rule needs the cap when it would make more pairs without one than all rules together make with it.
    """
    known, unknown = rules_of_dedupe(taught.model["predicates"])
    told = [f"{len(unknown)} rules are not dedupe's"] if unknown else []
    if way == "narrow":
        narrow = [rule for rule in known if taught.left_out[rule] <= len(taught.pairs)]
        told.append(f"without {len(known) - len(narrow)} of {len(known)} rules")
        known = narrow
    return known, told


def dedupe_way(taught: Taught, way: str, cores: int, limits: dict[str, int]) -> Way:
    """dedupe with the model's rules, or with the pairs that ours scored."""
    rules, _ = rules_of_way(taught, way)
    pairs = taught.pairs.tolist() if way == "pairs" else None
    task = {"way": way, "rules": rules, "pairs": pairs, "cores": cores, **limits}
    mode = f"{WAYS[way]}, {cores} core{'s' if cores > 1 else ''}"
    return Way("dedupe_model", mode, True, task=tuple(task.items()))


def tell_row(
    taught: Taught,
    truth: np.ndarray,
    test: np.ndarray,
    way: Way,
    answer: Answer,
    ours: tuple[float, float] | None,
) -> dict[str, Any]:
    """The row of one run.

    Args:
        taught: What was asked for.
        truth: n entities in the order of the answer.
        test: Entities that taught nothing.
        way: The tool and how it was used.
        answer: What it came to.
        ours: Seconds of ours, and those of them in which it read values; None: this is ours.
    """
    told, asked = answer.told, dict(way.task)
    is_given = asked.get("pairs") is not None
    seconds = told.get("scoring_seconds") or told.get("score_seconds")
    pairs = told.get("pairs") if way.tool != "ours" else len(taught.pairs)
    notes = [answer.failed] if answer.failed else []
    if "rules" in asked and not is_given:
        rules, said = rules_of_way(taught, asked["way"])
        n_pairs = count_pairs(taught, rules) if answer.failed else pairs
        notes += ([f"of {n_pairs:,} pairs"] if n_pairs != pairs else []) + said
    if "reading_seconds" in told:
        notes.append(f"reading values {told['reading_seconds']:.2f} s of them")
    if "score_seconds" in told and "scoring_seconds" in told:
        notes.append(f"clustering {told['scoring_seconds'] - told['score_seconds']:.1f} s of them")
    f1 = None
    for found in answer.clusters.values():
        own = found[taught.follows] if is_given else found
        is_test = np.isin(truth, test)
        f1 = round(pairwise(own[is_test], truth[is_test]).f1, 4)
    return {
        "records": len(truth),
        "tool": "ours" if way.tool == "ours" else "dedupe",
        "way": way.mode,
        "pairs": pairs,
        "seconds": None if seconds is None else round(seconds, 3),
        "cpu_seconds": round(told["cpu_seconds"], 2) if "cpu_seconds" in told else None,
        "us_per_pair": round(seconds / pairs * 1e6, 2) if seconds and pairs else None,
        "ratio": round(seconds / ours[0], 1) if seconds and ours else None,
        "ratio_scoring": round(seconds / (ours[0] - ours[1]), 1) if seconds and ours else None,
        "peak_mb": answer.peak_mb,
        "f1": f1,
        "note": "; ".join(notes),
    }


def count_pairs(taught: Taught, rules: Sequence[Rule]) -> int:
    """Pairs that rules bring together where no block is too large."""
    return len(candidate_pairs(KeyRing(taught.columns), rules, len(taught.one)).first)
