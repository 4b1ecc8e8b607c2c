"""MLflow is told of a run once, when it is over, from its manifest and its files.

Context: runs that are written as they go stay RUNNING for ever when they are killed, and two
writers on a cold SQLite file break it. Choice: after publishing, under the workspace's lock and
one of the tracking folder's own, every kept run that MLflow has not heard of is told whole; a
marker in the run's folder says that it was. Given up: watching a run in MLflow while it goes.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from .files import lock_file, write_text
from .manifest import flat
from .workspace import Workspace

log = logging.getLogger("journey_research.run")
TOLD = "tracked"
RUN_TAG = "journey.run_id"


def tracking_folder(project: Path) -> Path | None:
    """Where MLflow's database and artefacts lie; ``JOURNEY_MLRUNS`` moves it, ``off`` switches it off."""
    elsewhere = os.environ.get("JOURNEY_MLRUNS")
    if elsewhere == "off":
        return None
    return Path(elsewhere).resolve() if elsewhere else project / "mlruns"


def tell_untold(workspace: Workspace, project: Path) -> None:
    """Tell MLflow of every kept run that it has not heard of; call it under the workspace's lock."""
    folder = tracking_folder(project)
    if folder is None:
        return
    untold = [
        run_id for run_id in workspace.kept_run_ids() if not (workspace.run_folder(run_id) / TOLD).is_file()
    ]
    if not untold:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with _folder_locked(folder):
        client, experiment = _open(folder, workspace.environment)
        for run_id in untold:
            _tell(client, experiment, workspace, run_id)
            write_text(workspace.run_folder(run_id) / TOLD, "")


def _open(folder: Path, environment: str) -> tuple[Any, str]:
    """A client on a database that has its tables, and the environment's experiment."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    # Only now: mlflow sets its own level when it is imported.
    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)

    database = folder / "mlflow.db"
    is_new = not database.is_file()
    client = MlflowClient(f"sqlite:///{database}")
    experiment = client.get_experiment_by_name(environment)
    if is_new:
        with sqlite3.connect(database) as connection:
            connection.execute("pragma journal_mode=wal")
    else:
        _relocate(database, folder)
    if experiment is not None:
        return client, experiment.experiment_id
    location = (folder / "artifacts" / environment).as_uri()
    return client, client.create_experiment(environment, artifact_location=location)


def _relocate(database: Path, folder: Path) -> None:
    """MLflow notes absolute paths; a checkout that was moved gets its artefacts back."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("select experiment_id, name, artifact_location from experiments").fetchall()
        for experiment_id, name, was in rows:
            now = (folder / "artifacts" / name).as_uri()
            if not was or was == now or not was.endswith(f"/artifacts/{name}"):
                continue
            connection.execute(
                "update experiments set artifact_location = ? where experiment_id = ?", (now, experiment_id)
            )
            connection.execute(
                "update runs set artifact_uri = ? || substr(artifact_uri, ?) where experiment_id = ?",
                (now, len(was) + 1, experiment_id),
            )


def _tell(client: Any, experiment: str, workspace: Workspace, run_id: str) -> None:
    from mlflow.entities import Metric, Param, RunTag

    manifest = workspace.manifest(run_id)
    # A run that was told by half, because the process was killed, is told again from the start.
    for half in client.search_runs([experiment], f"tags.`{RUN_TAG}` = '{run_id}'"):
        client.delete_run(half.info.run_id)
    began, ended = (_milliseconds(manifest[name]) for name in ("started_at", "finished_at"))
    run = client.create_run(
        experiment, start_time=began, run_name=run_id, tags={RUN_TAG: run_id, "mlflow.user": ""}
    )
    told = run.info.run_id
    params = [Param(name, str(value)[:5000]) for name, value in flat(manifest["parameters"])]
    tags = [
        RunTag(name, str(manifest[name]))
        for name in ("environment", "code", "revision", "lock", "config", "as_of", "error")
        if manifest.get(name)
    ]
    metrics = [
        Metric(_metric_name(name), float(value), ended, 0) for name, value in manifest["figures"].items()
    ]
    for start in range(0, len(params), 100):
        client.log_batch(told, params=params[start : start + 100])
    for start in range(0, len(metrics), 1000):
        client.log_batch(told, metrics=metrics[start : start + 1000])
    client.log_batch(told, tags=tags)
    client.log_artifact(told, str(workspace.manifest_path(run_id)))
    for path, place in _artifacts(workspace, manifest):
        client.log_artifact(told, str(path), place)
    client.set_terminated(told, "FINISHED" if manifest["status"] == "done" else "FAILED", end_time=ended)


def _artifacts(workspace: Workspace, manifest: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Reports, figures and models; never a table, never the vault."""
    for file in manifest["reports"].values():
        path = workspace.root / file
        if path.is_file():
            yield path, "reports"
    figures = workspace.run_folder(manifest["run_id"]) / "06_reports" / "figures"
    for path in sorted(figures.glob("*.png")):
        yield path, "figures"
    for output in manifest["outputs"].values():
        if output["file"].endswith(".json"):
            yield workspace.root / output["file"], "models"


def _metric_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "_-./ " else "_" for letter in name)


def _milliseconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


@contextmanager
def _folder_locked(folder: Path) -> Iterator[None]:
    """Two environments may end at once; the tracking database has one writer at a time."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock_file(handle, wait=True)
        yield
    finally:
        os.close(handle)
