"""What every committed notebook keeps to, read from its text."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.projects import ROOT
from journey_research.pipelines.reports.pipeline import create_pipeline

REPORTS = ["weekly_report", "identity_report", "journeys_report", "conversion_report"]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
LOADED = re.compile(r"""catalog(?:\.load\(|\[)\s*["']([a-z_]+)["']""")


def cells(name: str) -> list[dict]:
    return json.loads(Path(ROOT, "notebooks", f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def code(name: str) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(name) if cell["cell_type"] == "code"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_node_takes_exactly_the_tables_its_notebook_loads(name):
    node = next(node for node in create_pipeline().nodes if node.outputs == [name])
    taken = {entry for entry in node.inputs if not entry.startswith("params:")}

    assert set(LOADED.findall("\n".join(code(name)))) == taken


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_committed_without_outputs(name):
    for cell in cells(name):
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("name", REPORTS)
def test_told_its_run_first_and_says_it_last(name):
    assert cells(name)[0]["metadata"]["tags"] == ["parameters"]
    first, *_, last = code(name)
    assert 'environment = "demo"' in first
    assert 'run_id = "current"' in first
    assert last.startswith("print(run_id)")
    opened = 'reload_kedro(env=environment, runtime_params={"run_id": run_id})'
    assert opened in "\n".join(code(name))
    assert "%load_ext kedro" not in "\n".join(code(name))  # it would open the default environment first


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_computes_nothing_and_runs_no_pipeline(name):
    text = "\n".join(code(name))
    assert not re.search(r"^\s*(def|class|lambda)\b|lambda ", text, flags=re.MULTILINE)
    assert "session.run" not in text


@pytest.mark.parametrize("name", REPORTS)
def test_one_heading_a_question_and_how_wrong_it_can_be(name):
    text = "\n".join("".join(cell["source"]) for cell in cells(name) if cell["cell_type"] == "markdown")
    headings = [line for line in text.splitlines() if line.startswith("# ")]
    assert len(headings) == 1
    assert "?" in text.split("##")[0]
    assert "## How wrong can this be?" in text
    assert all(word in text.lower() for word in ("sampling", "identity", "model"))
