"""What a mapping's cells say of a table of text columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .forms.currencies import CURRENCIES
from .forms.decimal_text import number, numbers
from .forms.distinct import over_distinct, trimmed
from .mapping import NumberForm, SourceMapping

BETWEEN = "\x1f"  # ASCII's own sign between the parts of a key
_TRIMMED = {b"trimmed": b"yes"}
TRUE = ("true", "True", "TRUE", "1", "yes", "Yes", "YES", "y", "Y", "t", "ja", "Ja", "oui", "si")
FALSE = ("false", "False", "FALSE", "0", "no", "No", "NO", "n", "N", "f", "nein", "Nein", "non")


def trimmed_table(table: pa.Table) -> pa.Table:
    """A table of which every column is trimmed, once for all cells that read it."""
    columns = {name: trimmed(table[name]) for name in table.column_names}
    if not columns:
        return table
    return pa.table(columns).replace_schema_metadata(_TRIMMED)


def column_of(table: pa.Table, name: str) -> pa.Array:
    """A native column, trimmed; one that is not there is all null."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    if table.schema.metadata == _TRIMMED:
        return table[name].combine_chunks()
    return trimmed(table[name])


def text_of(cell: Any, table: pa.Table) -> pa.Array:
    """The text of a cell in every row.

    Values under ``except`` count as blank. ``otherwise`` and ``blank`` are cells themselves;
    without ``otherwise`` a value that ``values`` and ``contains`` do not know passes unchanged.
    ``first_characters`` keeps so many of what is told.
    """
    if isinstance(cell, str):
        return column_of(table, cell)
    if cell is None:
        return pa.nulls(table.num_rows, pa.string())
    if not isinstance(cell, Mapping):
        return constant(cell, table.num_rows)
    if "is" in cell:
        return constant(cell["is"], table.num_rows)
    if "first_of" in cell:
        told = pc.coalesce(*[text_of(one, table) for one in cell["first_of"]])
    else:
        told = _looked_up(cell, table)
    if length := cell.get("first_characters"):
        told = pc.utf8_slice_codeunits(told, 0, int(length))
    return pc.utf8_lower(told) if cell.get("lower") else told


def truth_of(text: pa.Array) -> pa.Array:
    """Whether a text says yes; a blank does not."""
    return pc.fill_null(pc.is_in(text, pa.array(TRUE)), False)


def words_of(value: Any) -> tuple[str, ...]:
    """What a value in a mapping looks like in the data; true and false have many spellings.

    Example:
        >>> words_of("Web"), words_of(3), "FALSE" in words_of(False)
        (('Web',), ('3',), True)
    """
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return (str(value),)


def number_of(cell: Any, table: pa.Table, mapping: SourceMapping, read: dict[str, pa.Array]) -> pa.Array:
    """The number of a cell in every row, as decimal text.

    Args:
        cell: What the mapping says.
        table: n rows of text.
        mapping: How its columns spell numbers.
        read: The numbers of columns that have been read; more are added.
    """
    if isinstance(cell, Mapping) and "product_of" in cell:
        factors = [number_of(one, table, mapping, read) for one in cell["product_of"]]
        return over_distinct(pc.binary_join_element_wise(*factors, BETWEEN), _product)
    if isinstance(cell, Mapping) and "first_of" in cell:
        return pc.coalesce(*[number_of(one, table, mapping, read) for one in cell["first_of"]])
    if isinstance(cell, str) and cell in read:
        return read[cell]
    form = _number_form(cell, mapping)
    told = numbers(text_of(cell, table), form, _currencies(form, table))
    if isinstance(cell, str):
        read[cell] = told
    return told


def unread_numbers(
    cell: Any, table: pa.Table, mapping: SourceMapping, read: dict[str, pa.Array]
) -> Iterator[tuple[str | None, np.ndarray]]:
    """(column, rows that hold something there which is no number) of every column a number is read from."""
    if isinstance(cell, Mapping) and ("product_of" in cell or "first_of" in cell):
        for one in cell.get("product_of") or cell["first_of"]:
            yield from unread_numbers(one, table, mapping, read)
        return
    column = cell if isinstance(cell, str) else (cell.get("from") if isinstance(cell, Mapping) else None)
    text, told = text_of(cell, table), number_of(cell, table, mapping, read)
    yield column, pc.and_(text.is_valid(), told.is_null()).to_numpy(zero_copy_only=False)


def key_of(cell: Any, table: pa.Table, file_name: str, row_number: np.ndarray) -> pa.Array:
    """The native key in every row: null where a part of it is missing."""
    if isinstance(cell, Mapping) and cell.get("row_number"):
        return pc.binary_join_element_wise(file_name, pa.array(row_number).cast(pa.string()), BETWEEN)
    if isinstance(cell, Mapping) and "counted" in cell:
        parts = [pc.fill_null(text_of(one, table), "") for one in cell["counted"]]
        return _counted(pc.binary_join_element_wise(*parts, BETWEEN))
    if isinstance(cell, list | tuple):
        return pc.binary_join_element_wise(*[text_of(one, table) for one in cell], BETWEEN)
    return text_of(cell, table)


def json_of(cells: Mapping[str, pa.Array]) -> pa.Array:
    """Texts under names as one JSON object a row, names in their order; null where all are silent."""
    parts = []
    for name in sorted(cells):
        quoted = over_distinct(cells[name], _json_text)
        parts.append(pc.binary_join_element_wise(json.dumps(name, ensure_ascii=False), quoted, ": "))
    # The empty text before them: where all parts of a row are null, pyarrow (25) drops the row itself.
    told = pc.binary_join_element_wise("", *parts, ", ", null_handling="skip")
    told = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(told, 2), "}", "")
    return pc.if_else(pc.equal(told, "{}"), pa.scalar(None, pa.string()), told)


def constant(value: Any, n_rows: int) -> pa.Array:
    """One text in every row."""
    return pa.repeat(pa.scalar(_word(value), pa.string()), n_rows)


def _json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number_form(cell: Any, mapping: SourceMapping) -> NumberForm:
    """How a cell's numbers are spelled: as its column's, unless the mapping itself writes them."""
    name = cell
    if isinstance(cell, Mapping):
        name = None if "values" in cell or "contains" in cell else cell.get("from")
    return mapping.numbers.get(name, NumberForm()) if isinstance(name, str) else NumberForm()


def _currencies(form: NumberForm, table: pa.Table) -> pa.Array | None:
    if form.unit != "minor":
        return None
    if form.currency in CURRENCIES:
        return constant(form.currency, table.num_rows)
    return column_of(table, form.currency)


def _looked_up(cell: Mapping[str, Any], table: pa.Table) -> pa.Array:
    column = column_of(table, cell["from"])
    if unmeant := [word for one in cell.get("except") or () for word in words_of(one)]:
        column = pc.if_else(pc.is_in(column, pa.array(unmeant)), pa.scalar(None, pa.string()), column)
    values = {
        word: _word(value) for name, value in (cell.get("values") or {}).items() for word in words_of(name)
    }
    parts = {_word(name).lower(): _word(value) for name, value in (cell.get("contains") or {}).items()}

    def known(text: str) -> str | None:
        if text in values:
            return values[text]
        return next((value for part, value in parts.items() if part in text.lower()), None)

    told = over_distinct(column, known) if values or parts or "otherwise" in cell else column
    rest = text_of(cell["otherwise"], table) if "otherwise" in cell else column
    blank = text_of(cell["blank"], table) if "blank" in cell else rest
    return pc.if_else(pc.is_null(column), blank, pc.coalesce(told, rest))


def _word(value: Any) -> str:
    # YAML reads true and false as truth values; the data holds them as text.
    return str(value).lower() if isinstance(value, bool) else str(value)


def _product(factors: str) -> str | None:
    told = Decimal(1)
    for factor in factors.split(BETWEEN):
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
