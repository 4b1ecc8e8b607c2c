"""Running a run again, elsewhere, and holding the two against each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

from .workspace import Workspace

COMPARED = ("code", "lock", "config", "labels", "tzdata")


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


def _run(project: Path, workspace: Workspace, again: Workspace, was: Mapping[str, Any]) -> None:
    command = [sys.executable, "-m", "journey_research.command", "run", "--env", workspace.environment]
    for name, value in was["runtime_params"].items():
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
