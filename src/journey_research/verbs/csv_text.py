"""A CSV file with every value as text, or a reason why not; never half a file."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from journey_research.errors import UserError

from .values import need_columns

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.csv as pc

_BLOCK_BYTES = 16 << 20


def read_csv(path: Path, needed: list[str], only: bool) -> pd.DataFrame:
    """Every row of a CSV file, every value as the text that stands there.

    Args:
        path: The file; ``.gz`` is unpacked.
        needed: Columns that must be there.
        only: Keep the needed columns alone.

    Returns:
        n rows; an empty cell is missing, quoted or not.

    Raises:
        UserError: No header, a column twice or missing, a row of another width, an open quote, or
            no UTF-8 text.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "people.csv")
        ...     _ = path.write_text("id,name\\n007,\\n")
        ...     read_csv(path, needed=["id"], only=False).values.tolist()
        [['007', nan]]
    """
    import pyarrow as pa

    try:
        data = _bytes_of(path)
        header = _header(data, path.name)
        need_columns(header, needed, path.name)
        table = _parse(data, header, needed if only else header, path.name)
    except (OSError, EOFError):
        raise UserError("cannot be read", file=path.name, do="check the file and its format") from None
    except (pa.ArrowInvalid, UnicodeDecodeError):  # their text repeats the data
        raise UserError(
            "not UTF-8 text in CSV format", file=path.name, do="save it as CSV in UTF-8"
        ) from None
    return table.to_pandas()


def _bytes_of(path: Path) -> pa.Buffer:
    import pyarrow as pa

    compression = "gzip" if path.name.lower().endswith(".gz") else None
    if compression is None:
        with pa.memory_map(str(path)) if path.stat().st_size else pa.BufferReader(b"") as file:
            return file.read_buffer()
    with pa.input_stream(str(path), compression=compression) as stream:
        return pa.py_buffer(stream.read())


def _header(data: pa.Buffer, file: str) -> list[str]:
    """Column names; raises where there is none, or where a quote is opened and never closed."""
    text = memoryview(data)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    first = decoder.decode(bytes(text[: 1 << 20]))  # strict: UTF-16 fails here
    header = next(csv.reader(io.StringIO(first, newline="")), [])
    if not header:
        raise UserError("file does not begin with a header", file=file, do="give a CSV file with a header")
    n_quotes = sum(
        bytes(text[start : start + _BLOCK_BYTES]).count(b'"') for start in range(0, len(text), _BLOCK_BYTES)
    )
    if n_quotes % 2:
        _refuse_open_quote(bytes(text).decode("utf-8-sig"), file)
    return header


def _refuse_open_quote(text: str, file: str) -> None:
    """A quote that is never closed would swallow the rows after it without a word."""
    row = -1
    try:
        for row, _ in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True)):  # noqa: B007
            pass
    except csv.Error as trouble:
        if "end of data" in str(trouble):
            raise UserError(
                "a quote is opened and never closed", file=file, row=row + 1, do="close it or double it"
            ) from None


def _parse(data: pa.Buffer, header: list[str], wanted: list[str], file: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pc

    refused: list[pc.InvalidRow] = []

    def refuse(row: pc.InvalidRow) -> str:
        refused.append(row)
        return "skip"

    def read(use_threads: bool) -> pa.Table:
        return pc.read_csv(
            pa.BufferReader(data),
            read_options=pc.ReadOptions(
                block_size=_BLOCK_BYTES, use_threads=use_threads, column_names=header, skip_rows_after_names=1
            ),
            parse_options=pc.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                include_columns=wanted,
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )

    table = read(use_threads=True)
    if refused:
        n_refused = len(refused)
        refused.clear()
        read(use_threads=False)  # only one thread counts rows
        first = refused[0]
        raise UserError(
            f"{n_refused:,} rows do not fit the header: the first has {first.actual_columns} values, "
            f"not {first.expected_columns}",
            file=file,
            row=None if first.number is None else first.number - 1,
            do="quote values that hold a comma",
        )
    return table
