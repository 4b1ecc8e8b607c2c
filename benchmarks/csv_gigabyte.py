"""A gigabyte of CSV with planted bad rows: DuckDB's typed reader against ours with a mapping's rules."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.large_csv import CHANNELS, LargeCsv, large_csv

KEY = b"a key that anybody may know, for it hides nobody"
MEMORY = "4GB"  # what the engine may use by our configuration, and DuckDB when it reads
TYPES = {
    "order_id": "VARCHAR", "customer": "VARCHAR", "ordered_at": "TIMESTAMP", "channel": "VARCHAR",
    "quantity": "INTEGER", "amount": "DECIMAL(18,2)", "discount": "DECIMAL(18,2)", "note": "VARCHAR",
}  # fmt: skip
MAPPING = {
    "version": 1,
    "file": "orders.csv",
    "format": "csv",
    "grain": "order",
    "data_class": "transactional",
    "required": list(TYPES),
    "checks": {
        "channel": {"one_of": CHANNELS},
        "quantity": "number",
        "amount": "number",
        "discount": "number",
    },
    "times": {"ordered_at": "iso"},
    "record": {"key": "customer"},
    "identifiers": [{"value": "customer", "type": "user_id", "when": "ordered_at"}],
    "order": {
        "key": "order_id",
        "when": "ordered_at",
        "status": {"is": "paid"},
        "channel": "channel",
        "total": "amount",
        "currency": {"is": "EUR"},
        "line_quantity": "quantity",
    },
}  # fmt: skip


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Read the same file by DuckDB, by our reader, and by the whole ingestion, each in its own process.

    Args:
        arguments: ``--megabytes N`` (1000), ``--seed N`` (1), ``--steps duckdb reader ingestion`` (all).

    Returns:
        One row per reader: seconds, seconds against DuckDB's, rows a second, peak memory, bad rows
        that were planted, found with the right rule, missed, and told of rows that are good.

    Raises:
        RuntimeError: A process failed.
    """
    parser = argparse.ArgumentParser(prog="csv_gigabyte")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    given = parser.parse_args(list(arguments))
    told = large_csv(given.megabytes, given.seed)
    _warm(told.path)
    rows: list[dict[str, Any]] = []
    for step in given.steps:
        with tempfile.TemporaryDirectory(prefix="csv-gigabyte-") as folder:
            before = rows if given.steps[0] == "duckdb" else []
            rows.append(_row(step, told, _run(step, told.path, Path(folder)), before, Path(folder)))
    return rows


def _warm(path: Path) -> None:
    """Read the file once, so that nobody is the first."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _run(step: str, path: Path, folder: Path) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, __file__, step, str(path), str(folder)], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-800:])
    measured: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return measured


def _row(
    step: str, told: LargeCsv, measured: dict[str, Any], before: list[dict[str, Any]], folder: Path
) -> dict[str, Any]:
    import pyarrow.parquet as pq

    def spelled(path: Path) -> set[tuple[Any, ...]]:
        return {tuple(one.values()) for one in pq.read_table(path, columns=columns).to_pylist()}

    # DuckDB tells lines, and of rules other words: only the number of rows can be held against it.
    columns = ["row_number"] if step == "duckdb" else ["row_number", "column", "rule"]
    planted = spelled(told.planted)
    reported = set() if step == "duckdb" else spelled(folder / "rejected.parquet")
    n_reported = measured["n_rejected"] if step == "duckdb" else len(reported)
    seconds = measured["seconds"]
    by_other = seconds if step == "duckdb" else next(iter(row["seconds"] for row in before), None)
    return {
        "reader": STEPS[step].__doc__.splitlines()[0],  # type: ignore[union-attr]
        "seconds": round(seconds, 1),
        "cpu_seconds": round(measured["cpu_seconds"], 1),
        "times_duckdb": None if by_other is None else round(seconds / by_other, 2),
        "rows_a_second": round(told.n_rows / seconds),
        "peak_mb": measured["peak_mb"],
        "rows": told.n_rows,
        "accepted": measured["n_accepted"],
        "planted": len(planted),
        "reported": n_reported,
        "missed": None if step == "duckdb" else len(planted - reported),
        "false": None if step == "duckdb" else len(reported - planted),
    }


def by_duckdb(path: Path, folder: Path) -> dict[str, int]:
    """DuckDB read_csv, typed, store_rejects"""
    import duckdb

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY})
    connection.execute(f"set temp_directory = '{folder}'")
    [[n_accepted]] = connection.execute(
        f"copy (select * from read_csv('{path}', header = true, columns = {{{columns}}}, "
        f"store_rejects = true)) to '{folder / 'accepted.parquet'}'"
    ).fetchall()
    [[n_rejected]] = connection.execute("select count(distinct line) from reject_errors").fetchall()
    return {"n_accepted": n_accepted, "n_rejected": n_rejected}


def by_our_reader(path: Path, folder: Path) -> dict[str, int]:
    """ours: every row judged by its rules"""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from journey_research.contracts.exports import Export
    from journey_research.pipelines.ingestion.file_parts import (
        REJECTED,
        completed_batches,
        in_order,
        rejected_rows,
    )
    from journey_research.pipelines.ingestion.files.rows import Rows
    from journey_research.pipelines.ingestion.keeping import Kept, keep
    from journey_research.pipelines.ingestion.mapping import read_mapping
    from journey_research.pipelines.ingestion.reading import N_WORKERS
    from journey_research.runs.parts import repetitive

    export = Export("shop", MAPPING, path, path.name, "0" * 64, path.stat().st_size)
    mapping = read_mapping("shop", MAPPING)
    amount = pa.decimal128(18, 2)

    def work(rows: Rows) -> tuple[Kept, pa.Table]:
        kept = keep(rows, mapping, path.name)
        order = next(one for one in kept.yielded if one.block.kind == "order")
        text = rows.columns.filter(pa.array(kept.accepted))
        typed = {name: text[name] for name in TYPES}
        typed["ordered_at"] = order.values["when"]
        typed["quantity"] = order.values["line_quantity"].cast(pa.int32())
        typed["amount"] = order.values["total"].cast(amount)
        typed["discount"] = typed["discount"].cast(amount)
        return kept, pa.table(typed)

    n_accepted = n_rejected = 0
    written: pq.ParquetWriter | None = None
    with (
        ThreadPoolExecutor(N_WORKERS) as workers,
        pq.ParquetWriter(folder / "rejected.parquet", REJECTED) as rejected,
    ):
        for kept, accepted in in_order(completed_batches(export, mapping), work, workers):
            written = written or pq.ParquetWriter(
                folder / "accepted.parquet", accepted.schema, use_dictionary=repetitive(accepted)
            )
            written.write_table(accepted)
            rejected.write_table(rejected_rows(export, kept.rejects))
            n_accepted += accepted.num_rows
            n_rejected += len(kept.rejects)
    if written:
        written.close()
    return {"n_accepted": n_accepted, "n_rejected": n_rejected}


def by_ingestion(path: Path, folder: Path) -> dict[str, int]:
    """ours: the whole ingestion, to canonical tables with pseudonyms"""
    from journey_research import contracts
    from journey_research.contracts.exports import export_of
    from journey_research.datasets.whole_table import write_table
    from journey_research.engine import duckdb_engine
    from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
    from journey_research.runs.parts import PartStore

    duckdb_engine.configure(
        duckdb_engine.DuckDBLimits(
            memory_limit=MEMORY, temp_directory=str(folder / "spill"), folders=(str(folder),)
        )
    )
    tables = read_sources([export_of("shop", MAPPING, path)], KEY, PartStore(folder / "mapped"))
    counts = {
        name: write_table(table, folder / f"{name}.parquet", getattr(contracts, name.upper()))
        for name, table in zip(OUTPUTS, tables, strict=True)
    }
    return {"n_accepted": counts["orders"], "n_rejected": counts["rejected"]}


STEPS = {"duckdb": by_duckdb, "reader": by_our_reader, "ingestion": by_ingestion}


def main(step: str, path: Path, folder: Path) -> None:
    """One reader in this process; its figures are printed as JSON."""
    from journey_research.runs.usage import cpu_seconds, peak_mb

    began = time.perf_counter()
    counts = STEPS[step](path, folder)
    used = {"seconds": time.perf_counter() - began, "cpu_seconds": cpu_seconds(), "peak_mb": round(peak_mb())}
    print(json.dumps({**counts, **used}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
