"""One run of the demo environment: wall, CPU and peak memory by stage, saving included."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.workspaces import JOURNEY, PROJECT, fresh_workspace


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Run ``journey run`` once in a fresh workspace.

    Args:
        arguments: Further options of ``journey run``, as in ``--params journey_rule.max_gap_days=14``.

    Returns:
        One row per stage in the order of the run, then ``around`` (start-up, manifest, tracking) and
        ``all``. Seconds; megabytes are the highest so far, children included.

    Raises:
        RuntimeError: The run failed.
    """
    with fresh_workspace() as (variables, workspace):
        began = time.perf_counter()
        done = subprocess.run([JOURNEY, "run", *arguments], cwd=PROJECT, env=variables, check=False)
        wall = time.perf_counter() - began
        if done.returncode:
            raise RuntimeError(f"journey run ended with {done.returncode}")
        return by_stage(_manifest(workspace)["timings"], wall)


def by_stage(timings: Iterable[Mapping[str, Any]], wall_seconds: float) -> list[dict[str, Any]]:
    """Sum the nodes' timings by stage.

    Example:
        >>> node = {"node": "cut", "stage": "journeys", "wall_seconds": 2, "cpu_seconds": 3, "peak_mb": 9}
        >>> [(row["stage"], row["wall_seconds"]) for row in by_stage([node, node], 5.0)]
        [('journeys', 4.0), ('around', 1.0), ('all', 5.0)]
    """
    rows: dict[str, dict[str, Any]] = {}
    for node in timings:
        row = rows.setdefault(node["stage"], _row(node["stage"]))
        row["nodes"] += 1
        row["wall_seconds"] = round(row["wall_seconds"] + node["wall_seconds"], 3)
        row["cpu_seconds"] = round(row["cpu_seconds"] + node["cpu_seconds"], 3)
        row["peak_mb"] = max(row["peak_mb"], float(node["peak_mb"]))
    stages = list(rows.values())
    around, everything = _row("around"), _row("all")
    around["wall_seconds"] = round(wall_seconds - sum(row["wall_seconds"] for row in stages), 3)
    around["cpu_seconds"] = around["peak_mb"] = None
    everything["nodes"] = sum(row["nodes"] for row in stages)
    everything["wall_seconds"] = round(wall_seconds, 3)
    everything["cpu_seconds"] = round(sum(row["cpu_seconds"] for row in stages), 3)
    everything["peak_mb"] = max((row["peak_mb"] for row in stages), default=0.0)
    return [*stages, around, everything]


def _row(stage: str) -> dict[str, Any]:
    return {"stage": stage, "nodes": 0, "wall_seconds": 0.0, "cpu_seconds": 0.0, "peak_mb": 0.0}


def _manifest(workspace: Path) -> dict[str, Any]:
    run_id = (workspace / "current").read_text(encoding="utf-8").strip()
    path = workspace / "runs" / run_id / "manifest.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
