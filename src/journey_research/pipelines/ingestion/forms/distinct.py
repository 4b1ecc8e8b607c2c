"""Functions of text over columns: vectorised where a shape is sure, else once for each distinct value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def over_distinct(column: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """A function of text over a column; it sees each distinct value once."""
    encoded = one_array(column).dictionary_encode()
    told = pa.array([function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return told.take(encoded.indices)


def over_unsure(
    column: pa.Array,
    sure: str,
    plainly: Callable[[pa.Array], pa.Array],
    function: Callable[[str], str | None],
) -> pa.Array:
    """The same, sparing the values of a shape for which a vectorised function gives the same.

    Args:
        column: n texts.
        sure: A regular expression, in the engine's dialect (RE2), anchored at both ends.
        plainly: What becomes of texts that match it.
        function: What becomes of each of the others.
    """
    column = one_array(column)
    plain = matching(column, sure)
    if plain.all():
        return plainly(column)
    others = np.flatnonzero(~plain)
    slowly = over_distinct(column.take(pa.array(others)), function)
    if len(others) == len(column):
        return slowly
    quickly = plainly(column.filter(pa.array(plain)))
    places = np.empty(len(column), dtype=np.int64)
    places[plain] = np.arange(len(quickly))
    places[others] = len(quickly) + np.arange(len(slowly))
    return pa.concat_arrays([quickly, slowly]).take(pa.array(places))


def matching(column: pa.Array, pattern: str) -> np.ndarray:
    """n truth values: whether a text matches; a null does not."""
    found = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def trimmed(column: pa.Array) -> pa.Array:
    """Text without space around it; empty is null."""
    stripped = pc.utf8_trim_whitespace(one_array(column))
    if pc.min(pc.binary_length(stripped)).as_py() != 0:
        return stripped
    return pc.if_else(pc.equal(stripped, ""), pa.scalar(None, pa.string()), stripped)


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
