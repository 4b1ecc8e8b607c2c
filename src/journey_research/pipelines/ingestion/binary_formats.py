"""Parquet and XLSX to text columns. Their rows are no runs of bytes, so rejects have no offset."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.errors import UserError

from .mapping import Format
from .rows import Reject, Rows, columns_from, refuse_repeated

MOST_UNZIPPED_BYTES = 512 << 20


def read_parquet(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    """Columns of a Parquet file as text; see ``formats.read_rows``."""
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        found = file.schema_arrow.names
        tops = {name if name in found else name.split(".")[0] for name in wanted}
        table = file.read(columns=sorted(tops & set(found)))
        columns = {name: _as_text(_reach(table, name), table.num_rows) for name in wanted}
    except (pa.ArrowException, OSError):
        raise UserError("file is not readable Parquet", file=file_name, do="export it again") from None
    n_rows = file.metadata.num_rows
    texts = pa.table(columns, schema=pa.schema([(name, pa.string()) for name in wanted]))
    return Rows(texts, np.arange(1, n_rows + 1), None, None, n_rows, [], found)


def read_xlsx(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    """Cells of one sheet as text; see ``formats.read_rows``. Wholly empty rows are no rows."""
    rows = _filled(_sheet(data, form, file_name), file_name)
    for _ in range(form.skip_rows):
        next(rows, None)
    names = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
    if not any(names):
        raise UserError("file has no header", file=file_name, do="ask the owner of the export for it")
    refuse_repeated(names, wanted, file_name)
    place_of = {name: names.index(name) for name in wanted if name in names}
    values: dict[str, list[str | None]] = {name: [] for name in wanted}
    numbers, rejects, number = [], [], 0
    for number, cells in enumerate(rows, start=1):
        if any(cell is not None for cell in cells[len(names) :]):
            rejects.append(Reject(number, None, None, None, f"has {len(names)} columns"))
            continue
        numbers.append(number)
        for name in wanted:
            place = place_of.get(name, len(cells))
            values[name].append(_cell_text(cells[place]) if place < len(cells) else None)
    texts = columns_from(values, wanted)
    return Rows(texts, np.array(numbers, dtype=np.int64), None, None, number, rejects, names)


def _sheet(data: bytes, form: Format, file_name: str) -> Any:
    import defusedxml  # noqa: F401  (openpyxl reads XML through it where it is installed)
    import openpyxl

    # It warns of colours and checks that it does not keep; nobody asked for them.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unzipped = sum(part.file_size for part in parts.infolist())
        if unzipped > MOST_UNZIPPED_BYTES:
            raise UserError(
                f"workbook unzips to {unzipped:,} bytes, at most {MOST_UNZIPPED_BYTES:,} are read",
                file=file_name,
                do="export it as CSV",
            )
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except UserError:
        raise
    except Exception:  # a broken workbook fails in a dozen ways, all of them the user's to mend
        raise UserError("file is not a readable workbook", file=file_name, do="export it again") from None
    if form.sheet and form.sheet not in book.sheetnames:
        raise UserError(f"sheet '{form.sheet}' is missing", file=file_name, do="name another in the mapping")
    sheet = book[form.sheet] if form.sheet else book.worksheets[0]
    sheet.reset_dimensions()  # the size that a workbook claims may be anything
    return sheet


def _filled(sheet: Any, file_name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet that hold anything; its XML is read only now, row by row."""
    rows = iter(sheet.iter_rows(values_only=True))
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception:  # a sheet cut off or spoilt fails in as many ways as a workbook
            raise UserError("sheet cannot be read to its end", file=file_name, do="export it again") from None
        if any(cell is not None for cell in cells):
            yield cells


def _cell_text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)


def _reach(table: pa.Table, name: str) -> pa.ChunkedArray | None:
    if name in table.column_names:
        return table[name]
    top, *steps = name.split(".")
    if top not in table.column_names:
        return None
    column = table[top]
    for step in steps:
        if not pa.types.is_struct(column.type) or column.type.get_field_index(step) < 0:
            return None
        column = pc.struct_field(column, step)
    return column


def _as_text(column: pa.ChunkedArray | None, n_rows: int) -> Any:
    if column is None:
        return pa.nulls(n_rows, pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type):
        return pa.array([None if one is None else str(one) for one in column.to_pylist()], pa.string())
    return column.cast(pa.string())
