"""What people and identifiers have already said about who is who, as labelled pairs.

Context: which pairs are labelled decides how good a matcher gets; equal pairs and random
strangers teach it little. Choice: sames come from reviewers, labelled groups and identifiers;
distincts from reviewers and from pairs that block together although their groups differ. Of the
pairs that an e-mail joined every second has it hidden, or e-mail would be all that is learnt.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from itertools import combinations
from typing import Any

import pandas as pd

LABELS = ["record_id_a", "record_id_b", "answer", "told_by", "hidden"]
_MOST_IN_GROUP = 12


def empty_labels() -> pd.DataFrame:
    """No labels: the columns alone."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in LABELS})


def components(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Node -> smallest node that edges lead to; a node without edges leads to itself.

    Example:
        >>> components(["a", "b", "c"], [("b", "c")])
        {'a': 'a', 'b': 'b', 'c': 'b'}
    """
    parent = {node: node for node in nodes}

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {node: root(node) for node in sorted(parent)}


def judged_labels(judgements: pd.DataFrame) -> pd.DataFrame:
    """Reviewers' pairs, without the unsure ones.

    Args:
        judgements: n rows of record_id_a, record_id_b, answer.

    Returns:
        k <= n rows, columns ``LABELS``; each pair once with the smaller id first. A pair that
        was answered both ways is left out.
    """
    rows: dict[tuple[str, str], set[str]] = {}
    for a, b, answer in judgements[["record_id_a", "record_id_b", "answer"]].itertuples(
        index=False, name=None
    ):
        if answer != "unsure" and a != b:
            rows.setdefault((min(a, b), max(a, b)), set()).add(answer)
    told = [
        (a, b, next(iter(answers)), "judgement", "")
        for (a, b), answers in sorted(rows.items())
        if len(answers) == 1
    ]
    return pd.DataFrame(told, columns=LABELS)


def group_labels(
    group_of: Mapping[str, str], told_by: str, hidden: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    """Every pair inside a group, as the same; groups of more than 12 tell their first 12 records' pairs.

    Args:
        group_of: Record id -> group.
        told_by: ``group`` or ``evidence``.
        hidden: Pair -> name of the field that must not teach, because it joined the pair.

    Returns:
        k rows, columns ``LABELS``, sorted.

    Example:
        >>> group_labels({"a": "1", "b": "1", "c": "2"}, "group", {}).values.tolist()
        [['a', 'b', 'same', 'group', '']]
    """
    members: dict[str, list[str]] = {}
    for record_id in sorted(group_of):
        members.setdefault(group_of[record_id], []).append(record_id)
    rows = [
        (a, b, "same", told_by, hidden.get((a, b), ""))
        for group in sorted(members)
        for a, b in combinations(members[group][:_MOST_IN_GROUP], 2)
    ]
    return pd.DataFrame(rows, columns=LABELS)


def evidence_labels(links: pd.DataFrame, comparable: Container[str]) -> pd.DataFrame:
    """Pairs of comparable records that accepted identifiers join.

    Args:
        links: n rows, contract ``LINKS``, from evidence.
        comparable: Records with enough values to learn from.

    Returns:
        k rows, columns ``LABELS``; all are "same".
    """
    accepted = links[links["is_accepted"].astype(bool)]
    edges = list(zip(accepted["record_id_a"], accepted["record_id_b"], strict=True))
    told: dict[tuple[str, str], Any] = dict(zip(edges, accepted["comparisons"], strict=True))
    roots = components({node for edge in edges for node in edge}, edges)
    group_of = {node: group for node, group in roots.items() if node in comparable}
    hidden = {edge: ",".join(sorted(json.loads(text))) for edge, text in told.items() if text}
    return group_labels(group_of, "evidence", hidden)


def choose_labels(labels: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """At most ``most`` of each answer: reviewers' first, then the others by a seeded draw."""
    chosen = []
    for _, rows in labels.groupby("answer", sort=True):
        judged = rows[rows["told_by"] == "judgement"]
        others = rows[rows["told_by"] != "judgement"]
        judged = judged.sample(min(len(judged), most), random_state=seed)
        others = others.sample(min(len(others), most - len(judged)), random_state=seed)
        chosen += [judged, others]
    kept = pd.concat(chosen) if chosen else empty_labels()
    return kept.sort_values(["record_id_a", "record_id_b"], ignore_index=True)
