"""What a run says of who is who when it ends."""

from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from worlds import table

from journey_research.runs.showing import shown
from journey_research.runs.summary import summary_of
from journey_research.runs.workspace import Workspace

SPLIT = {"run_number": 2, "event": "split", "cause": "whole"}
CHANGES = [
    {"run_number": 1, "subject": "person", "event": "created", "cause": "new", "n_persons": 9},
    {**SPLIT, "subject": "person", "n_persons": 1, "n_records": 2, "n_touches": 5, "n_orders": 1},
    {
        "run_number": 2, "subject": "record", "event": "moved", "cause": "split", "n_persons": 1,
        "n_records": 2, "n_touches": 5, "n_orders": 1, "order_amount": Decimal("1234.50"),
    },
    {"run_number": 2, "subject": "record", "event": "moved", "cause": "new", "n_records": 7, "n_touches": 8},
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    home = tmp_path / "demo/runs/r2/02_identity"
    home.mkdir(parents=True)
    pq.write_table(table("IDENTITY_CHANGES", *CHANGES).to_arrow(), home / "identity_changes.parquet")
    return Workspace(tmp_path / "demo", "demo")


def manifest(run_id="r2", **log):
    return {
        "run_id": run_id, "status": "done", "environment": "demo", "reports": {}, "inputs": {}, "timings": [],
        "as_of": None, "started_at": "", "code": "", "revision": None, "seeds": {},
        "figures": {"identity.run_number": 2},
        "outputs": {
            "person_events": {
                "file": "runs/r2/02_identity/person_events.parquet", "rows": 20, "sha256": "0", **log
            },
            "identity_changes": {
                "file": "runs/r2/02_identity/identity_changes.parquet", "rows": 4, "sha256": "0"
            },
        },
    }  # fmt: skip


def line(said):
    return next((one for one in said.splitlines() if one.startswith("Identity")), "")


def test_a_first_run_says_so(workspace):
    assert line(summary_of(manifest(), workspace)) == "Identity   first run: nobody was known before"


def test_a_run_that_changed_nothing_says_so(workspace):
    said = line(summary_of(manifest(past={"rows": 20}), workspace))

    assert said == "Identity   since the run before: no record came, left or changed persons"


def test_what_moved_is_said_once(workspace):
    said = line(summary_of(manifest(past={"rows": 15}), workspace))

    assert said == (
        "Identity   since the run before: 1 person split off, 2 records changed persons, "
        "with 5 touches and 1 paid order (1,234.50)"
    )


def test_a_run_that_only_carried_the_log_says_nothing(workspace):
    assert line(summary_of(manifest("r3", past={"rows": 15}), workspace)) == ""


def test_a_manifest_in_words_says_which_change_its_persons_are_of():
    assert "persons      as of change 2 of their log: 15 events before, 5 added" in shown(
        manifest(past={"rows": 15})
    )
