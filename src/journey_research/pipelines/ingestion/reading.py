"""The exports of all sources to canonical tables and to what was set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.contracts.exports import Export
from journey_research.engine import Table
from journey_research.errors import UserError

from .canonical import TABLES, canonical_tables
from .cells import column_of
from .checking import breaches
from .formats import read_rows
from .mapped_rows import MappedRows
from .mapping import Format, SourceMapping, read_mapping
from .rows import Reject, Rows, missing_column
from .yielding import Yielded, file_rows, matches, yield_blocks

REJECTED_COLUMNS = {
    "source": pa.string(),
    "file_sha256": pa.string(),
    "row_number": pa.int64(),
    "byte_offset": pa.int64(),
    "byte_length": pa.int64(),
    "column": pa.string(),
    "rule": pa.string(),
}
SOURCE_FILE_COLUMNS = {
    "source": pa.string(),
    "file_name": pa.string(),
    "file_sha256": pa.string(),
    "mapping_version": pa.int64(),
    "data_class": pa.string(),
    "n_bytes": pa.int64(),
    "n_rows": pa.int64(),
    "n_accepted": pa.int64(),
    "n_rejected": pa.int64(),
    "n_left_out": pa.int64(),
}
OUTPUTS = (*TABLES, "rejected", "source_files")


@dataclass(frozen=True)
class _Kept:
    """Rows of one file after its rules: what is left, what was set aside, how many are left out."""

    yielded: list[Yielded]
    rejects: list[Reject]
    n_left_out: int


def read_sources(exports: list[Export], pseudonym_key: bytes) -> tuple[Table, ...]:
    """Read every export by its mapping.

    Args:
        exports: The files, each with its source's mapping; any order.
        pseudonym_key: The secret that names of records are made with.

    Returns:
        One table for each name in ``OUTPUTS``, by the contract of that name. A file's rows are
        accepted or in ``rejected``, never neither; native keys are in none of them.

    Raises:
        UserError: A file or mapping as a whole cannot be read; see ``formats`` and ``mapping``.
    """
    mapped = MappedRows(pseudonym_key)
    rejected: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    judged: dict[str, SourceMapping] = {}
    for rank, export in enumerate(sorted(exports, key=lambda one: (one.source, one.file_name))):
        if export.source not in judged:
            judged[export.source] = read_mapping(export.source, export.mapping)
        mapping = judged[export.source]
        rows = _rows(export, mapping)
        kept = _keep(rows, mapping, export.file_name)
        mapped.add(mapping, kept.yielded, rank)
        whose = {"source": export.source, "file_sha256": export.sha256}
        rejected += [{**whose, **vars(one)} for one in kept.rejects]
        files.append(
            {
                **whose,
                "file_name": export.file_name,
                "mapping_version": mapping.version,
                "data_class": mapping.data_class,
                "n_bytes": export.n_bytes,
                "n_rows": rows.n_rows,
                "n_accepted": rows.n_rows - len(kept.rejects),
                "n_rejected": len(kept.rejects),
                "n_left_out": kept.n_left_out,
            }
        )
    _refuse_silence(files, judged)
    tables = canonical_tables(mapped)
    return (
        *(tables[name] for name in TABLES),
        Table.from_arrow(_from_rows(rejected, REJECTED_COLUMNS)),
        Table.from_arrow(_from_rows(files, SOURCE_FILE_COLUMNS)),
    )


def _refuse_silence(files: list[dict[str, Any]], mappings: Mapping[str, SourceMapping]) -> None:
    """A source whose files hold nothing but headers has most likely been exported wrongly."""
    for source, mapping in mappings.items():
        own = [file for file in files if file["source"] == source]
        if not mapping.optional and not any(file["n_rows"] for file in own):
            raise UserError(
                "file holds no rows",
                file=own[0]["file_name"],
                do=f"ask the owner of the export, or say 'optional: true' in the mapping of '{source}'",
            )


def _rows(export: Export, mapping: SourceMapping) -> Rows:
    own = [name for name in mapping.columns if name not in mapping.looked_up]
    rows = read_rows(export, mapping.format, own)
    # JSON names its columns row by row: a file without a readable row names none.
    if rows.columns.num_rows or rows.found:
        for column in mapping.needed:
            if column not in rows.found:
                raise missing_column(export.file_name, column, rows.found, own)
    table = rows.columns
    for lookup in mapping.lookup:
        table = _look_up(table, lookup, export, mapping)
    if mapping.fill:
        table = _fill(table, mapping.fill)
    return Rows(
        table, rows.row_number, rows.byte_offset, rows.byte_length, rows.n_rows, rows.rejects, rows.found
    )


def _keep(rows: Rows, mapping: SourceMapping, file_name: str) -> _Kept:
    """Hold the rows against the rules; rows that the mapping leaves out are held against none."""
    table, n_parted = rows.columns, rows.columns.num_rows
    out = matches(mapping.leave_out, table) if mapping.leave_out else np.zeros(n_parted, dtype=bool)
    judged = file_rows(mapping, table, rows.row_number, file_name)
    yielded = yield_blocks(mapping, judged)
    told: list[tuple[str | None, str]] = []
    first = np.full(n_parted, np.iinfo(np.int64).max)
    for number, breach in enumerate(breaches(mapping, judged, yielded)):
        told.append((breach.column, breach.rule))
        first = np.where(breach.broken & ~out & (number < first), number, first)
    broken = np.flatnonzero(first < len(told))
    rejects = list(rows.rejects)
    # A row that was exploded is set aside once, with the first rule that any part of it broke.
    by_rule = broken[np.lexsort((first[broken], rows.row_number[broken]))]
    numbers, places = np.unique(rows.row_number[by_rule], return_index=True)
    for row, place in zip(numbers.tolist(), by_rule[places].tolist(), strict=True):
        offset = None if rows.byte_offset is None else int(rows.byte_offset[place])
        length = None if rows.byte_length is None else int(rows.byte_length[place])
        rejects.append(Reject(row, offset, length, *told[first[place]]))
    clean = ~np.isin(rows.row_number, numbers) & ~out
    return _Kept(
        [one.only(clean) for one in yielded],
        sorted(rejects, key=lambda one: one.row_number),
        len(np.unique(rows.row_number[out])),
    )


def _look_up(table: pa.Table, lookup: Mapping[str, Any], export: Export, mapping: SourceMapping) -> pa.Table:
    """Add columns of another file: ``take`` is name here -> name there, found ``by`` a shared key."""
    beside = export.beside.get(str(lookup["file"]))
    if beside is None:
        raise UserError("file is missing", file=str(lookup["file"]), do="put it beside the export")
    form = lookup.get("format") or mapping.format.type
    there = read_rows(
        beside,
        Format(**form) if isinstance(form, Mapping) else Format(form),
        [lookup["by"], *lookup["take"].values()],
    )
    for name in (lookup["by"], *lookup["take"].values()):
        if name not in there.found:
            raise missing_column(beside.file_name, name, there.found, there.columns.column_names)
    places = pc.index_in(
        column_of(table, lookup["by"]), column_of(there.columns, lookup["by"]), skip_nulls=True
    )
    for here, name in lookup["take"].items():
        table = table.append_column(here, column_of(there.columns, name).take(places))
    return table


def _fill(table: pa.Table, fill: Mapping[str, Any]) -> pa.Table:
    """Give blank cells the first value that a row with the same key has."""
    keys = column_of(table, fill["by"]).dictionary_encode()
    codes = keys.indices.fill_null(-1).to_numpy()
    for name in fill["columns"]:
        values = column_of(table, name)
        held = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False) & (codes >= 0))
        first = np.full(len(keys.dictionary) + 1, -1)
        first[codes[held[::-1]]] = held[::-1]
        source = np.where(codes >= 0, first[codes], -1)
        found = values.take(pa.array(source, mask=source < 0))
        table = table.set_column(table.column_names.index(name), name, pc.coalesce(values, found))
    return table


def _from_rows(rows: list[dict[str, Any]], columns: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema(list(columns.items())))
