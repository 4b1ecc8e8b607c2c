"""One sheet of an XLSX workbook to text columns, row by row.

A cell is the text that a reader sees: a formula is the value it had when the workbook was saved, a
whole number has no decimals, a time is spelled as ISO. A header cell that is merged over several
columns names the first of them. Wholly empty rows are no rows. Rows are no runs of bytes, so
rejects have no offset.
"""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.language.mapping_words import did_you_mean
from journey_research.pipelines.ingestion.mapping import Format

from .rows import IS_TEXT, Reject, Rows, columns_from, refuse_repeated
from .text_encodings import is_text

MOST_UNZIPPED_BYTES = 512 << 20
MOST_ROWS = 1 << 20  # as many as the format knows; a row may claim any number
MOST_CELLS = 100_000_000
MOST_ROWS_BEFORE = 50
BATCH_ROWS = 1 << 14
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls, and of workbooks behind a password
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"


def read_xlsx(
    stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str, required: Sequence[str] = ()
) -> Iterator[Rows]:
    """Cells of one sheet as text, batch by batch; see ``formats.read_batches``."""
    rows = filled_rows(_sheet(stream.read(MOST_UNZIPPED_BYTES + 1), form, file_name), file_name)
    names, rows = _header(rows, form, file_name, required)
    refuse_repeated(names, wanted, file_name)
    place_of = {name: place for place, name in reversed(list(enumerate(names))) if name}
    places = [place_of.get(name, -1) for name in wanted]
    n_rows, is_told = 0, False
    while True:
        batch = _Batch(wanted)
        for cells in rows:
            n_rows += 1
            batch.add(n_rows, cells, places, len(names))
            if batch.n_rows == BATCH_ROWS:
                break
        if batch.n_rows or not is_told:
            yield batch.rows(names)
            is_told = True
        if batch.n_rows < BATCH_ROWS:
            return


class _Batch:
    """Rows of one batch being filled."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = wanted
        self.values: dict[str, list[str | None]] = {name: [] for name in wanted}
        self.numbers: list[int] = []
        self.rejects: list[Reject] = []
        self.n_rows = 0

    def add(self, number: int, cells: tuple[Any, ...], places: Sequence[int], width: int) -> None:
        self.n_rows += 1
        rule = f"has {width} columns" if any(cell is not None for cell in cells[width:]) else ""
        texts = [_cell_text(cells[at]) if 0 <= at < len(cells) else None for at in places]
        if not rule and not all(map(is_text, texts)):
            rule = IS_TEXT
        if rule:
            self.rejects.append(Reject(number, None, None, None, rule))
            return
        self.numbers.append(number)
        for name, text in zip(self.wanted, texts, strict=True):
            self.values[name].append(text)

    def rows(self, found: Sequence[str]) -> Rows:
        numbers = np.array(self.numbers, dtype=np.int64)
        columns = columns_from(self.values, self.wanted)
        return Rows(columns, numbers, None, None, self.n_rows, self.rejects, found)


def _header(
    rows: Iterator[tuple[Any, ...]], form: Format, file_name: str, required: Sequence[str]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The names of the columns, and the rows after them."""
    if form.skip_rows == "auto":
        for cells, _ in zip(rows, range(MOST_ROWS_BEFORE), strict=False):
            names = _names(cells)
            if set(required) <= set(names):
                return names, rows
        raise UserError(
            f"none of the first {MOST_ROWS_BEFORE} rows holds the columns required",
            file=file_name,
            do=f"the header is known by {', '.join(required) or 'no column'}; "
            "ask the owner of the export, or say 'skip_rows' as a number",
        )
    for _ in range(int(form.skip_rows)):
        next(rows, None)
    names = _names(next(rows, ()))
    if not any(names):
        raise UserError("file has no header", file=file_name, do="ask the owner of the export for it")
    return names, rows


def _names(cells: tuple[Any, ...]) -> list[str]:
    """Names of the columns; empty cells behind the last one are no columns."""
    names = [(_cell_text(cell) or "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _sheet(data: bytes, form: Format, file_name: str) -> Any:
    sheets = sheets_of(data, file_name)
    if form.sheet and form.sheet not in sheets:
        raise UserError(
            f"sheet '{form.sheet}' is missing", file=file_name, do=did_you_mean(form.sheet, sheets)
        )
    return sheets[form.sheet] if form.sheet else next(iter(sheets.values()))


def sheets_of(data: bytes, file_name: str) -> dict[str, Any]:
    """The sheets of cells of a workbook by their titles, at least one; their rows are read when asked for.

    Raises:
        UserError: It is no workbook, or one that would fill the memory.
    """
    import defusedxml  # noqa: F401  (openpyxl reads XML through it where it is installed)
    import openpyxl

    # It warns of colours and checks that it does not keep; nobody asked for them.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    if data.startswith(_OLE):
        raise UserError(
            "file is an old .xls workbook, or one behind a password",
            file=file_name,
            do="save it as .xlsx without a password",
        )
    if _OPEN_DOCUMENT in data[:200]:
        raise UserError("file is an OpenDocument spreadsheet", file=file_name, do="save it as .xlsx")
    try:
        _refuse_too_much(data, file_name)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        worksheets = {sheet.title: sheet for sheet in book.worksheets}
    except UserError:
        raise
    except Exception:  # a broken workbook fails in a dozen ways, all of them the user's to mend
        raise UserError("file is not a readable workbook", file=file_name, do="export it again") from None
    if not worksheets:
        raise UserError("workbook holds no sheet of cells", file=file_name, do="export it again")
    for sheet in worksheets.values():
        sheet.reset_dimensions()  # the size that a workbook claims may be anything
    return worksheets


def _refuse_too_much(data: bytes, file_name: str) -> None:
    unzipped = len(data)
    if unzipped <= MOST_UNZIPPED_BYTES:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unzipped = max(unzipped, sum(part.file_size for part in parts.infolist()))
    if unzipped > MOST_UNZIPPED_BYTES:
        raise UserError(
            f"workbook unzips to {unzipped:,} bytes or more, at most {MOST_UNZIPPED_BYTES:,} are read",
            file=file_name,
            do="export it as CSV",
        )


def filled_rows(sheet: Any, file_name: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet that hold anything; its XML is read only now, row by row.

    Raises:
        UserError: It cannot be read to its end, or has more rows or cells than are read.
    """
    rows = iter(sheet.iter_rows(values_only=True))
    n_rows = n_cells = 0
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except Exception:  # a sheet cut off or spoilt fails in as many ways as a workbook
            raise UserError("sheet cannot be read to its end", file=file_name, do="export it again") from None
        n_rows, n_cells = n_rows + 1, n_cells + len(cells)
        if n_rows > MOST_ROWS or n_cells > MOST_CELLS:
            raise UserError(
                f"sheet has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells",
                file=file_name,
                do="export it as CSV",
            )
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
