"""A file's bytes to named text columns and the rows that could not be parted into them.

Every format keeps every row: a row is among the columns or among the rejects, never neither.

A file comes in batches, so that its size does not matter. What a reader of batches may rely on:

- There is at least one batch, even of a file without rows: its ``found`` names the columns.
- Batches come in the order of the file; row numbers go on counting over them, from 1, and a row
  that was exploded stands in one batch with all its parts.
- ``n_rows`` and ``rejects`` are those of the batch; ``columns`` are the wanted ones, in the same
  order in every batch, all of them text.
- ``found`` is the same in every batch, but in JSON, where it holds the names met so far.
- ``byte_offset`` counts in the file as it is unpacked.
- A ``UserError`` may come with any batch: a packed file can be broken in its middle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from journey_research.contracts.exports import Export
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.mapping import Format

from .csv_format import read_csv
from .json_format import read_json
from .parquet_format import read_parquet
from .rows import Rows
from .sql_format import read_sql
from .xlsx_format import read_xlsx


def read_batches(
    export: Export, form: Format, wanted: Sequence[str], required: Sequence[str] = ()
) -> Iterator[Rows]:
    """Read a file as text, batch by batch.

    Args:
        export: The file.
        form: How it is written.
        wanted: Columns to hand on; one that the file does not have is all null.
        required: Columns by which the header is known, where ``form.skip_rows`` is ``auto``.

    Raises:
        UserError: The file as a whole cannot be read: it is empty, in another encoding or
            format, or a column name stands twice.
    """
    if form.type == "sql":
        yield from read_sql(export, form, wanted)
        return
    with export.open() as stream:
        # JSON lines have no header: a day on which nothing happened is a file without a byte.
        if form.type != "jsonl" and not stream.peek(1):  # type: ignore[attr-defined]
            raise UserError("file is empty", file=export.file_name, do="ask the owner of the export for it")
        for rows in READERS[form.type](stream, form, wanted, export.file_name, required):
            yield rows if wanted else replace(rows, columns=_without_columns(len(rows.row_number)))


def read_rows(export: Export, form: Format, wanted: Sequence[str], required: Sequence[str] = ()) -> Rows:
    """All batches of a file as one; for small files and for tests."""
    return joined(list(read_batches(export, form, wanted, required)))


def joined(batches: Sequence[Rows]) -> Rows:
    """Batches of one file, put together in their order."""
    if len(batches) == 1:
        return batches[0]

    def all_of(name: str) -> Any:
        parts = [getattr(one, name) for one in batches]
        return None if any(part is None for part in parts) else np.concatenate(parts)

    return Rows(
        pa.concat_tables([one.columns for one in batches]),
        all_of("row_number"),
        all_of("byte_offset"),
        all_of("byte_length"),
        sum(one.n_rows for one in batches),
        [reject for one in batches for reject in one.rejects],
        batches[-1].found,
    )


def _without_columns(n_rows: int) -> pa.Table:
    """A table that has rows, though nobody wants a column of it."""
    return pa.table({"none": pa.nulls(n_rows)}).select([])


def _csv(
    stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str, required: Sequence[str]
) -> Iterator[Rows]:
    return read_csv(stream, form, wanted, file_name, required=required)


def _json(
    stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str, required: Sequence[str]
) -> Iterator[Rows]:
    return read_json(stream, form, wanted, file_name)


def _parquet(
    stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str, required: Sequence[str]
) -> Iterator[Rows]:
    return read_parquet(stream, wanted, file_name)


READERS: dict[str, Callable[[BinaryIO, Format, Sequence[str], str, Sequence[str]], Iterator[Rows]]] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _json,
    "parquet": _parquet,
    "xlsx": read_xlsx,
}
