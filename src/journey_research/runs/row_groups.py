"""Rows on their way into a Parquet file, in groups that depend on the rows alone.

What makes batches (an engine's threads, another file's groups) must not be seen in the file's bytes: a
table is known by their hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_IN_A_GROUP = 122_880


def write_row_groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema, to: Path) -> None:
    """Write batches of any size as one Parquet file; equal rows in equal order are equal bytes."""
    import pyarrow.parquet as pq

    with pq.ParquetWriter(to, schema, compression="zstd", store_schema=False) as writer:
        for group in regrouped(batches, schema):
            writer.write_table(group, row_group_size=ROWS_IN_A_GROUP)


def regrouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Batches of any size as tables of exactly ``ROWS_IN_A_GROUP`` rows, and a last smaller one."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    n_waiting = 0
    for batch in batches:
        waiting.append(batch)
        n_waiting += batch.num_rows
        while n_waiting >= ROWS_IN_A_GROUP:
            whole = pa.Table.from_batches(waiting, schema)
            yield whole.slice(0, ROWS_IN_A_GROUP).combine_chunks()
            rest = whole.slice(ROWS_IN_A_GROUP).combine_chunks()
            waiting, n_waiting = rest.to_batches(), rest.num_rows
    if n_waiting:
        yield pa.Table.from_batches(waiting, schema).combine_chunks()
