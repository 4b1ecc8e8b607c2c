"""What a review is about: compared pairs, and a way to the values of those that are shown.

Context: the same review is held over a data frame in memory and over a run, whose values lie in the
vault. Choice: the review is given pairs and two questions it may ask, the values of some records and
the sentence on a pair; a result in memory answers them itself, for a run it is settled here. A run's
vault is opened for one question at a time, with the ids asked for in the statement, and shut again.
Given up: the exact waterfall for a run's pairs, which needs how rare a value is among all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError

from .next_pairs import PAIRS, ChoiceRule, PairChooser, features_of, spread_over_scores

if TYPE_CHECKING:
    from kedro.io import CatalogProtocol

EVERY_ROW = 50_000_000
_RUN_PAIRS = """
    select l.record_id_a as id_a, l.record_id_b as id_b, l.link_probability as probability,
        a.person_id = b.person_id as is_found, l.comparisons
    from scored_links as l
    join people as a on a.record_id = l.record_id_a
    join people as b on b.record_id = l.record_id_b
    order by id_a, id_b
"""


@dataclass(frozen=True)
class ReviewedPairs:
    """Pairs that may be shown.

    Attributes:
        pairs: k rows, columns ``PAIRS``; sorted, no pair twice.
        person_of: Id -> person, text.
        values_of: Ids -> one dictionary of field and value for each, in their order.
        explain: The two ids of a pair -> why they met, in one sentence without a value.
        make_chooser: How far to look -> who chooses the next pair.
    """

    pairs: pd.DataFrame
    person_of: pd.Series
    values_of: Callable[[Sequence[str]], list[dict[str, Any]]]
    explain: Callable[[str, str], str]
    make_chooser: Callable[[ChoiceRule], PairChooser] = field(repr=False)

    def probability(self, id_a: str, id_b: str) -> float | None:
        """The pair's match probability; None where it was not compared."""
        row = self._row(id_a, id_b)
        return None if row is None else float(self.pairs["probability"].iloc[row])

    def _row(self, id_a: str, id_b: str) -> int | None:
        """The pair's row; looked for as it is asked, for a table of all pairs would be as large as they."""
        first, second = self.pairs["id_a"], self.pairs["id_b"]
        found = ((first == id_a) & (second == id_b)) | ((first == id_b) & (second == id_a))
        rows = np.flatnonzero(found.to_numpy(dtype=bool))
        return int(rows[0]) if len(rows) else None


def pairs_of_run(catalog: CatalogProtocol) -> ReviewedPairs:
    """What is reviewed of a run: the pairs that its matcher has scored.

    Args:
        catalog: A notebook's catalog, bound to a run.

    Raises:
        UserError: No run has made the tables, or no pair was scored.
    """
    from journey_research.engine import Table

    people: Table = catalog.load("people")
    scored: Table = catalog.load("scored_links")
    pairs = Table(_RUN_PAIRS, {"scored_links": scored, "people": people}).to_pandas(EVERY_ROW)
    if not len(pairs):
        raise UserError("no pair was scored", do="there is nothing to review in this run")

    def explain(id_a: str, id_b: str) -> str:
        row = reviewed._row(id_a, id_b)
        return describe_comparisons(None if row is None else pairs["comparisons"].iloc[row])

    def make_chooser(rule: ChoiceRule) -> PairChooser:
        kept = pairs.iloc[spread_over_scores(pairs["probability"].to_numpy(dtype=float), rule)]
        return PairChooser(kept[PAIRS], features_of(kept["comparisons"]), rule)

    reviewed = ReviewedPairs(
        pairs=pairs[PAIRS],
        person_of=people.query("select record_id, person_id from this order by record_id")
        .to_pandas(EVERY_ROW)
        .set_index("record_id")["person_id"],
        values_of=lambda ids: vault_values(catalog, ids),
        explain=explain,
        make_chooser=make_chooser,
    )
    return reviewed


def vault_values(catalog: CatalogProtocol, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Values of a few records from the vault, whose door is open for as long as this takes.

    Args:
        catalog: A notebook's catalog, bound to a run.
        ids: The records.

    Returns:
        One dictionary of field and value for each id, in their order; of a record without values,
        fields alone.
    """
    dataset: Any = catalog.get("record_values")
    with dataset.view.door.opened_for("review"):
        asked = dataset.load().query("select * from this where list_contains($ids, record_id)", ids=list(ids))
        found = asked.to_pandas(max(1, len(ids)))
    fields = [name for name in found.columns if name != "record_id"]
    rows = {row["record_id"]: row for row in found.to_dict("records")}
    return [{name: rows.get(one, {}).get(name) for name in fields} for one in ids]


def describe_comparisons(comparisons: Any) -> str:
    """What a run keeps of a pair's comparisons, as a sentence; no value is known here.

    Args:
        comparisons: JSON, ``"field: measure"`` -> number; null where nothing was compared.

    Example:
        >>> describe_comparisons('{"city: equal": 1.0, "name: equal": 0.0, "name: likeness": 0.93}')
        'city agrees; name is alike (0.93).'
        >>> describe_comparisons(None)
        'Nothing was compared.'
    """
    told: Mapping[str, Any] = json.loads(comparisons) if isinstance(comparisons, str) and comparisons else {}
    if not told:
        return "Nothing was compared."
    equal, alike, differs = [], [], []
    measured: dict[str, float] = {}
    for name, value in told.items():
        column, _, _ = name.partition(": ")
        measured[column] = max(measured.get(column, 0.0), float(value))
    for column, most in measured.items():
        if most >= 1:
            equal.append(column)
        elif most >= 0.7:
            alike.append(f"{column} is alike ({most:.2f})")
        else:
            differs.append(column)
    parts = [f"{', '.join(equal)} agree{'s' * (len(equal) == 1)}"] if equal else []
    parts += alike
    parts += [f"{', '.join(differs)} differ{'s' * (len(differs) == 1)}"] if differs else []
    return "; ".join(parts) + "."
