"""Columns of text for vendors' files, made whole columns at a time.

Every function takes columns of n values (Arrow, numpy, pandas or a list) and gives an Arrow string
array of n. None stays null unless it says otherwise; ``joined`` writes null as nothing.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # pa.Array, np.ndarray, pd.Series or a list, of n values


def texts(values: Column) -> pa.Array:
    """A column as text: whole numbers in digits, truth values as ``true`` and ``false``.

    Example:
        >>> texts([1, None, 3]).to_pylist()
        ['1', None, '3']
    """
    column = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def joined(template: str, n: int | None = None, /, **columns: Column) -> pa.Array:
    """One text a row: ``$name`` or ``${name}`` in the template gives way to that column; ``$$`` is a $.

    Args:
        template: What stands around the columns.
        n: Rows; only needed when every column is one text for all rows.
        columns: Columns of n values, or one text for all rows. Null is written as nothing.

    Raises:
        KeyError: The template names a column that is not given.

    Example:
        >>> joined('{"no":$no,"who":"$who"}', no=[1, 2], who="Ada").to_pylist()
        ['{"no":1,"who":"Ada"}', '{"no":2,"who":"Ada"}']
    """
    pieces: list[Any] = []
    fixed, at = "", 0
    for found in string.Template.pattern.finditer(template):
        fixed += template[at : found.start()]
        at = found.end()
        name = found["named"] or found["braced"]
        column = columns[name] if name else "$"
        if isinstance(column, str):
            fixed += column
            continue
        pieces += [fixed, texts(column)]
        fixed = ""
    fixed += template[at:]
    if not pieces:
        return pa.array([fixed] * (n or 0), pa.string())
    return pc.binary_join_element_wise(*pieces, fixed, "", null_handling="replace", null_replacement="")


def over_distinct(values: Column, spelled: Callable[[Any], str | None]) -> pa.Array:
    """A function of one value, applied to each distinct value once; null stays null.

    Example:
        >>> over_distinct(["b", "a", "b", None], str.upper).to_pylist()
        ['B', 'A', 'B', None]
    """
    column = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    distinct = pa.array(
        [None if one is None else spelled(one) for one in column.dictionary.to_pylist()], pa.string()
    )
    return distinct.take(column.indices)


def looked_up(values: Column, rows: np.ndarray | pd.Series) -> pa.Array:
    """The values that stand in these rows; a row below 0 gives null.

    Example:
        >>> looked_up(["x", "y"], np.array([1, -1])).to_pylist()
        ['y', None]
    """
    at = np.asarray(rows, dtype="int64")
    return texts(values).take(pa.array(at, mask=at < 0))


def chosen(is_first: Column, first: Column | str | None, second: Column | str | None) -> pa.Array:
    """``first`` where the truth value is true, ``second`` where it is not; either may be one text or None.

    Example:
        >>> chosen([True, False], "yes", None).to_pylist()
        ['yes', None]
    """
    sides = [
        pa.scalar(side, pa.string()) if side is None or isinstance(side, str) else texts(side)
        for side in (first, second)
    ]
    return pc.if_else(pa.array(np.asarray(is_first, dtype=bool)), *sides)


def json_text(values: Column) -> pa.Array:
    """JSON strings with their quotes; null is written ``null``.

    Example:
        >>> print(*json_text(['12" Zelt', None]).to_pylist())
        "12\\" Zelt" null
    """
    column = texts(values)
    if pc.any(pc.match_substring_regex(column, r'["\\\x00-\x1f]'), min_count=0).as_py():
        return _or_null(over_distinct(column, _json_string), column)
    return _or_null(joined('"$a"', a=column), column)


def _json_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def json_value(values: Column) -> pa.Array:
    """Numbers and truth values as JSON writes them; null is written ``null``.

    Example:
        >>> json_value([True, None]).to_pylist()
        ['true', 'null']
    """
    column = texts(values)
    return _or_null(column, column)


def _or_null(spelled: pa.Array, column: pa.Array) -> pa.Array:
    return pc.if_else(column.is_valid(), spelled, "null") if column.null_count else spelled


def csv_cells(values: Column, separator: str = ",", quote: str = '"') -> pa.Array:
    """Cells of a CSV file, quoted where they have to be; null is an empty cell.

    Example:
        >>> csv_cells(['a,b', '12" wide', None]).to_pylist()
        ['"a,b"', '"12"" wide"', '']
    """
    column = pc.fill_null(texts(values), "")
    needs = pc.match_substring_regex(column, f"[{separator}{quote}\r\n]")
    if not pc.any(needs, min_count=0).as_py():
        return column
    quoted = joined(f"{quote}$a{quote}", a=pc.replace_substring(column, quote, quote * 2))
    return pc.if_else(needs, quoted, column)


def csv_lines(columns: Sequence[Column | str], separator: str = ",", *, n: int | None = None) -> pa.Array:
    """Rows of a CSV file from its columns, left to right; a column may be one text for all rows.

    Example:
        >>> csv_lines([[1, 2], ["a,b", None], "EUR"]).to_pylist()
        ['1,"a,b",EUR', '2,,EUR']
    """
    cells = {
        f"c{at}": csv_cells([column], separator)[0].as_py() if isinstance(column, str)
        else csv_cells(column, separator)
        for at, column in enumerate(columns)
    }  # fmt: skip
    return joined(separator.join(f"${{{name}}}" for name in cells), n, **cells)


def money(
    cents: Column, *, decimal: str = ".", thousands: str = "", before: str = "", minor_digits: int = 2
) -> pa.Array:
    """Amounts in minor units as text.

    Args:
        cents: Whole numbers.
        decimal: Between units and minor units.
        thousands: Between groups of three digits.
        before: A currency sign; the minus stands before it.
        minor_digits: Digits of the minor unit, at least 1.

    Example:
        >>> money([123456, -5], decimal=",", thousands=".").to_pylist()
        ['1.234,56', '-0,05']
    """

    def spelled(amount: int) -> str:
        whole, minor = divmod(abs(amount), 10**minor_digits)
        units = f"{whole:,}".replace(",", thousands)
        return f"{'-' if amount < 0 else ''}{before}{units}{decimal}{minor:0{minor_digits}d}"

    return over_distinct(cents, spelled)


def padded(numbers: Column, width: int) -> pa.Array:
    """Whole numbers with leading zeros.

    Example:
        >>> padded([7, 12345], 3).to_pylist()
        ['007', '12345']
    """
    return pc.utf8_lpad(texts(numbers), width=width, padding="0")


def fixed_width(data: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Texts of equal length from their bytes.

    Args:
        data: n x width bytes.
        missing: n truth values: which are null.

    Example:
        >>> fixed_width(np.frombuffer(b"abcd", "uint8").reshape(2, 2)).to_pylist()
        ['ab', 'cd']
    """
    n, width = data.shape
    offsets = np.arange(n + 1, dtype="int32") * width
    letters = np.ascontiguousarray(data, "uint8")
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    column = pa.Array.from_buffers(pa.string(), n, buffers)
    if missing is None or not missing.any():
        return column
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), column)
