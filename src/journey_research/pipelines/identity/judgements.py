"""What people and identifiers have already said about who is who, as labelled pairs.

Context: which pairs are labelled decides how good a matcher gets; equal pairs and random
strangers teach it little. Choice: sames come from reviewers, labelled groups and identifiers;
distincts from reviewers and from pairs that block together although their groups differ. Of the
pairs that an e-mail joined every second has it hidden, or e-mail would be all that is learnt.

Answers of which not all can be right (one and two the same, two and three the same, one and three
distinct) are refused: whichever were let win, a reviewer would be overruled without a word.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from journey_research.errors import UserError, printable

LABELS = ["record_id_a", "record_id_b", "answer", "told_by", "hidden"]
_MOST_IN_GROUP, _MOST_NAMED = 12, 8
Pair = tuple[str, str]


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
    rows: dict[Pair, set[str]] = {}
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


@dataclass(frozen=True)
class Contradiction:
    """Answers of which not all can be right.

    Attributes:
        chain: Three record ids or more: each is judged the same as the next one, and the first distinct
            from the last.
    """

    chain: tuple[str, ...]

    @property
    def ends(self) -> Pair:
        """The pair that is judged distinct, the smaller id first."""
        return self.chain[0], self.chain[-1]

    def describe(self, rows: Mapping[Pair, int] | None = None) -> str:
        """The answers, each with its row where that is known; of a long chain the first ones.

        Example:
            >>> Contradiction(("1", "2", "3")).describe({("1", "2"): 7})
            "'1' same '2' (row 7), '2' same '3', '1' distinct '3'"
        """
        asked = [(a, b, "same") for a, b in pairwise(self.chain)]
        told = [*asked[:_MOST_NAMED], (*self.ends, "distinct")]
        texts = []
        for a, b, answer in told:
            row = (rows or {}).get((min(a, b), max(a, b)))
            texts.append(f"'{printable(a)}' {answer} '{printable(b)}'" + (f" (row {row:,})" if row else ""))
        if len(asked) > _MOST_NAMED:
            texts.insert(-1, f"{len(asked) - _MOST_NAMED:,} more the same")
        return ", ".join(texts)


def find_contradictions(judgements: pd.DataFrame) -> list[Contradiction]:
    """Pairs judged distinct that other answers make the same, each with the fewest answers that do.

    A pair that was answered both ways is no contradiction here: see ``judged_labels``.

    Args:
        judgements: n rows of record_id_a, record_id_b, answer; any order.

    Returns:
        One for each such pair, sorted by it; of chains of one length the one that comes first by its ids.

    Example:
        >>> told = [("1", "2", "same"), ("2", "3", "same"), ("3", "1", "distinct"), ("1", "4", "distinct")]
        >>> found = find_contradictions(pd.DataFrame(told, columns=LABELS[:3]))
        >>> [one.chain for one in found]
        [('1', '2', '3')]
    """
    judged = judged_labels(judgements)
    pairs: dict[str, list[Pair]] = {"same": [], "distinct": []}
    for a, b, answer in judged[LABELS[:3]].itertuples(index=False, name=None):
        pairs[answer].append((a, b))
    roots = components({one for pair in pairs["same"] for one in pair}, pairs["same"])
    wrong = [(a, b) for a, b in pairs["distinct"] if a in roots and roots[a] == roots.get(b)]
    beside: dict[str, list[str]] = {}
    for a, b in pairs["same"] if wrong else []:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    return [Contradiction(_shortest(beside, a, b)) for a, b in wrong]


def _shortest(beside: Mapping[str, Iterable[str]], start: str, end: str) -> tuple[str, ...]:
    """The shortest way from one record to another by sames; there is one."""
    toward, edge = {end: end}, [end]  # from the end, so that the way back takes the smallest id each time
    while start not in toward:
        reached: dict[str, str] = {}
        for record in sorted(edge):
            for other in beside[record]:
                if other not in toward:
                    reached.setdefault(other, record)
        toward |= reached
        edge = list(reached)
    way = [start]
    while way[-1] != end:
        way.append(toward[way[-1]])
    return tuple(way)


def refuse_contradictions(
    judgements: pd.DataFrame, rows: Mapping[Pair, int] | None = None, file: str | None = None
) -> None:
    """Stop where judgements contradict one another.

    Args:
        judgements: n rows of record_id_a, record_id_b, answer.
        rows: Pair, the smaller id first -> the row that it was answered in.
        file: Name of the file that holds them.

    Raises:
        UserError: Names the answers of the first contradiction by the records' ids, and how many there are.
    """
    found = find_contradictions(judgements)
    if found:
        first = min(found, key=lambda one: (len(one.chain), one.chain))
        others = f"; {len(found) - 1:,} more such" if len(found) > 1 else ""
        raise UserError(
            f"judgements contradict one another: {first.describe(rows)}{others}",
            file=file,
            rule="who is the same as the same is one person",
            do="take back or change one of these answers",
        )


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
