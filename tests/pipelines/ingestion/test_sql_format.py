import csv
import io
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy
from held_exports import read as read_all
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.contracts import databases
from journey_research.contracts.databases import Asked, DigestOfRows, rows_of_url, text_of
from journey_research.contracts.exports import export_of
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files.formats import read_batches, read_rows
from journey_research.pipelines.ingestion.mapping import Format

VISITS = [(1, "anna", 1.5, None), (2, "ä;,\"'", 1e20, "x"), (3, None, -0.25, 7)]


def database(path, rows=VISITS):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('create table "the visits" (id integer primary key, who text, paid real, note)')
        connection.executemany('insert into "the visits" values (?, ?, ?, ?)', rows)
        connection.commit()
    return path


def read(path, wanted=("id", "who", "paid", "note", "never"), **form):
    return read_rows(export_of("shop", {}, path), Format("sql", **form), list(wanted))


def test_a_table_of_a_sqlite_file_is_read_as_text(tmp_path):
    rows = read(database(tmp_path / "shop.sqlite"), table="the visits")

    assert [tuple(row.values()) for row in rows.columns.to_pylist()] == [
        ("1", "anna", "1.5", None, None),
        ("2", "ä;,\"'", "1e+20", "x", None),
        ("3", None, "-0.25", "7", None),
    ]
    assert rows.found == ["id", "who", "paid", "note"]
    assert rows.row_number.tolist() == [1, 2, 3]


def test_a_query_is_asked_as_it_stands(tmp_path):
    query = (
        "select who as name, count(*) as n from \"the visits\" where who <> ':x%' group by 1 order by 1 desc"
    )
    path = database(tmp_path / "shop.sqlite")

    assert read(path, ["name", "n"], query=query).columns.to_pylist() == [
        {"name": "ä;,\"'", "n": "1"},
        {"name": "anna", "n": "1"},
    ]
    told = list(rows_of_url(f"sqlite:///{path}", Asked(query=query)))
    assert [names for names, _ in told] == [["name", "n"]] * len(told)


def test_a_table_that_is_not_there_is_told_with_the_nearest(tmp_path):
    path = database(tmp_path / "shop.sqlite")

    with pytest.raises(UserError, match=r"table 'the visit' is missing .*did you mean 'the visits'"):
        read(path, table="the visit")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('create view seen as select * from "the visits"')
        connection.commit()
    assert read(path, table="seen").n_rows == read(path, table="main.seen").n_rows == 3
    assert read(path, table="SEEN").n_rows == 3  # as SQLite itself takes names


CELLS = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6))
@settings(max_examples=25, deadline=None)
def test_text_is_what_csv_of_the_same_data_holds(tmp_path_factory, rows):
    rows = [tuple(one if not isinstance(one, str) else one.replace("\0", "") for one in row) for row in rows]
    path = tmp_path_factory.mktemp("db") / "x.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (a, b)")
        try:
            connection.executemany("insert into t values (?, ?)", rows)
        except UnicodeEncodeError:
            return
        connection.commit()
    sink = io.StringIO(newline="")
    csv.writer(sink).writerows(rows)
    sink.seek(0)

    told = read(path, ["a", "b"], table="t").columns.to_pylist()

    assert [[cell or "" for cell in row.values()] for row in told] == list(csv.reader(sink))
    by_url = [
        row
        for _, columns in rows_of_url(f"sqlite:///{path}", Asked("t"))
        for row in zip(*columns, strict=True)
    ]
    assert [tuple(map(text_of, row)) for row in by_url] == [tuple(row.values()) for row in told]


def test_text_that_is_none_spoils_its_own_row_only(tmp_path):
    path = database(tmp_path / "shop.sqlite", [(1, "a", 1.0, b"\xff\xfe"), (2, "b", 1.0, b"fine")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("insert into \"the visits\" values (3, cast(x'41ff' as text), 1, 1)")
        connection.commit()

    rows = read(path, table="the visits")

    assert rows.columns["note"].to_pylist() == ["fine"]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [
        (1, "is UTF-8 text"),
        (3, "is UTF-8 text"),
    ]


def test_batches_go_on_counting(tmp_path, monkeypatch):
    monkeypatch.setattr(databases, "BATCH_ROWS", 2)
    export = export_of("shop", {}, database(tmp_path / "shop.sqlite"))

    batches = list(read_batches(export, Format("sql", table="the visits"), ["id"]))

    told = [
        (n, text) for b in batches for n, text in zip(b.row_number, b.columns["id"].to_pylist(), strict=True)
    ]
    assert told == [(1, "1"), (2, "2"), (3, "3")]
    assert max(batch.n_rows for batch in batches) == 2


def test_an_empty_table_still_names_its_columns(tmp_path):
    rows = read(database(tmp_path / "shop.sqlite", []), table="the visits")
    assert (rows.n_rows, rows.found) == (0, ["id", "who", "paid", "note"])


def test_nothing_is_ever_written(tmp_path):
    path = database(tmp_path / "shop.sqlite")
    before, beside = path.read_bytes(), sorted(tmp_path.iterdir())
    for query in ('delete from "the visits"', "create table more (a)", 'drop table "the visits"'):
        with pytest.raises(UserError, match="cannot be read"):
            read(path, query=query)
        with pytest.raises(sqlalchemy.exc.OperationalError, match=r"readonly|read-only"):
            list(rows_of_url(f"sqlite:///{path}", Asked(query=query)))
    assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == beside
    with pytest.raises(FileNotFoundError):
        list(rows_of_url(f"sqlite:///{tmp_path}/new.sqlite", Asked("t")))
    assert sorted(tmp_path.iterdir()) == beside


def test_changes_that_wait_beside_the_file_are_not_overlooked(tmp_path):
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table t (a)")
        connection.commit()
        with pytest.raises(UserError, match="not yet written into its file"):
            read(path, ["a"], table="t")
    assert read(path, ["a"], table="t").n_rows == 0
    path.with_name("shop.sqlite-journal").write_bytes(b"a change that was broken off")
    with pytest.raises(UserError, match="not yet written into its file"):
        read(path, ["a"], table="t")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"query": "select geheim from nowhere"}, "the database cannot be read"),
        ({}, "a table and a query, or none"),
        ({"table": "t", "query": "select 1"}, "a table and a query, or none"),
    ],
)
def test_what_cannot_be_asked_is_one_line_without_the_question(tmp_path, form, said):
    with pytest.raises(UserError, match=said) as raised:
        read(database(tmp_path / "shop.sqlite"), **form)
    assert "geheim" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_a_file_that_is_no_database_is_refused(tmp_path):
    for data in (b"a,b\n1,2\n", b"SQLite format 3\0" + b"\1" * 2000):
        (tmp_path / "x.sqlite").write_bytes(data)
        with pytest.raises(UserError, match=r"no SQLite database|cannot be read"):
            read(tmp_path / "x.sqlite", table="t")


def test_a_driver_that_hands_over_arrow_is_asked_in_its_own_way(tmp_path, monkeypatch):
    """PostgreSQL's is not at hand here; SQLite's speaks the same protocol."""
    pytest.importorskip("adbc_driver_sqlite")
    path = database(tmp_path / "shop.sqlite", VISITS[:1])
    monkeypatch.setitem(databases.ARROW_DRIVERS, "file", "adbc_driver_sqlite.dbapi")

    told = [
        row
        for _, columns in rows_of_url(f"file:{path}?mode=ro", Asked("the visits"))
        for row in zip(*columns, strict=True)
    ]

    assert [tuple(map(text_of, row)) for row in told] == [("1", "anna", "1.5", None)]


def test_a_fingerprint_is_of_rows_and_of_nothing_else():
    def digest(*batches):
        told = DigestOfRows()
        for columns in batches:
            told.add(["a"], columns)
        return told.sha256

    assert digest([["1", "2"]]) == digest([["1"]], [["2"]]) == digest([[1, 2]])
    different = [[], [[["1"]]], [[[None]]], [[["None"]]], [[["2", "1"]]], [[["1", "2"]]], [[["1"], ["2"]]]]
    assert len({digest(*batches) for batches in different}) == len(different)


def test_a_mapping_of_format_sql_is_a_source_like_any_other(tmp_path):
    database(tmp_path / "shop.sqlite")
    mapping = {
        "version": 1,
        "file": "shop.sqlite",
        "format": {"type": "sql", "table": "the visits"},
        "grain": "visit",
        "data_class": "marketing",
        "record": {"key": "id", "kind": "anonymous"},
    }

    told = read_all(export_of("shop", mapping, tmp_path / "shop.sqlite"))

    assert len(told["records"]) == 3
    [file] = told["source_files"]
    assert (file["n_rows"], file["n_accepted"]) == (3, 3)
