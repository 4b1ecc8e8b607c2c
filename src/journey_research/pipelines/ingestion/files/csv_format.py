"""CSV to text columns, keeping every row.

Context: no fast reader tells every bad row, and an unterminated quote makes most of them swallow
the rows after it. Choice: lines whose quotes are plain are parted by pyarrow, which tells those
with too many or too few cells; the others go one by one through a strict parser. A record that
cannot be closed gives up its first line only, and the lines after it are looked at afresh. The
file comes in batches; a record that may go on in the next one waits for it, so that where batches
end shows nowhere. Given up: a record of several lines has at most 1 MiB. Blank lines are no rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.mapping import Format

from .csv_header import Header, find_header
from .csv_records import Judged, Record, judge, record_at
from .csv_rows import columns_of, part
from .rows import IS_TEXT, Reject, Rows
from .text_lines import BATCH_BYTES, NO_LINES, Lines, read_lines


def read_csv(
    stream: BinaryIO,
    form: Format,
    wanted: Sequence[str],
    file_name: str,
    batch_bytes: int = BATCH_BYTES,
    required: Sequence[str] = (),
) -> Iterator[Rows]:
    """Part a stream of CSV.

    Args:
        stream: The file's bytes, unpacked.
        form: How it is written.
        wanted: Columns to hand on.
        file_name: Its name, for messages.
        batch_bytes: About how many bytes of the file a batch holds.
        required: Columns by which the header is known, where ``form.skip_rows`` is ``auto``.

    Yields:
        At least one batch.

    Raises:
        UserError: The file as a whole cannot be read; see ``formats.read_batches``.
    """
    reader = _Reader(form, wanted, file_name, required)
    for lines in read_lines(stream, form.encoding, file_name, batch_bytes):
        yield from reader.take(lines)
    yield from reader.finish()


class _Reader:
    """A file being read: its header once it is found, the lines that wait, the rows so far."""

    def __init__(self, form: Format, wanted: Sequence[str], file_name: str, required: Sequence[str]) -> None:
        self._form, self._wanted, self._file_name, self._required = form, wanted, file_name, required
        self._header: Header | None = None
        self._waiting = NO_LINES
        self._n_rows = 0
        self._is_empty, self._is_silent = True, True

    def take(self, lines: Lines) -> Iterator[Rows]:
        """Lines that come next in the file."""
        self._is_empty = False
        yield from self._part(self._waiting.and_then(lines), is_end=False)

    def finish(self) -> Iterator[Rows]:
        """The file has ended: what waits is decided."""
        if self._is_empty:
            raise UserError("file is empty", file=self._file_name, do="ask the owner of the export for it")
        if len(self._waiting.starts) or self._is_silent:
            yield from self._part(self._waiting, is_end=True)

    def _part(self, lines: Lines, is_end: bool) -> Iterator[Rows]:
        judged = judge(lines, self._form)
        start = 0
        if self._header is None:
            self._header = find_header(lines, judged, self._form, self._file_name, self._required, is_end)
            if self._header is None:
                self._waiting = lines
                return
            self._header.refuse_repeated(self._wanted, self._file_name)
            start = self._header.n_lines
        rows, stop = _rows(lines, judged, self._form, self._header.names, self._wanted, start, is_end)
        self._waiting = lines.after(stop)
        yield _moved(rows, self._n_rows)
        self._n_rows += rows.n_rows
        self._is_silent = False


def _rows(
    lines: Lines,
    judged: Judged,
    form: Format,
    names: Sequence[str],
    wanted: Sequence[str],
    start: int,
    is_end: bool,
) -> tuple[Rows, int]:
    """The rows on the lines from ``start`` on, and the first line that waits for more."""
    width = len(names)
    live = ~judged.blank
    live[:start] = False
    candidates = np.flatnonzero(live & ~judged.plain & judged.utf8)
    slow, stop = _slow_records(lines, judged, form, candidates, width, is_end)
    live[stop:] = False
    free = live.copy()
    for record in slow:
        free[record.first : record.last + 1] = False
    fast = free & judged.plain & judged.utf8
    table, wrong = part(lines, fast, form, names, wanted)
    good = fast.copy()
    good[np.flatnonzero(fast)[wrong]] = False
    opens = free  # every line on which a record begins
    broken = {record.first: record for record in slow if record.fields is None}
    for first in np.flatnonzero(free & ~good):
        rule = f"has {width} columns" if judged.utf8[first] else IS_TEXT
        broken[int(first)] = Record(int(first), int(first), None, rule)
    opens[[record.first for record in slow]] = True
    number = np.cumsum(opens)

    firsts = lasts = np.flatnonzero(good)
    kept = [record for record in slow if record.fields is not None]
    if kept:
        firsts = np.concatenate([firsts, [one.first for one in kept]])
        lasts = np.concatenate([lasts, [one.last for one in kept]])
        order = np.argsort(firsts, kind="stable")
        firsts, lasts = firsts[order], lasts[order]
        table = pa.concat_tables([table, columns_of(kept, names, wanted)]).take(pa.array(order))
    rejects = [
        Reject(int(number[first]), *lines.place(first, broken[first].last), None, broken[first].rule)
        for first in sorted(broken)
    ]
    offset = lines.places[firsts]
    length = lines.places[lasts] + lines.lengths[lasts] - offset
    n_rows = int(number[-1]) if len(number) else 0
    return Rows(table, number[firsts].astype(np.int64), offset, length, n_rows, rejects, names), stop


def _slow_records(
    lines: Lines, judged: Judged, form: Format, candidates: np.ndarray, width: int, is_end: bool
) -> tuple[list[Record], int]:
    """The records that begin on these lines, and the line on which one begins that must wait."""
    records: list[Record] = []
    reached = -1
    for number in candidates.tolist():
        if number > reached:
            record = record_at(lines, judged, form, number, width, is_end)
            if record is None:
                return records, number
            records.append(record)
            reached = record.last
    return records, len(lines.starts)


def _moved(rows: Rows, n_before: int) -> Rows:
    """The same rows, numbered on behind those of the batches before."""
    if not n_before:
        return rows
    rejects = [
        Reject(one.row_number + n_before, one.byte_offset, one.byte_length, one.column, one.rule)
        for one in rows.rejects
    ]
    return Rows(
        rows.columns,
        rows.row_number + n_before,
        rows.byte_offset,
        rows.byte_length,
        rows.n_rows,
        rejects,
        rows.found,
    )
