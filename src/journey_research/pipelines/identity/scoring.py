"""Scored pairs from a saved model: the document alone, no pickle, no training data."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError

from .blocking import Record, candidate_pairs, read_rule
from .comparing import column_names, compare, comparisons_text
from .fields import Field, fold_frame

SCORED = ["record_id_a", "record_id_b", "link_probability", "comparisons"]
IDENTICAL = json.dumps({"identical values": 1.0})


def document_hash(model: dict[str, Any]) -> str:
    """SHA-256 of a model's text without the hash itself."""
    told = {key: value for key, value in model.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def check_model(model: dict[str, Any], columns: Sequence[str]) -> None:
    """Refuse a model that was changed by hand without its hash, or that wants other columns.

    Raises:
        UserError: The document is no matcher, its hash differs, or a field is not in ``columns``.
    """
    if "weights" not in model:
        raise UserError("the model holds no matcher", rule=str(model.get("state", "no weights")))
    if model.get("sha256") != document_hash(model):
        raise UserError("the model's text does not match its own hash", do="train it again")
    for field in model["fields"]:
        if field["name"] not in columns:
            raise UserError("a field of the model is missing", column=field["name"])


def probabilities(model: dict[str, Any], compared: np.ndarray) -> np.ndarray:
    """Match probabilities of compared pairs, to six decimals, added up column by column."""
    total = np.full(len(compared), float(model["intercept"]))
    for number, name in enumerate(column_names(fields_of(model))):
        total = total + compared[:, number] * float(model["weights"][name])
    return np.round(1.0 / (1.0 + np.exp(-np.clip(total, -60, 60))), 6)


def fields_of(model: dict[str, Any]) -> list[Field]:
    """The compared fields of a model's document."""
    return [Field(field["name"], field["kind"]) for field in model["fields"]]


def records_of(folded: pd.DataFrame) -> list[Record]:
    """Rows as the dictionaries that predicates and comparators read."""
    return [dict(zip(folded.columns, row, strict=True)) for row in folded.itertuples(index=False, name=None)]


def score_values(
    ids: Sequence[str],
    values: pd.DataFrame,
    model: dict[str, Any],
    joined: Sequence[tuple[str, str]] = (),
) -> pd.DataFrame:
    """Score every pair of records that the model's rules bring together.

    Records with the same values are compared once; each further one is tied to the first, with
    the probability that the model gives to equal records. Where scores or ``joined`` chain
    records together, the pairs in between are scored as well, so that a cluster is judged whole.

    Args:
        ids: n record ids, unique.
        values: n rows with at least the model's fields, any spelling.
        model: A document from ``learn``.
        joined: Pairs of ids that something else joins.

    Returns:
        k rows of record_id_a, record_id_b (a before b), link_probability, comparisons; sorted.

    Raises:
        UserError: The model does not fit the columns.
    """
    check_model(model, list(values.columns))
    fields = fields_of(model)
    names = [field.name for field in fields]
    folded = fold_frame(values, names).assign(record_id=list(ids)).sort_values("record_id")
    # One value alone says too little to be compared by likeness.
    folded = folded[folded[names].notna().sum(axis=1) >= min(2, len(names))]
    first = folded.groupby(names, dropna=False, sort=False)["record_id"].transform("first")
    distinct = folded[first == folded["record_id"]].reset_index(drop=True)
    records, distinct_ids = records_of(distinct[names]), distinct["record_id"].tolist()

    rules = [read_rule(rule) for rule in model["predicates"]]
    pairs = candidate_pairs(records, rules, model["most_in_block"])
    scored, compared = _score(model, fields, records, pairs)
    position = {record_id: number for number, record_id in enumerate(distinct_ids)}
    first_of = dict(zip(folded["record_id"], first, strict=True))
    tied = [
        (position[first_of[a]], position[first_of[b]]) for a, b in joined if a in first_of and b in first_of
    ]
    missing = _missing_pairs(pairs, scored, tied, model["least_probability"], model["most_in_cluster"])
    more, more_compared = _score(model, fields, records, missing)
    pairs, scored = np.concatenate([pairs, missing]), np.concatenate([scored, more])
    compared = np.concatenate([compared, more_compared])

    kept = np.flatnonzero(
        (scored >= model["least_probability"]) | (np.arange(len(scored)) >= len(scored) - len(more))
    )
    columns = column_names(fields)
    rows = [
        (
            distinct_ids[pairs[number, 0]],
            distinct_ids[pairs[number, 1]],
            float(scored[number]),
            comparisons_text(compared[number], columns),
        )
        for number in kept
    ]
    return pd.DataFrame(rows + _identical(model, fields, folded, first, names), columns=SCORED).sort_values(
        ["record_id_a", "record_id_b"], ignore_index=True
    )


def _score(
    model: dict[str, Any], fields: Sequence[Field], records: Sequence[Record], pairs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    compared = compare(fields, records, pairs)
    return probabilities(model, compared), compared


def _identical(
    model: dict[str, Any], fields: Sequence[Field], folded: pd.DataFrame, first: pd.Series, names: list[str]
) -> list[tuple[str, str, float, str]]:
    """Each record that repeats an earlier one's values, tied to that one."""
    repeats = folded[first != folded["record_id"]]
    records = records_of(repeats[names])
    alone = np.stack([np.arange(len(records))] * 2, axis=1) if records else np.zeros((0, 2), dtype=np.int64)
    scored, _ = _score(model, fields, records, alone)
    starts = first.loc[repeats.index]
    return [
        (str(start), str(record_id), float(score), IDENTICAL)
        for start, record_id, score in zip(starts, repeats["record_id"], scored, strict=True)
    ]


def _missing_pairs(
    pairs: np.ndarray, scored: np.ndarray, tied: list[tuple[int, int]], least: float, most: int
) -> np.ndarray:
    """Pairs inside a chain of likely links that no rule brought together; long chains are left."""
    known = {(int(a), int(b)) for a, b in pairs}
    likely = [(int(a), int(b)) for (a, b), p in zip(pairs, scored, strict=True) if p >= max(least, 0.2)]
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in likely + tied:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    chains: dict[int, list[int]] = defaultdict(list)
    for node in sorted(parent):
        chains[root(node)].append(node)
    missing = [
        pair
        for chain in chains.values()
        if 2 < len(chain) <= most or (tied and len(chain) <= most)
        for pair in combinations(chain, 2)
        if pair not in known
    ]
    return np.array(missing, dtype=np.int64).reshape(-1, 2)
