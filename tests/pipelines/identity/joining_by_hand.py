"""What joining within limits means, said once more with sets and one step at a time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

Record = Any
Pair = tuple[Record, Record]
Things = Mapping[Record, Hashable]


def join_by_hand(
    groups: Sequence[set[Record]], ties: Sequence[Pair], apart: Sequence[Pair], holds: Sequence[Things]
) -> list[set[Record]]:
    """The definition: ties that join two that stay apart go, then all that of whatever leads to two such.

    Args:
        groups: Sets of records, each record in one.
        ties: Pairs of records.
        apart: Pairs of records that stay apart.
        holds: Record -> what it holds; who holds different things stays apart.

    Returns:
        The groups joined, sorted by their smallest record.
    """
    group = {record: number for number, members in enumerate(groups) for record in members}
    # What keeps apart is looked at one by one: the things of one kind, or two judged distinct.
    reasons = [{group[record]: thing for record, thing in held.items()} for held in holds]
    reasons += [{group[a]: "one", group[b]: "other"} for a, b in apart if group[a] != group[b]]
    edges = [(group[a], group[b]) for a, b in ties]
    edges = [(a, b) for a, b in edges if not any(_differ(held.get(a), held.get(b)) for held in reasons)]
    kept = [edge for edge in edges if not any(_leads_astray(edge, edges, held) for held in reasons)]
    return merged(groups, kept)


def _differ(one: Hashable, other: Hashable) -> bool:
    return one is not None and other is not None and one != other


def _leads_astray(edge: tuple[int, int], edges: Sequence[tuple[int, int]], held: Things) -> bool:
    """Whether an edge joins a holder to what is chained to holders of several things."""
    a, b = edge
    if (a in held) == (b in held):
        return False
    return len(_things_around(a if b in held else b, edges, held)) > 1


def _things_around(start: int, edges: Sequence[tuple[int, int]], held: Things) -> set[Hashable]:
    """The things that who holds none is chained to by way of others that hold none."""
    seen, waiting, found = {start}, [start], set()
    while waiting:
        at = waiting.pop()
        for other in {*(b for a, b in edges if a == at), *(a for a, b in edges if b == at)} - seen:
            if other in held:
                found.add(held[other])
            else:
                seen.add(other)
                waiting.append(other)
    return found


def merged(groups: Sequence[set[Record]], edges: Sequence[tuple[int, int]]) -> list[set[Record]]:
    """Groups joined along edges between their places in the list, sorted by their smallest record."""
    told = dict(enumerate(groups))
    for a, b in edges:
        both = told[a] | told[b]
        told = {number: both if members <= both else members for number, members in told.items()}
    return sorted({min(members): members for members in told.values()}.values(), key=min)
