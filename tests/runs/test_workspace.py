"""What stays in a workspace and what a later run sweeps."""

import os

import pytest

from journey_research.errors import UserError
from journey_research.runs.files import write_json
from journey_research.runs.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "demo", "demo")


def add_run(workspace, run_id, *, previous=None, status="done", outputs=(), publish=True):
    folder = workspace.run_folder(run_id)
    folder.mkdir(parents=True)
    workspace.vault_folder(run_id).mkdir(parents=True)
    named = {name: {"file": f"runs/{owner}/01_ingestion/{name}.parquet"} for name, owner in outputs}
    write_json(
        folder / "manifest.json",
        {"run_id": run_id, "previous": previous, "status": status, "outputs": named},
    )
    if publish:
        workspace.publish(run_id)


def test_a_reader_sees_the_run_the_pointer_names(workspace):
    add_run(workspace, "r1")
    add_run(workspace, "r2", previous="r1", publish=False)

    assert workspace.manifest()["run_id"] == "r1"


def test_no_run_is_said_in_one_line(workspace):
    with pytest.raises(UserError, match="no finished run; make one: journey run --env demo"):
        workspace.manifest()


def test_an_unknown_run_is_said_with_those_that_are_kept(workspace):
    add_run(workspace, "r1")

    with pytest.raises(UserError, match="keeps no run r9; it keeps: r1"):
        workspace.manifest("r9")


def test_sweep_takes_what_never_became_current(workspace):
    add_run(workspace, "r1")
    add_run(workspace, "r2", previous="r1")
    workspace.run_folder("r3").mkdir()  # killed before its manifest
    workspace.vault_folder("r3").mkdir()
    add_run(workspace, "r4", previous="r2", publish=False)  # killed between manifest and pointer
    add_run(workspace, "r5", status="failed", publish=False)  # failed: its 'rejected' is still wanted
    (workspace.run_folder("r2") / "touches.parquet.99.unfinished").touch()
    workspace.spill.mkdir()

    workspace.sweep()

    assert sorted(folder.name for folder in workspace.runs.iterdir()) == ["r1", "r2", "r5"]
    assert sorted(folder.name for folder in (workspace.vault / "runs").iterdir()) == ["r1", "r2", "r5"]
    assert not list(workspace.root.rglob("*.unfinished"))
    assert not workspace.spill.exists()


def test_retiring_keeps_a_folder_that_a_kept_manifest_names(workspace):
    add_run(workspace, "r1", outputs=[("touches", "r1")])
    add_run(workspace, "r2", previous="r1", outputs=[("touches", "r2")])
    add_run(workspace, "r3", previous="r2", outputs=[("touches", "r1")])  # carries r1's table forward
    add_run(workspace, "r0", status="failed", publish=False)  # failed before any that stays

    assert workspace.retire(keep_runs=1) == ["r0", "r2"]
    assert workspace.kept_run_ids() == ["r1", "r3"]


def test_sweep_leaves_what_is_carried_forward_from_a_run_before_a_retired_one(workspace):
    add_run(workspace, "r1", outputs=[("touches", "r1")])
    add_run(workspace, "r2", previous="r1", outputs=[("touches", "r1")])
    add_run(workspace, "r3", previous="r2", outputs=[("touches", "r1")])
    assert workspace.retire(keep_runs=1) == ["r2"]

    workspace.sweep()  # r3 names r2 as the one before it, and r2 is gone

    assert workspace.kept_run_ids() == ["r1", "r3"]


def test_two_runs_cannot_hold_one_workspace(workspace):
    with workspace.locked(), pytest.raises(UserError, match="another run is going on"):
        workspace.take_lock()
    os.close(workspace.take_lock())


def test_a_pointer_to_nowhere_stops_the_sweep(workspace):
    add_run(workspace, "r1")
    workspace.pointer.write_text("r9\n")

    with pytest.raises(UserError, match="names a run that is not there"):
        workspace.sweep()

    assert workspace.kept_run_ids() == ["r1"]


def test_a_spoilt_manifest_is_told_without_its_text(workspace):
    add_run(workspace, "r1")
    workspace.manifest_path("r1").write_text('{"run_id": "r')

    with pytest.raises(UserError, match="the manifest of run r1 is spoilt"):
        workspace.manifest("r1")
