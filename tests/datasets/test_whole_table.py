"""A table is written whole, in key order, with the same bytes on any number of threads."""

import threading

import numpy as np
import pandas as pd
import pytest

from journey_research.contracts import ORDER_LINES, RECORD_VALUES, TRUE_PEOPLE
from journey_research.datasets import VaultTable, WholeTable
from journey_research.engine import Table, duckdb_engine
from journey_research.errors import ContractBroken, UserError, VaultClosed
from journey_research.runs.files import sha256_of
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace

PATH = "01_ingestion/true_people.parquet"


@pytest.fixture
def view(tmp_path):
    view = RunView(project=tmp_path, workspace=Workspace(tmp_path / "data", "demo"), run_id="r1", writes=True)
    duckdb_engine.configure(duckdb_engine.DuckDBLimits(folders=(str(tmp_path),)))
    yield view
    duckdb_engine.configure(duckdb_engine.DuckDBLimits())


@pytest.fixture
def dataset(view):
    dataset = WholeTable(path=PATH, contract="journey_research.contracts.TRUE_PEOPLE")
    dataset.bind(view)
    return dataset


def truth(*rows):
    return pd.DataFrame(rows, columns=["record_id", "true_person_id"])


def test_what_is_saved_is_loaded_in_key_order(dataset):
    dataset.save(truth(("web:b", "p1"), ("web:a", "p2")))

    assert dataset.load().to_pandas()["record_id"].tolist() == ["web:a", "web:b"]


def test_an_empty_table_keeps_its_columns(dataset):
    dataset.save(truth().astype(str))

    assert dataset.load().columns == list(TRUE_PEOPLE.columns)
    assert dataset.load().count() == 0


def test_a_table_that_breaks_its_contract_is_not_written(dataset, view):
    dataset.save(truth(("web:a", "p1")))

    with pytest.raises(Exception, match=r"key .record_id. is unique: 1 keys") as caught:
        dataset.save(truth(("web:b", "p1"), ("web:b", "p2")))

    assert "web:b" not in str(caught.value)
    assert dataset.load().to_pandas()["record_id"].tolist() == ["web:a"]


def test_a_column_that_is_not_promised_is_refused(dataset):
    with pytest.raises(Exception, match=r"not promised \['email'\]") as caught:
        dataset.save(truth(("web:a", "p1")).assign(email="x"))
    assert isinstance(caught.value.__cause__ or caught.value, ContractBroken)


def test_row_order_and_threads_change_no_byte(view, tmp_path):
    """More than two row groups, so that the engine's threads have something to disagree on."""
    n = 300_000
    lines = pd.DataFrame(
        {
            "order_id": [f"shop:{i // 3:07d}" for i in range(n)],
            "line_number": np.arange(n) % 3 + 1,
            "product_id": [f"sku{i % 97}" for i in range(n)],
            "quantity": 1.0,
            "line_amount": (np.arange(n) % 500) / 100,
        }
    )
    hashes = set()
    for threads, frame in ((1, lines), (2, lines.sample(frac=1, random_state=1)), (2, lines)):
        duckdb_engine.configure(duckdb_engine.DuckDBLimits(threads=threads, folders=(str(tmp_path),)))
        dataset = WholeTable(
            path="01_ingestion/order_lines.parquet", contract="journey_research.contracts.ORDER_LINES"
        )
        dataset.bind(view)
        dataset.save(frame)
        hashes.add(sha256_of(view.path_to_write("01_ingestion/order_lines.parquet")))

    assert len(hashes) == 1
    assert view.written["order_lines"]["rows"] == n
    assert set(ORDER_LINES.columns) == set(lines.columns)


def test_a_loaded_table_can_be_fetched_from_two_threads(dataset):
    dataset.save(truth(*((f"web:{i}", f"p{i}") for i in range(1000))))
    table: Table = dataset.load()
    counts = []
    threads = [threading.Thread(target=lambda: counts.append(table.count())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [1000] * 8


def test_the_vault_table_opens_for_identity_and_not_for_a_notebook(view):
    dataset = VaultTable(
        path="01_ingestion/record_values.parquet", contract="journey_research.contracts.RECORD_VALUES"
    )
    dataset.bind(view)
    row = dict.fromkeys(RECORD_VALUES.columns) | {"record_id": "crm:1", "email": "ada@example.org"}
    dataset.save(pd.DataFrame([row]).astype({"birth_date": "datetime64[us]"}))

    with pytest.raises(Exception, match="holds people's data") as caught:
        dataset.load()
    assert isinstance(caught.value.__cause__ or caught.value, VaultClosed | UserError)
    with view.door.opened_for("identity"):
        assert dataset.load().count() == 1
    assert view.path_to_write("x.parquet", vault=True).is_relative_to(view.workspace.vault)


def test_the_vault_takes_vault_contracts_alone(view):
    dataset = VaultTable(path=PATH, contract="journey_research.contracts.TRUE_PEOPLE")
    dataset.bind(view)

    with pytest.raises(Exception, match="no vault contract"):
        dataset.save(truth(("web:a", "p1")))
