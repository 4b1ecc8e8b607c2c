"""A made-up Kedro project whose catalog holds the tables it is given, to run notebooks in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from journey_research.engine import Table
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace

DATASETS = """
from pathlib import Path

from kedro.io import AbstractDataset

from journey_research.engine import Table
from journey_research.engine.duckdb_engine import DuckDBLimits, configure


class TableFile(AbstractDataset):
    def __init__(self, *, path, metadata=None):
        self._path = Path(path)
        self.metadata = metadata

    def load(self):
        configure(DuckDBLimits(folders=(str(self._path.parent),)))
        return Table.from_parquet(self._path)

    def save(self, data):
        raise NotImplementedError

    def _describe(self):
        return {"path": str(self._path)}
"""
PYPROJECT = """
[tool.kedro]
package_name = "made_up_house"
project_name = "made_up_house"
kedro_init_version = "1.7.0"
"""
LOGGING = "version: 1\ndisable_existing_loggers: false\n"
SETTINGS = 'CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "demo"}\n'


def made_up_project(folder: Path, tables: dict[str, Table]) -> Path:
    """Write a project whose catalog gives these tables; returns its root."""
    package = folder / "src" / "made_up_house"
    for home in (package, folder / "conf" / "base", folder / "conf" / "demo", folder / "tables"):
        home.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / ".telemetry").write_text("consent: false\n")
    (folder / "conf" / "logging.yml").write_text(LOGGING)
    (package / "__init__.py").write_text("")
    (package / "settings.py").write_text(SETTINGS)
    (package / "pipeline_registry.py").write_text("def register_pipelines():\n    return {}\n")
    (package / "datasets.py").write_text(DATASETS)
    entries = []
    for name, table in tables.items():
        pq.write_table(table.to_arrow(), folder / "tables" / f"{name}.parquet")
        entries.append(f"{name}:\n  type: made_up_house.datasets.TableFile\n  path: tables/{name}.parquet\n")
    (folder / "conf" / "base" / "catalog.yml").write_text("".join(entries) or "{}\n")
    return folder


@dataclass
class WritingView(RunView):
    """A view that writes run ``20250331T120000Z-abc123`` of a workspace inside a project."""

    run_id: str = "20250331T120000Z-abc123"
    writes: bool = True


def writing_view(project: Path) -> WritingView:
    """The view of a run that has begun and written nothing yet."""
    view = WritingView(project=project, workspace=Workspace((project / "data" / "demo").resolve(), "demo"))
    view.run_folder.mkdir(parents=True)
    return view
