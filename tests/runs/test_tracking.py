"""MLflow hears of every run once, whole, and finds its artefacts after a move."""

import pytest

from journey_research.runs.files import write_json, write_text
from journey_research.runs.tracking import RUN_TAG, TOLD, tell_untold
from journey_research.runs.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.delenv("JOURNEY_MLRUNS", raising=False)
    return Workspace(tmp_path / "project" / "data" / "demo", "demo")


def add_run(workspace, run_id, status="done", **more):
    folder = workspace.run_folder(run_id)
    write_text(folder / "06_reports" / "weekly_report.html", "<h1>week</h1>")
    write_json(folder / "02_identity" / "identity_model.json", {"threshold": 0.5})
    write_json(
        folder / "manifest.json",
        {
            "run_id": run_id,
            "status": status,
            "previous": None,
            "environment": "demo",
            "started_at": "2025-01-01T10:00:00+00:00",
            "finished_at": "2025-01-01T10:01:00+00:00",
            "parameters": {"journey_rule": {"max_gap_days": 30}},
            "figures": {"identity.pairwise_f1": 0.9} if status == "done" else {},
            "outputs": {"identity_model": {"file": f"runs/{run_id}/02_identity/identity_model.json"}},
            "reports": {"weekly_report": f"runs/{run_id}/06_reports/weekly_report.html"},
            "code": "c0de",
            **more,
        },
    )


def told(project):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project / 'mlruns' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("demo")
    return client, client.search_runs([experiment.experiment_id])


def test_a_run_is_told_once_with_all_it_has(workspace):
    project = workspace.root.parents[1]
    add_run(workspace, "r1")
    for _ in range(2):
        tell_untold(workspace, project)

    client, (run,) = told(project)
    assert run.info.status == "FINISHED"
    assert run.info.end_time - run.info.start_time == 60_000
    assert run.data.params == {"journey_rule.max_gap_days": "30"}
    assert run.data.metrics == {"identity.pairwise_f1": 0.9}
    assert {file.path for file in client.list_artifacts(run.info.run_id)} == {
        "manifest.json",
        "models",
        "reports",
    }


def test_a_failed_run_is_told_as_failed_with_its_one_line(workspace):
    project = workspace.root.parents[1]
    add_run(workspace, "r1", status="failed", error="UserError: file is missing")
    tell_untold(workspace, project)

    _, (run,) = told(project)
    assert (run.info.status, run.data.tags["error"]) == ("FAILED", "UserError: file is missing")


def test_a_run_told_by_half_is_told_again_and_none_stays_running(workspace):
    project = workspace.root.parents[1]
    add_run(workspace, "r1")
    tell_untold(workspace, project)
    client, (whole,) = told(project)
    client.delete_run(whole.info.run_id)
    client.create_run(whole.info.experiment_id, tags={RUN_TAG: "r1"})  # killed after this
    (workspace.run_folder("r1") / TOLD).unlink()

    tell_untold(workspace, project)

    _, (run,) = told(project)
    assert run.info.status == "FINISHED"
    assert run.data.metrics


def test_a_moved_checkout_finds_its_artefacts(workspace, tmp_path):
    add_run(workspace, "r1")
    tell_untold(workspace, workspace.root.parents[1])
    moved = tmp_path / "elsewhere"
    workspace.root.parents[1].rename(moved)
    there = Workspace(moved / "data" / "demo", "demo")
    add_run(there, "r2")
    tell_untold(there, moved)

    client, runs = told(moved)
    first = next(run for run in runs if run.data.tags[RUN_TAG] == "r1")
    assert "reports" in {file.path for file in client.list_artifacts(first.info.run_id)}


def test_tracking_can_be_switched_off(workspace, monkeypatch):
    monkeypatch.setenv("JOURNEY_MLRUNS", "off")
    add_run(workspace, "r1")
    tell_untold(workspace, workspace.root.parents[1])

    assert not (workspace.root.parents[1] / "mlruns").exists()
