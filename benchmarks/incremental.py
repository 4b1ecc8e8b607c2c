"""A day's file more: what a run reads again, how long it takes, and whether the tables are the same."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.csv_gigabyte import KEY, MAPPING
from benchmarks.large_csv import HEADER, chunk_of


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Read some days, the same days again, one day more, one day changed and one day less.

    Args:
        arguments: ``--days N`` (20), ``--rows N`` (50000 a day), ``--seed N`` (1).

    Returns:
        One row per run: files, how many of them were read, seconds to read and to make the tables,
        and how many of the tables differ in a byte from those of a run that holds nothing.
    """
    import numpy as np

    from journey_research.engine import duckdb_engine

    parser = argparse.ArgumentParser(prog="incremental")
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(list(arguments))
    chance = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory(prefix="incremental-") as name:
        folder = Path(name)
        duckdb_engine.configure(
            duckdb_engine.DuckDBLimits(temp_directory=str(folder / "spill"), folders=(name,))
        )
        raw = folder / "raw"
        raw.mkdir()

        def write(day: int) -> None:
            lines, _ = chunk_of(chance, day * given.rows, given.rows)
            (raw / f"orders_{day:04d}.csv").write_bytes(HEADER + lines)

        for day in range(given.days):
            write(day)
        rows = [_run("all days, nothing held", folder), _run("the same again", folder)]
        write(given.days)
        rows.append(_run("one day more", folder))
        write(given.days // 2)
        rows.append(_run("one day changed", folder))
        (raw / "orders_0000.csv").unlink()
        rows.append(_run("one day less", folder))
        return rows


def _run(name: str, folder: Path) -> dict[str, Any]:
    held = _hashes(folder, folder / "held")
    fresh = _hashes(folder, Path(tempfile.mkdtemp(dir=folder)))
    differ = [table for table, told in held["tables"].items() if told != fresh["tables"][table]]
    return {
        "run": name,
        "files": held["files"],
        "read": held["read"],
        "read_seconds": held["read_seconds"],
        "table_seconds": held["table_seconds"],
        "read_seconds_afresh": fresh["read_seconds"],
        "tables_that_differ": len(differ),
    }


def _hashes(folder: Path, home: Path) -> dict[str, Any]:
    """Read the exports with the parts that a folder holds; hash every table."""
    from journey_research import contracts
    from journey_research.contracts.exports import export_of
    from journey_research.datasets.whole_table import write_table
    from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
    from journey_research.runs.files import sha256_of
    from journey_research.runs.parts import PartStore

    store = PartStore(home)
    before = {path.name for path in home.iterdir()} if home.is_dir() else set()
    exports = [export_of("shop", MAPPING, path) for path in sorted((folder / "raw").iterdir())]
    began = time.perf_counter()
    tables = read_sources(exports, KEY, store)
    read = time.perf_counter()
    told = {}
    for name, table in zip(OUTPUTS, tables, strict=True):
        path = folder / f"{name}.parquet"
        write_table(table, path, getattr(contracts, name.upper()))
        told[name] = sha256_of(path)
    return {
        "files": len(exports),
        "read": len({path.name for path in home.iterdir()} - before),
        "read_seconds": round(read - began, 2),
        "table_seconds": round(time.perf_counter() - read, 2),
        "tables": told,
    }
