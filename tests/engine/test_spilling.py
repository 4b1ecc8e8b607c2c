"""What does not fit into memory goes to the disk, and nobody can read it there."""

import pytest

from journey_research.engine import Table, duckdb_engine

MARK = "ada.lovelace@example.org"


@pytest.fixture
def spill(tmp_path):
    duckdb_engine.configure(
        duckdb_engine.DuckDBLimits(memory_limit="150MB", threads=1, temp_directory=str(tmp_path / "spill"))
    )
    yield tmp_path / "spill"
    duckdb_engine.configure(duckdb_engine.DuckDBLimits())


def test_a_table_larger_than_memory_is_sorted_and_its_spill_is_not_plain(spill):
    n_rows = 3_000_000
    told = Table(
        f"select concat('{MARK}', cast(i as varchar)) as address from range({n_rows}) as t(i) "
        "order by hash(i), i"
    )
    batches = told.to_batches()
    first = next(batches)
    spilled = [path.read_bytes() for path in spill.iterdir()]

    assert sum(map(len, spilled)) > 10 << 20
    assert not any(MARK.encode() in data for data in spilled)
    assert first.num_rows + sum(batch.num_rows for batch in batches) == n_rows
