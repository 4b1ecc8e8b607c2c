"""Records in memory and who they are: what the verb ``resolve`` holds, and does again after a judgement.

Everything here is arrays over the records in the order of their ids, so neither the order of the rows
nor the names of persons count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .clustering import Ties, no_pairs
from .judgements import judged_labels
from .matching.candidates import is_among
from .matching.columns import ValueColumn
from .matching.matcher import Matcher, Scored, read_matcher, score_columns
from .matching.progress import Progress, silent
from .persons import belonging
from .ties import place_pairs


@dataclass(frozen=True)
class Resolution:
    """Who n records are, and what it hangs on.

    Attributes:
        ids: Index of n record ids, sorted; after them those that were added later.
        columns: The matcher's columns of the records; none where there is no matcher.
        matcher: What compares; None: only judgements join.
        found: The compared pairs; None where there is no matcher.
        judgements: Rows of record_id_a, record_id_b, answer.
        once: n sets of sources that hold a person once, as bits; None: there are none.
        threshold: Least average match probability inside a person.
        shown: Other thresholds at which persons are counted.
        roots: n record numbers: the smallest of each record's person.
        probability: n probabilities that a record belongs to its person; alone: 1.
        roots_at: Other threshold -> what ``roots`` would be.
        chain: n numbers: which records were looked at together; see ``Ties.linked``.
    """

    ids: pd.Index
    columns: Sequence[ValueColumn]
    matcher: Matcher | None
    found: Scored | None
    judgements: pd.DataFrame
    once: np.ndarray | None
    threshold: float
    shown: tuple[float, ...]
    roots: np.ndarray
    probability: np.ndarray
    roots_at: Mapping[float, np.ndarray]
    chain: np.ndarray

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every compared pair: two record numbers and the match probability, in no order."""
        if self.found is None:
            return (*no_pairs(), np.zeros(0))
        return (
            np.concatenate([self.found.first, self.found.repeated]),
            np.concatenate([self.found.second, self.found.repeats]),
            np.concatenate([self.found.probability, self.found.repeat_probability]),
        )

    @property
    def n_persons_at(self) -> dict[float, int]:
        """Threshold -> number of persons."""
        every = np.arange(len(self.ids))
        return {threshold: int((roots == every).sum()) for threshold, roots in self.roots_at.items()}

    @property
    def floor(self) -> float:
        """The least probability by which two records are chained at any threshold."""
        return min(self.threshold, *self.shown)

    def chained_to(self, records: np.ndarray) -> np.ndarray:
        """Every record that is clustered together with any of some, these among them; rising numbers.

        The chains are those of the last clustering; judgements and equal values lead on to further ones.
        """
        is_asked = np.zeros(len(self.ids), dtype=bool)
        is_asked[self.chain[records]] = True
        judged = judged_labels(self.judgements)
        first, second = place_pairs(judged[judged["answer"] == "same"], self.ids)
        known = (first >= 0) & (second >= 0)
        first, second = first[known], second[known]
        if self.found is not None:
            equal = self.found.repeat_probability >= self.floor
            first = np.concatenate([first, self.found.repeated[equal]])
            second = np.concatenate([second, self.found.repeats[equal]])
        one, other = self.chain[first], self.chain[second]
        while len(rows := np.flatnonzero(is_asked[one] != is_asked[other])):
            is_asked[one[rows]] = is_asked[other[rows]] = True
        return np.flatnonzero(is_asked[self.chain])

    def part(self, records: np.ndarray) -> Resolution:
        """Some of the records, rising, and what is known of pairs of them; not clustered again."""
        found = self.found
        if found is not None:
            place = np.full(len(self.ids), -1, dtype=np.int64)
            place[records] = np.arange(len(records))
            rows = np.flatnonzero((place[found.first] >= 0) & (place[found.second] >= 0))
            equal = np.flatnonzero((place[found.repeated] >= 0) & (place[found.repeats] >= 0))
            found = replace(
                found,
                first=place[found.first[rows]],
                second=place[found.second[rows]],
                probability=found.probability[rows],
                repeated=place[found.repeated[equal]],
                repeats=place[found.repeats[equal]],
                repeat_probability=found.repeat_probability[equal],
            )
        return replace(
            self,
            ids=self.ids[records],
            found=found,
            once=None if self.once is None else self.once[records],
        )

    def judged(self, judgements: pd.DataFrame) -> Resolution:
        """The same records after other judgements: clustered again, not trained again.

        Args:
            judgements: All of them: rows of record_id_a, record_id_b, answer.
        """
        return clustered(replace(self, judgements=judgements))


def resolve_columns(
    ids: pd.Index,
    columns: Sequence[ValueColumn],
    document: Mapping[str, Any],
    judgements: pd.DataFrame,
    threshold: float,
    shown: Sequence[float],
    once: np.ndarray | None = None,
    tell: Progress = silent,
) -> Resolution:
    """Score and cluster.

    Args:
        ids: n record ids, sorted.
        columns: The matcher's columns of these records.
        document: The matcher's document; without weights only judgements join.
        judgements: Rows of record_id_a, record_id_b, answer.
        threshold: Least average match probability inside a person.
        shown: Other thresholds at which persons are counted.
        once: n sets of sources that hold a person once, as bits.
        tell: Is told how far it has come.
    """
    matcher, found = None, None
    if "weights" in document and len(ids) > 1:
        matcher = read_matcher(document, [column.name for column in columns])
        named = {column.name: column for column in columns}
        columns = [named[field.name] for field in matcher.fields]
        found = score_columns(columns, matcher, tell=tell)
        for column in columns:
            column.known_keys.clear()  # many, and of no use for records that come later
    tell("clustering", 0, 0)
    return clustered(
        Resolution(
            ids, columns, matcher, found, judgements, once, threshold, tuple(shown),
            np.arange(len(ids)), np.ones(len(ids)), {}, np.arange(len(ids)),
        )
    )  # fmt: skip


def clustered(told: Resolution) -> Resolution:
    """The same records, each with its person by all that is known of pairs."""
    judged = judged_labels(told.judgements)
    first, second = place_pairs(judged, told.ids)
    known = (first >= 0) & (second >= 0)
    first, second, is_same = first[known], second[known], (judged["answer"] == "same").to_numpy()[known]
    compared: dict[str, Any] = {}
    if told.found is not None:
        compared = {
            "identical": (told.found.repeated, told.found.repeats),
            "identical_probability": told.found.repeat_probability,
            "scored": (told.found.first, told.found.second),
            "scored_probability": told.found.probability,
        }
    ties = Ties(
        len(told.ids),
        same=(first[is_same], second[is_same]),
        distinct=(first[~is_same], second[~is_same]),
        once=told.once,
        **compared,
    )
    (roots, *others), chain = ties.linked([told.threshold, *told.shown])
    n = len(told.ids)
    a, b, probability = told.pairs
    open_pairs = ~is_among(a * n + b, np.sort(np.minimum(first, second) * n + np.maximum(first, second)))
    a, b = np.concatenate([a[open_pairs], first[is_same]]), np.concatenate([b[open_pairs], second[is_same]])
    probability = np.concatenate([probability[open_pairs], np.ones(int(is_same.sum()))])
    return replace(
        told,
        roots=roots,
        probability=belonging(roots, a, b, probability),
        roots_at=dict(zip(told.shown, others, strict=True)),
        chain=chain,
    )
