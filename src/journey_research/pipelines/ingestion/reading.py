"""The exports of all sources to canonical tables and to what was set aside."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from journey_research.contracts.exports import Export
from journey_research.engine import Table
from journey_research.errors import UserError

from .canonical import TABLES, canonical_tables
from .file_parts import REJECTED, REJECTED_COLUMNS, fingerprint, write_part
from .mapping import SourceMapping, read_mapping

if TYPE_CHECKING:
    from journey_research.contracts.parts import Part, Parts, PartWriter

__all__ = ["OUTPUTS", "REJECTED_COLUMNS", "SOURCE_FILE_COLUMNS", "read_sources"]

LOG = logging.getLogger("journey_research")

SOURCE_FILE_COLUMNS = {
    "source": pa.string(),
    "file_name": pa.string(),
    "file_sha256": pa.string(),
    "mapping_version": pa.int64(),
    "data_class": pa.string(),
    "business_line": pa.string(),
    "legal_basis": pa.string(),
    "cadence": pa.string(),
    "n_bytes": pa.int64(),
    "n_rows": pa.int64(),
    "n_accepted": pa.int64(),
    "n_rejected": pa.int64(),
    "n_left_out": pa.int64(),
    "newest_at": pa.timestamp("us"),
}
OUTPUTS = (*TABLES, "rejected", "source_files")
N_WORKERS = 3  # one reads, two judge and map, while the caller writes


def read_sources(
    exports: list[Export], pseudonym_key: bytes, parts: Parts | None = None
) -> tuple[Table, ...]:
    """Read every export by its mapping; what came of a file before is taken as it was.

    Args:
        exports: The files, each with its source's mapping; any order.
        pseudonym_key: The secret that names of records are made with.
        parts: Holds what came of each file; without it everything stays in memory.

    Returns:
        One table for each name in ``OUTPUTS``, by the contract of that name. A file's rows are
        accepted or in ``rejected``, never neither; native keys are in none of them. The tables
        read the parts when they are fetched.

    Raises:
        UserError: A file or mapping as a whole cannot be read; see ``formats`` and ``mapping``.
    """
    from .parts_in_memory import PartsInMemory, table_of

    store = PartsInMemory() if parts is None else parts
    mappings: dict[str, SourceMapping] = {}
    read: dict[str, Part] = {}
    files: list[dict[str, Any]] = []
    n_read: Counter[str] = Counter()
    for export, file_id, part, is_new in _parts(exports, pseudonym_key, store, mappings):
        n_read[export.source] += is_new
        read[file_id] = part
        files.append(_told(export, mappings[export.source], part.about))
    _refuse_silence(files, mappings)
    _warn_of_absent(read.values(), files)
    n_gone = store.keep_only(read)
    _log(files, n_read, n_gone)
    tables = canonical_tables(read)
    return (
        *(tables[name] for name in TABLES),
        table_of(read.values(), "rejected", REJECTED),
        Table.from_arrow(pa.Table.from_pylist(files, schema=pa.schema(list(SOURCE_FILE_COLUMNS.items())))),
    )


def _parts(
    exports: list[Export], key: bytes, store: Parts, mappings: dict[str, SourceMapping]
) -> Iterator[tuple[Export, str, Part, bool]]:
    """(export, fingerprint, part, whether it was read now), by source and name; fills ``mappings``.

    A part is brought to the disk while the next file is read: for small files that is half of the time.
    """
    told: list[tuple[Export, str, Part | Future[Part]]] = []
    ending: Future[Part] | None = None
    with ThreadPoolExecutor(N_WORKERS) as workers, ThreadPoolExecutor(1) as ender:
        for export in sorted(exports, key=lambda one: (one.source, one.file_name)):
            if export.source not in mappings:
                mappings[export.source] = read_mapping(export.source, export.mapping)
            file_id = fingerprint(export, key)
            if (held := store.held(file_id)) is not None:
                told.append((export, file_id, held))
                continue
            with ExitStack() as stack:
                writer = stack.enter_context(store.writing(file_id))
                write_part(export, mappings[export.source], key, file_id, writer, workers)
                if ending is not None:
                    ending.result()
                ending = ender.submit(_ended, stack.pop_all(), writer)
            told.append((export, file_id, ending))
        for export, file_id, part in told:
            is_new = isinstance(part, Future)
            yield export, file_id, part.result() if isinstance(part, Future) else part, is_new


def _ended(writing: ExitStack, writer: PartWriter) -> Part:
    writing.close()
    return writer.written


def _told(export: Export, mapping: SourceMapping, about: Mapping[str, Any]) -> dict[str, Any]:
    newest = about["newest_at"]
    return {
        "source": export.source,
        "file_name": export.file_name,
        "file_sha256": export.sha256,
        "mapping_version": mapping.version,
        "data_class": mapping.data_class,
        "business_line": mapping.business_line,
        "legal_basis": mapping.legal_basis,
        "cadence": mapping.cadence,
        "n_bytes": export.n_bytes,
        "n_rows": about["n_rows"],
        "n_accepted": about["n_rows"] - about["n_rejected"],
        "n_rejected": about["n_rejected"],
        "n_left_out": about["n_left_out"],
        "newest_at": None if newest is None else datetime.fromisoformat(newest),
    }


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


def _warn_of_absent(parts: Iterable[Part], files: list[dict[str, Any]]) -> None:
    """A column that a mapping reads and no file of its source has is most likely misspelt there."""
    lacking: dict[str, list[set[str]]] = {}
    for part, file in zip(parts, files, strict=True):
        if file["n_rows"]:
            lacking.setdefault(file["source"], []).append(set(part.about["absent"]))
    for source, of_files in lacking.items():
        if names := sorted(set.intersection(*of_files)):
            listed = ", ".join(f"'{name}'" for name in names)
            LOG.warning("%s: no file has what its mapping reads; it stays empty: %s", source, listed)


def _log(files: list[dict[str, Any]], n_read: Counter[str], n_gone: int) -> None:
    for source, n_files in Counter(file["source"] for file in files).items():
        LOG.info("%s: files read %d, held from before %d", source, n_read[source], n_files - n_read[source])
    if n_gone:
        LOG.info("removed what came of files that are gone or were read otherwise: %d", n_gone)
