"""CSV to text columns, keeping every row.

Context: no fast reader tells every bad row, and an unterminated quote makes most of them swallow
the rows after it. Choice: lines whose quotes are plain are judged columnar in numpy and parted by
pyarrow; the others go one by one through a strict parser. A record that cannot be closed gives up
its first line only, and the lines after it are looked at afresh. Given up: the file is held in
memory. Blank lines are no rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from journey_research.errors import UserError

from .csv_records import Judged, Record, judge, record_at
from .mapping import Format
from .rows import Reject, Rows, refuse_repeated
from .text_lines import Lines, lines_of


def read_csv(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    """Part a CSV file into text columns and rejects; see ``formats.read_rows``."""
    lines = lines_of(data, form.encoding, file_name)
    judged = judge(lines, form)
    header = _header(lines, judged, form, file_name)
    names = [name.strip() for name in header.fields or []]
    refuse_repeated(names, wanted, file_name)
    width, start = len(names), header.last + 1

    later = np.arange(len(lines.starts)) >= start
    live = later & ~judged.blank
    slow = _slow_records(lines, judged, form, np.flatnonzero(live & ~judged.plain & judged.utf8), width)
    swallowed = np.zeros(len(later), dtype=bool)
    for record in slow:
        swallowed[record.first : record.last + 1] = True
    free = live & ~swallowed
    good = free & judged.plain & judged.utf8 & (judged.n_fields == width)
    opens = free.copy()  # every line on which a record begins
    opens[[record.first for record in slow]] = True
    number = np.cumsum(opens)

    kept = [record for record in slow if record.fields is not None]
    parts = [_part(lines, good, form, names, wanted), _columns_of(kept, names, wanted)]
    firsts = np.concatenate([np.flatnonzero(good), np.array([one.first for one in kept], dtype=np.int64)])
    lasts = np.concatenate([np.flatnonzero(good), np.array([one.last for one in kept], dtype=np.int64)])
    order = np.argsort(firsts, kind="stable")
    columns = pa.concat_tables(parts)
    if kept:
        columns = columns.take(pa.array(order))
    firsts, lasts = firsts[order], lasts[order]

    broken = {record.first: record for record in slow if record.fields is None}
    for first in np.flatnonzero(free & ~good):
        rule = f"has {width} columns" if judged.utf8[first] else "is UTF-8 text"
        broken[int(first)] = Record(int(first), int(first), None, rule)
    rejects = [
        Reject(int(number[first]), *lines.place(first, broken[first].last), None, broken[first].rule)
        for first in sorted(broken)
    ]
    offset = lines.places[firsts]
    return Rows(
        columns,
        number[firsts].astype(np.int64),
        offset,
        lines.places[lasts] + lines.lengths[lasts] - offset,
        int(number[-1]) if len(number) else 0,
        rejects,
        names,
    )


def _header(lines: Lines, judged: Judged, form: Format, file_name: str) -> Record:
    for number in np.flatnonzero(~judged.blank & (np.arange(len(judged.blank)) >= form.skip_rows)):
        if not judged.utf8[number]:
            raise UserError(
                f"encoding is not {form.encoding}",
                file=file_name,
                do="say the right one in the mapping, as format.encoding",
            )
        record = record_at(lines, judged, form, int(number), None)
        if record.fields is None:
            raise UserError("the header cannot be read", file=file_name, rule=f"header {record.rule}")
        return record
    raise UserError("file has no header", file=file_name, do="ask the owner of the export for it")


def _slow_records(
    lines: Lines, judged: Judged, form: Format, candidates: np.ndarray, width: int
) -> list[Record]:
    records: list[Record] = []
    reached = -1
    for number in candidates:
        if number > reached:
            record = record_at(lines, judged, form, int(number), width)
            records.append(record)
            reached = record.last
    return records


def _part(
    lines: Lines, good: np.ndarray, form: Format, names: Sequence[str], wanted: Sequence[str]
) -> pa.Table:
    """Part the good lines; they are known to hold as many fields as there are names."""
    place_of = _places(names)
    present = [name for name in wanted if name in place_of]
    n_good = int(good.sum())
    if n_good and present:
        # Line lengths up to the next line's start, so that whole lines are kept or dropped.
        stops = np.concatenate([lines.starts[1:], [len(lines.data)]])
        mask = np.repeat(good, stops - lines.starts)
        body = np.frombuffer(lines.data, dtype=np.uint8)[mask].tobytes()
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            arrow_csv.ReadOptions(
                column_names=[str(place) for place in range(len(names))],
                block_size=max(1 << 22, int((stops - lines.starts).max()) + 1),
            ),
            arrow_csv.ParseOptions(
                delimiter=form.separator, quote_char=form.quote or False, ignore_empty_lines=False
            ),
            arrow_csv.ConvertOptions(
                column_types={str(place): pa.string() for place in range(len(names))},
                include_columns=[str(place_of[name]) for name in present],
                strings_can_be_null=False,
            ),
        )
        if table.num_rows != n_good:
            raise AssertionError(f"{n_good} lines were judged plain, {table.num_rows} rows were parted")
        parted = dict(zip(present, table.columns, strict=True))
    else:
        parted = {name: pa.array([""] * n_good, pa.string()) for name in present}
    return (
        pa.table(
            {name: parted.get(name, pa.nulls(n_good, pa.string())) for name in wanted},
            schema=pa.schema([(name, pa.string()) for name in wanted]),
        )
        if wanted
        else pa.table({})
    )


def _columns_of(records: Sequence[Record], names: Sequence[str], wanted: Sequence[str]) -> pa.Table:
    place = _places(names)
    return pa.table(
        {
            name: pa.array(
                [one.fields[place[name]] if name in place and one.fields else None for one in records],
                pa.string(),
            )
            for name in wanted
        },
        schema=pa.schema([(name, pa.string()) for name in wanted]),
    )


def _places(names: Sequence[str]) -> dict[str, int]:
    """Where each name stands first; a file may hold thousands of columns."""
    return {name: place for place, name in reversed(list(enumerate(names)))}
