"""Lines and records of a CSV file as text columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from journey_research.pipelines.ingestion.mapping import Format

from .csv_records import Record
from .text_lines import Lines


def part(
    lines: Lines, fast: np.ndarray, form: Format, names: Sequence[str], wanted: Sequence[str]
) -> tuple[pa.Table, np.ndarray]:
    """Part lines that a parser can only read in one way.

    Args:
        lines: n lines.
        fast: n truth values: the m lines that are parted.
        form: How the file is written.
        names: Its columns.
        wanted: Columns to hand on; one that the file does not have is all null.

    Returns:
        The lines with as many cells as there are names, in their order; the places among the m
        lines of those with more or fewer.
    """
    wrong: list[int] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        wrong.append(row.number - 1)
        return "skip"

    place_of = places(names)
    present = [name for name in wanted if name in place_of]
    body, n_fast = _body(lines, fast), int(fast.sum())
    if not n_fast:
        return _empty(wanted), np.zeros(0, dtype=np.int64)
    read = [str(place_of[name]) for name in present] or ["0"]
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        arrow_csv.ReadOptions(
            column_names=[str(place) for place in range(len(names))],
            block_size=len(body) + 1,
            use_threads=False,  # rows have numbers only then; batches are worked on side by side instead
        ),
        arrow_csv.ParseOptions(
            delimiter=form.separator,
            quote_char=form.quote or False,
            ignore_empty_lines=False,
            invalid_row_handler=note,
        ),
        arrow_csv.ConvertOptions(
            check_utf8=False,  # only lines of UTF-8 come here
            column_types={name: pa.string() for name in read},
            include_columns=read,
            strings_can_be_null=False,
        ),
    )
    if table.num_rows + len(wrong) != n_fast:
        raise AssertionError(f"{n_fast} lines were judged plain, {table.num_rows} rows were parted")
    columns = [_trimmed(column) if form.skip_initial_space else column for column in table.columns]
    parted = dict(zip(present, columns, strict=False))
    if not wanted:
        return pa.table({}), np.array(wrong, dtype=np.int64)
    absent = pa.nulls(table.num_rows, pa.string())
    told = pa.table({name: parted.get(name, absent) for name in wanted}, schema=_schema(wanted))
    return told, np.array(wrong, dtype=np.int64)


def columns_of(records: Sequence[Record], names: Sequence[str], wanted: Sequence[str]) -> pa.Table:
    """Records that were parted one by one."""
    place = places(names)
    return pa.table(
        {
            name: pa.array(
                [one.fields[place[name]] if name in place and one.fields else None for one in records],
                pa.string(),
            )
            for name in wanted
        },
        schema=_schema(wanted),
    )


def places(names: Sequence[str]) -> dict[str, int]:
    """Where each name stands first; a file may hold thousands of columns."""
    return {name: place for place, name in reversed(list(enumerate(names)))}


def _body(lines: Lines, fast: np.ndarray) -> bytes:
    """The bytes of these lines, each with its end; runs of lines are taken whole."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], fast, [False]]).astype(np.int8)))
    stops = np.append(lines.starts, len(lines.data))
    cuts = stops[edges].tolist()
    if len(cuts) == 2:
        return lines.data[cuts[0] : cuts[1]]
    data = memoryview(lines.data)
    return b"".join([data[first:last] for first, last in zip(cuts[::2], cuts[1::2], strict=True)])


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.ascii_ltrim(column, " ")


def _empty(wanted: Sequence[str]) -> pa.Table:
    return _schema(wanted).empty_table() if wanted else pa.table({})


def _schema(wanted: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in wanted])
