"""A review of a result in memory, and of a run whose values lie in the vault."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from small_review import FIELDS, PAIRS, RECORDS

from journey_research.contracts import RECORD_VALUES
from journey_research.datasets import VaultTable
from journey_research.engine import Table, duckdb_engine
from journey_research.errors import UserError, VaultClosed
from journey_research.review.judgement_file import read_judgements
from journey_research.review.pair_review import PairReview
from journey_research.review.reviewed_pairs import pairs_of_run
from journey_research.runs.view import RunView
from journey_research.runs.workspace import Workspace

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)


class Catalog:
    """As much of a catalog as a review asks for."""

    def __init__(self, view):
        self.vault = VaultTable(
            path="01_ingestion/record_values.parquet", contract="journey_research.contracts.RECORD_VALUES"
        )
        self.vault.bind(view)
        rows = RECORDS.assign(record_id="crm:" + RECORDS["id"])
        values = rows[["record_id", *FIELDS]].reindex(columns=list(RECORD_VALUES.columns))
        self.vault.save(values.astype({"birth_date": "datetime64[us]"}))
        pairs = PAIRS.assign(
            record_id_a="crm:" + PAIRS["id_a"],
            record_id_b="crm:" + PAIRS["id_b"],
            link_probability=PAIRS["probability"],
            comparisons='{"city: equal": 1.0, "last_name: likeness": 0.9}',
        )
        self.tables = {"people": rows[["record_id", "person_id"]], "scored_links": pairs}

    def load(self, name):
        return Table.from_pandas(self.tables[name])

    def get(self, name):
        assert name == "record_values"
        return self.vault


@pytest.fixture
def view(tmp_path):
    duckdb_engine.configure(duckdb_engine.DuckDBLimits(folders=(str(tmp_path),)))
    yield RunView(project=tmp_path, workspace=Workspace(tmp_path / "data", "demo"), run_id="r1", writes=True)
    duckdb_engine.configure(duckdb_engine.DuckDBLimits())


def test_a_run_is_reviewed_with_the_door_open_for_two_records_at_a_time(view, tmp_path, monkeypatch):
    catalog = Catalog(view)
    opened, passed_on = [], view.door.opened_for

    def opened_for(purpose):
        opened.append(purpose)
        return passed_on(purpose)

    monkeypatch.setattr(view.door, "opened_for", opened_for)
    review = PairReview(pairs_of_run(catalog), tmp_path / "told.jsonl", "ann")
    assert opened == []
    shown = review.handle({"kind": "ready"}, NOW)

    assert opened == ["review"]
    assert not view.door.is_open
    assert {row["field"] for row in shown["fields"]} <= set(FIELDS)
    by_id = RECORDS.set_index("crm:" + RECORDS["id"])
    told = {row["field"]: "".join(text for text, _ in row["left"] or []) for row in shown["fields"]}
    assert told["last_name"] == by_id.loc[shown["pair"][0], "last_name"]
    with pytest.raises(Exception, match="holds people's data") as caught:
        catalog.vault.load()
    assert isinstance(caught.value.__cause__ or caught.value, VaultClosed | UserError)

    after = review.handle({"kind": "answer", "pair": shown["pair"], "answer": "same"}, NOW)
    assert after["last"]["sentence"] == "city agrees; last_name is alike (0.90)."
    text = (tmp_path / "told.jsonl").read_text()
    assert shown["pair"][0] in text
    assert told["last_name"] not in text


def test_the_door_is_shut_again_when_the_reading_fails(view, tmp_path):
    catalog = Catalog(view)
    review = PairReview(pairs_of_run(catalog), tmp_path / "told.jsonl", "ann")
    [file] = (tmp_path / "data").rglob("record_values.parquet")
    file.unlink()

    with pytest.raises(Exception, match="record_values"):
        review.handle({"kind": "ready"}, NOW)
    assert not view.door.is_open


def test_a_run_without_scored_pairs_has_nothing_to_review(view):
    catalog = Catalog(view)
    catalog.tables["people"] = catalog.tables["people"].head(1)

    with pytest.raises(UserError, match="nothing to review"):
        pairs_of_run(catalog)


@pytest.fixture(scope="module")
def resolved():
    from journey_research.verbs.resolve import resolve

    rows = []
    for number in range(40):
        name, street = f"Person {number:02}", f"Street {number * 7 % 40}"
        rows += [(f"{number}a", name, street, f"p{number}@example.org"), (f"{number}b", name, street, None)]
    frame = pd.DataFrame(rows, columns=["id", "name", "street", "email"])
    told = pd.DataFrame(
        [(f"{n}a", f"{n}b", "same") for n in range(8)]
        + [(f"{n}a", f"{n + 1}a", "distinct") for n in range(8)],
        columns=["id_a", "id_b", "answer"],
    )
    return resolve(frame, id="id", labels=told)


def test_the_sentence_is_that_of_the_result(resolved):
    reviewed = resolved.reviewed_pairs()
    a, b = reviewed.pairs[["id_a", "id_b"]].iloc[0]

    assert reviewed.explain(a, b) == repr(resolved.explain(a, b))
    assert reviewed.probability(b, a) == reviewed.pairs["probability"].iloc[0]
    assert reviewed.probability(a, a) is None


@pytest.mark.parametrize("mode", ["learn", "measure"])
def test_a_result_in_memory_is_reviewed_and_the_file_teaches_it(resolved, tmp_path, mode):
    file = tmp_path / "told.jsonl"
    review = PairReview(resolved.reviewed_pairs(), file, "ann", mode, n_labels=30)
    shown = review.handle({"kind": "ready"}, NOW)
    for _ in range(5):
        shown = review.handle({"kind": "answer", "pair": shown["pair"], "answer": "same"}, NOW)

    assert len(read_judgements(file).answers) == 5
    assert shown["last"]["sentence"].startswith("These two")
    assert resolved.persons["id"].is_unique


def test_the_pages_of_a_result_in_memory_are_those_of_its_pairs(resolved, tmp_path):
    pytest.importorskip("anywidget")
    file = tmp_path / "told.jsonl"
    pages = [resolved.review(file, "ann", seed=3), resolved.cluster_view("0b", file, "ann")]
    told = [page.session.handle({"kind": "ready"}, NOW) for page in pages]

    assert [one["kind"] for one in told] == ["pair", "cluster"]
    assert pages[0].session.seed == 3
    name = resolved.persons.set_index("id")["person_id"]["0b"]
    members = {one["id"]: one["values"] for one in told[1]["records"] if one["is_member"]}
    assert set(members) == set(resolved.persons["id"][resolved.persons["person_id"] == name])
    assert "Person 00" in members["0b"]


def test_a_result_without_compared_pairs_has_nothing_to_review(tmp_path):
    from journey_research.verbs.resolve import resolve

    alone = resolve(pd.DataFrame({"id": ["1"], "name": ["Ann Lee"]}), id="id")
    with pytest.raises(UserError, match="no pair was compared"):
        alone.review(tmp_path / "told.jsonl", "ann")
    with pytest.raises(UserError, match="no pair was compared"):
        alone.cluster_view("1", tmp_path / "told.jsonl", "ann")
