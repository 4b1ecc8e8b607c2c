import hashlib
from types import SimpleNamespace

import pytest
from kedro.io import DatasetError

from journey_research.datasets.source_files import SourceFiles
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources


def bound(raw, **sources):
    files = SourceFiles()
    files.bind(SimpleNamespace(project=raw, raw=raw, sources=sources, inputs={}))
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
    assert (touch["channel"], touch["action"], str(touch["touched_at"])) == (
        "leaflet",
        "leaflet_received",
        "2024-12-23 23:00:00",
    )
