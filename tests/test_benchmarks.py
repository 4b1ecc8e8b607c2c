"""The bench itself: entries are found, figures are told with their machine, stages add up."""

import json
import sys

import pytest

from benchmarks import main_job, run, start_up, workspaces

TIMINGS = [
    {"node": "find", "stage": "ingestion", "wall_seconds": 1.0, "cpu_seconds": 1.5, "peak_mb": 300},
    {"node": "read", "stage": "ingestion", "wall_seconds": 2.0, "cpu_seconds": 2.5, "peak_mb": 250},
    {"node": "cut", "stage": "journeys", "wall_seconds": 0.5, "cpu_seconds": 0.5, "peak_mb": 400},
]


def test_worked_example_of_stages():
    rows = main_job.by_stage(TIMINGS, wall_seconds=5.0)

    told = [
        (row["stage"], row["nodes"], row["wall_seconds"], row["cpu_seconds"], row["peak_mb"]) for row in rows
    ]
    assert told == [
        ("ingestion", 2, 3.0, 4.0, 300),
        ("journeys", 1, 0.5, 0.5, 400),
        ("around", 0, 1.5, None, None),  # 5.0 less what the nodes took
        ("all", 3, 5.0, 4.5, 400),
    ]


def test_every_entry_says_in_a_line_what_it_measures():
    listed = run.entries()

    assert {"main_job", "start_up"} <= set(listed)
    assert [name for name, text in listed.items() if not text.endswith(".")] == []


def test_a_table_is_printed_in_columns():
    rows = [{"what": "a", "n": 12_000, "seconds": 1.5}, {"what": "longer", "n": 7, "seconds": None}]

    assert run.as_table(rows).splitlines() == [
        "what         n  seconds",
        "------  ------  -------",
        "a       12,000    1.500",
        "longer       7        -",
    ]


def test_figures_are_written_with_what_they_were_measured_on(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "FOLDER", tmp_path)

    told = json.loads(run.write("main_job", ["--env", "demo"], [{"stage": "all"}]).read_text())

    assert told["figures"] == [{"stage": "all"}]
    assert {"date", "cores", "python", "duckdb", "pandas"} <= set(told["measured_on"])


def test_an_unknown_name_is_refused(capsys):
    assert run.main(["nothing"]) == 2
    assert "main_job" in capsys.readouterr().err


def test_a_process_is_timed_to_its_first_node_and_then_killed():
    begins = "import time; print('[ 1/9] ingestion: find started', flush=True); time.sleep(600)"
    ends = "print('no project here')"

    assert start_up._until_first_node([sys.executable, "-c", begins], {}) < 30
    with pytest.raises(RuntimeError, match="ended before its first node"):
        start_up._until_first_node([sys.executable, "-c", ends], {})


def test_a_fresh_workspace_is_empty_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(workspaces, "PROJECT", tmp_path)
    (tmp_path / "data" / "demo" / "00_raw").mkdir(parents=True)

    with workspaces.fresh_workspace() as (variables, workspace):
        assert list(workspace.iterdir()) == []
        assert variables["JOURNEY_RAW"] == str(tmp_path / "data" / "demo" / "00_raw")
        assert variables["JOURNEY_WORKSPACE"] == str(workspace)
    assert not workspace.exists()
