import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError

from journey_research.contracts.parts import Part
from journey_research.datasets import MappedParts
from journey_research.pipelines.ingestion.parts_in_memory import PartsInMemory, table_of
from journey_research.runs.parts import PartStore
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace

ROWS = pa.table({"x": [1, 2]})


@pytest.fixture
def view(tmp_path):
    return RunView(tmp_path, Workspace(tmp_path / "data", "demo"), run_id="one", writes=True)


def bound(view):
    dataset = MappedParts(path="mapped")
    dataset.bind(view)
    return dataset


def test_the_store_lies_in_the_vault_behind_its_door(view):
    with pytest.raises(DatasetError, match="mapped parts hold people's data"):
        bound(view).load()
    with view.door.opened_for("ingestion"):
        store = bound(view).load()
    with store.writing("f") as part:
        part.add("touches", ROWS)

    assert [path.name for path in (view.workspace.vault / "mapped").iterdir()] == ["f"]


def test_a_session_that_only_reads_has_no_store(view):
    view.writes = False
    with view.door.opened_for("ingestion"), pytest.raises(DatasetError, match="only reads"):
        bound(view).load()


def test_nothing_is_saved_by_hand(view):
    with pytest.raises(Exception, match="never saved"):
        bound(view).save("parts")


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_a_part_is_what_was_written(tmp_path, kind):
    store = PartStore(tmp_path) if kind == "folder" else PartsInMemory()
    assert store.held("f") is None

    with store.writing("f") as part:
        part.add("touches", ROWS)
        part.add("touches", ROWS)
        part.add("orders", ROWS.slice(0, 0))
        part.note({"n_rows": 4})

    told = store.held("f")
    assert told.about == {"n_rows": 4}
    assert list(told.tables) == ["touches"]
    rows = told.tables["touches"]
    assert (pq.read_table(rows) if kind == "folder" else rows)["x"].to_pylist() == [1, 2, 1, 2]


def test_a_part_whose_writing_fails_is_not_there(tmp_path):
    store = PartStore(tmp_path)

    def fail():
        with store.writing("f") as part:
            part.add("touches", ROWS)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert store.held("f") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_its_note_is_no_part_and_is_written_again(tmp_path):
    (tmp_path / "f").mkdir()
    pq.write_table(ROWS, tmp_path / "f" / "orders.parquet")
    store = PartStore(tmp_path)
    assert store.held("f") is None

    with store.writing("f") as part:
        part.add("touches", ROWS)

    assert list(store.held("f").tables) == ["touches"]


def test_parts_of_files_that_are_gone_are_removed(tmp_path):
    store = PartStore(tmp_path)
    for name in ("a", "b", "c"):
        with store.writing(name) as part:
            part.add("touches", ROWS)

    assert store.keep_only(["b"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_same_rows_make_the_same_bytes(tmp_path):
    store = PartStore(tmp_path)
    for name in ("a", "b"):
        with store.writing(name) as part:
            part.add("touches", ROWS)

    first, second = (store.held(name).tables["touches"].read_bytes() for name in ("a", "b"))
    assert first == second


def test_a_table_without_a_part_has_its_columns():
    assert table_of([Part({}, {})], "touches", ROWS.schema).to_arrow().equals(ROWS.slice(0, 0))
