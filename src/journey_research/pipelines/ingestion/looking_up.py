"""Cells that a row does not hold itself: they stand in another file, or in other rows of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.contracts.exports import Export
from journey_research.errors import UserError

from .cells import column_of
from .files.formats import read_rows
from .files.rows import missing_column
from .mapping import Format, SourceMapping


@dataclass(frozen=True)
class Beside:
    """Another file's rows: name here -> name there, found by a key that may be called otherwise there."""

    by: str
    there: str
    take: Mapping[str, str]
    rows: pa.Table

    def added(self, table: pa.Table) -> pa.Table:
        """The table with the columns that were looked up."""
        places = pc.index_in(column_of(table, self.by), column_of(self.rows, self.there), skip_nulls=True)
        for here, name in self.take.items():
            table = table.append_column(here, column_of(self.rows, name).take(places))
        return table


def files_beside(export: Export, mapping: SourceMapping) -> list[Beside]:
    """The files that rows of an export are looked up in, read whole.

    Raises:
        UserError: One is missing, cannot be read, or misses a column.
    """
    return [_beside(lookup, export, mapping) for lookup in mapping.lookup]


def _beside(lookup: Mapping[str, Any], export: Export, mapping: SourceMapping) -> Beside:
    beside = export.beside.get(str(lookup["file"]))
    if beside is None:
        raise UserError("file is missing", file=str(lookup["file"]), do="put it beside the export")
    form = lookup.get("format") or mapping.format.type
    key = str(lookup.get("there") or lookup["by"])
    wanted = list(dict.fromkeys([key, *lookup["take"].values()]))
    there = read_rows(beside, Format(**form) if isinstance(form, Mapping) else Format(form), wanted)
    for name in wanted:
        if name not in there.found:
            raise missing_column(beside.file_name, name, there.found, there.columns.column_names)
    return Beside(lookup["by"], key, lookup["take"], there.columns)


def fill(table: pa.Table, by: str, columns: Sequence[str]) -> pa.Table:
    """Give blank cells the first value that a row with the same key has."""
    keys = column_of(table, by).dictionary_encode()
    codes = keys.indices.fill_null(-1).to_numpy()
    for name in columns:
        values = column_of(table, name)
        held = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False) & (codes >= 0))
        first = np.full(len(keys.dictionary) + 1, -1)
        first[codes[held[::-1]]] = held[::-1]
        source = np.where(codes >= 0, first[codes], -1)
        found = values.take(pa.array(source, mask=source < 0))
        table = table.set_column(table.column_names.index(name), name, pc.coalesce(values, found))
    return table
