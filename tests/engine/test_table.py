"""A table is a promise: what composing, sharing, fetching and shutting in must not change."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table, duckdb_engine, run_sql
from journey_research.engine.duckdb_engine import DuckDBLimits
from journey_research.engine.table import MOST_ROWS_IN_PANDAS, _Rendering

ONE_TO_FIVE = Table.from_arrow(pa.table({"x": [1, 2, 3, 4, 5]}))


@pytest.fixture(autouse=True)
def engine_as_it_was():
    before = duckdb_engine._limits
    yield
    duckdb_engine.configure(before)


def fetched(table):
    return table.to_arrow()["x"].to_pylist()


def at_least(low, read=ONE_TO_FIVE):
    return Table("select x from read where x >= $low", {"read": read}, {"low": low})


def test_worked_example():
    doubled = Table("select 2 * x as x from numbers", {"numbers": ONE_TO_FIVE})

    assert fetched(doubled.query("select x from this where x > $low order by x", low=5)) == [6, 8, 10]


def test_parameters_of_one_name_in_two_tables_do_not_mix():
    both = Table("select * from a union all select * from b", {"a": at_least(2), "b": at_least(5)})

    assert sorted(fetched(both)) == [2, 3, 4, 5, 5]
    assert fetched(at_least(2, at_least(4))) == [4, 5]
    assert fetched(at_least(4, at_least(2))) == [4, 5]


def test_a_made_unique_name_does_not_meet_a_name_that_looks_like_it():
    inner = Table(
        "select x from read where x >= $low and x <= $low_2", {"read": ONE_TO_FIVE}, {"low": 1, "low_2": 4}
    )

    assert fetched(at_least(3, inner)) == [3, 4]


def test_equal_names_of_inputs_at_two_depths_do_not_meet():
    tens = Table("select 10 * x as x from t", {"t": ONE_TO_FIVE})

    assert fetched(Table("select x + 1 as x from t order by x", {"t": tens})) == [11, 21, 31, 41, 51]


def test_a_query_may_end_in_a_comment():
    commented = Table("select 7 as x -- seven")

    assert fetched(commented.query("select x from this -- nothing else")) == [7]


@settings(max_examples=20, deadline=None)
@given(lows=st.lists(st.integers(0, 7), min_size=1, max_size=5))
def test_any_depth_filters_by_the_highest_bound(lows):
    table = ONE_TO_FIVE
    for low in lows:
        table = at_least(low, table)

    assert fetched(table) == [x for x in range(1, 6) if x >= max(lows)]


def test_threads_may_fetch_one_table_at_once():
    table = at_least(2).query("select sum(x)::bigint as x from this, range(20000)")

    with ThreadPoolExecutor(8) as threads:
        sums = list(threads.map(lambda _: fetched(table), range(24)))

    assert sums == [[14 * 20_000]] * 24


def test_a_table_outlives_the_engine_it_was_made_under(tmp_path):
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "numbers.parquet")
    in_memory, in_file = at_least(4), Table.from_parquet(tmp_path / "numbers.parquet")
    assert fetched(in_memory) == [4, 5]

    duckdb_engine.configure(DuckDBLimits(folders=(str(tmp_path),), threads=1))

    assert fetched(in_memory) == [4, 5]
    assert fetched(in_file) == [1, 2]


def test_more_rows_than_a_page_come_only_when_they_are_expected():
    large = Table(f"select range as x from range({MOST_ROWS_IN_PANDAS + 1})")

    with pytest.raises(ValueError, match="more than the 100,000 rows expected"):
        large.to_pandas()
    with pytest.raises(ValueError, match="more than the 4 rows expected"):
        ONE_TO_FIVE.to_pandas(expected_rows=4)
    assert len(large.to_pandas(expected_rows=100_001)) == 100_001


def test_batches_hold_every_row_once():
    batches = list(Table("select range as x from range(250)").to_batches(rows=100))

    assert [x for batch in batches for x in batch["x"].to_pylist()] == list(range(250))


def test_an_empty_table_keeps_its_columns():
    empty = ONE_TO_FIVE.query("select x, cast(null as varchar) as word from this where false")

    assert empty.columns == ["x", "word"]
    assert empty.count() == 0
    assert list(empty.to_pandas().columns) == ["x", "word"]


def test_run_sql_reads_the_file_beside_its_caller_and_says_what_is_missing(tmp_path):
    (tmp_path / "over.sql").write_text(
        "-- over: rows above $low, says a comment.\nselect x from xs where x > $low"
    )
    caller = {"__file__": str(tmp_path / "caller.py"), "run_sql": run_sql, "xs": ONE_TO_FIVE}

    assert fetched(eval("run_sql('over.sql', xs=xs, low=3, unused=1)", caller)) == [4, 5]
    with pytest.raises(KeyError, match="low"):
        eval("run_sql('over.sql', xs=xs)", caller)


ATTEMPTS = {
    "write a file": "copy (select 1) to '{outside}/written.csv'",
    "write a database": "export database '{outside}/exported'",
    "attach a database": "attach '{outside}/other.db'",
    "read text": "select * from read_csv('{outside}/secret.csv')",
    "read bytes": "select * from read_blob('{outside}/secret.csv')",
    "read by bare name": "select * from '{outside}/secret.csv'",
    "list a folder": "select * from glob('{outside}/*')",
    "walk out by dots": "select * from read_csv('{inside}/../outside/secret.csv')",
    "a sibling of like name": "select * from read_csv('{inside}_too/secret.csv')",
    "install an extension": "install httpfs",
    "load an extension": "load httpfs",
    "open the door": "set enable_external_access = true",
    "widen the fence": "set allowed_directories = ['/']",
    "unlock": "reset lock_configuration",
    "spill elsewhere": "set temp_directory = '{outside}'",
    "read a Python variable": "select * from SECRET",
}
SECRET = pa.table({"x": [1]})


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_engine_is_shut_in_to_its_folders(attempt, tmp_path):
    import duckdb

    inside, outside, beside = tmp_path / "inside", tmp_path / "outside", tmp_path / "inside_too"
    for folder in (inside, outside, beside):
        folder.mkdir()
        (folder / "secret.csv").write_text("x\n1\n")
    duckdb_engine.configure(DuckDBLimits(folders=(str(inside),)))
    cursor = duckdb_engine.cursor()
    assert cursor.execute(f"select x from read_csv('{inside}/secret.csv')").fetchall() == [(1,)]

    with pytest.raises(duckdb.Error):
        cursor.execute(ATTEMPTS[attempt].format(inside=inside, outside=outside)).fetchall()

    assert sorted(path.name for path in outside.iterdir()) == ["secret.csv"]


def test_a_link_inside_does_not_lead_outside(tmp_path):
    import duckdb

    inside, outside = tmp_path / "inside", tmp_path / "outside.parquet"
    inside.mkdir()
    pq.write_table(SECRET, outside)
    try:
        Path(inside / "link.parquet").symlink_to(outside)
    except OSError:
        pytest.skip("this system lets nobody make symbolic links")
    duckdb_engine.configure(DuckDBLimits(folders=(str(inside),)))

    with pytest.raises(duckdb.Error):
        Table.from_parquet(inside / "link.parquet").to_arrow()


def test_a_query_that_is_read_twice_stands_once_in_the_statement():
    """Each reading of 'heavy' would cost again; the counter counts how often it stands there."""
    numbers = Table.from_arrow(pa.table({"n": [1, 2, 3]}))
    heavy = numbers.query("select n + $heavy_step as n from this", heavy_step=10)
    both = Table(
        "select l.n, r.n as m from l join r on l.n = r.n + 1",
        {"l": heavy.query("select n from this where n > 11"), "r": heavy.query("select n from this")},
    )

    assert both.to_pandas().sort_values("n").to_numpy().tolist() == [[12, 11], [13, 12]]
    rendering = _Rendering(both)
    assert rendering.statement().count("$heavy_step") == 1
