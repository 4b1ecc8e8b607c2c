"""A user's events as numbers: strings are compared once, and the engine sorts integers.

Context: sorting a million events by the text of their person took the engine seconds. Choice:
persons and events are their places among the sorted texts, so that the order of the numbers is
the order of the texts. Given up: the engine sees no name until the result is named again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from journey_research.engine import Table
from journey_research.errors import UserError

from .files import as_text, is_blank, read_instants

if TYPE_CHECKING:
    import pyarrow as pa


def usable_events(
    person: pd.Series, time: pd.Series, event: pd.Series
) -> tuple[Table, pa.Array, pa.Array, int]:
    """Rows that can be used, as numbers, and the names behind the numbers.

    Args:
        person: n values; whose event it is.
        time: n times.
        event: n values; what happened.

    Returns:
        The m usable rows (``person, event, happened_at`` in microseconds, ``position``); the sorted
        persons; the sorted events; n - m, the rows without person, event or a readable time.

    Raises:
        UserError: No time can be read, or no row can be used.

    Example:
        >>> days = pd.Series(["2025-01-01", "2025-01-02", "soon"])
        >>> told = usable_events(pd.Series(["b", "a", "a"]), days, pd.Series(["look", "buy", "look"]))
        >>> events, who, what, n_rejected = told
        >>> events.to_pandas()[["person", "event"]].values.tolist(), n_rejected
        ([[1, 1], [0, 0]], 1)
        >>> who.to_pylist(), what.to_pylist()
        (['a', 'b'], ['buy', 'look'])
    """
    import pyarrow as pa

    happened_at = read_instants(time)
    if len(time) and bool(happened_at.isna().all()):
        raise UserError(
            "no value is a time that can be read",
            column=str(time.name),
            do="write times like 2025-01-31T09:00:00Z",
        )
    usable = (happened_at.notna() & ~is_blank(person) & ~is_blank(event)).to_numpy()
    if not usable.any():
        raise UserError("no row has a person, a time and an event", do="check which columns are meant")
    persons, who = _coded(person[usable])
    events, what = _coded(event[usable])
    told = {
        "person": persons,
        "event": events,
        "happened_at": happened_at[usable].astype("int64").to_numpy(),
        "position": np.arange(len(persons)),
    }
    return Table.from_arrow(pa.table(told)), who, what, int((~usable).sum())


def _coded(values: pd.Series) -> tuple[pa.Array, pa.Array]:
    """Text as its place among the distinct texts, and those, sorted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.array(as_text(values), pa.string(), from_pandas=True)
    if isinstance(text, pa.ChunkedArray):  # as pandas holds text that was read in blocks
        text = text.combine_chunks()
    encoded = text.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    places = pc.sort_indices(order).cast(pa.int32())  # a permutation's sorting is its inverse
    return places.take(encoded.indices), encoded.dictionary.take(order)


def numbered(names: pa.Array) -> pa.Table:
    """Names with their numbers.

    Args:
        names: k sorted names.

    Returns:
        k rows of ``event`` (the name's place, from 0) and ``name``.

    Example:
        >>> import pyarrow as pa
        >>> numbered(pa.array(["buy", "look"])).to_pylist()
        [{'event': 0, 'name': 'buy'}, {'event': 1, 'name': 'look'}]
    """
    import pyarrow as pa

    return pa.table({"event": pa.array(range(len(names)), pa.int32()), "name": names})


def named(codes: pd.Series, names: pa.Array) -> pd.Series:
    """The name behind each number.

    Args:
        codes: n places among the names, from 0.
        names: k names.

    Returns:
        n names.

    Raises:
        IndexError: A number is none of 0 to k - 1.

    Example:
        >>> import pyarrow as pa
        >>> named(pd.Series([1, 0, 1]), pa.array(["buy", "look"])).tolist()
        ['look', 'buy', 'look']
    """
    import pyarrow as pa

    named: pd.Series = names.take(pa.array(codes)).to_pandas()
    return named
