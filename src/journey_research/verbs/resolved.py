"""What ``resolve`` found: who is who, how sure that is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from journey_research.errors import UserError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from journey_research.pipelines.identity.waterfall import Waterfall


@dataclass(frozen=True, repr=False)
class Resolved:
    """Who is who.

    Attributes:
        persons: n rows of id, person_id, probability, in the order of the input.
        model: The matcher's document, which ``resolve(..., model=...)`` takes.
        threshold: Least average match probability inside a person.
        persons_at: Threshold -> number of persons it would make.
        is_trained: Whether this call trained the model.
        pairs: k compared pairs: id_a, id_b, probability, is_found (whether both are one person).
        values: n rows of the compared columns, as given.

    Example:
        >>> from journey_research.verbs.resolve import resolve
        >>> people = pd.DataFrame({"key": ["1", "2"], "name": ["Ann Lee", "Ann Lee"]})
        >>> told = pd.DataFrame({"id_a": ["1"], "id_b": ["2"], "answer": ["same"]})
        >>> resolved = resolve(people, id="key", labels=told)
        >>> resolved.persons["id"].tolist(), resolved.persons_at
        (['1', '2'], {0.3: 1, 0.5: 1, 0.7: 1})
    """

    persons: pd.DataFrame
    model: dict[str, Any]
    threshold: float
    persons_at: dict[float, int] = field(default_factory=dict)
    is_trained: bool = True
    pairs: pd.DataFrame = field(default_factory=pd.DataFrame)
    values: pd.DataFrame = field(default_factory=pd.DataFrame)

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
        from journey_research.pipelines.identity.matching.matcher import compared_pair
        from journey_research.pipelines.identity.waterfall import build_waterfall

        place = {record_id: at for at, record_id in enumerate(self.persons["id"])}
        for one in (id_a, id_b):
            if one not in place:
                raise UserError(f"no record has the id '{one}'")
        if "weights" not in self.model:
            raise UserError("nothing was compared", rule=str(self.model.get("state", "no matcher")))
        compared = compared_pair(self.values, self.model, place[id_a], place[id_b])
        built = build_waterfall(float(self.model["intercept"]), self.model["weights"], compared)
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

    def __repr__(self) -> str:
        """The summary that the command prints."""
        return _summary(self)


@dataclass(frozen=True, repr=False)
class Explained:
    """One pair, explained; it shows itself as its sentence.

    Attributes:
        waterfall: What each field adds, in log-odds.
        threshold: From which probability two records are one person.

    Example:
        >>> from journey_research.pipelines.identity.waterfall import build_waterfall
        >>> told = {"mail: equal": 1.0, "mail: told": 1.0}
        >>> Explained(build_waterfall(-3.0, {"mail: equal": 5.0, "mail: told": 0.0}, told), 0.4)
        These two met mostly because mail agrees: 88 %.
    """

    waterfall: Waterfall
    threshold: float

    def __repr__(self) -> str:
        """One sentence, without any value."""
        from journey_research.pipelines.identity.waterfall import explain

        return explain(self.waterfall, self.threshold)

    def figure(self) -> Axes:
        """The way from the base rate to the pair's probability, field by field."""
        from journey_research.pipelines.identity.waterfall import figure

        return figure(self.waterfall, self.threshold)


def _summary(resolved: Resolved) -> str:
    """What was found, how sure, and what it rests on."""
    n_persons = resolved.persons["person_id"].nunique()
    counts = sorted(resolved.persons_at.values())
    lines = [f"{len(resolved.persons):,} records, {n_persons:,} persons at threshold {resolved.threshold:g}"]
    shown = ", ".join(f"{n:,} at {threshold:g}" for threshold, n in sorted(resolved.persons_at.items()))
    lines.append(f"other thresholds: {counts[0]:,} to {counts[-1]:,} persons ({shown})")
    told = resolved.model.get("training", {}).get("labels", {})
    if "weights" not in resolved.model:
        lines.append(f"{resolved.model.get('state', 'no matcher')}; only labels join records")
        return "\n".join(lines)
    if told:
        counted = ", ".join(f"{n:,} {name.replace(': ', ' ')}" for name, n in sorted(told.items()))
        lines.append(f"{'trained' if resolved.is_trained else 'a saved model, trained'} on pairs: {counted}")
    else:
        share = resolved.model.get("training", {}).get("match_share", 0.0)
        lines.append(f"learnt from the values alone; {share:.1%} of the compared pairs seem to match")
    if any(name.startswith(("judgement", "group")) for name in told):
        found = resolved.model["training"]["f1_out_of_fold"]
        said = "too few are labelled to say" if found is None else f"{found:.3f}"
        lines.append(f"F1 on labelled pairs held out in turn: {said}")
    else:
        lines.append(
            "precision unknown: nobody judged a pair; answer some in a file id_a,id_b,answer "
            "and give it as --labels"
        )
    return "\n".join(lines)
