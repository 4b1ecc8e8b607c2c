"""What a user's table says of a person, once each.

Context: a segment stands in every row of a person, and some tables have it change. Choice: one value a
person, gaps allowed; a person with two is an error, for taking the first would put events into a group
they do not belong to. Given up: groups that change; two spans of time are ``between``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from journey_research.errors import UserError

from .values import as_text

if TYPE_CHECKING:
    import pyarrow as pa


def values_of_persons(
    frame: pd.DataFrame, person: str, columns: Sequence[str], persons: pa.Array
) -> pd.DataFrame:
    """One row per person, with the value of each column.

    Args:
        frame: n rows, one per event.
        person: Column that says whose event it is.
        columns: Columns whose value is the same in all rows of a person, or missing.
        persons: k persons, as text.

    Returns:
        k rows in the order of ``persons``, with the columns; missing where a person has no value.

    Raises:
        UserError: Some persons have several values.

    Example:
        >>> import pyarrow as pa
        >>> told = pd.DataFrame({"who": ["b", "a", "b"], "kind": ["new", "old", None]})
        >>> values_of_persons(told, "who", ["kind"], pa.array(["a", "b"]))["kind"].tolist()
        ['old', 'new']
    """
    names = pd.Index(persons.to_pandas())
    kept = pd.DataFrame(index=names)
    texts = as_text(frame[person]) if columns else None
    for column in columns:
        told = pd.DataFrame({"person": texts, "value": frame[column]}).dropna().drop_duplicates()
        told = told[told["person"].isin(names)]
        n_several = int(told["person"].duplicated().sum())
        if n_several:
            n_persons = told.loc[told["person"].duplicated(), "person"].nunique()
            raise UserError(
                f"{n_persons:,} persons have several values",
                column=column,
                do="give one value per person, or compare spans of time with between()",
            )
        kept[column] = told.set_index("person")["value"].reindex(names)
    return kept.reset_index(drop=True)
