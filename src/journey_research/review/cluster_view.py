"""One person's records, what ties them, and where to cut or join.

Context: a wrong person is found by looking at it whole: two families hang on one thin edge. Choice:
records in a table, and a graph of the compared pairs among them and of the nearest records outside;
an edge is cut, or two records joined, by a judgement in the file. Nothing is changed here: the result
is made anew with the file as labels. Given up: a view that hides scores, as the review of pairs does;
who opens a person has come to question it, and its judgements never count into precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import cos, pi, sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from journey_research.errors import UserError

from .differing import as_shown, common_fields
from .doubts import find_doubt
from .own_answers import check_place, last_answered, told_so_far, write_answer, write_undo
from .reviewed_pairs import ReviewedPairs, pairs_of_run

if TYPE_CHECKING:
    from anywidget import AnyWidget
    from kedro.io import CatalogProtocol

MOST_MEMBERS, MOST_OUTSIDE = 40, 6
_INNER, _OUTER = 0.3, 0.44
_ANSWER_OF = {"cut": "distinct", "join": "same"}
Message = dict[str, Any]


def cluster_view(reviewed: ReviewedPairs, person: str, file: str | Path, reviewer: str) -> AnyWidget:
    """Show a person in a notebook.

    Args:
        reviewed: The pairs.
        person: A person's id, or the id of one of its records.
        file: Where cuts and joins go, ``.jsonl``.
        reviewer: Who judges.

    Returns:
        The widget: click an edge, or two records, and cut or join them.

    Raises:
        UserError: There is no such person or record, it has too many records to show, or the file is
            none of judgements.
    """
    from .widgets import show

    return show(ClusterView(reviewed, person, file, reviewer), "cluster_view")


def cluster_view_of_run(catalog: CatalogProtocol, person: str, file: str | Path, reviewer: str) -> AnyWidget:
    """Show a person of the run that a notebook reads; the vault is opened for the records shown alone.

    Args:
        catalog: The notebook's catalog.
        person: As in ``cluster_view``.
        file: As in ``cluster_view``; ids are the run's own, pseudonyms.
        reviewer: As in ``cluster_view``.

    Returns:
        The widget.

    Raises:
        UserError: As ``cluster_view``, and where no run has made the tables or no pair was scored.
    """
    return cluster_view(pairs_of_run(catalog), person, file, reviewer)


class ClusterView:
    """One person's view: takes what the page says, and tells what it is to show.

    Args:
        reviewed: The pairs.
        person: A person's id, or the id of one of its records.
        file: Where judgements go.
        reviewer: Who judges.

    Raises:
        UserError: See ``cluster_view``.
    """

    def __init__(self, reviewed: ReviewedPairs, person: str, file: str | Path, reviewer: str) -> None:
        self.file, self.reviewer = check_place(file, reviewer)
        self.reviewed = reviewed
        person_of = reviewed.person_of
        name = str(person_of[person]) if person in person_of.index else person
        self.members = sorted(person_of.index[person_of == name])
        if not self.members:
            raise UserError(
                f"no person or record has the id '{person}'", do="give a person_id, or an id of the table"
            )
        if len(self.members) > MOST_MEMBERS:
            raise UserError(
                f"the person has {len(self.members):,} records",
                rule=f"at most {MOST_MEMBERS} are shown",
                do="begin with the doubtful pairs: review(...)",
            )
        self.person = name
        self.outside = _nearest_outside(reviewed.pairs, self.members)

    def handle(self, message: Mapping[str, Any], now: datetime) -> Message:
        """What the page is to show after what it said.

        Args:
            message: ``kind`` is ``ready``, ``ask`` (with ``pair``), ``cut`` or ``join`` (with ``pair``, and
                ``anyway`` where it is meant although others contradict it), or ``undo``, which takes the
                reviewer's last answer back.
            now: When, UTC.

        Returns:
            ``kind`` ``cluster`` with records and edges, what is known of the pair asked about, and
            ``doubt``: why a cut or join was not written, null where it was.

        Raises:
            UserError: The file cannot be written or read.
        """
        kind, pair = message.get("kind"), self._known_pair(message.get("pair"))
        doubt = None
        if kind in _ANSWER_OF and pair is not None:
            answer = _ANSWER_OF[str(kind)]
            if message.get("anyway") is not True:
                doubt = find_doubt(told_so_far(self.file), pair, answer)
            if doubt is None:
                write_answer(self.file, pair, answer, self.reviewer, now, str(kind))
        elif kind == "undo":
            taken = last_answered(told_so_far(self.file), self.reviewer)
            if taken is not None:
                write_undo(self.file, taken, self.reviewer, now)
        return {**self._show(pair), "doubt": doubt}

    def _known_pair(self, told: Any) -> tuple[str, str] | None:
        shown = {*self.members, *self.outside}
        pair = sorted(told) if isinstance(told, list | tuple) and len(told) == 2 else []
        return (pair[0], pair[1]) if len(set(pair) & shown) == 2 else None

    def _show(self, pair: tuple[str, str] | None) -> Message:
        judgements = told_so_far(self.file)
        own = judgements.answers[judgements.answers["reviewer"] == self.reviewer]
        answer_of = {
            (a, b): answer
            for a, b, answer in zip(own["record_id_a"], own["record_id_b"], own["answer"], strict=True)
        }
        ids = [*self.members, *self.outside]
        values = self.reviewed.values_of(ids)
        fields = common_fields(values)
        place = {one: number for number, one in enumerate(ids)}
        edges = _edges(self.reviewed.pairs, place, answer_of)
        positions = place_records(len(self.members), _anchors(self.members, self.outside, edges))
        return {
            "kind": "cluster",
            "person": self.person,
            "reviewer": self.reviewer,
            "fields": fields,
            "records": [
                {
                    "id": one,
                    "is_member": number < len(self.members),
                    "x": positions[number][0],
                    "y": positions[number][1],
                    "values": [as_shown(values[number].get(field)) for field in fields],
                }
                for number, one in enumerate(ids)
            ],
            "edges": edges,
            "chosen": None if pair is None else self._told_of(pair, answer_of),
            "n_judged": len(own),
            "warning": judgements.warning,
            "can_undo": last_answered(judgements, self.reviewer) is not None,
        }

    def _told_of(self, pair: tuple[str, str], answer_of: Mapping[tuple[str, str], str]) -> Message:
        return {
            "pair": list(pair),
            "probability": self.reviewed.probability(*pair),
            "sentence": self.reviewed.explain(*pair),
            "answer": answer_of.get(pair),
        }


def place_records(n_members: int, anchors: Sequence[int]) -> list[tuple[float, float]]:
    """Where each record stands in a square of side 1: members on a ring, others beyond their anchor.

    Args:
        n_members: Records of the person.
        anchors: For each record outside, the number of the member it is nearest to.

    Returns:
        x and y of the members, then of the others.

    Example:
        >>> place_records(1, [])
        [(0.5, 0.5)]
        >>> place_records(2, [0])
        [(0.2, 0.5), (0.8, 0.5), (0.06, 0.5)]
    """
    start = -pi if n_members == 2 else -pi / 2
    angle = [start + 2 * pi * number / max(1, n_members) for number in range(n_members)]
    ring = _INNER if n_members > 1 else 0.0
    placed = [_point(ring, one) for one in angle]
    n_at: dict[int, int] = {}
    for anchor in anchors:
        number = n_at[anchor] = n_at.get(anchor, -1) + 1
        # The first straight beyond, the next ones in turn to its left and right.
        turn = (-1) ** number * ((number + 1) // 2) * (0.35 if n_members > 1 else pi / 3)
        placed.append(_point(_OUTER, angle[anchor] + turn))
    return placed


def _point(radius: float, angle: float) -> tuple[float, float]:
    return round(0.5 + radius * cos(angle), 4), round(0.5 + radius * sin(angle), 4)


def _nearest_outside(pairs: pd.DataFrame, members: Sequence[str]) -> list[str]:
    """Records of other persons that are likest to one of the members, the likest first."""
    first, second = pairs["id_a"].isin(members), pairs["id_b"].isin(members)
    across = pairs[first ^ second]
    other = across["id_b"].where(first[first ^ second], across["id_a"])
    best = across.assign(other=other).groupby("other", sort=True)["probability"].max()
    return [str(one) for one in best.sort_values(ascending=False, kind="stable").index[:MOST_OUTSIDE]]


def _edges(
    pairs: pd.DataFrame, place: Mapping[str, int], answer_of: Mapping[tuple[str, str], str]
) -> list[Message]:
    """Compared or judged pairs among the records shown, by their numbers."""
    here = pairs[pairs["id_a"].isin(place) & pairs["id_b"].isin(place)]
    known: dict[tuple[str, str], float | None] = {
        (min(a, b), max(a, b)): float(probability)
        for a, b, probability in here[["id_a", "id_b", "probability"]].itertuples(index=False, name=None)
    }
    for a, b in answer_of:
        if a in place and b in place:
            known.setdefault((a, b), None)
    return [
        {
            "pair": [a, b],
            "from": place[a],
            "to": place[b],
            "probability": probability,
            "answer": answer_of.get((a, b)),
        }
        for (a, b), probability in sorted(known.items())
    ]


def _anchors(members: Sequence[str], outside: Sequence[str], edges: Sequence[Message]) -> list[int]:
    """The member that each record outside is likest to."""
    anchors = []
    for number in range(len(members), len(members) + len(outside)):
        ties = [
            (-(edge["probability"] or 0.0), min(edge["from"], edge["to"]))
            for edge in edges
            if number in (edge["from"], edge["to"]) and min(edge["from"], edge["to"]) < len(members)
        ]
        anchors.append(min(ties)[1] if ties else 0)
    return anchors
