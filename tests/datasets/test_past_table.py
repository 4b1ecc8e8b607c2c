"""What a run adds to is read as the run before left it, and that it was read is noted."""

import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError
from projects import writing_view
from worlds import broken_rules, table

from journey_research.datasets import PastTable, WholeTable
from journey_research.engine import duckdb_engine
from journey_research.runs.files import sha256_of

CONTRACT = "journey_research.contracts.PERSON_EVENTS"
NEW = {"event": "created", "cause": "new"}


@pytest.fixture
def view(tmp_path):
    duckdb_engine.configure(duckdb_engine.DuckDBLimits(folders=(str(tmp_path),)))
    yield writing_view(tmp_path)
    duckdb_engine.configure(duckdb_engine.DuckDBLimits())


@pytest.fixture
def past(view):
    dataset = PastTable(table="person_events", contract=CONTRACT)
    dataset.bind(view)
    return dataset


@pytest.fixture
def written(view):
    dataset = WholeTable(path="02_identity/person_events.parquet", contract=CONTRACT)
    dataset.bind(view)
    return dataset


def leave(view, n_rows):
    """The run before leaves a log of so many rows."""
    path = view.workspace.root / "runs/r1/02_identity/person_events.parquet"
    path.parent.mkdir(parents=True)
    rows = [{"event_number": n, **NEW} for n in range(1, n_rows + 1)]
    pq.write_table(table("PERSON_EVENTS", *rows).to_arrow(), path)
    view.before = {
        "person_events": {
            "file": path.relative_to(view.workspace.root).as_posix(),
            "sha256": sha256_of(path),
            "rows": n_rows,
        }
    }
    return path


def test_without_a_run_before_it_is_empty_and_keeps_the_contract(view, past):
    told = past.load()

    assert told.count() == 0
    assert broken_rules("PERSON_EVENTS", told) == []
    assert view.inputs == {}


def test_a_run_before_that_has_not_made_it_is_none(view, past):
    view.before = {"touches": {"file": "runs/r1/01_ingestion/touches.parquet", "sha256": "0", "rows": 1}}

    assert past.load().count() == 0


def test_what_was_read_is_an_input_and_the_beginning_of_what_is_written(view, past, written):
    path = leave(view, 2)

    written.save(past.load())

    assert view.inputs == {"past/person_events": sha256_of(path)}
    assert view.written["person_events"]["past"] == {"sha256": sha256_of(path), "rows": 2}


def test_what_read_no_past_has_none(view, written):
    leave(view, 2)

    written.save(table("PERSON_EVENTS"))

    assert "past" not in view.written["person_events"]


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_past_that_is_gone_or_changed_stops_the_run(view, past, harm):
    path = leave(view, 2)
    path.unlink() if harm == "gone" else pq.write_table(pq.read_table(path).slice(0, 1), path)

    with pytest.raises(DatasetError, match="'person_events' of the run before is gone or was changed"):
        past.load()


def test_a_reader_is_sent_to_the_table_itself(view, past):
    view.writes = False

    with pytest.raises(DatasetError, match="load 'person_events': it begins with it"):
        past.load()


def test_it_is_never_saved(past):
    with pytest.raises(DatasetError, match="never saved"):
        past.save(table("PERSON_EVENTS"))
