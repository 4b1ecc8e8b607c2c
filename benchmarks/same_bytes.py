"""The same input gives the same bytes: two runs, a second clone, another hash seed, one thread."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.projects import Project, new_project

CHANGED = "google_ads_campaigns.csv"


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Run the made-up retailer under changed surroundings and hold the output hashes against the first.

    Args:
        arguments: ``--persons N`` (1000).

    Returns:
        One row per run: outputs, how many of them differ from the first run's, and which (at most five).

    Raises:
        RuntimeError: A run failed.
    """
    parser = argparse.ArgumentParser(prog="same_bytes")
    parser.add_argument("--persons", type=int, default=1000)
    persons = parser.parse_args(list(arguments)).persons
    with tempfile.TemporaryDirectory(prefix="same-bytes-") as folder:
        here = new_project(Path(folder).resolve() / "here", persons)
        there = new_project(Path(folder).resolve() / "there", persons)
        first = ran(here)
        rows = [
            row("a second run here", first, ran(here)),
            row("a second clone, PYTHONHASHSEED=17", first, ran(there, PYTHONHASHSEED="17")),
            row("one DuckDB thread", first, ran(here, "--params", "duckdb.threads=1")),
        ]
        change_one_value(here.data / "00_raw" / CHANGED)
        rows.append(row(f"one changed value in {CHANGED}", first, ran(here)))
        return rows


def ran(project: Project, *options: str, **settings: str) -> dict[str, str]:
    """Run the main job; output name -> hash."""
    project.settings["JOURNEY_MLRUNS"] = "off"
    ended = project.journey("run", *options, **settings)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-500:])
    return project.hashes()


def row(name: str, first: dict[str, str], again: dict[str, str]) -> dict[str, Any]:
    differ = sorted(table for table in first | again if first.get(table) != again.get(table))
    return {"run": name, "outputs": len(again), "differ": len(differ), "which": ", ".join(differ[:5]) or "-"}


def change_one_value(path: Path) -> None:
    """One more click on the first day of the first campaign."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "metrics.clicks" in line)  # titles stand before
    place = lines[at].strip().split(",").index("metrics.clicks")
    cells = lines[at + 1].rstrip("\r\n").split(",")
    cells[place] = str(int(cells[place]) + 1)
    lines[at + 1] = ",".join(cells) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
