"""What ``journey resolve`` prints of what it found."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from .sources import SourcesOnce


class Summarised(Protocol):
    """What a summary reads of a result; ``Resolved`` has it all.

    Example:
        >>> from journey_research.verbs.resolve import resolve
        >>> told: Summarised = resolve(pd.DataFrame({"key": ["1"], "name": ["Ann Lee"]}), id="key")
        >>> told.threshold
        0.5
    """

    @property
    def persons(self) -> pd.DataFrame: ...
    @property
    def persons_at(self) -> dict[float, int]: ...
    @property
    def threshold(self) -> float: ...
    @property
    def sources(self) -> SourcesOnce: ...
    @property
    def model(self) -> dict[str, Any]: ...
    @property
    def is_trained(self) -> bool: ...
    @property
    def judgements(self) -> pd.DataFrame: ...


def summarise(resolved: Summarised) -> str:
    """What was found, how sure, and what it rests on.

    Args:
        resolved: What ``resolve`` found.

    Returns:
        A few lines; no value.

    Example:
        >>> from journey_research.verbs.resolve import resolve
        >>> one = pd.DataFrame({"key": ["1"], "name": ["Ann Lee"]})
        >>> print(summarise(resolve(one, id="key")).splitlines()[0])
        1 records, 1 persons at threshold 0.5
    """
    n_persons = resolved.persons["person_id"].nunique()
    counts = sorted(resolved.persons_at.values())
    lines = [f"{len(resolved.persons):,} records, {n_persons:,} persons at threshold {resolved.threshold:g}"]
    shown = ", ".join(f"{n:,} at {threshold:g}" for threshold, n in sorted(resolved.persons_at.items()))
    if resolved.sources.names:
        n_sources = len(resolved.sources.names)
        lines.append(f"a person stands at most once in {n_sources:,} source{'s' * (n_sources > 1)}")
    lines.append(f"other thresholds: {counts[0]:,} to {counts[-1]:,} persons ({shown})")
    told = resolved.model.get("training", {}).get("labels", {})
    if "weights" not in resolved.model:
        lines.append(f"{resolved.model.get('state', 'no matcher')}; only labels join records")
        return "\n".join(lines)
    if told:
        counted = ", ".join(f"{n:,} {name.replace(': ', ' ')}" for name, n in sorted(told.items()))
        lines.append(f"{'trained' if resolved.is_trained else 'a saved model, trained'} on pairs: {counted}")
    else:
        training = resolved.model.get("training", {})
        if "standing_out" in training:
            share = training["standing_out"]
            lines.append(f"learnt from pairs that stand out, as {share:.0%} of the records' best or more do")
        else:
            share = training.get("match_share", 0.0)
            lines.append(f"learnt from the values alone; {share:.1%} of the compared pairs seem to match")
    if any(name.startswith(("judgement", "group")) for name in told):
        found = resolved.model["training"]["f1_out_of_fold"]
        said = "too few are labelled to say" if found is None else f"{found:.3f}"
        lines.append(f"F1 on labelled pairs held out in turn: {said}")
    else:
        judged = "too few pairs are judged" if len(resolved.judgements) else "nobody judged a pair"
        lines.append(
            f"precision unknown: {judged}; answer some in a file id_a,id_b,answer and give it as --labels"
        )
    return "\n".join(lines)
