"""What ``resolve`` found: who is who, how sure that is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError

from .blocked_values import leave_out_blocked
from .explained import Explained
from .records import check_records
from .resolve_summary import summarise
from .reviewing import pairs_in_memory
from .sources import NO_SOURCES, SourcesOnce

if TYPE_CHECKING:
    from anywidget import AnyWidget

    from journey_research.pipelines.identity.resolution import Resolution
    from journey_research.review.reviewed_pairs import ReviewedPairs


@dataclass(frozen=True, repr=False)
class Resolved:
    """Who is who.

    Attributes:
        ids: n ids, in the order of the input.
        values: n rows of the compared columns, as given.
        model: The matcher's document, which ``resolve(..., model=...)`` takes.
        is_trained: Whether this call trained the model.
        resolution: The records as arrays, in the order of their ids.
        places: n numbers of the input's records in ``resolution``.
        names: n persons' ids, in the order of ``resolution``.
        changes: What the last ``add``, ``cut`` or ``join`` did: rows of event, person_id,
            other_person_id, record_id, cause.
        ended: Persons' ids that are given to nobody any more.
        sources: Which hold a person once.
        blocked: Values that are not compared, for they say nothing.

    Example:
        >>> from journey_research.verbs.resolve import resolve
        >>> people = pd.DataFrame({"key": ["1", "2"], "name": ["Ann Lee", "Ann Lee"]})
        >>> told = pd.DataFrame({"id_a": ["1"], "id_b": ["2"], "answer": ["same"]})
        >>> resolved = resolve(people, id="key", labels=told)
        >>> resolved.persons["id"].tolist(), resolved.persons_at
        (['1', '2'], {0.3: 1, 0.5: 1, 0.7: 1})
    """

    ids: list[str]
    values: pd.DataFrame
    model: dict[str, Any]
    is_trained: bool
    resolution: Resolution
    places: np.ndarray
    names: np.ndarray
    changes: pd.DataFrame
    ended: frozenset[str] = frozenset()
    sources: SourcesOnce = NO_SOURCES
    blocked: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        """Least average match probability inside a person."""
        return self.resolution.threshold

    @property
    def persons_at(self) -> dict[float, int]:
        """Threshold -> number of persons it would make."""
        return dict(self.resolution.n_persons_at)

    @cached_property
    def persons(self) -> pd.DataFrame:
        """n rows of id, person_id, probability, in the order of the input."""
        told = self.resolution
        return pd.DataFrame(
            {
                "id": pd.Series(self.ids, dtype="str"),
                "person_id": pd.Series(self.names[self.places], dtype="str"),
                "probability": told.probability[self.places],
            }
        )

    @property
    def judgements(self) -> pd.DataFrame:
        """Answers that are kept to: rows of id_a, id_b, answer; what ``resolve(labels=...)`` takes."""
        told = self.resolution.judgements[["record_id_a", "record_id_b", "answer"]]
        return told.set_axis(["id_a", "id_b", "answer"], axis=1)

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """k compared pairs: id_a, id_b, probability, is_found (whether both are one person)."""
        first, second, probability = self.resolution.pairs
        order = np.lexsort([second, first])
        first, second, probability = first[order], second[order], probability[order]
        ids, roots = self.resolution.ids.to_numpy(dtype=object), self.resolution.roots
        return pd.DataFrame(
            {
                "id_a": ids[first],
                "id_b": ids[second],
                "probability": probability,
                "is_found": roots[first] == roots[second],
            }
        )

    def clusters(self) -> pd.DataFrame:
        """Every person, the largest first.

        Returns:
            One row per person: person_id, n_records, least_probability (of the record that belongs
            least), mean_probability.
        """
        told = self.persons.groupby("person_id", as_index=False).agg(
            n_records=("id", "size"),
            least_probability=("probability", "min"),
            mean_probability=("probability", "mean"),
        )
        return told.sort_values(["n_records", "person_id"], ascending=[False, True], ignore_index=True)

    def cut(self, id_a: str, id_b: str) -> Resolved:
        """The same after somebody said that these two are not one person.

        Everything is clustered again and nothing is learnt again; who did not change keeps his id, and
        ``changes`` says who did.

        Args:
            id_a: An id of the table.
            id_b: Another.

        Raises:
            UserError: No record has the id, the two are one record, or other answers say that they are
                one person, by way of others.

        Example:
            >>> from journey_research.verbs.resolve import resolve
            >>> people = pd.DataFrame({"key": ["1", "2"], "name": ["Ann Lee", "Ann Lee"]})
            >>> told = pd.DataFrame({"id_a": ["1"], "id_b": ["2"], "answer": ["same"]})
            >>> both = resolve(people, id="key", labels=told)
            >>> apart = both.cut("1", "2")
            >>> apart.persons["person_id"].nunique(), apart.join("1", "2").persons["person_id"].nunique()
            (2, 1)
        """
        return self.judged(pd.DataFrame({"id_a": [id_a], "id_b": [id_b], "answer": ["distinct"]}))

    def join(self, id_a: str, id_b: str) -> Resolved:
        """The same after somebody said that these two are one person; see ``cut``."""
        return self.judged(pd.DataFrame({"id_a": [id_a], "id_b": [id_b], "answer": ["same"]}))

    def judged(self, answers: pd.DataFrame) -> Resolved:
        """The same after further answers; an answer takes the place of an earlier one on the same pair.

        Args:
            answers: Rows of id_a, id_b, answer (same, distinct, unsure).

        Raises:
            UserError: No record has an id, a record is paired with itself, or answers contradict one
                another, by way of other records.
        """
        from journey_research.pipelines.identity.judgements import refuse_contradictions

        from .labels import read_labels

        new = read_labels(answers, self.resolution.ids)
        told = pd.concat([self.resolution.judgements, new], ignore_index=True)
        low, high = (told[["record_id_a", "record_id_b"]].agg(side, axis=1) for side in ("min", "max"))
        kept = ~pd.DataFrame({"low": low, "high": high}).duplicated(keep="last")
        told = told[kept].reset_index(drop=True)
        refuse_contradictions(told)
        judged = self.resolution.judged(told)
        return self._with(judged, self.ids, self.values, self.places)

    def add(self, frame: pd.DataFrame, id: str) -> Resolved:
        """The same with new records, at a cost that follows the new ones.

        What was learnt stays, and of the known records those are clustered again that a new one
        reaches. A full run may answer differently where a value has become common or a block large.

        Args:
            frame: m rows with the compared columns, and the source's where a source holds a person once.
            id: Column that names a record; no id that is known.

        Returns:
            All records, the new ones last; known persons keep their ids, and ``changes`` says who grew,
            met or began.

        Raises:
            UserError: A column is missing, an id is blank, stands twice or is known, or nothing compares.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        from journey_research.pipelines.identity.incremental import add_records

        if self.resolution.matcher is None:
            raise UserError("nothing compares records", rule=str(self.model.get("state", "no matcher")))
        ids, columns = check_records(frame, id, list(self.values.columns))
        known = self.resolution.ids[pc.is_in(pa.array(self.resolution.ids), value_set=pa.array(ids))]
        if len(known):
            row = ids.index(known[0]) + 1
            raise UserError("id is known", row=row, column=id, do="add only records that are new")
        place, order = pd.Index(ids).sort_values(return_indexer=True)
        sources = self.sources.with_sources_of(frame)
        bits = sources.bits(frame)
        values = frame[columns].reset_index(drop=True)
        ordered = leave_out_blocked(values, self.blocked).iloc[order].reset_index(drop=True)
        once = None if bits is None else bits[order]
        grown, reached = add_records(self.resolution, place, ordered, once)
        return replace(self, sources=sources)._with(
            grown,
            [*self.ids, *ids],
            pd.concat([self.values, values], ignore_index=True),
            np.concatenate([self.places, len(self.ids) + np.argsort(order)]),
            reached,
        )

    def _with(
        self,
        resolution: Resolution,
        ids: list[str],
        values: pd.DataFrame,
        places: np.ndarray,
        asked: np.ndarray | None = None,
    ) -> Resolved:
        from journey_research.pipelines.identity.person_names import carry_names

        names, changes = carry_names(resolution.ids, self.names, resolution.roots, self.ended, asked)
        is_end = changes["record_id"].isna() & changes["event"].isin(["merged", "retired"])
        return replace(
            self,
            ids=ids,
            values=values,
            resolution=resolution,
            places=places,
            names=names,
            changes=changes,
            ended=self.ended | set(changes["person_id"][is_end]),
        )

    def explain(self, id_a: str, id_b: str) -> Explained:
        """Why these two records met, or stayed apart: a sentence, and ``figure()`` for the steps to it.

        Args:
            id_a: An id of the table.
            id_b: Another.

        Raises:
            UserError: No record has the id, or nothing was compared.

        Example:
            >>> from journey_research.verbs.resolve import resolve
            >>> people = pd.DataFrame({"key": ["1", "2", "3"], "name": ["Ann Lee", "Ann Li", "Bo Ray"]})
            >>> told = pd.DataFrame({"id_a": ["1", "1"], "id_b": ["2", "3"], "answer": ["same", "distinct"]})
            >>> resolve(people, id="key", labels=told).explain("1", "9")
            Traceback (most recent call last):
            ...
            journey_research.errors.UserError: no record has the id '9'
        """
        from journey_research.pipelines.identity.waterfall import build_waterfall

        told = self.resolution
        places = told.ids.get_indexer(pd.Index([id_a, id_b]))
        for one, place in zip((id_a, id_b), places.tolist(), strict=True):
            if place < 0:
                raise UserError(f"no record has the id '{one}'")
        if told.found is None:
            raise UserError("nothing was compared", rule=str(self.model.get("state", "no matcher")))
        likeness = told.found.likeness
        compared = likeness.compare(places[:1], places[1:])[0]
        features = dict(zip(likeness.names, compared.tolist(), strict=True))
        built = build_waterfall(float(self.model["intercept"]), self.model["weights"], features)
        return Explained(built, self.threshold)

    def pairs_to_review(self, n_labels: int = 200, seed: int = 1) -> pd.DataFrame:
        """Pairs whose answers tell most about precision and recall.

        Args:
            n_labels: How many somebody will answer.
            seed: Of the draw.

        Returns:
            At most n_labels rows of id_a, id_b, probability and what ``quality`` needs; write ``same``,
            ``distinct`` or ``unsure`` into a column ``answer``.
        """
        from journey_research.pipelines.identity.label_sample import draw_sample

        drawn = draw_sample(self.pairs["probability"], self.pairs["is_found"], n_labels, seed)
        ids = self.pairs.iloc[drawn["pair"].to_numpy()][["id_a", "id_b", "probability"]]
        return pd.concat([ids.reset_index(drop=True), drawn.reset_index(drop=True)], axis=1)

    def quality(self, answered: pd.DataFrame) -> pd.DataFrame:
        """Precision and recall with 95 % intervals, from answers to ``pairs_to_review``.

        Args:
            answered: What ``pairs_to_review`` gave, with ``answer``.

        Returns:
            Rows of metric, value, low, high, n; recall is among the compared pairs.

        Raises:
            UserError: An answer is none of the three words, or rows are missing.

        Source:
            See ``label_sample.estimate``.
        """
        from journey_research.pipelines.identity.label_sample import estimate

        return estimate(answered)

    def reviewed_pairs(self) -> ReviewedPairs:
        """The compared pairs, as ``review`` and ``cluster_view`` show them.

        Raises:
            UserError: No pair was compared.
        """
        return pairs_in_memory(self.resolution, self.pairs, self.persons, self.values, self.explain)

    def review(
        self, file: str | Path, reviewer: str, mode: str = "learn", n_labels: int = 200, seed: int = 1
    ) -> AnyWidget:
        """Review pairs in a notebook, one after the other; see ``journey_research.review.pair_review``.

        Args:
            file: Where answers go, ``.jsonl``; what ``resolve(labels=...)`` and ``journey resolve
                --labels`` read.
            reviewer: Who judges.
            mode: ``learn`` shows the pairs that teach most, ``measure`` a sample that tells precision.
            n_labels: Size of that sample.
            seed: Of that sample.

        Returns:
            The widget.

        Raises:
            UserError: No pair was compared, the file is none of judgements, or the mode is none of the two.
        """
        from journey_research.review.pair_review import review

        return review(self.reviewed_pairs(), file, reviewer, mode, n_labels, seed)

    def cluster_view(self, person: str, file: str | Path, reviewer: str) -> AnyWidget:
        """One person's records and what ties them, to cut and to join; see ``journey_research.review``.

        Args:
            person: A person's id, or the id of one of its records.
            file: Where cuts and joins go, ``.jsonl``.
            reviewer: Who judges.

        Returns:
            The widget.

        Raises:
            UserError: No pair was compared, there is no such person or record, or it has too many records
                to show.
        """
        from journey_research.review.cluster_view import cluster_view

        return cluster_view(self.reviewed_pairs(), person, file, reviewer)

    def __repr__(self) -> str:
        """The summary that the command prints."""
        return summarise(self)
