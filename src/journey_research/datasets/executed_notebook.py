"""A report: saving parameters runs its notebook in the run that made its tables.

Context: a notebook that is run by hand shows whatever was published last, and papermill counts a
notebook that stopped half-way as a success. Choice: a report is an output of the pipeline; it is
executed by papermill in a process of its own, told its environment and its run, and published only
if every code cell ran and the last one printed the run's id. Given up: a report cannot be saved
outside a run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset

from journey_research.errors import ReportFailed, UserError
from journey_research.runs.files import (
    UNFINISHED,
    read_json,
    sha256_of,
    write_json,
    write_text,
    write_whole,
)
from journey_research.runs.workspace import CURRENT

from .bound import Bound
from .notebook_endings import unfinished, without_machine
from .report_page import figures_of, to_html

if TYPE_CHECKING:
    from journey_research.runs.view import RunView


KERNEL = "journey_report"


class ExecutedNotebook(Bound, AbstractDataset[dict[str, Any], dict[str, Any]]):
    """A committed notebook, executed on save: ``.html`` to read, ``.ipynb`` to check, PNG figures.

    Args:
        notebook: The committed notebook, inside the project; its first cell is tagged
            ``parameters`` and its last code cell prints ``run_id``.
        path: Where the page goes, inside the run's folder; ends in ``.html``.
        timeout_seconds: Longest time a cell may take, in seconds.
        metadata: Kept for the catalog's readers.

    Loading gives a dict: ``name``, ``title``, ``file`` (of the page), ``notebook``,
    ``notebook_sha256`` (of the committed file), ``n_cells`` (executed), ``n_figures``, ``seconds``.
    """

    def __init__(
        self, *, notebook: str, path: str, timeout_seconds: int = 300, metadata: dict[str, Any] | None = None
    ) -> None:
        if not path.endswith(".html"):
            raise ValueError(f"path is {path}; a report's page ends in .html")
        if timeout_seconds <= 0:
            raise ValueError(f"timeout_seconds is {timeout_seconds}; a cell takes more than 0 seconds")
        self._notebook, self._path, self._timeout_seconds = notebook, path, timeout_seconds
        self.metadata = metadata

    def save(self, data: dict[str, Any]) -> None:
        """Execute the notebook with these parameters and publish its page, itself and its figures.

        Raises:
            ReportFailed: A cell failed or did not run; names the notebook, the cell and the error's class.
        """
        view, source = self.view, self.view.project / self._notebook
        page = view.path_to_write(self._path)
        page.parent.mkdir(parents=True, exist_ok=True)
        told = {**data, "environment": view.environment, "run_id": view.run_id}
        began = time.monotonic()
        with tempfile.TemporaryDirectory(suffix=UNFINISHED, dir=page.parent) as work:
            executed = self._execute(source, told, Path(work))
        html, title = to_html(executed, page.stem)
        pictures = figures_of(executed)
        for number, picture in enumerate(pictures, start=1):
            _write_bytes(page.parent / "figures" / f"{page.stem}_{number}.png", picture)
        write_json(page.with_suffix(".ipynb"), executed)
        write_text(page, html)
        about = {
            "name": page.stem,
            "title": title,
            "file": page.name,
            "notebook": self._notebook,
            "notebook_sha256": sha256_of(source),
            "n_cells": sum(cell["cell_type"] == "code" for cell in executed["cells"]),
            "n_figures": len(pictures),
            "seconds": round(time.monotonic() - began, 1),
        }
        write_json(page.with_suffix(".json"), about)
        view.note_report(page.stem, page)

    def load(self) -> dict[str, Any]:
        """What the executed report is: its title, file, source and how long it took."""
        return load_about(self.view, self._path)

    def _execute(self, source: Path, told: dict[str, Any], work: Path) -> dict[str, Any]:
        view = self.view
        output = work / "executed.ipynb"
        command = [sys.executable, "-m", "papermill", str(source), str(output)]
        command += ["--kernel", KERNEL, "--language", "python"]
        command += ["--cwd", str(view.project), "--execution-timeout", str(self._timeout_seconds)]
        command += ["--start-timeout", "120", "--no-progress-bar", "--log-level", "ERROR"]
        command += ["--parameters_yaml", json.dumps(told)]
        # What papermill prints may hold values, so it is thrown away: the executed cells say enough.
        done = subprocess.run(
            command,
            env=self._environment(work),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if not output.is_file():
            raise ReportFailed(self._notebook, f"papermill could not start it (exit code {done.returncode})")
        executed: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        if trouble := unfinished(executed, str(told["run_id"])):
            raise ReportFailed(self._notebook, trouble)
        if done.returncode != 0:
            raise ReportFailed(self._notebook, f"papermill ended with exit code {done.returncode}")
        return without_machine(executed)

    def _environment(self, work: Path) -> dict[str, str]:
        """The process's own, with a kernel of this very interpreter, folders of its own and no telemetry.

        ``JOURNEY_WORKSPACE`` and ``JOURNEY_SHARED`` come through as they are.
        """
        spec = work / "kernels" / KERNEL
        spec.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.joinpath("kernel.json").write_text(
            json.dumps({"argv": argv, "display_name": KERNEL, "language": "python"}), encoding="utf-8"
        )
        own = {
            "JUPYTER_PATH": str(work),
            "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
            "IPYTHONDIR": str(work / "ipython"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "DO_NOT_TRACK": "true",
            "KEDRO_DISABLE_TELEMETRY": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        return {**os.environ, **own}

    def _exists(self) -> bool:
        return self._view is not None and (self.view.run_folder / self.view.relative(self._path)).is_file()

    def _describe(self) -> dict[str, Any]:
        return {"notebook": self._notebook}


def load_about(view: RunView, path: str) -> dict[str, Any]:
    """The document beside a page of the run that is read.

    Raises:
        UserError: That run has not made the page.
    """
    run_id = view.run_id if view.run_id != CURRENT else view.workspace.current_run_id()
    about = (view.workspace.run_folder(run_id or CURRENT) / view.relative(path)).with_suffix(".json")
    if not about.is_file():
        raise UserError(
            f"run '{view.run_id}' of environment '{view.environment}' has not made '{about.stem}'",
            do=f"make it: journey run --env {view.environment}",
        )
    document: dict[str, Any] = read_json(about)
    return document


def _write_bytes(path: Path, content: bytes) -> None:
    def write(to: Path) -> None:
        to.write_bytes(content)

    write_whole(path, write)
