"""Parquet to text columns, a row group at a time; nested columns by the words of ``path_words``.

Its rows are no runs of bytes, so rejects have no offset. What a file says of its own sizes is not
believed: a footer that promises more rows than its bytes can hold is refused before it is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.errors import UserError

from .parquet_cells import as_text, reach
from .parquet_footer import coded_columns, nests_deeper
from .path_words import steps_of
from .rows import IS_TEXT, Reject, Rows, refuse_repeated

BATCH_ROWS = 1 << 16
MOST_NESTED = 64  # a list of lists of lists, and so on
MOST_GROUP_BYTES = 4 << 30
MOST_BATCH_BYTES = 64 << 20  # of texts that a file holds once and its rows name many times
FEW_ROWS = 10_000_000
MOST_ROWS_PER_BYTE = 1000
_BROKEN = (pa.ArrowException, OSError, ValueError, TypeError, IndexError, MemoryError, OverflowError)


def read_parquet(stream: BinaryIO, wanted: Sequence[str], file_name: str) -> Iterator[Rows]:
    """Columns of a Parquet file as text, batch by batch; see ``formats.read_batches``."""
    # A packed stream cannot be sought in, and Parquet begins with its end.
    source: BinaryIO = stream if _is_on_disk(stream) else io.BytesIO(stream.read())
    file = open_parquet(source, file_name)
    found = file.schema_arrow.names
    refuse_repeated(found, wanted, file_name)
    tops = {name if name in found else str(steps_of(name)[0]) for name in wanted}
    read = sorted(tops & set(found))
    n_before, told = 0, False
    batches = _batches(source, file.metadata, read)
    while True:
        try:
            batch = next(batches, None)
            if batch is None:
                break
            rows = _rows(batch, found, wanted, n_before)
        except _BROKEN:
            raise _unreadable(file_name) from None
        n_before, told = n_before + rows.n_rows, True
        yield rows
    if n_before != file.metadata.num_rows:
        raise _unreadable(file_name)
    if not told:
        yield _rows(file.schema_arrow.empty_table().select(read), found, wanted, 0)


def open_parquet(source: BinaryIO, file_name: str) -> Any:
    """A Parquet file whose footer can be trusted not to end the process, or to fill its memory.

    Raises:
        UserError: It is broken, nests too deep, or promises more than it can hold.
    """
    import pyarrow.parquet as pq

    try:
        if nests_deeper(source, MOST_NESTED):
            raise UserError(
                f"file nests its columns deeper than {MOST_NESTED}", file=file_name, do="export it flatter"
            )
        file = pq.ParquetFile(source, memory_map=False, pre_buffer=False)
        _refuse_unlikely(file, source.seek(0, 2), file_name)
    except _BROKEN:
        raise _unreadable(file_name) from None
    return file


def _unreadable(file_name: str) -> UserError:
    return UserError("file is not readable Parquet", file=file_name, do="export it again")


def _batches(source: BinaryIO, metadata: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The batches of a file, cut smaller where a few long texts stand in very many rows."""
    import pyarrow.parquet as pq

    told = (metadata.schema.column(at) for at in range(len(metadata.schema) if columns else 0))
    texts = {one.path for one in told if one.physical_type == "BYTE_ARRAY"} & coded_columns(source)
    coded = [name for name in columns if name in texts]
    file = pq.ParquetFile(source, metadata=metadata, read_dictionary=coded, pre_buffer=False)
    for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
        n_bytes = np.zeros(batch.num_rows, dtype=np.int64)
        for column in batch.columns:
            if pa.types.is_dictionary(column.type) and len(column.dictionary):
                column.validate(full=True)  # a broken file may name texts that it does not hold
                lengths = pc.fill_null(pc.binary_length(column.dictionary), 0).to_numpy(zero_copy_only=False)
                n_bytes += lengths[column.indices.fill_null(0).to_numpy(zero_copy_only=False)]
        part = np.cumsum(n_bytes) // MOST_BATCH_BYTES
        cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), batch.num_rows]
        for first, stop in pairwise(cuts):
            yield batch.slice(first, stop - first)


def _rows(batch: pa.RecordBatch | pa.Table, found: list[str], wanted: Sequence[str], n_before: int) -> Rows:
    n_rows = batch.num_rows
    columns, spoilt = {}, np.zeros(n_rows, dtype=bool)
    for name in wanted:
        columns[name], broken = as_text(reach(batch, name), n_rows)
        spoilt |= broken
    texts = pa.table(columns, schema=pa.schema([(name, pa.string()) for name in wanted]))
    numbers = np.arange(n_before + 1, n_before + n_rows + 1)
    rejects = [Reject(number, None, None, None, IS_TEXT) for number in numbers[spoilt].tolist()]
    if rejects:
        texts = texts.filter(pa.array(~spoilt))
    paths = [name for name in wanted if name not in found and reach(batch, name) is not None]
    return Rows(texts, numbers[~spoilt], None, None, n_rows, rejects, [*found, *paths])


def _is_on_disk(stream: BinaryIO) -> bool:
    return bool(stream.seekable())


def _refuse_unlikely(file: Any, n_bytes: int, file_name: str) -> None:
    """Refuse what would cost far more memory or time than an honest file of its kind."""
    n_rows = file.metadata.num_rows
    if n_rows > max(FEW_ROWS, MOST_ROWS_PER_BYTE * n_bytes):
        raise UserError(
            f"file says it holds {n_rows:,} rows in {n_bytes:,} bytes, so it is not read",
            file=file_name,
            do="export it again",
        )
    groups = [file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups)]
    largest = max(groups, default=0)
    if largest > MOST_GROUP_BYTES:
        raise UserError(
            f"a row group of the file says it unpacks to {largest:,} bytes, "
            f"at most {MOST_GROUP_BYTES:,} are read",
            file=file_name,
            do="export it in smaller row groups",
        )
