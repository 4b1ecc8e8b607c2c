"""The same world every time, whole or not at all."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from journey_research.errors import UserError
from journey_research.world import build_world, building

BUILD = "import sys; from journey_research.world import build_world; build_world(sys.argv[1], persons=60)"
KILLED = """
import os, signal, sys
from journey_research.world import building
write = building.write_file
def write_some(folder, name, body):
    if name == "call_centre.xlsx":
        os.kill(os.getpid(), signal.SIGKILL)
    write(folder, name, body)
building.write_file = write_some
building.build_world(sys.argv[1], persons=20, weeks=1)
"""


def fingerprints(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def run(script: str, folder: Path, hash_seed: str = "0", zone: str = "UTC") -> int:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": zone}
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)], env=environment, check=False
    ).returncode


def test_same_arguments_give_the_same_bytes_in_any_process(tmp_path):
    assert run(BUILD, tmp_path / "one", "1", "UTC") == 0
    assert run(BUILD, tmp_path / "two", "2", "Asia/Tokyo") == 0
    build_world(tmp_path / "three", persons=60)

    one = fingerprints(tmp_path / "one")

    assert set(one) == set(building.FILE_NAMES)
    assert one == fingerprints(tmp_path / "two") == fingerprints(tmp_path / "three")


def test_another_seed_is_another_world(tmp_path):
    build_world(tmp_path / "one", persons=60, weeks=2)
    build_world(tmp_path / "two", persons=60, weeks=2, world_seed=2)

    one, two = fingerprints(tmp_path / "one"), fingerprints(tmp_path / "two")

    assert not set(one.values()) & set(two.values())


def test_rows_told_are_rows_written(tmp_path):
    told = build_world(tmp_path / "world", persons=60)

    written = {}
    for name in told:
        body = (tmp_path / "world" / name).read_bytes()
        if name.endswith(".xlsx"):
            written[name] = openpyxl.load_workbook(io.BytesIO(body))["Calls"].max_row - 1
        else:
            assert body.endswith(b"\n")
            written[name] = body.count(b"\n") - name.endswith(".csv")
    assert written == told
    assert told["hubspot_contacts.csv"] > 60  # some people stand in the CRM twice


@pytest.mark.parametrize(("persons", "weeks"), [(2, 1), (3, 1), (5, 2)])
def test_tiny_worlds_have_every_file(tmp_path, persons, weeks):
    told = build_world(tmp_path / "world", persons=persons, weeks=weeks)

    assert set(told) == set(building.FILE_NAMES)
    assert told["google_ads_campaigns.csv"] == 3 * 7 * weeks


@pytest.mark.parametrize("size", [{"persons": 1}, {"weeks": 0}])
def test_a_world_too_small_is_refused_and_leaves_nothing(tmp_path, size):
    with pytest.raises(ValueError, match="at least"):
        build_world(tmp_path / "world", **size)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_half_world_and_the_next_one_sweeps(tmp_path):
    assert run(KILLED, tmp_path / "world") == -9
    assert not (tmp_path / "world").exists()
    assert len(list(tmp_path.iterdir())) == 1  # the litter, under another name

    build_world(tmp_path / "world", persons=20, weeks=1)

    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_a_failure_keeps_the_older_world(tmp_path, monkeypatch):
    build_world(tmp_path / "world", persons=10, weeks=1)
    before = fingerprints(tmp_path / "world")

    def fail(folder, name, body):
        raise OSError("no space left")

    monkeypatch.setattr(building, "write_file", fail)
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


def test_the_day_the_clocks_change(world):
    with (world / "shopify_orders.csv").open(encoding="utf-8", newline="") as lines:
        stamps = [row["Created at"] for row in csv.DictReader(lines) if row["Created at"]]
    stamps = [stamp for stamp in stamps if "-13-45" not in stamp]

    assert {stamp[-5:] for stamp in stamps} == {"+0100", "+0200"}
    for stamp in stamps:
        assert (stamp[:19] >= "2025-03-30 03:00:00") == stamp.endswith("+0200"), "summer time begins at 3"
    instants = pd.to_datetime(pd.Series(stamps), utc=True)
    assert instants.min() >= pd.Timestamp("2025-01-05T23:00Z")
    assert instants.max() < pd.Timestamp("2025-03-30T22:00Z")
    assert instants.is_monotonic_increasing


def test_lines_after_an_orders_first_hold_the_line_alone(world):
    orders = pd.read_csv(world / "shopify_orders.csv", dtype=str)
    whole = orders[orders["Source"].isin(["web", "pos"]) | orders["Created at"].isna()]
    later = whole[whole["Name"].duplicated()]

    filled = later.notna().any()
    assert set(filled[filled].index) == {
        "Name", "Email", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
    }  # fmt: skip
    assert later["Lineitem sku"].notna().sum() >= len(later) - 3  # the rest is cut short


def test_mail_goes_only_to_people_who_had_agreed_and_not_yet_left(world):
    receipts = [json.loads(line) for line in (world / "onetrust_receipts.jsonl").open(encoding="utf-8")]
    agreed = {
        receipt["identifier"]
        for receipt in receipts
        if not receipt["test"] and receipt["purposes"][0]["TransactionType"] == "CONFIRMED"
    }
    events = [json.loads(line) for line in (world / "sendgrid_events.jsonl").open(encoding="utf-8")]
    delivered = [event for event in events if event["event"] == "delivered"]

    assert {event["email"].lower() for event in delivered} <= agreed
    left = {event["sg_message_id"] for event in events if event["event"] == "unsubscribe"}
    assert left <= {event["sg_message_id"] for event in delivered}
