"""The project's kernel opens a notebook with the catalog ready."""

import json
import sys

import nbformat
import pytest
from projects import made_up_project
from worlds import small_world

from journey_research.errors import UserError
from journey_research.kernel import find_project, install_kernel


@pytest.mark.slow
def test_the_kernel_is_this_interpreter_with_the_catalog_ready(tmp_path, monkeypatch):
    from jupyter_client.manager import start_new_kernel

    written = install_kernel(prefix=str(tmp_path / "prefix"))
    spec = json.loads((written / "kernel.json").read_text())
    assert written == tmp_path / "prefix" / "share" / "jupyter" / "kernels" / "journey_research"
    assert (spec["display_name"], spec["argv"][0]) == ("journey_research", sys.executable)

    project = made_up_project(tmp_path / "project", {"journeys": small_world()["journeys"]})
    deep = project / "notebooks" / "scratch"
    deep.mkdir(parents=True)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "prefix" / "share" / "jupyter"))
    manager, client = start_new_kernel(kernel_name="journey_research", cwd=str(deep))
    said = []
    try:
        client.execute_interactive(
            'print(catalog.load("journeys").count(), context.env, type(pipelines).__name__)',
            timeout=60,
            output_hook=lambda message: said.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "".join(said).split()[:2] == [str(small_world()["journeys"].count()), "None"]


@pytest.mark.slow
def test_the_exploration_runs_to_its_end_with_any_kernel(tmp_path):
    from nbclient import NotebookClient

    from benchmarks.projects import ROOT

    world = small_world()
    project = made_up_project(tmp_path, {"journeys": world["journeys"]})
    notebook = nbformat.read(ROOT / "notebooks" / "exploration.ipynb", as_version=4)

    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(project)}}
    )
    client.execute()

    kinds = {
        kind for cell in notebook.cells for out in cell.get("outputs", []) for kind in out.get("data", {})
    }
    assert {"image/png", "text/html"} <= kinds


def test_outside_a_project_it_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match="open the notebook from inside the project"):
        find_project(tmp_path)
