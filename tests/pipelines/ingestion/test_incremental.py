"""What was read once is not read again, and nothing of the result shows it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pytest
from held_exports import KEY, held, mapping

from journey_research.contracts.exports import export_of
from journey_research.engine import duckdb_engine
from journey_research.errors import UserError
from journey_research.pipelines.ingestion import file_parts
from journey_research.pipelines.ingestion.files import csv_format, text_lines
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from journey_research.runs.parts import PartStore

DAYS = {
    f"visits_{day}.csv": f"visitor,ts,medium\nada,2025-01-0{day}T10:00:00Z,cpc\n"
    f"bob{day},2025-01-0{day}T11:00:00Z,\n,2025-01-0{day}T12:00:00Z,\n"
    for day in range(1, 5)
}
SHOP = {
    "version": 1,
    "file": "orders*.csv",
    "format": "csv",
    "grain": "order",
    "data_class": "transactional",
    "times": {"day": "date"},
    "record": {"key": "who"},
    "order": {
        "key": "id", "when": "day", "status": "status", "channel": {"is": "web"}, "total": "total",
        "currency": {"is": "EUR"},
    },
}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    duckdb_engine.configure(duckdb_engine.DuckDBLimits(folders=(str(tmp_path),)))
    yield PartStore(tmp_path / "mapped")
    duckdb_engine.configure(duckdb_engine.DuckDBLimits())


@pytest.fixture
def reads(monkeypatch):
    """Names of the files that were opened to be read."""
    opened = []
    real = file_parts.write_part

    def noted(export, *others):
        opened.append(export.file_name)
        real(export, *others)

    monkeypatch.setattr("journey_research.pipelines.ingestion.reading.write_part", noted)
    return opened


def read_in_pieces(monkeypatch, batch_bytes):
    """Have CSV read so many bytes at a time."""
    real = text_lines.read_lines

    def in_pieces(stream, encoding, file_name, _):
        return real(stream, encoding, file_name, batch_bytes)

    monkeypatch.setattr(csv_format, "read_lines", in_pieces)


def exports(folder, files, told=None):
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [export_of("web", told or mapping(), folder / name) for name in files]


def tables(exports, store=None):
    """Table name -> its rows in an order that does not depend on how they came about."""
    made = zip(OUTPUTS, read_sources(exports, KEY, store), strict=True)
    return {name: sorted(map(str, table.to_arrow().to_pylist())) for name, table in made}


def test_only_new_and_changed_files_are_read_and_nothing_else_differs(tmp_path, store, reads):
    three = {name: DAYS[name] for name in list(DAYS)[:3]}
    assert tables(exports(tmp_path / "raw", three), store) == tables(exports(tmp_path / "raw", three))
    reads.clear()

    # A fourth day comes, the second was told again with one visit less, the first is gone.
    later = {name: DAYS[name] for name in list(DAYS)[1:]}
    later["visits_2.csv"] = later["visits_2.csv"].replace("bob2,2025-01-02T11:00:00Z,\n", "")
    told = tables(exports(tmp_path / "raw", later), store)

    assert reads == ["visits_2.csv", "visits_4.csv"]
    assert len(list((tmp_path / "mapped").iterdir())) == 3
    assert told == tables(exports(tmp_path / "raw", later))


def test_the_same_bytes_again_change_nothing(tmp_path, store, reads):
    first = tables(exports(tmp_path / "raw", DAYS), store)
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "mapped").rglob("*")}
    reads.clear()

    assert tables(exports(tmp_path / "raw", DAYS), store) == first
    assert reads == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "mapped").rglob("*")} == stamps


def change_mapping(export):
    return replace(export, mapping={**export.mapping, "version": 2})


def change_order_of_values(export):
    """A mapping that says the same in another order may mean another thing."""
    return replace(export, mapping=dict(reversed(export.mapping.items())))


def change_name(export):
    return replace(export, file_name="other.csv")


def change_bytes(export):
    return replace(export, sha256="0" * 64)


def change_file_beside(export):
    return replace(export, beside={"b.csv": held("web", {}, b"x")})


@pytest.mark.parametrize(
    "change", [change_mapping, change_order_of_values, change_name, change_bytes, change_file_beside]
)
def test_a_part_is_named_after_all_that_it_depends_on(change):
    export = held("web", mapping(), b"visitor,ts,medium\n")

    assert file_parts.fingerprint(change(export), KEY) != file_parts.fingerprint(export, KEY)
    assert file_parts.fingerprint(export, b"another key of the same use") != file_parts.fingerprint(
        export, KEY
    )


def test_a_part_is_read_again_by_another_reader(monkeypatch):
    export = held("web", mapping(), b"visitor,ts,medium\n")
    before = file_parts.fingerprint(export, KEY)
    monkeypatch.setattr(file_parts, "reader_version", lambda: "another")

    assert file_parts.fingerprint(export, KEY) != before


def test_an_order_is_taken_from_the_last_file_even_when_an_earlier_one_is_read_later(tmp_path, store):
    head = "id,who,day,status,total\n"
    old, new = head + "1,ada,2025-01-01,pending,5\n", head + "1,ada,2025-01-01,paid,6\n"

    def amount(files):
        told = read_sources(exports(tmp_path / "raw", files, SHOP), KEY, store)
        [row] = dict(zip(OUTPUTS, told, strict=True))["orders"].to_arrow().to_pylist()
        return row["status"], str(row["order_amount"])

    assert amount({"orders_b.csv": new}) == ("paid", "6.00")
    # The file before it arrives late: its part is younger, its place is not.
    assert amount({"orders_a.csv": old, "orders_b.csv": new}) == ("paid", "6.00")
    assert amount({"orders_b.csv": new, "orders_c.csv": old}) == ("pending", "5.00")


@pytest.mark.parametrize("batch_bytes", [1 << 10, 1 << 13])
def test_the_size_of_batches_shows_nowhere(tmp_path, store, monkeypatch, batch_bytes):
    lines = ["visitor,ts,medium"]
    lines += [f'"v{n},{n % 7}",2025-01-06T10:{n % 60:02d}:00Z,"say ""{n}"""' for n in range(300)]
    lines[50:50] = ['"never closed,2025-01-06T10:00:00Z,', "a,b", ",2025-01-06T10:00:00Z,", "x,never,", ""]
    told = exports(tmp_path / "raw", {"a.csv": "\n".join(lines), "b.csv": "\r\n".join(lines)})
    whole = tables(told)
    read_in_pieces(monkeypatch, batch_bytes)

    assert tables(told, store) == whole
    assert len(whole["rejected"]) == 8


def test_a_source_that_fills_cells_from_other_rows_is_read_as_one(tmp_path, monkeypatch):
    filled = SHOP | {"fill": {"by": "id", "columns": ["who", "day", "status", "total"]}}
    text = "id,who,day,status,total\n1,ada,2025-01-01,paid,5\n" + "1,,,,\n" * 2000
    told = exports(tmp_path / "raw", {"orders.csv": text}, filled)
    whole = tables(told)
    read_in_pieces(monkeypatch, 1 << 10)

    assert tables(told) == whole
    assert whole["rejected"] == []


def test_a_reading_that_fails_leaves_no_part_of_the_file(tmp_path, store):
    good, bad = DAYS["visits_1.csv"], "visitor,when\nada,2025\n"

    with pytest.raises(UserError, match="column is missing"):
        read_sources(exports(tmp_path / "raw", {"a.csv": good, "b.csv": bad}), KEY, store)

    assert len(list((tmp_path / "mapped").iterdir())) == 1
    assert not list((tmp_path / "mapped").rglob("*.unfinished"))


def test_batches_come_in_their_order_and_so_do_their_errors():
    def batches(fails_after):
        yield from range(fails_after)
        raise UserError("the reader")

    def slowly(number):
        time.sleep(0.002 * max(0, 7 - number))  # earlier batches take longer, so that later ones overtake
        if number >= 5:
            raise UserError(f"the work on batch {number}")
        return number

    with ThreadPoolExecutor(2) as workers:
        assert list(file_parts.in_order(iter(range(5)), slowly, workers)) == list(range(5))
        for fails_after, first in ((5, "the reader"), (6, "batch 5"), (7, "batch 5"), (9, "batch 5")):
            with pytest.raises(UserError, match=first):
                list(file_parts.in_order(batches(fails_after), slowly, workers))


KILLED = """
    import os, signal, sys
    import pyarrow as pa
    from pathlib import Path
    from journey_research.runs.parts import PartStore

    store, when = PartStore(Path(sys.argv[1])), int(sys.argv[2])
    rows = pa.table({"x": list(range(1000))})
    steps = 0
    def step(*told):
        global steps
        steps += 1
        if steps > when:
            os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(lambda name, told: step() if name in ("open", "os.rename", "os.mkdir") else None)
    with store.writing("a" * 64) as part:
        for _ in range(3):
            part.add("touches", rows)
            step()
        part.note({"n_rows": 3000})
    print("done")
"""


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_a_killed_process_leaves_no_half_part_in_use(tmp_path):
    ended = []
    for when in range(1, 40):
        told = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), str(when)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        part = PartStore(tmp_path).held("a" * 64)
        if part is not None:
            [path] = part.tables.values()
            assert (pa.parquet.read_table(path).num_rows, part.about) == (3000, {"n_rows": 3000})
        ended.append((told.returncode, part is not None))
        if "done" in told.stdout:
            break
    # Some were killed before the part was there, the last was not killed at all.
    assert (-signal.SIGKILL, False) in ended
    assert ended[-1] == (0, True)
