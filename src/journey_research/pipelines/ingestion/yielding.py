"""What the rows of a file yield by their mapping: the blocks' cells, in canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import column_of, constant, json_of, key_of, number_of, text_of, trimmed_table
from .filtering import matches, sampled
from .forming import identifier_in_form, value_in_form
from .forms.code_words import currencies
from .forms.normalising import names
from .forms.times import Moments, moments
from .language.mapping_words import RECORD_KINDS
from .mapping import Block, SourceMapping


@dataclass(frozen=True)
class Yielded:
    """One block over all n rows of a file.

    Attributes:
        block: What is yielded.
        applies: n truth values: whether the row yields it.
        values: Name -> n values; instants for times, decimal text for numbers, lists of text where a
            cell is split, else text. Beside a time stand ``<name>.is_day`` and ``<name>.note``, beside a
            party ``<name>.source``.
        lost: Name -> n reasons why something that stood in the row could not be brought into form;
            null where nothing was lost.
    """

    block: Block
    applies: np.ndarray
    values: Mapping[str, pa.Array]
    lost: Mapping[str, pa.Array]

    def only(self, kept: np.ndarray) -> Yielded:
        """The same over the rows that are kept."""
        mask = pa.array(kept)
        values = {name: column.filter(mask) for name, column in self.values.items()}
        lost = {name: column.filter(mask) for name, column in self.lost.items()}
        return Yielded(self.block, self.applies[kept], values, lost)


@dataclass(frozen=True)
class FileRows:
    """The n rows of one file, as text, with what is worked out of them once.

    Attributes:
        table: n rows of text columns.
        row_number: n numbers of the rows in the file.
        file_name: Name of the file.
        times: The columns that are times, read.
        numbers: The columns whose numbers have been read, as decimal text; filled as they are wanted.
    """

    table: pa.Table
    row_number: np.ndarray
    file_name: str
    times: Mapping[str, Moments]
    numbers: dict[str, pa.Array]


def file_rows(mapping: SourceMapping, table: pa.Table, row_number: np.ndarray, file_name: str) -> FileRows:
    """Read the times of a file's rows; several blocks use them."""
    for name, form in mapping.times.items():
        if form.is_made and name not in table.column_names:
            table = table.append_column(name, _made_time(mapping, name, table, len(row_number)))
    table = trimmed_table(table)
    times = {}
    for name, form in mapping.times.items():
        zones = column_of(table, form.zone_from) if form.zone_from else None
        times[name] = moments(column_of(table, name), form, zones)
    return FileRows(table, row_number, file_name, times, {})


def yield_blocks(mapping: SourceMapping, rows: FileRows) -> list[Yielded]:
    """Evaluate every block of a mapping over the rows of a file."""
    return [_yielded(block, mapping, rows) for block in mapping.blocks]


def _made_time(mapping: SourceMapping, name: str, table: pa.Table, n_rows: int) -> pa.Array:
    """A column that the mapping puts together: of others, or of one text."""
    form = mapping.times[name]
    if form.always:
        return constant(form.always, n_rows)
    parts = [column_of(table, one) for one in form.join]
    # The empty text before them: where all parts of a row are null, pyarrow (25) drops the row itself.
    told = pc.binary_join_element_wise("", *parts, " ", null_handling="skip")
    told = pc.utf8_slice_codeunits(told, 1)
    return pc.if_else(pc.equal(told, ""), pa.scalar(None, pa.string()), told)


def _yielded(block: Block, mapping: SourceMapping, rows: FileRows) -> Yielded:
    table = rows.table
    applies = matches(block.says.get("only"), table)
    if "sample" in block.says:
        applies &= sampled(block.says["sample"], table)
    values: dict[str, pa.Array] = {}
    lost: dict[str, pa.Array] = {}
    for name, how, cell in block.cells():
        if how == "cells" and name == "values":
            for field, one in cell.items():
                values[field], lost[f"record.{field}"] = _value(field, one, mapping, rows)
        else:
            values |= _read(name, how, cell, mapping, rows)
    if pattern := block.says.get("without"):
        values["key"] = pc.replace_substring_regex(values["key"], pattern, "")
    if split := block.says.get("split"):
        listed = "value" if "value" in values else "key"
        values[listed] = pc.split_pattern(values[listed], split)
    if block.kind == "identifiers":
        kind = str(block.says["type"])
        values["value"], lost[f"identifier.{kind}"] = identifier_in_form(
            kind, values["value"], mapping.phone_region
        )
    lost = {name: reasons for name, reasons in lost.items() if reasons.null_count < len(reasons)}
    return Yielded(block, applies, values, lost)


def _read(name: str, how: str, cell: Any, mapping: SourceMapping, rows: FileRows) -> dict[str, pa.Array]:
    """What one word of a block says in every row, with what stands beside it."""
    table = rows.table
    if how == "time":
        return _time(name, rows.times[cell])
    if how == "number":
        return {name: number_of(cell, table, mapping, rows.numbers)}
    if how == "key":
        return {name: key_of(cell, table, rows.file_name, rows.row_number)}
    if how == "party":
        key = key_of(cell["key"], table, rows.file_name, rows.row_number)
        return {name: key, f"{name}.source": _source(cell.get("source"), mapping, table)}
    if how == "source":
        return {name: _source(cell, mapping, table)}
    if how == "cells":
        fields = {field: names(text_of(one, table)) for field, one in cell.items()}
        return {name: json_of(fields) if fields else pa.nulls(table.num_rows, pa.string())}
    if how == "kind" and cell in RECORD_KINDS:
        return {name: constant(cell, table.num_rows)}
    text = text_of(cell, table)
    return {name: currencies(text) if name == "currency" else text}


def _value(field: str, cell: Any, mapping: SourceMapping, rows: FileRows) -> tuple[pa.Array, pa.Array]:
    """A personal value of a record in form, and what was lost on the way."""
    if field == "birth_date":  # a time that cannot be read sets its row aside, so nothing is lost
        return rows.times[cell].at, pa.nulls(rows.table.num_rows, pa.string())
    return value_in_form(field, text_of(cell, rows.table), mapping.phone_region)


def _time(name: str, told: Moments) -> dict[str, pa.Array]:
    return {name: told.at, f"{name}.is_day": pa.array(told.is_day), f"{name}.note": told.note}


def _source(cell: Any, mapping: SourceMapping, table: pa.Table) -> pa.Array:
    """Names of sources: told row by row, said once, or the mapping's own."""
    if isinstance(cell, Mapping):
        return text_of(cell, table)
    return constant(cell or mapping.source, table.num_rows)
