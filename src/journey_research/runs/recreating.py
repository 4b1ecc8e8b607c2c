"""Running a run again, elsewhere, and holding the two against each other.

A run that went on from the one before it needs that run's tables, which may long be gone. What it went
on from is the beginning of its own tables, so the folder in which it runs again is given a run before it
that holds exactly these beginnings; their hashes are inputs of both runs and are compared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

from .files import sha256_of, write_json, write_whole
from .manifest import flat
from .row_groups import write_row_groups
from .workspace import Workspace

COMPARED = ("code", "lock", "config", "labels", "tzdata")
BEFORE = "before"


def recreate(project: Path, workspace: Workspace, run_id: str) -> list[str]:
    """Run a run again in another folder and compare.

    Args:
        project: Root folder of the project.
        workspace: Where the run lies.
        run_id: The run; ``"current"`` for the current one.

    Returns:
        Names of outputs that differ, then of inputs and settings that differ; empty when equal.

    Raises:
        UserError: There is no such run, it failed, or running it again fails.
    """
    was = workspace.manifest(run_id)
    if was["status"] != "done":
        raise UserError(
            f"run {was['run_id']} failed and has nothing to compare with", do="choose a finished run"
        )
    with tempfile.TemporaryDirectory(prefix="recreate-") as folder:
        again = Workspace(Path(folder).resolve() / workspace.environment, workspace.environment)
        key = workspace.vault / "pseudonym.key"
        if key.is_file():
            again.vault.mkdir(parents=True)
            shutil.copy2(key, again.vault / "pseudonym.key")
        begin_where_it_began(was, workspace, again)
        _run(project, workspace, again, was)
        return differences(was, again.manifest())


def differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two manifests: outputs by hash, then what could explain it."""
    outputs = [
        name
        for name in sorted({*was["outputs"], *now["outputs"]})
        if was["outputs"].get(name, {}).get("sha256") != now["outputs"].get(name, {}).get("sha256")
    ]
    if not outputs:
        return []
    causes = [
        f"input {name}"
        for name in sorted({*was["inputs"], *now["inputs"]})
        if was["inputs"].get(name) != now["inputs"].get(name)
    ]
    causes += [name for name in COMPARED if was.get(name) != now.get(name)]
    return outputs + causes


def begin_where_it_began(was: Mapping[str, Any], workspace: Workspace, again: Workspace) -> None:
    """Give an empty workspace a run that left what this one went on from; none where it went on from none.

    Args:
        was: Manifest of the run.
        workspace: Where its tables lie.
        again: Where it will be run again.

    Raises:
        UserError: A table that went on from another is gone.
    """
    pasts = {name: output for name, output in was["outputs"].items() if "past" in output}
    if not pasts:
        return
    outputs = {}
    for name, output in pasts.items():
        log = workspace.root / output["file"]
        if not log.is_file():
            raise UserError(
                f"'{name}' of run {was['run_id']} is gone", file=log.name, do="choose another run"
            )
        beginning = again.run_folder(BEFORE) / Path(output["file"]).parent.name / log.name
        n_rows = output["past"]["rows"]
        write_whole(beginning, partial(write_beginning, log, n_rows))
        outputs[name] = {
            "file": beginning.relative_to(again.root).as_posix(),
            "rows": n_rows,
            "sha256": sha256_of(beginning),
        }
    write_json(again.manifest_path(BEFORE), {"run_id": BEFORE, "status": "done", "outputs": outputs})
    again.publish(BEFORE)


def write_beginning(log: Path, n_rows: int, to: Path) -> None:
    """The first rows of a Parquet file as the file that they were when they were all."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(log) as file:
        batches, left = [], n_rows
        for batch in file.iter_batches():
            if left <= 0:
                break
            batches.append(batch.slice(0, left))
            left -= batches[-1].num_rows
        write_row_groups(batches, file.schema_arrow, to)


def stages_of(was: Mapping[str, Any]) -> list[str]:
    """The stages that make what a run has, whether it made or carried it; empty for all of them.

    Example:
        >>> outputs = {"journeys": {"file": "runs/r1/03_journeys/journeys.parquet"}}
        >>> stages_of({"pipelines": ["journeys"], "outputs": outputs})
        ['journeys']
    """
    if was.get("pipelines", ["__default__"]) == ["__default__"]:
        return []
    folders = sorted({Path(output["file"]).parent.name for output in was["outputs"].values()})
    return [folder.partition("_")[2] for folder in folders]


def _run(project: Path, workspace: Workspace, again: Workspace, was: Mapping[str, Any]) -> None:
    command = [sys.executable, "-m", "journey_research.command", "run", "--env", workspace.environment]
    if stages := stages_of(was):
        command += ["--pipelines", ",".join(stages)]
    for name, value in flat(was["runtime_params"]):
        command += ["--params", f"{name}={value}"]
    settings = os.environ | {
        "JOURNEY_WORKSPACE": str(again.root),
        "JOURNEY_RAW": str(workspace.raw),
        "JOURNEY_MLRUNS": "off",
    }
    # The run's own words go to standard error: standard output carries the verdict alone.
    ended = subprocess.run(command, cwd=project, env=settings, stdout=sys.stderr, check=False)
    if ended.returncode:
        raise UserError(
            f"running {was['run_id']} again ended with exit code {ended.returncode}",
            do="the lines above say why",
        )
