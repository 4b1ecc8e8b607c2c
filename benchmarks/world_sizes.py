"""What it costs to write the made-up retailer at three sizes: seconds, rows, bytes, memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PERSONS = "10000,50000,100000"  # at 26 weeks the last is the size called 1m
_WRITE = """
import json, resource, sys
from journey_research.world import build_world

if __name__ == "__main__":
    world = build_world(
        sys.argv[1], persons=int(sys.argv[2]), weeks=int(sys.argv[3]), processes=int(sys.argv[4])
    )
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {"rows": sum(world.rows.values()), "records": world.n_records, "touchpoints": world.n_touchpoints}
    told["cpu_seconds"] = round(sum(one.ru_utime + one.ru_stime for one in used), 1)
    print(json.dumps(told | {"peak_mb": max(one.ru_maxrss for one in used) // 1024}))
"""


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Write a world of each size into a folder that is thrown away.

    Args:
        arguments: ``--persons N,N,...`` (10000,50000,100000), ``--weeks N`` (26), ``--processes N``
            (0: one for each core).

    Returns:
        One row per size; ``cpu_seconds`` are those of all processes, ``peak_mb`` is the largest one's.

    Raises:
        RuntimeError: A world could not be written.
    """
    parser = argparse.ArgumentParser(prog="world_sizes")
    parser.add_argument("--persons", default=PERSONS)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--processes", type=int, default=0)
    chosen = parser.parse_args(list(arguments))
    return [_written(int(persons), chosen.weeks, chosen.processes) for persons in chosen.persons.split(",")]


def _written(persons: int, weeks: int, processes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="world-sizes-") as folder:
        script, world = Path(folder) / "write.py", Path(folder) / "world"
        script.write_text(_WRITE, encoding="utf-8")
        command = [sys.executable, str(script), str(world), str(persons), str(weeks), str(processes)]
        began = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        seconds = time.perf_counter() - began
        if ended.returncode:
            raise RuntimeError(f"a world of {persons:,} persons could not be written")
        told = json.loads(ended.stdout.splitlines()[-1])
        n_bytes = sum(path.stat().st_size for path in world.rglob("*") if path.is_file())
    return {
        "persons": persons,
        "seconds": round(seconds, 1),
        "cpu_seconds": told["cpu_seconds"],
        "rows": told["rows"],
        "records": told["records"],
        "touchpoints": told["touchpoints"],
        "gigabytes": round(n_bytes / 1e9, 2),
        "peak_mb": told["peak_mb"],
        "rows_per_second": int(told["rows"] / seconds),
    }
