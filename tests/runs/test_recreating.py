"""A run that went on from another is made again from its own tables."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journey_research.errors import UserError
from journey_research.runs.files import sha256_of
from journey_research.runs.recreating import begin_where_it_began, stages_of, write_beginning
from journey_research.runs.row_groups import ROWS_IN_A_GROUP, write_row_groups
from journey_research.runs.workspace import Workspace

LOG = "runs/r2/02_identity/log.parquet"


def write(path, n_rows, batch_rows=1000):
    path.parent.mkdir(parents=True, exist_ok=True)
    words = pa.array([None if n % 7 else f"w{n}" for n in range(n_rows)], pa.string())
    rows = pa.table({"number": pa.array(range(n_rows), pa.int64()), "word": words})
    write_row_groups(rows.to_batches(batch_rows), rows.schema, path)
    return path


@pytest.mark.parametrize("n_before", [0, 1, 7, ROWS_IN_A_GROUP, ROWS_IN_A_GROUP + 3])
def test_the_beginning_of_a_file_is_the_file_it_once_was(tmp_path, n_before):
    once = write(tmp_path / "once.parquet", n_before, batch_rows=977)
    now = write(tmp_path / "now.parquet", ROWS_IN_A_GROUP + 9)

    write_beginning(now, n_before, tmp_path / "again.parquet")

    assert (tmp_path / "again.parquet").read_bytes() == once.read_bytes()


def test_batches_leave_no_trace_in_the_bytes(tmp_path):
    files = [write(tmp_path / f"{rows}.parquet", ROWS_IN_A_GROUP + 5, rows) for rows in (333, 70_000)]

    assert files[0].read_bytes() == files[1].read_bytes()
    assert pq.ParquetFile(files[0]).metadata.num_row_groups == 2


@pytest.fixture
def workspaces(tmp_path):
    return Workspace(tmp_path / "here", "demo"), Workspace(tmp_path / "there", "demo")


def test_a_run_begins_again_where_it_began(workspaces, tmp_path):
    here, there = workspaces
    once = write(tmp_path / "once.parquet", 3)
    write(here.root / LOG, 5)
    outputs = {
        "log": {"file": LOG, "rows": 5, "past": {"rows": 3, "sha256": sha256_of(once)}},
        "touches": {"file": "runs/r2/01_ingestion/touches.parquet", "rows": 9},
    }

    begin_where_it_began({"run_id": "r2", "outputs": outputs}, here, there)

    before = there.manifest()["outputs"]
    assert list(before) == ["log"]
    assert before["log"]["sha256"] == sha256_of(once)
    assert pq.read_table(there.root / before["log"]["file"])["number"].to_pylist() == [0, 1, 2]
    there.sweep()  # what it began with is no litter
    assert (there.root / before["log"]["file"]).is_file()


def test_a_first_run_begins_with_nothing(workspaces):
    here, there = workspaces

    begin_where_it_began({"run_id": "r1", "outputs": {"log": {"file": LOG, "rows": 5}}}, here, there)

    assert there.current_run_id() is None


def test_a_log_that_is_gone_is_said(workspaces):
    outputs = {"log": {"file": LOG, "rows": 5, "past": {"rows": 3, "sha256": "0"}}}

    with pytest.raises(UserError, match="'log' of run r2 is gone"):
        begin_where_it_began({"run_id": "r2", "outputs": outputs}, *workspaces)


def test_a_part_of_the_graph_is_recreated_with_what_it_carried():
    outputs = {
        "journeys": {"file": "runs/r2/03_journeys/journeys.parquet"},
        "log": {"file": LOG},
        "golden_values": {"file": "vault/runs/r1/02_identity/golden_values.parquet"},
    }

    assert stages_of({"pipelines": ["journeys"], "outputs": outputs}) == ["identity", "journeys"]
    assert stages_of({"pipelines": ["__default__"], "outputs": outputs}) == []
