"""The same world every time, whole or not at all, whoever and however many make it."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import psutil
import pytest

from journey_research.errors import UserError
from journey_research.world import build_world, building
from journey_research.world.assembling import Assembly
from journey_research.world.exports.exporters import top_names
from journey_research.world.sizes import SIZES, WorldSize
from journey_research.world.speaking import keep_speakers, shared_keys, without_losers

BUILD = """
import sys
from journey_research.world import build_world
build_world(sys.argv[1], persons=40, weeks=1)
"""
KILLED = """
import os, signal, sys
from journey_research.world import assembling, building
def stop(*told):
    os.kill(os.getpid(), signal.SIGKILL)
assembling.Assembly.finish = stop
building.build_world(sys.argv[1], persons=20, weeks=1)
"""


MANY_PROCESSES = """
import sys
from journey_research.world import building

if __name__ == "__main__":
    building.BLOCK_PERSONS = 40
    building.build_world(sys.argv[1], persons=40_000, weeks=1, processes=2)
"""


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def run(script: str, folder: Path, hash_seed: str = "0", zone: str = "UTC") -> int:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone}
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)], env=environment, check=False
    ).returncode


def rows_in(path: Path) -> int:
    """Rows of a file as a reader counts them, header and blank lines left out."""
    body = path.read_bytes()
    if path.suffix == ".xlsx":
        return openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].max_row - 1
    if path.suffix == ".gz":
        return gzip.decompress(body).count(b"\n")
    return body.count(b"\n") - (path.suffix == ".csv")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BLOCK_PERSONS", 40)


def test_same_arguments_give_the_same_bytes_in_any_process(tmp_path):
    assert run(BUILD, tmp_path / "one", "1", "UTC") == 0
    assert run(BUILD, tmp_path / "two", "2", "Asia/Tokyo") == 0
    build_world(tmp_path / "three", persons=40, weeks=1)

    one = fingerprints(tmp_path / "one")

    assert {name.split("/")[0] for name in one} == set(top_names())
    assert one == fingerprints(tmp_path / "two") == fingerprints(tmp_path / "three")


@pytest.mark.usefixtures("small_blocks")
def test_the_number_of_processes_changes_no_byte(tmp_path):
    alone = build_world(tmp_path / "one", persons=100, weeks=1, processes=1)
    together = build_world(tmp_path / "two", persons=100, weeks=1, processes=2)

    assert alone == together
    assert fingerprints(tmp_path / "one") == fingerprints(tmp_path / "two")


@pytest.mark.usefixtures("small_blocks")
def test_a_block_does_not_know_how_many_follow(tmp_path):
    build_world(tmp_path / "one", persons=40, weeks=2, processes=1)
    build_world(tmp_path / "two", persons=80, weeks=2, processes=1)

    for name in ("segment_events.jsonl", "hubspot_contacts.csv", "sendgrid_events.jsonl"):
        small, large = ((tmp_path / world / name).read_bytes() for world in ("one", "two"))
        assert large.startswith(small)
        assert len(large) > len(small)


def test_another_seed_is_another_world(tmp_path):
    build_world(tmp_path / "one", persons=60, weeks=2)
    build_world(tmp_path / "two", persons=60, weeks=2, world_seed=2)

    one, two = fingerprints(tmp_path / "one"), fingerprints(tmp_path / "two")

    same = {name for name in one.keys() & two.keys() if one[name] == two[name]}
    assert all(rows_in(tmp_path / "one" / name) < 20 for name in same), same  # at most what is nearly empty


def test_rows_told_are_rows_written(tmp_path):
    told = build_world(tmp_path / "world", persons=200, weeks=4).rows

    several_lines = {"shopify_orders.csv", "zendesk_tickets.csv"}  # cells may hold line feeds
    written = {name: rows_in(tmp_path / "world" / name) for name in told if name not in several_lines}
    preambles = {name for name in written if name.startswith(("google_ads", "meta_ads", "linkedin_ads"))}
    for name in set(written) - preambles:
        assert written[name] == told[name], name
    assert told["truth_people.csv"] > 200


@pytest.mark.parametrize(("persons", "weeks"), [(2, 1), (3, 1), (5, 2)])
def test_tiny_worlds_have_every_file(tmp_path, persons, weeks):
    told = build_world(tmp_path / "world", persons=persons, weeks=weeks).rows

    assert {name.split("/")[0] for name in told} | {"ga4_events"} == set(top_names())
    assert {str(path.relative_to(tmp_path / "world")) for path in (tmp_path / "world").rglob("*.*")} == set(
        told
    )
    assert all(told[name] for name in told if name.startswith("ga4_events/"))  # an empty day has no file


@pytest.mark.parametrize("size", [{"persons": 1}, {"weeks": 0}, {"persons": 9, "processes": -1}])
def test_a_world_too_small_is_refused_and_leaves_nothing(tmp_path, size):
    with pytest.raises(ValueError, match=r"at least|one for each core"):
        build_world(tmp_path / "world", **size)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"size": "huge"}, {"without": ["telepathy"], "persons": 9}])
def test_what_is_not_known_is_refused_and_leaves_nothing(tmp_path, wrong):
    with pytest.raises(UserError, match=r"there is no (size|channel)"):
        build_world(tmp_path / "world", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_sizes_have_names():
    assert SIZES["tiny"][0] < SIZES["demo"][0] < SIZES["1m"][0]


@pytest.mark.parametrize(
    ("persons", "blocks"),
    [(2, [2]), (5000, [5000]), (5001, [5001]), (5002, [5000, 2]), (12_000, [5000, 5000, 2000])],
)
def test_worked_example_of_blocks(persons, blocks):
    assert WorldSize(persons, 1, 12, (), 5000).blocks == blocks


def test_a_killed_run_leaves_no_half_world_and_the_next_one_sweeps(tmp_path):
    assert run(KILLED, tmp_path / "world") == -9
    assert not (tmp_path / "world").exists()
    assert len(list(tmp_path.iterdir())) == 1  # the litter, under another name

    build_world(tmp_path / "world", persons=20, weeks=1)

    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_a_killed_parent_leaves_no_process_behind(tmp_path):
    script = tmp_path / "many.py"
    script.write_text(MANY_PROCESSES)
    parent = psutil.Popen([sys.executable, str(script), str(tmp_path / "world")], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            children = parent.children()  # one of them tracks the others
            if len(children) >= 3 and any(tmp_path.rglob(".parts/*")):
                break  # they are at work
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.wait()

    gone, alive = psutil.wait_procs(children, timeout=30)

    assert len(gone) >= 3
    assert alive == []
    assert not (tmp_path / "world").exists()


def test_a_failure_keeps_the_older_world(tmp_path, monkeypatch):
    build_world(tmp_path / "world", persons=10, weeks=1)
    before = fingerprints(tmp_path / "world")

    def fail(*told):
        raise OSError("no space left")

    monkeypatch.setattr(Assembly, "finish", fail)
    with pytest.raises(OSError, match="no space"):
        build_world(tmp_path / "world", persons=20, weeks=1)

    assert fingerprints(tmp_path / "world") == before
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_an_older_world_is_replaced_but_never_somebody_elses_files(tmp_path):
    folder = tmp_path / "world"
    folder.mkdir()
    (folder / ".gitkeep").touch()
    build_world(folder, persons=10, weeks=1)
    first = fingerprints(folder)
    build_world(folder, persons=12, weeks=1)
    assert fingerprints(folder) != first
    assert (folder / ".gitkeep").exists()

    (folder / "my_thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match="not a world's"):
        build_world(folder, persons=10, weeks=1)
    assert (folder / "my_thesis.txt").read_text() == "years of work"


def test_import_is_cheap():
    check = (
        "import sys, journey_research.world as w; sys.exit('numpy' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


WORKED_EXAMPLE = [
    # block, key, person, uses
    (0, "info@example.de", "p01", 3),
    (0, "ada@example.de", "p01", 9),
    (1, "info@example.de", "p51", 5),  # uses it more than anybody of block 0
    (1, "bob@example.de", "p52", 1),
    (2, "info@example.de", "p91", 5),  # equally often: the lower name has it
]


def test_a_key_of_several_blocks_belongs_to_whoever_uses_it_most(tmp_path):
    told = pd.DataFrame(WORKED_EXAMPLE, columns=["block", "key", "person", "n"]).assign(source="crm")
    blocks = [keep_speakers(tmp_path / str(no), rows) for no, rows in told.groupby("block")]

    shared = shared_keys(blocks)
    kept = pd.concat([without_losers(one, shared) for one in blocks])

    assert shared == {("crm", "info@example.de"): "p51"}
    assert list(zip(kept["key"], kept["person"], strict=True)) == [
        ("ada@example.de", "p01"),
        ("info@example.de", "p51"),
        ("bob@example.de", "p52"),
    ]


def test_every_key_has_one_person_and_every_judged_key_is_told(world):
    told = pd.read_csv(world / "truth_people.csv", dtype=str)
    judged = pd.read_csv(world / "reviewer_judgements.csv", dtype=str)

    assert not told.duplicated(["source", "key"]).any()
    assert told.notna().all().all()
    person = told.set_index(["source", "key"])["person"]
    a, b = (
        person.loc[list(zip(judged[f"source_{side}"], judged[f"key_{side}"], strict=True))].to_numpy()
        for side in "ab"
    )
    sure = judged["answer"] != "unsure"
    assert ((a == b) != (judged["answer"] == "same"))[sure].mean() < 0.04
    assert 0.4 < np.mean(a == b) < 0.6
    assert (~sure).mean() < 0.08
    assert judged["judged_at"].is_monotonic_increasing
