"""What a mapping's cells say of a table of text columns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .mapping import NumberForm, SourceMapping
from .normalising import number, numbers, over_distinct, trimmed

BETWEEN = "\x1f"  # ASCII's own sign between the parts of a key


def column_of(table: pa.Table, name: str) -> pa.Array:
    """A native column, trimmed; one that is not there is all null."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return trimmed(table[name])


def text_of(cell: Any, table: pa.Table) -> pa.Array:
    """The text of a cell in every row.

    Values under ``except`` count as blank. ``otherwise`` and ``blank`` are cells themselves;
    without ``otherwise`` a value that ``values`` and ``contains`` do not know passes unchanged.
    """
    if isinstance(cell, str):
        return column_of(table, cell)
    if cell is None:
        return pa.nulls(table.num_rows, pa.string())
    if not isinstance(cell, Mapping):
        return _constant(cell, table.num_rows)
    if "is" in cell:
        return _constant(cell["is"], table.num_rows)
    if "first_of" in cell:
        told = pc.coalesce(*[text_of(one, table) for one in cell["first_of"]])
    else:
        told = _looked_up(cell, table)
    return over_distinct(told, str.lower) if cell.get("lower") else told


def number_of(cell: Any, table: pa.Table, mapping: SourceMapping) -> pa.Array:
    """The number of a cell in every row, as decimal text."""
    if isinstance(cell, Mapping) and "product_of" in cell:
        columns = [number_of(one, table, mapping).to_pylist() for one in cell["product_of"]]
        return pa.array([_product(factors) for factors in zip(*columns, strict=True)], pa.string())
    form = mapping.numbers.get(cell, NumberForm()) if isinstance(cell, str) else NumberForm()
    return numbers(text_of(cell, table), form)


def key_of(cell: Any, table: pa.Table, file_name: str, row_number: np.ndarray) -> pa.Array:
    """The native key in every row: null where a part of it is missing."""
    if isinstance(cell, Mapping) and cell.get("row_number"):
        return pa.array([f"{file_name}{BETWEEN}{one}" for one in row_number], pa.string())
    if isinstance(cell, Mapping) and "counted" in cell:
        parts = [pc.fill_null(text_of(one, table), "") for one in cell["counted"]]
        return _counted(pc.binary_join_element_wise(*parts, BETWEEN))
    if isinstance(cell, list | tuple):
        return pc.binary_join_element_wise(*[text_of(one, table) for one in cell], BETWEEN)
    return text_of(cell, table)


def _constant(value: Any, n_rows: int) -> pa.Array:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return pa.array([text], pa.string()).take(pa.array(np.zeros(n_rows, dtype=np.int64)))


def _looked_up(cell: Mapping[str, Any], table: pa.Table) -> pa.Array:
    column = column_of(table, cell["from"])
    if unmeant := [_word(one) for one in cell.get("except") or ()]:
        column = pc.if_else(pc.is_in(column, pa.array(unmeant)), pa.scalar(None, pa.string()), column)
    values = {_word(name): _word(value) for name, value in (cell.get("values") or {}).items()}
    parts = {_word(name).lower(): _word(value) for name, value in (cell.get("contains") or {}).items()}

    def known(text: str) -> str | None:
        if text in values:
            return values[text]
        return next((value for part, value in parts.items() if part in text.lower()), None)

    told = over_distinct(column, known) if values or parts else column
    rest = text_of(cell["otherwise"], table) if "otherwise" in cell else column
    blank = text_of(cell["blank"], table) if "blank" in cell else rest
    return pc.if_else(pc.is_null(column), blank, pc.coalesce(told, rest))


def _word(value: Any) -> str:
    # YAML reads true and false as truth values; the data holds them as text.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _product(factors: tuple[str | None, ...]) -> str | None:
    told = Decimal(1)
    for factor in factors:
        if factor is None:
            return None
        told *= Decimal(factor)
    return number(format(told, "f"), NumberForm())


def _counted(keys: pa.Array) -> pa.Array:
    """Equal keys numbered 1, 2, ..., so that rows that say the same twice stay two."""
    codes = keys.dictionary_encode().indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    first = (
        np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.array([], dtype=bool)
    )
    starts = np.maximum.accumulate(np.where(first, np.arange(len(ordered)), 0)) if len(ordered) else first
    count = np.empty(len(codes), dtype=np.int64)
    count[order] = np.arange(len(codes)) - starts + 1
    return pc.binary_join_element_wise(keys, pa.array(count).cast(pa.string()), BETWEEN)
