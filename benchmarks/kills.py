"""Kill the main job at 21 instants: the previous run must read back, the next must not notice."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.projects import Project, new_project
from journey_research.runs.files import sha256_of

# The main job, but the process kills itself where the manifest is written and the pointer is not.
BETWEEN_MANIFEST_AND_POINTER = """
import os, signal, sys
from journey_research.command import main
from journey_research.runs.workspace import Workspace
Workspace.publish = lambda *_: os.killpg(0, signal.SIGKILL)
sys.exit(main(["run"]))
"""
# Killed as soon as such a file appears in the new run.
FILES = [
    "runs/*/begun.json",
    "runs/*/01_ingestion/*.unfinished",
    "vault/runs/*/01_ingestion/identifiers.parquet",
    "runs/*/02_identity/identity_model.json",
    "runs/*/03_journeys/journeys.parquet",
    "runs/*/04_conversion/scores.parquet",
    "runs/*/05_decisions/decisions.parquet",
    "runs/*/06_reports/weekly_report.html",
]


def measure(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    """Kill at ten random instants, as eight files appear, twice before the pointer, once without children."""
    parser = argparse.ArgumentParser(prog="kills")
    parser.add_argument("--persons", type=int, default=150)
    parser.add_argument("--instants_seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        project = new_project(Path(folder).resolve() / "project", chosen.persons)
        project.settings["JOURNEY_MLRUNS"] = "off"
        began = time.monotonic()
        ended = project.journey("run")
        if ended.returncode:
            raise RuntimeError(ended.stderr)
        seconds = time.monotonic() - began
        instants = random.Random(chosen.instants_seed)
        kills: list[tuple[str, Callable[[Project], None]]] = []
        for _ in range(10):
            after = instants.uniform(0.5, seconds)
            kills.append((f"after {after:.1f} s", lambda project, after=after: kill_after(project, after)))
        for pattern in FILES:
            kills.append((pattern, lambda project, pattern=pattern: kill_at_file(project, pattern)))
        kills += [("between manifest and pointer", kill_before_pointer)] * 2
        kills.append(("in a report, without its children", kill_in_report_alone))
        return [killed(project, name, kill) for name, kill in kills]


def killed(project: Project, name: str, *kills: Callable[[Project], None]) -> dict[str, Any]:
    """Kill runs, one after another; hold what readers see against what they saw, then run to the end."""
    before, files_before = project.manifest(), contents(project)
    unchanged = True
    for kill in kills:
        kill(project)
        after, files_after = project.manifest(), contents(project)
        unchanged &= before == after and files_before.items() <= files_after.items()
    ended = project.journey("run")
    again = project.manifest()
    return {
        "instant": name,
        "previous_run_unchanged": unchanged,
        "next_run_exit_code": ended.returncode,
        "same_hashes": hashes(before) == hashes(again),
        "litter": len(litter(project)),
    }


def contents(project: Project) -> dict[str, str]:
    """File -> hash of every table, document and report that readers of the current run see."""
    manifest = project.manifest()
    files = [output["file"] for output in manifest["outputs"].values()] + list(manifest["reports"].values())
    return {file: sha256_of(project.data / file) for file in files}


def hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {name: output["sha256"] for name, output in manifest["outputs"].items()}


def litter(project: Project) -> list[Path]:
    """What no kept manifest accounts for."""
    runs = [
        folder for folder in (project.data / "runs").iterdir() if not (folder / "manifest.json").is_file()
    ]
    vault = [
        folder
        for folder in (project.data / "vault" / "runs").iterdir()
        if not (project.data / "runs" / folder.name / "manifest.json").is_file()
    ]
    begun = list((project.data / "runs").glob("*/begun.json"))
    return runs + vault + begun + list(project.data.rglob("*.unfinished")) + list(project.data.glob("spill"))


def kill_after(project: Project, seconds: float) -> None:
    """Kill the whole process group so many seconds after its start."""
    running = project.start("run")
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def kill_at_file(project: Project, pattern: str, *, whole_group: bool = True) -> None:
    """Kill the process, and its children with it, as soon as a file of the new run matches."""
    there = set(project.data.glob(pattern))
    running = project.start("run")
    while running.poll() is None:
        if set(project.data.glob(pattern)) - there:
            (os.killpg if whole_group else os.kill)(running.pid, signal.SIGKILL)
            running.wait()
            return
        time.sleep(0.002)
    raise RuntimeError(f"the run ended before {pattern} was seen")


def kill_in_report_alone(project: Project) -> None:
    """Kill the main process while a notebook runs; papermill and the kernel are left behind."""
    kill_at_file(project, "runs/*/06_reports/*.unfinished/*.ipynb", whole_group=False)


def kill_before_pointer(project: Project) -> None:
    """Run the main job in a process that kills its group after the manifest, before the pointer."""
    ended = subprocess.run(
        [sys.executable, "-c", BETWEEN_MANIFEST_AND_POINTER],
        cwd=project.root,
        env={**os.environ, **project.settings},
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    if ended.returncode != -signal.SIGKILL:
        raise RuntimeError(f"it was not killed: {ended.stderr.decode()[-500:]}")
