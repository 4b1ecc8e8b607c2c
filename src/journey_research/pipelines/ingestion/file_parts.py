"""One export file to its part: the rows it yields under canonical names, its rejects, its counts."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from journey_research.contracts import databases, exports
from journey_research.contracts.exports import Export
from journey_research.errors import UserError
from journey_research.privacy import pseudonyms

from .files.formats import joined, read_batches
from .files.headers import Headers, headers_in
from .files.rows import Reject, Rows, missing_column
from .keeping import Kept, keep
from .looking_up import files_beside, fill
from .mapped_rows import mapped, newest_at
from .mapping import SourceMapping

if TYPE_CHECKING:
    from journey_research.contracts.parts import PartWriter

REJECTED_COLUMNS = {
    "source": pa.string(),
    "file_name": pa.string(),
    "file_sha256": pa.string(),
    "row_number": pa.int64(),
    "byte_offset": pa.int64(),
    "byte_length": pa.int64(),
    "column": pa.string(),
    "rule": pa.string(),
}
REJECTED = pa.schema(list(REJECTED_COLUMNS.items()))
Batch = TypeVar("Batch")
Worked = TypeVar("Worked")
NAMES_COLUMNS_ROW_BY_ROW = ("json", "jsonl")
BATCHES_AHEAD = 2
_OF_THE_READER = (databases, exports, pseudonyms)
_READ_WITH = ("babel", "email-validator", "openpyxl", "pandas", "phonenumbers", "pyarrow", "tzdata")


def fingerprint(export: Export, key: bytes) -> str:
    """All that a part depends on, as hexadecimal text: bytes, name, mapping, key, and this code."""
    told = {
        "source": export.source,
        "file_name": export.file_name,
        "sha256": export.sha256,
        "is_replaced": export.replaced_by is not None,
        "beside": {name: one.sha256 for name, one in sorted(export.beside.items())},
        # Not sorted: the order of checks and values in a mapping means something.
        "mapping": export.mapping,
        "key": pseudonyms.fingerprint(key),
        "reader": reader_version(),
    }
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


@cache
def reader_version() -> str:
    """What tells two readers apart: the text of the code, and the versions it reads with."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for path in [*sorted(here.rglob("*.py")), *(Path(str(module.__file__)) for module in _OF_THE_READER)]:
        digest.update(path.read_bytes())
    for name in _READ_WITH:
        with suppress(PackageNotFoundError):  # some are wanted by a few formats only
            digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def write_part(
    export: Export, mapping: SourceMapping, key: bytes, file_id: str, part: PartWriter, workers: Executor
) -> None:
    """Read a file and write what comes of it, batch by batch.

    Args:
        export: The file.
        mapping: What its source says.
        key: The secret that names of records are made with.
        file_id: What the part's rows call the file.
        part: Takes the mapped tables and ``rejected``, and of the file: ``n_rows``,
            ``n_rejected``, ``n_left_out``, ``newest_at`` and ``absent``: the mapping's columns that
            the file does not have.
        workers: Judge and map batches while the next ones are read.

    Raises:
        UserError: The file as a whole cannot be read.
    """
    counts = {"n_rows": 0, "n_rejected": 0, "n_left_out": 0}
    newest: datetime | None = None

    def work(rows: Rows) -> tuple[Kept, dict[str, pa.Table]]:
        kept = keep(rows, mapping, export.file_name, is_left_out=export.replaced_by is not None)
        return kept, mapped(mapping, kept.yielded, key, file_id)

    absent: list[str] = []
    for kept, tables in in_order(completed_batches(export, mapping, absent), work, workers):
        counts["n_rows"] += kept.n_rows
        counts["n_rejected"] += len(kept.rejects)
        counts["n_left_out"] += kept.n_left_out
        newest = max(filter(None, (newest, newest_at(tables))), default=None)
        for name, rows in tables.items():
            part.add(name, rows)
        part.add("rejected", rejected_rows(export, kept.rejects))
    part.note(
        {**counts, "newest_at": None if newest is None else newest.isoformat(), "absent": sorted(absent)}
    )


def in_order(
    batches: Iterator[Batch], work: Callable[[Batch], Worked], workers: Executor
) -> Iterator[Worked]:
    """Batches worked on side by side while the next one is read, handed on in their order.

    Args:
        batches: Read one after the other, by one of the workers.
        work: What is done with a batch; depends on nothing else.
        workers: Three of them keep two cores busy.
    """
    waiting: deque[Future[Worked]] = deque()
    ahead = workers.submit(next, batches, None)
    while True:
        try:
            batch = ahead.result()
        except UserError:
            # An error in an earlier batch comes before the reader's.
            for one in waiting:
                one.result()
            raise
        if batch is None:
            break
        ahead = workers.submit(next, batches, None)
        waiting.append(workers.submit(work, batch))
        while len(waiting) > BATCHES_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def completed_batches(
    export: Export, mapping: SourceMapping, absent: list[str] | None = None
) -> Iterator[Rows]:
    """The rows of a file under the mapping's names, with what is looked up for them.

    A mapping that fills cells from other rows, or counts equal keys, needs all rows at once: its
    file comes as one batch. ``absent`` takes the names of columns that no row of the file has.
    """
    beside = files_beside(export, mapping)
    known = [name for name in mapping.required if name not in mapping.aliases]
    headers = headers_in(mapping, _found_first(export, mapping, known), export.base_name)
    by_row = mapping.format.type in NAMES_COLUMNS_ROW_BY_ROW
    batches = read_batches(export, mapping.format, list(dict.fromkeys(headers.of.values())), known)
    is_named, rows = False, None
    for rows in [joined(list(batches))] if needs_all_rows(mapping) else batches:
        if not by_row and not is_named:
            _refuse_missing(mapping, headers, rows, export)
            is_named = True
        table = headers.renamed(rows.columns, len(rows.row_number))
        for one in beside:
            table = one.added(table)
        if mapping.fill:
            table = fill(table, mapping.fill["by"], mapping.fill["columns"])
        yield Rows(
            table, rows.row_number, rows.byte_offset, rows.byte_length, rows.n_rows, rows.rejects, rows.found
        )
    if absent is not None and rows is not None and rows.found:
        here = set(rows.found)
        absent += [name for name, header in headers.of.items() if header not in here]
    # A file without a readable row names no column.
    if by_row and rows is not None and rows.found:
        _refuse_missing(mapping, headers, rows, export)


def needs_all_rows(mapping: SourceMapping) -> bool:
    """Whether what one row yields depends on rows that may stand anywhere in the file."""
    return bool(mapping.fill) or any(
        _says(cell, "counted") for block in mapping.blocks for cell in block.says.values()
    )


def _found_first(export: Export, mapping: SourceMapping, required: list[str]) -> list[str]:
    if not mapping.aliases:
        return []
    return list(next(iter(read_batches(export, mapping.format, [], required))).found)


def _refuse_missing(mapping: SourceMapping, headers: Headers, rows: Rows, export: Export) -> None:
    for column in mapping.needed:
        if headers.of.get(column, column) not in rows.found:
            raise missing_column(export.file_name, column, rows.found, list(headers.of.values()))


def _says(cell: Any, word: str) -> bool:
    if isinstance(cell, Mapping):
        return word in cell or any(_says(one, word) for one in cell.values())
    return isinstance(cell, list | tuple) and any(_says(one, word) for one in cell)


def rejected_rows(export: Export, rejects: list[Reject]) -> pa.Table:
    """Rows set aside, as the columns of ``REJECTED``."""
    whose = {"source": export.source, "file_name": export.file_name, "file_sha256": export.sha256}
    return pa.Table.from_pylist([{**whose, **vars(one)} for one in rejects], schema=REJECTED)
