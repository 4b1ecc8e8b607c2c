"""What the rows of a file yield by their mapping: the blocks' cells, in canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import column_of, key_of, number_of, text_of
from .mapping import Block, SourceMapping
from .normalising import emails, instants, names, phones, postal_codes


@dataclass(frozen=True)
class Yielded:
    """One block over all n rows of a file.

    Attributes:
        block: What is yielded.
        applies: n truth values: whether the row yields it.
        values: Name -> n values; instants for times, decimal text for numbers, else text.
    """

    block: Block
    applies: np.ndarray
    values: Mapping[str, pa.Array]

    def only(self, kept: np.ndarray) -> Yielded:
        """The same over the rows that are kept."""
        mask = pa.array(kept)
        values = {name: column.filter(mask) for name, column in self.values.items()}
        return Yielded(self.block, self.applies[kept], values)


@dataclass(frozen=True)
class FileRows:
    """The n rows of one file, as text, with what is worked out of them once.

    Attributes:
        table: n rows of text columns.
        row_number: n numbers of the rows in the file.
        file_name: Name of the file.
        times: The columns that are times, as instants.
    """

    table: pa.Table
    row_number: np.ndarray
    file_name: str
    times: Mapping[str, pa.Array]


def file_rows(mapping: SourceMapping, table: pa.Table, row_number: np.ndarray, file_name: str) -> FileRows:
    """Read the times of a file's rows; several blocks use them."""
    times = {name: instants(column_of(table, name), form) for name, form in mapping.times.items()}
    return FileRows(table, row_number, file_name, times)


def yield_blocks(mapping: SourceMapping, rows: FileRows) -> list[Yielded]:
    """Evaluate every block of a mapping over the rows of a file."""
    return [_yielded(block, mapping, rows) for block in mapping.blocks]


def matches(filters: Mapping[str, Any] | None, table: pa.Table) -> np.ndarray:
    """Rows whose columns hold one of the listed values; ``present`` asks for any value."""
    kept = np.ones(table.num_rows, dtype=bool)
    for name, allowed in (filters or {}).items():
        column = column_of(table, name)
        if allowed == "present":
            kept &= column.is_valid().to_numpy(zero_copy_only=False)
            continue
        listed = allowed if isinstance(allowed, list | tuple) else [allowed]
        words = [str(one).lower() if isinstance(one, bool) else str(one) for one in listed]
        kept &= pc.is_in(column, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    return kept


def sampled(sample: Mapping[str, Any], table: pa.Table) -> np.ndarray:
    """Rows of a lasting sample: all rows with one value of ``by`` are in it together.

    ``share`` of the values are inside, chosen by ``seed``; ``keep: outside`` takes the others.
    """
    column = column_of(table, sample["by"])
    share, seed = float(sample["share"]), int(sample["seed"])
    encoded = column.dictionary_encode()
    inside = np.array(
        [_fraction(seed, value) < share for value in encoded.dictionary.to_pylist()], dtype=bool
    )
    known = column.is_valid().to_numpy(zero_copy_only=False)
    codes = encoded.indices.fill_null(0).to_numpy()
    taken = inside[codes] if len(inside) else np.zeros(len(column), dtype=bool)
    return known & (taken if sample.get("keep", "inside") == "inside" else ~taken)


def _fraction(seed: int, value: str) -> float:
    digest = hashlib.blake2b(f"{seed}:{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def _yielded(block: Block, mapping: SourceMapping, rows: FileRows) -> Yielded:
    table = rows.table
    applies = matches(block.says.get("only"), table)
    if "sample" in block.says:
        applies &= sampled(block.says["sample"], table)
    values: dict[str, pa.Array] = {}
    for name, how, cell in block.cells():
        if how == "key":
            values[name] = key_of(cell, table, rows.file_name, rows.row_number)
        elif how == "time":
            values[name] = rows.times[cell]
        elif how == "number":
            values[name] = number_of(cell, table, mapping)
        elif how == "cells" and name == "extra":
            values[name] = _as_json(cell, table)
        elif how == "cells":
            values |= {field: _value(field, one, mapping, rows) for field, one in cell.items()}
        else:
            values[name] = text_of(cell, table)
    if block.kind == "identifiers":
        values["value"] = _identifier(str(block.says["type"]), values["value"], mapping)
    return Yielded(block, applies, values)


def _value(field: str, cell: Any, mapping: SourceMapping, rows: FileRows) -> pa.Array:
    """A personal value of a record in its form."""
    if field == "birth_date":
        return rows.times[cell]
    text = text_of(cell, rows.table)
    if field == "email":
        return emails(text)
    if field == "phone":
        return phones(text, mapping.phone_region)
    return postal_codes(text) if field == "postal_code" else names(text)


def _identifier(kind: str, text: pa.Array, mapping: SourceMapping) -> pa.Array:
    if kind == "email":
        return emails(text)
    return phones(text, mapping.phone_region) if kind == "phone" else text


def _as_json(cells: Mapping[str, Any], table: pa.Table) -> pa.Array:
    columns = {name: names(text_of(cell, table)).to_pylist() for name, cell in sorted(cells.items())}
    told = []
    for row in range(table.num_rows):
        held = {name: column[row] for name, column in columns.items() if column[row] is not None}
        told.append(json.dumps(held, ensure_ascii=False, sort_keys=True) if held else None)
    return pa.array(told, pa.string())
