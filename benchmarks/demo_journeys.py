"""Journeys of the made-up retailer beside what was planted in it: segments, friction, devices, scenarios.

Every line holds what a run found against the world's truth, which no step of the run has read. What the
run misses because it does not know whose record is whose is told apart where a room can tell it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.journey_truth import (
    bridges,
    correlations,
    devices,
    friction,
    ladder,
    scenarios,
    segments,
    shares,
    together,
)
from benchmarks.journey_truth import stitching as stitched
from benchmarks.projects import new_project

Compare = Callable[[Path, Path], tuple[pd.DataFrame, str]]


def _segments(run: Path, raw: Path) -> tuple[pd.DataFrame, str]:
    recovered = segments.recover_segments(run, raw)
    return recovered, segments.told_line(recovered)


ROOMS: dict[str, Compare] = {
    "bridges": bridges.measure_bridges,
    "stitching": stitched.measure_stitching,
    "devices": devices.confuse_devices,
    "ladder": ladder.check_ladder,
    "social share": shares.compare_social_share,
    "contradictions": shares.compare_contradictions,
    "friction": friction.compare_friction,
    "correlations": correlations.compare_correlations,
    "scenarios": scenarios.compare,
    "together": together.compare_together,
    "segments": _segments,
}


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Make a world, run it up to its journeys, and hold each room against the truth.

    Args:
        arguments: ``--persons N`` (2000, the demo's), ``--world_seed N`` (1), ``--rooms a,b`` (all),
            ``--tables``: print each room's whole table before the lines.

    Returns:
        One row per room: ``room, told``.

    Raises:
        RuntimeError: The run failed, or there is no such room.
    """
    parser = argparse.ArgumentParser(prog="demo_journeys")
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--world_seed", type=int, default=1)
    parser.add_argument("--rooms", default=",".join(ROOMS))
    parser.add_argument("--tables", action="store_true")
    chosen = parser.parse_args(list(arguments))
    rooms = chosen.rooms.split(",")
    if unknown := set(rooms) - set(ROOMS):
        raise RuntimeError(f"there is no room {sorted(unknown)}; there are {', '.join(ROOMS)}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="demo-journeys-") as folder:
        project = new_project(Path(folder).resolve() / "project", chosen.persons, chosen.world_seed)
        project.settings["JOURNEY_MLRUNS"] = "off"
        ended = project.journey("run", "--pipelines", "ingestion,identity,journeys")
        if ended.returncode:
            raise RuntimeError(ended.stderr[-500:])
        run = project.data / "runs" / project.manifest()["run_id"]
        for room in rooms:
            print(f"{room} ...", file=sys.stderr, flush=True)
            table, line = ROOMS[room](run, project.data / "00_raw")
            if chosen.tables:
                print(f"\n{room}\n{table.to_string(index=False)}")
            rows.append({"room": room, "told": line})
    return rows
