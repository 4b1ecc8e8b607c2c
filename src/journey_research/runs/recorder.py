"""One run from its first event to its last: lock, sweep, nodes, manifest, pointer, tracking."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from journey_research.engine import duckdb_engine
from journey_research.privacy.pseudonyms import fingerprint
from journey_research.privacy.scrubbing import one_line

from . import manifest, tracking
from .files import write_json
from .lineage import Graph, kpi_lineage, yields_of
from .summary import summary_of
from .ticker import Ticker
from .usage import cpu_seconds, peak_mb
from .view import BEGUN, RunView

log = logging.getLogger("journey_research.run")


class Recorder:
    """Keeps one run of a pipeline; hooks call it, one method an event.

    Args:
        view: The session's view; the recorder turns it from reading to writing.
        parameters: The configuration's parameters, before any is turned into a dataclass.
        runtime_params: What the command line set.
        pipelines: The pipelines asked for; empty for all.
        graph: What each table of the whole pipeline is made by; see ``lineage.graph_of``.
    """

    def __init__(
        self,
        view: RunView,
        parameters: Mapping[str, Any],
        runtime_params: Mapping[str, Any],
        pipelines: Iterable[str],
        graph: Graph,
    ) -> None:
        self.view = view
        self._parameters = dict(parameters)
        self._runtime_params = dict(runtime_params)
        self._pipelines = list(pipelines)
        self._graph = graph
        self._timings: list[dict[str, Any]] = []
        self._lock: int | None = None
        self._node_number = 0
        self._n_nodes = 0
        self._started: dict[str, tuple[float, float]] = {}
        self._waiting: dict[str, set[str]] = {}
        self._guard = threading.Lock()
        self._ticker = Ticker()

    # --- the run begins ---------------------------------------------------------------------

    def begin(self, n_nodes: int, outputs: set[str]) -> None:
        """Take the lock, sweep litter, and open the run's own folder.

        Args:
            n_nodes: How many nodes will run.
            outputs: Names of the datasets they will make; all others are carried forward.

        Raises:
            UserError: Another run holds the workspace.
        """
        workspace = self.view.workspace
        self._lock = workspace.take_lock()
        swept = workspace.sweep()
        if swept:
            log.info("swept %d leftovers of runs that were cut off", swept)
        self._n_nodes = n_nodes
        self._previous = workspace.current_run_id()
        self.view.before = workspace.manifest()["outputs"] if self._previous else {}
        self.view.carried = {name: output for name, output in self.view.before.items() if name not in outputs}
        self.view.run_id, self.view.writes = manifest.new_run_id(), True
        self._begun = datetime.now(UTC)
        self._surroundings = manifest.surroundings(self.view.project)
        self.view.run_folder.mkdir(parents=True)
        write_json(self.view.run_folder / BEGUN, {"carried": self.view.carried})
        log.info("run %s of environment '%s': %d steps", self.view.run_id, self.view.environment, n_nodes)

    # --- nodes ------------------------------------------------------------------------------

    def node_started(self, name: str, stage: str, outputs: Iterable[str]) -> None:
        """Say that a node starts and begin to time it."""
        with self._guard:
            self._node_number += 1
            number = self._node_number
            self._started[name] = (time.perf_counter(), cpu_seconds())
            self._waiting[name] = set(outputs)
        log.info("[%2d/%d] %s: %s started", number, self._n_nodes, stage, name)
        self._ticker.start(f"{stage}: {name}")

    def output_saved(self, name: str, stage: str, output: str) -> None:
        """A node is done when its last output is saved: tables are computed on save."""
        with self._guard:
            waiting = self._waiting.get(name, set())
            waiting.discard(output)
            if waiting:
                return
        self.node_done(name, stage)

    def node_done(self, name: str, stage: str) -> None:
        """Note wall and CPU time and the peak of memory, children included."""
        self._ticker.stop()
        wall, cpu = self._started[name]
        self._timings.append(
            {
                "node": name,
                "stage": stage,
                "wall_seconds": round(time.perf_counter() - wall, 3),
                "cpu_seconds": round(cpu_seconds() - cpu, 3),
                "peak_mb": round(peak_mb(), 1),
            }
        )
        log.info("        %s done in %.1f s", name, self._timings[-1]["wall_seconds"])

    # --- the run ends -----------------------------------------------------------------------

    def finish(self, field_use: list[dict[str, Any]] | None = None) -> str:
        """Write the manifest, move the pointer, tell MLflow, retire old runs.

        Args:
            field_use: Which mapped fields anything uses; None: as the run before has told.

        Returns:
            The summary for the reader's screen.
        """
        workspace = self.view.workspace
        document = self._document("done")
        if field_use is None and self._previous:
            field_use = workspace.manifest(self._previous).get("field_use")
        document["field_use"] = field_use or []
        write_json(workspace.manifest_path(self.view.run_id), document)
        workspace.publish(self.view.run_id)
        (self.view.run_folder / BEGUN).unlink(missing_ok=True)
        workspace.retire(int(self._parameters.get("runs", {}).get("keep_runs", 5)))
        tracking.tell_untold(workspace, self.view.project)
        self._release()
        return summary_of(document, workspace)

    def fail(self, error: BaseException) -> None:
        """Write a manifest with status failed; the pointer stays where it was."""
        self._ticker.stop()
        if self._lock is None or not self.view.writes:
            return
        document = self._document("failed") | {"error": one_line(error)}
        write_json(self.view.workspace.manifest_path(self.view.run_id), document)
        (self.view.run_folder / BEGUN).unlink(missing_ok=True)
        tracking.tell_untold(self.view.workspace, self.view.project)
        self._release()

    def _release(self) -> None:
        duckdb_engine.configure(duckdb_engine.DuckDBLimits())
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _document(self, status: str) -> dict[str, Any]:
        view = self.view
        outputs = {**view.carried, **view.written}
        tables = {
            name: view.workspace.root / output["file"]
            for name, output in outputs.items()
            if str(output["file"]).endswith(".parquet")
        }
        labels = [outputs[name]["sha256"] for name in ("judgements", "labelled_groups") if name in outputs]
        return {
            **self._surroundings,
            "run_id": view.run_id,
            "environment": view.environment,
            "status": status,
            "pipelines": self._pipelines or ["__default__"],
            "started_at": self._begun.isoformat(timespec="seconds"),
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "previous": self._previous,
            "inputs": dict(sorted(view.inputs.items())),
            "config": manifest.sha256_of_document([self._parameters, view.sources]),
            "parameters": self._parameters,
            "runtime_params": self._runtime_params,
            "seeds": manifest.seeds_in(self._parameters),
            "labels": manifest.sha256_of_document(labels),
            "key_fingerprint": fingerprint(view.key) if view.key else None,
            "as_of": _as_of(tables.get("as_of")),
            "outputs": dict(sorted(outputs.items())),
            "reports": dict(sorted(view.reports.items())),
            "figures": manifest.figures_from(tables),
            "lineage": self._lineage(tables.get("source_files")),
            "timings": self._timings,
        }

    def _lineage(self, source_files: Path | None) -> dict[str, Any]:
        """What tables are made of, and which file stands behind each KPI."""
        told: dict[str, Any] = {"graph": self._graph, "yields": yields_of(self.view.sources)}
        return told | {"kpis": kpi_lineage(told, self._parameters, files_read(source_files))}


def files_read(source_files: Path | None) -> list[dict[str, Any]]:
    """Rows of the table of files, in its order; none where no run has made it."""
    if source_files is None or not source_files.is_file():
        return []
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(
        source_files, columns=["source", "file_name", "file_sha256"]
    ).to_pylist()
    return rows


def _as_of(path: Path | None) -> str | None:
    if path is None:
        return None
    import pyarrow.parquet as pq

    rows = pq.read_table(path).to_pylist()
    return rows[0]["as_of"].isoformat() if rows else None
