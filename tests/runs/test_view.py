"""A reader sees one run's tables; the vault opens for those who may see people's data."""

import pytest

from journey_research.errors import UserError, VaultClosed
from journey_research.runs.files import write_json
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace


@pytest.fixture
def view(tmp_path):
    workspace = Workspace(tmp_path / "data" / "demo", "demo")
    return RunView(project=tmp_path, workspace=workspace)


def publish(view, run_id, **outputs):
    write_json(
        view.workspace.manifest_path(run_id),
        {"outputs": {name: {"file": file} for name, file in outputs.items()}, "previous": None},
    )
    view.workspace.publish(run_id)


def test_the_pointer_is_resolved_once(view):
    publish(view, "r1", touches="runs/r1/01_ingestion/touches.parquet")
    first = view.path_to_read("01_ingestion/touches.parquet")
    publish(view, "r2", touches="runs/r2/01_ingestion/touches.parquet")

    assert view.path_to_read("01_ingestion/touches.parquet") == first


def test_a_partial_run_reads_what_it_carries_forward_and_its_own_tables(view):
    view.run_id, view.writes = "r2", True
    view.carried = {"touches": {"file": "runs/r1/01_ingestion/touches.parquet"}}
    own = view.path_to_write("03_journeys/journeys.parquet")
    own.parent.mkdir(parents=True)
    own.write_bytes(b"table")
    view.note_written("03_journeys/journeys.parquet", 1)

    assert view.path_to_read("01_ingestion/touches.parquet").parts[-3] == "r1"
    assert view.path_to_read("03_journeys/journeys.parquet") == own


def test_a_reader_does_not_write(view):
    with pytest.raises(UserError, match="only reads"):
        view.path_to_write("03_journeys/journeys.parquet")


def test_a_table_nobody_made_is_said(view):
    publish(view, "r1")

    with pytest.raises(UserError, match="has made 'journeys'; make it: journey run --env demo"):
        view.path_to_read("03_journeys/journeys.parquet")


def test_the_vault_is_shut_until_a_stage_that_may_opens_it(view):
    publish(view, "r1", identifiers="vault/runs/r1/01_ingestion/identifiers.parquet")

    with pytest.raises(VaultClosed, match=r"holds people's data .* let in by"):
        view.path_to_read("01_ingestion/identifiers.parquet", vault=True)
    with view.door.opened_for("identity"):
        view.path_to_read("01_ingestion/identifiers.parquet", vault=True)
    with pytest.raises(VaultClosed):
        view.path_to_read("01_ingestion/identifiers.parquet", vault=True)


def test_the_vault_does_not_open_for_a_report(view):
    with pytest.raises(VaultClosed, match="not for 'reports'"):
        view.door.open("reports")
