"""What is reviewed of a result in memory: its pairs, its values and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError
from journey_research.review.next_pairs import PAIRS, ChoiceRule, PairChooser, spread_over_scores
from journey_research.review.reviewed_pairs import ReviewedPairs

from .explained import Explained

if TYPE_CHECKING:
    from journey_research.pipelines.identity.resolution import Resolution


def pairs_in_memory(
    resolution: Resolution,
    pairs: pd.DataFrame,
    persons: pd.DataFrame,
    values: pd.DataFrame,
    explain: Callable[[str, str], Explained],
) -> ReviewedPairs:
    """The compared pairs of a result, and a way to what is shown of them.

    Args:
        resolution: The records as arrays.
        pairs: Its k compared pairs, columns ``PAIRS``, in any order.
        persons: n rows of id, person_id, in the order of the input.
        values: n rows of the compared columns, in the same order.
        explain: The two ids of a pair -> why they met.

    Returns:
        The pairs, sorted by id.

    Raises:
        UserError: No pair was compared, so there is none to review.

    Example:
        >>> from journey_research.verbs.resolve import resolve
        >>> one = resolve(pd.DataFrame({"key": ["1"], "name": ["Ann Lee"]}), id="key")
        >>> pairs_in_memory(one.resolution, one.pairs, one.persons, one.values, one.explain)
        ... # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        journey_research.errors.UserError: no pair was compared; there is nothing to review; ...
    """
    found = resolution.found
    if found is None or not len(pairs):
        raise UserError("no pair was compared", do="there is nothing to review; compare more columns")
    likeness = found.likeness
    by_name = pairs[PAIRS].sort_values(["id_a", "id_b"], ignore_index=True)
    place = pd.Series(np.arange(len(persons)), index=pd.Index(persons["id"]))

    def values_of(ids: Sequence[str]) -> list[dict[str, Any]]:
        rows = values.iloc[place.loc[list(ids)].to_numpy()]
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False, name=None)]

    def make_chooser(rule: ChoiceRule) -> PairChooser:
        kept = by_name.iloc[spread_over_scores(by_name["probability"].to_numpy(dtype=float), rule)]
        first, second = (resolution.ids.get_indexer(pd.Index(kept[name])) for name in ("id_a", "id_b"))
        return PairChooser(kept, likeness.compare(first, second), rule)

    return ReviewedPairs(
        pairs=by_name,
        person_of=persons.set_index("id")["person_id"],
        values_of=values_of,
        explain=lambda id_a, id_b: repr(explain(id_a, id_b)),
        make_chooser=make_chooser,
    )
