"""A new channel is a mapping and a file: no code, and every table of the week knows of it."""

import csv
import shutil
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest

from benchmarks.projects import Project, new_project
from journey_research.engine import Table
from journey_research.pipelines.reports.reading_tables import channels_table, new_channels

pytestmark = pytest.mark.slow
MAPPING = """\
# Screens in the stores on which people look things up, and may show their card.
kiosk:
  version: 1
  file: kiosk*.csv
  format: csv
  grain: look at a screen
  data_class: marketing
  business_line: outdoor
  legal_basis: consent
  cadence: weekly
  required: [look, card, at, screen]
  times:
    at: {format: iso, zone: Europe/Berlin}
  record:
    key: {first_of: [card, look]}
    kind: {from: card, blank: {is: anonymous}, otherwise: {is: profile}}
    recorded_at: at
  identifiers:
    - {value: card, type: loyalty_id, verified: true, when: at}
  touch:
    key: look
    when: at
    channel: {is: kiosk}
    tactic: screen
    direction: {is: inbound}
    initiative: {is: customer}
    action: {is: product_viewed}
    product_id: product
    clock: server
"""
N_LOOKS, N_WITH_CARD = 40, 30
STAGES = "ingestion,identity,journeys"


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Project:
    """The demo's environment with a world of its own, in which the stages that make tables have run."""
    project = new_project(tmp_path_factory.mktemp("before"), persons=150)
    project.settings["JOURNEY_MLRUNS"] = "off"
    run(project)
    return project


@pytest.fixture(scope="module")
def after(before, tmp_path_factory) -> Project:
    """The same, and then a mapping and a file are put into it."""
    project = before.copy(tmp_path_factory.mktemp("after") / "project")
    (project.root / "conf" / "demo" / "sources" / "kiosk.yml").write_text(MAPPING, encoding="utf-8")
    with (project.data / "00_raw" / "kiosk.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["look", "card", "at", "screen", "product"])
        cards = loyalty_cards(before)[:N_WITH_CARD]
        for number in range(N_LOOKS):
            at = datetime(2025, 3, 24, 9) + timedelta(hours=3 * number)
            card = cards[number] if number < len(cards) else ""
            lines.writerow([f"k{number}", card, at, ("entrance", "shoes")[number % 2], "SKU-100"])
    run(project)
    return project


def run(project):
    ended = project.journey("run", "--pipelines", STAGES)
    assert ended.returncode == 0, ended.stderr


def loyalty_cards(project):
    values = pq.read_table(project.data / project.manifest()["outputs"]["identifiers"]["file"]).to_pylist()
    cards = {one["identifier_value"] for one in values if one["identifier_type"] == "loyalty_id"}
    return sorted(card for card in cards if not card.startswith("9999"))


def table(project, name):
    return pq.read_table(project.data / project.manifest()["outputs"][name]["file"])


def of_kiosk(project, name):
    return [row for row in table(project, name).to_pylist() if row["source"] == "kiosk"]


def test_its_rows_are_read_and_every_one_is_accounted_for(after):
    [file] = of_kiosk(after, "source_files")
    assert (file["n_rows"], file["n_accepted"], file["n_rejected"]) == (N_LOOKS, N_LOOKS, 0)
    assert {touch["channel"] for touch in of_kiosk(after, "touches")} == {"kiosk"}
    assert len(of_kiosk(after, "touches")) == N_LOOKS


def test_it_stands_among_the_channels_as_unreviewed(before, after):
    told = [row for row in table(after, "channels").to_pylist() if row["channel"] == "kiosk"]

    assert {(row["tactic"], row["status"], row["n_touches"]) for row in told} == {
        ("entrance", "unreviewed", N_LOOKS // 2),
        ("shoes", "unreviewed", N_LOOKS // 2),
    }
    others = [row for row in table(after, "channels").to_pylist() if row["channel"] != "kiosk"]
    assert others == table(before, "channels").to_pylist()


def test_the_weekly_report_names_it(before, after):
    channels = Table.from_arrow(table(after, "channels"))
    shown = channels_table(channels).set_index("channel").loc["kiosk"]

    assert (shown["tactics"], shown["touches"], shown["reviewed"]) == ("entrance, shoes", "40", "UNREVIEWED")
    assert "kiosk" in new_channels(channels)
    assert "kiosk" not in new_channels(Table.from_arrow(table(before, "channels")))


def test_its_freshness_is_watched(after):
    [told] = of_kiosk(after, "freshness")
    assert (told["cadence"], told["allowed_days"], told["is_stale"]) == ("weekly", 10, False)


def test_its_contacts_join_the_journeys_of_people_who_are_known(after):
    """A card that was shown at a screen is somebody's: their journeys have the channel in them."""
    ours = {touch["touch_id"] for touch in of_kiosk(after, "touches")}
    placed = [row for row in table(after, "journey_touches").to_pylist() if row["touch_id"] in ours]
    people = table(after, "people").to_pylist()
    persons = {row["record_id"]: row["person_id"] for row in people}
    elsewhere = {row["person_id"] for row in people if not row["record_id"].startswith("kiosk:")}
    known = [row for row in of_kiosk(after, "records") if persons.get(row["record_id"]) in elsewhere]

    assert len(placed) == N_LOOKS
    assert len(known) >= N_WITH_CARD * 0.9


def test_taken_away_again_it_leaves_nothing_but_the_memory_of_who_was_whom(before, after, tmp_path):
    project = after.copy(tmp_path / "project")
    (project.root / "conf" / "demo" / "sources" / "kiosk.yml").unlink()
    shutil.move(project.data / "00_raw" / "kiosk.csv", tmp_path / "kiosk.csv")
    run(project)

    first, last = before.hashes(), project.hashes()
    remembered = {"person_events", "identity_changes"}  # the log of persons is only ever added to
    assert {name for name in first if first[name] != last.get(name)} == remembered
