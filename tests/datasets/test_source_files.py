import gzip
import hashlib
import os
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from kedro.io import DatasetError

from journey_research.datasets.source_files import SourceFiles
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files.formats import read_rows
from journey_research.pipelines.ingestion.mapping import Format
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources


def bound(raw, remote_folders=(), **sources):
    files = SourceFiles()
    files.bind(
        SimpleNamespace(project=raw, raw=raw, sources=sources, inputs={}, remote_folders=remote_folders)
    )
    return files


def said(action):
    """What a user is told, whether or not Kedro has wrapped it."""
    with pytest.raises((UserError, DatasetError)) as raised:
        action()
    one = raised.value if isinstance(raised.value, UserError) else raised.value.__cause__
    assert isinstance(one, UserError)
    return str(one)


def test_exports_come_sorted_with_their_fingerprints(tmp_path):
    for name in ("b_2.csv", "b_1.csv", "a.csv", "other.txt"):
        (tmp_path / name).write_text(name)

    files = bound(tmp_path, b={"file": "b_*.csv"}, a={"file": "a.csv"})

    assert [(one.source, one.file_name, one.n_bytes) for one in files.load()] == [
        ("a", "a.csv", 5),
        ("b", "b_1.csv", 7),
        ("b", "b_2.csv", 7),
    ]
    assert files.view.inputs["a/a.csv"] == hashlib.sha256(b"a.csv").hexdigest()


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    assert said(bound(tmp_path, web={"file": "web.csv"}).load) == (
        "file is missing (file web.csv); put it into the folder of exports, "
        "or say 'optional: true' in the mapping of 'web'"
    )


def test_an_optional_source_may_have_no_file(tmp_path):
    assert bound(tmp_path, web={"file": "web.csv", "optional": True}).load() == []


def test_a_source_may_lie_in_a_folder_of_its_own(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "web.csv").write_text("x")

    [export] = bound(tmp_path, web={"file": "web.csv", "folder": "own"}).load()
    assert export.read() == b"x"


def test_files_that_are_looked_up_are_inputs_too(tmp_path):
    lookup = [{"file": "days.csv", "by": "c", "take": {"day": "day"}}]
    (tmp_path / "web.csv").write_text("x")
    files = bound(tmp_path, web={"file": "web.csv", "lookup": lookup})

    assert "file is missing (file days.csv)" in said(files.load)
    (tmp_path / "days.csv").write_text("y")
    files.load()
    assert sorted(files.view.inputs) == ["web/days.csv", "web/web.csv"]


def test_a_pattern_may_reach_into_folders(tmp_path):
    for name in (
        "shop/day_1.jsonl.gz",
        "shop/day_2.jsonl.gz",
        "app/day_1.jsonl.gz",
        "app/deep/day_1.jsonl.gz",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(name.encode()))

    one = bound(tmp_path, events={"file": "shop/day_*.jsonl.gz"})
    every = bound(tmp_path, events={"file": "**/day_1.jsonl.gz"})

    assert [export.file_name for export in one.load()] == ["shop/day_1.jsonl.gz", "shop/day_2.jsonl.gz"]
    # Files of one name in several folders do not clash.
    names = ["app/day_1.jsonl.gz", "app/deep/day_1.jsonl.gz", "shop/day_1.jsonl.gz"]
    assert [export.file_name for export in every.load()] == names
    assert [export.read().decode() for export in every.load()] == names
    assert sorted(every.view.inputs) == [f"events/{name}" for name in names]
    assert {export.base_name for export in every.load()} == {"day_1.jsonl.gz"}


def test_a_file_gives_way_to_the_one_that_replaces_it(tmp_path):
    for name in (
        "events_20250101.jsonl.gz",
        "events_intraday_20250101.jsonl",
        "events_intraday_20250102.jsonl",
    ):
        (tmp_path / name).write_text("{}")
    rule = {"match": r"events_intraday_(\d{8})", "by": r"events_\1"}

    told = bound(tmp_path, ga={"file": "events_*", "replaced_by": rule}).load()

    assert {export.file_name: export.replaced_by for export in told} == {
        "events_20250101.jsonl.gz": None,
        "events_intraday_20250101.jsonl": "events_20250101.jsonl.gz",
        "events_intraday_20250102.jsonl": None,  # its day is not over
    }


@pytest.mark.parametrize(
    "rule", [{"match": "("}, {"match": "(", "by": "x"}, {"match": "e", "by": r"\3"}, "x"]
)
def test_a_rule_of_replacing_that_is_none_is_told(tmp_path, rule):
    (tmp_path / "events_1.csv").write_text("x")
    told = said(bound(tmp_path, ga={"file": "events_*", "replaced_by": rule}).load)
    assert told.startswith("'replaced_by' in a mapping cannot be understood")


def test_what_is_no_file_is_told(tmp_path):
    (tmp_path / "a.csv").mkdir()
    (tmp_path / "b.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "c.csv").write_text("x")

    assert said(bound(tmp_path, web={"file": "a.csv"}).load) == (
        "file is a folder (file a.csv); say 'file: a.csv/*' to read what is in it"
    )
    assert "file cannot be read (file b.csv)" in said(bound(tmp_path, web={"file": "*.csv"}).load)
    assert "file cannot be read (file b.csv)" in said(bound(tmp_path, web={"file": "b.csv"}).load)
    (tmp_path / "b.csv").unlink()
    assert [one.file_name for one in bound(tmp_path, web={"file": "*.csv"}).load()] == ["c.csv"]
    if os.geteuid():
        (tmp_path / "c.csv").chmod(0)
        assert "file cannot be read (file c.csv)" in said(bound(tmp_path, web={"file": "*.csv"}).load)


@pytest.fixture
def far_away():
    """Some files on a file system that is not this machine's."""
    import fsspec

    system = fsspec.filesystem("memory")
    for name in (
        "/shop/exports/a/web_1.csv",
        "/shop/exports/web_2.csv",
        "/shop/exports/days.csv",
        "/other/x.csv",
    ):
        system.pipe_file(name, name.encode())
    yield "memory://shop/exports"
    system.rm("/shop", recursive=True)
    system.rm("/other", recursive=True)


def test_a_folder_far_away_is_opened_only_if_the_configuration_names_it(tmp_path, far_away):
    told = "names a folder that is not on this machine; add its address to 'remote_folders'"
    for folder, allowed in (
        (far_away, ()),
        (far_away, ("memory://shop/exp", "memory://other", "s3://shop/exports")),
        (far_away + "/../../other", (far_away,)),
        (far_away + "/::memory://other", (far_away,)),
    ):
        files = bound(tmp_path, allowed, web={"file": "*.csv", "folder": folder})
        assert told in said(files.load)

    for allowed in ((far_away,), ("memory://shop",), (far_away + "/",)):
        files = bound(tmp_path, allowed, web={"file": "web_*.csv", "folder": far_away})
        assert [one.file_name for one in files.load()] == ["web_2.csv"]


def test_a_file_far_away_is_read_like_one_that_is_near(tmp_path, far_away):
    lookup = [{"file": "days.csv", "by": "c", "take": {"day": "day"}}]
    mapping = {"file": "**/web_*.csv", "folder": far_away, "lookup": lookup}

    told = bound(tmp_path, [far_away], web=mapping).load()

    assert [one.file_name for one in told] == ["a/web_1.csv", "web_2.csv"]
    assert [one.read() for one in told] == [b"/shop/exports/a/web_1.csv", b"/shop/exports/web_2.csv"]
    assert told[1].sha256 == hashlib.sha256(b"/shop/exports/web_2.csv").hexdigest()
    assert told[0].beside["days.csv"].read() == b"/shop/exports/days.csv"
    assert "memory" not in repr(told[0])
    assert "file is missing (file b.csv)" in said(
        bound(tmp_path, [far_away], web={"file": "b.csv", "folder": far_away}).load
    )
    assert "cannot be opened (ValueError)" in said(
        bound(tmp_path, ["nosuch://x"], web={"file": "b.csv", "folder": "nosuch://x"}).load
    )


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table visits (id integer primary key, who text)")
        connection.execute("insert into visits values (2, 'b'), (1, 'a')")
        connection.commit()
    return path


def change(database, statement):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_database_is_fingerprinted_by_its_rows(tmp_path, database):
    mapping = {"url": f"sqlite:///{database}", "format": {"type": "sql", "table": "visits"}}

    [before] = bound(tmp_path, shop=mapping).load()
    change(database, "create table more (a)")
    [same] = bound(tmp_path, shop=mapping).load()
    change(database, "update visits set who = 'c' where id = 2")
    [after] = bound(tmp_path, shop=mapping).load()

    assert before.file_name == "visits"
    assert before.sha256 == same.sha256 != after.sha256
    rows = read_rows(after, Format("sql", table="visits"), ["id", "who"])
    assert rows.columns.to_pylist() == [{"id": "1", "who": "a"}, {"id": "2", "who": "c"}]
    # Rows that are not those of the fingerprint are not taken for them.
    with pytest.raises(UserError, match="the database changed while it was read"):
        read_rows(before, Format("sql", table="visits"), ["id", "who"])


@pytest.mark.parametrize(
    ("url", "form", "told"),
    [
        ("postgresql://me:geheim@localhost:1/x", {"type": "sql", "table": "t"}, "cannot be read"),
        ("nosuch://me:geheim@there/x", {"type": "sql", "table": "t"}, "cannot be read (NoSuchModuleError)"),
        ("geheim", {"type": "sql", "table": "t"}, "cannot be read (ArgumentError)"),
        ("sqlite:///geheim.db", {"type": "sql", "table": "t"}, "cannot be read (FileNotFoundError)"),
        ("sqlite://geheim", {"type": "sql"}, "both a table and a query, or none"),
        ("sqlite://geheim", "csv", "names a url but no format sql"),
    ],
)
def test_an_address_is_in_no_message(tmp_path, url, form, told):
    message = said(bound(tmp_path, shop={"url": url, "format": form}).load)
    assert told in message
    assert "geheim" not in message


def test_exports_are_never_written_and_never_guessed(tmp_path):
    assert "never written" in said(lambda: bound(tmp_path).save(1))
    assert "not bound to a run" in said(SourceFiles().load)


def test_a_new_channel_is_a_mapping_and_a_file(tmp_path):
    (tmp_path / "leaflets.csv").write_text("who;when;shop\n17;24.12.2024;s1\n")
    leaflets = {
        "version": 1,
        "file": "leaflets.csv",
        "format": {"type": "csv", "separator": ";"},
        "grain": "leaflet handed out",
        "data_class": "marketing",
        "times": {"when": {"format": "%d.%m.%Y", "zone": "Europe/Berlin"}},
        "record": {"key": "who", "kind": "anonymous"},
        "identifiers": [{"value": "who", "type": "loyalty_id"}],
        "touch": {
            "key": ["who", "when"],
            "when": "when",
            "channel": {"is": "leaflet"},
            "direction": {"is": "outbound"},
            "initiative": {"is": "company"},
            "action": {"is": "leaflet_received"},
        },
    }

    told = dict(zip(OUTPUTS, read_sources(bound(tmp_path, leaflets=leaflets).load(), b"x" * 16), strict=True))

    [touch] = told["touches"].to_arrow().to_pylist()
    # A day is a day, wherever: no zone moves it into the day before.
    assert (touch["channel"], touch["action"], str(touch["touched_at"]), touch["is_date_only"]) == (
        "leaflet",
        "leaflet_received",
        "2024-12-24 00:00:00",
        True,
    )


VISITS = {
    "version": 1,
    "grain": "visit",
    "data_class": "marketing",
    "record": {"key": "who", "kind": "anonymous"},
}


def read_through(files):
    told = dict(zip(OUTPUTS, read_sources(files.load(), b"x" * 16), strict=True))
    return {name: told[name].to_arrow().to_pylist() for name in ("records", "source_files")}


def test_a_database_is_a_source_like_any_other(tmp_path, database):
    shop = {**VISITS, "url": f"sqlite:///{database}", "format": {"type": "sql", "table": "visits"}}

    told = read_through(bound(tmp_path, shop=shop))

    assert len(told["records"]) == 2
    assert [(one["file_name"], one["n_accepted"]) for one in told["source_files"]] == [("visits", 2)]


def test_rows_of_a_replaced_file_are_listed_and_not_taken(tmp_path):
    (tmp_path / "events_20250101.jsonl").write_text('{"who": "a"}\n{"who": "b"}\n')
    (tmp_path / "events_intraday_20250101.jsonl").write_text('{"who": "a"}\n')
    (tmp_path / "events_intraday_20250102.jsonl").write_text('{"who": "c"}\n')
    rule = {"match": r"events_intraday_(\d{8})", "by": r"events_\1"}

    told = read_through(
        bound(tmp_path, ga={**VISITS, "file": "events_*", "format": "jsonl", "replaced_by": rule})
    )

    assert len(told["records"]) == 3
    assert [(one["n_rows"], one["n_left_out"]) for one in told["source_files"]] == [(2, 0), (1, 1), (1, 0)]
