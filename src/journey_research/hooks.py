"""Kedro's events, each handed on to the run that is going on."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines, settings

from journey_research.business.goals import Business
from journey_research.engine import duckdb_engine
from journey_research.errors import UserError
from journey_research.minimising.column_reads import MAKES_THE_TABLES
from journey_research.minimising.field_use import use_of_sources
from journey_research.privacy.scrubbing import scrub_logs
from journey_research.runs.lineage import graph_of
from journey_research.runs.recorder import Recorder
from journey_research.runs.view import VAULT_STAGES, RunView
from journey_research.runs.workspace import CURRENT, Workspace

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext
    from kedro.io import DataCatalog
    from kedro.pipeline import Pipeline
    from kedro.pipeline.node import Node

log = logging.getLogger("journey_research.run")


class RunHooks:
    """Binds the catalog to a run, keeps the run, and guards the vault's door."""

    def __init__(self) -> None:
        self._context: KedroContext | None = None
        self._view: RunView | None = None
        self._recorder: Recorder | None = None
        self._reads_sources = False

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Reading starts here, without lock and without writing."""
        scrub_logs()
        environment = context.env or settings.CONFIG_LOADER_ARGS["default_run_env"]
        parameters = context.config_loader["parameters"]
        self._context = context
        self._view = RunView(
            project=Path(context.project_path),
            workspace=Workspace.of(Path(context.project_path), environment),
            run_id=str(parameters.get("run_id") or CURRENT),
            sources=_sources(context),
            remote_folders=tuple(parameters.get("remote_folders") or ()),
        )
        _configure_engine(self._view, parameters)

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog) -> None:
        """Every dataset is told which run it stands in."""
        for name in list(catalog.keys()):
            if name.startswith(("params:", "parameters")):
                continue
            bind = getattr(catalog.get(name), "bind", None)
            if bind:
                bind(self._view)

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline) -> None:
        """The run begins: world, lock, sweep, run id."""
        if self._view is None or self._context is None:
            raise RuntimeError("a run begins after its context")
        parameters = self._context.config_loader["parameters"]
        if parameters.get("run_id"):
            raise UserError("run_id says which run to read; a run makes its own", do="leave it out")
        if not self._view.sources:
            raise UserError(
                f"environment '{self._view.environment}' has no source",
                do=f"put a mapping into conf/{self._view.environment}/sources",
            )
        if not parameters.get("business", {}).get("goals"):
            raise UserError(
                f"environment '{self._view.environment}' has no goal",
                do=f"write what it is for, in one sentence, under business.goals in "
                f"conf/{self._view.environment}/business.yml",
            )
        if parameters.get("runs", {}).get("keep_runs", 1) < 1:
            raise UserError("runs.keep_runs is less than 1", do="keep at least the run that is made")
        for goal in Business(**parameters["business"]).unwatched_goals:
            log.warning("goal '%s' is measured by no figure; name one under business.kpis", goal)
        _make_world(self._view, parameters)
        self._recorder = Recorder(
            self._view,
            parameters,
            run_params["runtime_params"] or {},
            run_params["pipeline_names"] or [],
            graph_of(pipelines["__default__"].nodes),
        )
        self._reads_sources = any(node.name == MAKES_THE_TABLES for node in pipeline.nodes)
        self._recorder.begin(len(pipeline.nodes), set(pipeline.all_outputs()))

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        if self._view and _stage(node) in VAULT_STAGES:
            self._view.door.open(_stage(node))

    @hook_impl
    def after_dataset_loaded(self, node: Node) -> None:
        if self._view and _stage(node) in VAULT_STAGES:
            self._view.door.close()

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        if self._recorder:
            self._recorder.node_started(node.name, _stage(node), node.outputs)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        if self._recorder:
            self._recorder.output_saved(node.name, _stage(node), dataset_name)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """The run ends: manifest, pointer, MLflow, and the summary on the screen."""
        if self._recorder:
            sys.stdout.write(self._recorder.finish(self._field_use()) + "\n")

    def _field_use(self) -> list[dict[str, Any]] | None:
        """Which mapped fields anything uses; None where this run has read no source."""
        if self._context is None or self._view is None or not self._reads_sources:
            return None
        return use_of_sources(
            pipelines["__default__"].nodes,
            self._context.config_loader["parameters"],
            self._view.sources,
            sorted((self._view.project / "notebooks").glob("*.ipynb")),
        )

    @hook_impl
    def on_pipeline_error(self, error: Exception) -> None:
        if self._recorder:
            self._recorder.fail(error)


def _stage(node: Node) -> str:
    """The stage a node belongs to: the folder its function lives in."""
    parts = node.func.__module__.split(".")
    return parts[2] if parts[:2] == ["journey_research", "pipelines"] else "other"


def _sources(context: KedroContext) -> dict[str, Any]:
    from kedro.config import MissingConfigException

    try:
        return dict(context.config_loader["sources"])
    except MissingConfigException:
        return {}


def _configure_engine(view: RunView, parameters: dict[str, Any]) -> None:
    if parameters.get("engine", "duckdb") != "duckdb":
        raise UserError(f"engine '{parameters['engine']}' is not there yet", do="use engine=duckdb")
    limits = parameters.get("duckdb", {})
    if not re.fullmatch(r"\d+(\.\d+)? ?([KMGT]i?)?B", str(limits.get("memory_limit", "4GB"))):
        raise UserError("duckdb.memory_limit is no size", do="write it as in 4GB")
    if not 0 <= limits.get("threads", 0) <= 1024:
        raise UserError("duckdb.threads lies between 0 (every core) and 1024", do="change it")
    duckdb_engine.configure(
        duckdb_engine.DuckDBLimits(
            memory_limit=str(limits.get("memory_limit", "4GB")),
            threads=int(limits.get("threads", 0)),
            temp_directory=str(view.workspace.spill),
            folders=(str(view.workspace.root), str(view.raw), str(view.shared)),
        )
    )


def _make_world(view: RunView, parameters: dict[str, Any]) -> None:
    """An environment whose parameters describe a world gets it written when its raw folder is absent."""
    world = parameters.get("world")
    if world and not view.raw.exists():
        from journey_research.world import build_world

        known = {"persons", "size", "world_seed", "weeks", "without", "processes"}
        if strange := sorted(set(world) - known):
            listed = ", ".join(sorted(known))
            raise UserError(f"world has no parameter '{strange[0]}'", do=f"known are {listed}")
        log.info("writing the made-up retailer's exports to %s", view.raw.name)
        try:
            build_world(view.raw, **world)
        except ValueError as error:
            raise UserError(f"world.{error}", do="change it in parameters_world.yml") from None
