"""What ``resolve`` found: who is who, how sure that is, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True, repr=False)
class Resolved:
    """Who is who.

    Attributes:
        persons: n rows of id, person_id, probability, in the order of the input.
        model: The matcher's document, which ``resolve(..., model=...)`` takes.
        threshold: Least average match probability inside a person.
        persons_at: Threshold -> number of persons it would make.
        is_trained: Whether this call trained the model.

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

    def __repr__(self) -> str:
        """The summary that the command prints."""
        return _summary(self)


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
    counted = ", ".join(f"{n:,} {name.replace(': ', ' ')}" for name, n in sorted(told.items()))
    lines.append(f"{'trained' if resolved.is_trained else 'a saved model, trained'} on pairs: {counted}")
    if any(name.startswith(("judgement", "group")) for name in told):
        found = f"{resolved.model['training']['f1_out_of_fold']:.3f}"
        if "unlabelled: distinct" in told:
            lines.append(
                f"F1 held out in turn, counting what nobody judged as distinct: {found}; "
                "too low where some of it is one person"
            )
        else:
            lines.append(f"F1 on labelled pairs held out in turn: {found}")
    else:
        lines.append(
            "precision unknown: nobody judged a pair; answer some in a file id_a,id_b,answer "
            "and give it as --labels"
        )
    return "\n".join(lines)
