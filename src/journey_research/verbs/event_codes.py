"""A user's events as numbers: strings are compared once, and whole numbers are sorted.

Context: sorting a million events by the text of their person took seconds. Choice:
persons and events are their places among the sorted texts, so that the order of the numbers is
the order of the texts. Given up: no name is seen until the result is named again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.errors import UserError

from .files import as_text, is_blank, read_instants

if TYPE_CHECKING:
    import pyarrow as pa

Codes = npt.NDArray[np.int32]
FEW = 250_000  # values, below which a second thread is not worth its start


def usable_events(
    person: pd.Series, time: pd.Series, event: pd.Series
) -> tuple[pa.Table, pa.Array, pa.Array, int]:
    """Rows that can be used, as numbers, and the names behind the numbers.

    Args:
        person: n values; whose event it is.
        time: n times.
        event: n values; what happened.

    Returns:
        The m usable rows (``person, event, happened_at`` in microseconds), in their order; the sorted
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
    persons, who = _coded(person)
    events, what = _coded(event)
    instants = happened_at.to_numpy().view(np.int64)
    usable = happened_at.notna().to_numpy() & (persons >= 0) & (events >= 0)
    n_rejected = len(usable) - int(usable.sum())
    if n_rejected == len(usable):
        raise UserError("no row has a person, a time and an event", do="check which columns are meant")
    if n_rejected:
        instants = instants[usable]
        persons, who = only_used(persons[usable], who)
        events, what = only_used(events[usable], what)
    told = {"person": persons, "event": events, "happened_at": instants}
    return pa.table(told), who, what, n_rejected


def _coded(values: pd.Series) -> tuple[Codes, pa.Array]:
    """Values as their places among the distinct texts, -1 where blank; and those texts, sorted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    told, distinct = _distinct(values)
    texts = pa.array(as_text(distinct).where(~is_blank(distinct)), pa.string(), from_pandas=True)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    order = pc.sort_indices(texts)[: len(texts) - texts.null_count]  # what is missing comes last
    names = texts.take(order)
    is_new = np.ones(len(names), bool)  # values of two kinds may have one text
    is_new[1:] = pc.not_equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    # Whatever is missing has the code -1, and so the last place.
    places = np.full(len(texts) + 1, -1, np.int32)
    places[order.to_numpy()] = np.cumsum(is_new, dtype=np.int32) - 1
    return places.take(told), names.filter(pa.array(is_new))


def _distinct(values: pd.Series) -> tuple[Codes, pd.Series]:
    """Each value's place among some distinct ones, -1 where missing, and those."""
    import pyarrow as pa

    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy().astype(np.int32), pd.Series(values.cat.categories)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu" and len(values):
        numbers = values.to_numpy()
        low, high = int(numbers.min()), int(numbers.max())
        if high - low < 4 * len(numbers):  # close together: no need to look them up
            is_there = np.zeros(high - low + 1, bool)
            is_there[numbers - low] = True
            places = np.cumsum(is_there, dtype=np.int32) - 1
            return places[numbers - low], pd.Series(np.flatnonzero(is_there) + low, dtype=values.dtype)
    # Other objects than text are written out first: Arrow would write some of them differently.
    is_plain = values.dtype != object or pd.api.types.infer_dtype(values, skipna=True) == "string"
    data = pa.array(values if is_plain else as_text(values), from_pandas=True)
    encoded = _encoded(data)
    return encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary.to_pandas()


def _encoded(data: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Values as places among the distinct ones; of many, the halves side by side."""
    import pyarrow as pa

    half = len(data) // 2 if len(data) >= FEW else len(data)
    parts = [
        pa.chunked_array([part]) if isinstance(part, pa.Array) else part
        for part in (data[:half], data[half:])
    ]
    with ThreadPoolExecutor(2) as both:
        halves = list(both.map(lambda part: part.dictionary_encode(), parts))
    chunks = [chunk for part in halves for chunk in part.chunks]
    return pa.chunked_array(chunks, halves[0].type).unify_dictionaries().combine_chunks()


def only_used(codes: Codes, names: pa.Array) -> tuple[Codes, pa.Array]:
    """The same without the names that no code means.

    Args:
        codes: n places among the names, from 0.
        names: k names.

    Returns:
        n places among the names that are left, and those.

    Example:
        >>> import pyarrow as pa
        >>> codes, names = only_used(np.array([1, 1], np.int32), pa.array(["buy", "look"]))
        >>> codes.tolist(), names.to_pylist()
        ([0, 0], ['look'])
    """
    is_used = np.bincount(codes, minlength=len(names)) > 0
    places = np.cumsum(is_used, dtype=np.int32) - 1
    return places[codes], names.filter(is_used)


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
