"""Fairs, letters, lots and a box of stars: zones by name, days without a time, and pure chance."""

import numpy as np
import pandas as pd
import pytest

from journey_research.world.exports.offline_exports import EXPORTERS
from tests.world.vendor_files import (
    assert_read_whole,
    csv_rows,
    living,
    names_of,
    part,
    read_in,
    small_block,
    told,
    touch_of,
)

FILES = {
    "badge_scans": "badge_scans.csv",
    "mail_drops": "mail_drops.csv",
    "experiment_arms": "experiment_arms.csv",
    "feedback_widget": "feedback_widget.csv",
}


@pytest.mark.parametrize("source", FILES)
def test_no_row_is_set_aside_and_all_keys_are_spoken(source):
    assert_read_whole(source, FILES[source])


def scans(n: int):
    """A block in which n badges are scanned at one instant."""
    noon = small_block().calendar.start_ms + 12 * 3_600_000
    return living(kind=["badge_scanned"] * n, person=list(range(n)), at_ms=[noon] * n)


def test_two_clocks_with_names_of_zones_tell_one_instant(tmp_path):
    rows = csv_rows("badge_scans.csv", scans(60))

    assert {(row["Scan Time"], row["Time Zone"]) for row in rows} == {
        ("2025-01-06 12:00:00", "Berlin"),
        ("2025-01-06 06:00:00", "Eastern Time (US & Canada)"),
    }
    read = read_in("badge_scans", tmp_path, scans(60))["touches"]
    assert read["touched_at"].unique().tolist() == [pd.Timestamp("2025-01-06 11:00:00")]


def test_a_badge_has_the_address_at_work(tmp_path):
    people = small_block().people
    firm = people.index[people["work_email"] != ""][0]
    at = small_block().calendar.start_ms
    (row,) = csv_rows("badge_scans.csv", living(kind=["badge_scanned"], person=[firm], at_ms=[at]))

    assert row["Email"] == people["work_email"][firm]
    assert row["Company"] == small_block().accounts["name"][people["account"][firm]]


def test_a_letter_has_a_day_and_an_address_and_nothing_else_of_a_person():
    rows = csv_rows("mail_drops.csv")
    assert all(len(row["Drop Date"]) == len("2025-01-06") for row in rows)
    assert not any("@" in "".join(row.values()) for row in rows)

    kept = next(row for row in rows if row["Returned"] == "no")
    touch = touch_of("mail_drops", kept["Piece ID"])

    assert touch["is_date_only"]
    assert str(touch["touched_at"]) == f"{kept['Drop Date']} 00:00:00"
    assert touch["channel"] == "direct_mail"


def test_letters_that_came_back_reached_nobody():
    rows = csv_rows("mail_drops.csv")
    returned = [row for row in rows if row["Returned"] == "yes"]

    assert returned
    assert len(told("mail_drops")["touches"]) == len(rows) - len(returned)


def test_a_person_is_printed_alike_on_every_letter(tmp_path):
    weeks = [small_block().calendar.start_ms + week * 604_800_000 for week in range(3)]
    block = living(
        kind=["mail_dropped"] * 900, person=[*range(300)] * 3, at_ms=[at for at in weeks for _ in range(300)]
    )

    rows = csv_rows("mail_drops.csv", block)

    printed = {
        tuple(row[name] for name in ("Recipient No", "Household No", "Name", "Street")) for row in rows
    }
    assert len(printed) == len({row["Recipient No"] for row in rows}) == 300
    assert len(read_in("mail_drops", tmp_path, block)["records"]) == 300


def test_one_household_is_one_name_at_one_address():
    rows = pd.DataFrame(csv_rows("mail_drops.csv")).drop_duplicates("Recipient No")
    last = rows["Name"].str.split().str[-1]
    home = rows["Street"] + rows["Postal Code"]

    together = rows[rows["Household No"].duplicated(keep=False)]
    assert len(together)
    assert home.groupby(rows["Household No"]).nunique().max() == 1
    assert last.groupby(rows["Household No"]).nunique().max() == 1


def test_arms_go_by_login_or_by_address():
    rows = csv_rows("experiment_arms.csv")
    assert {row["unit_type"] for row in rows} == {"user_id", "email"}
    units = {(row["unit_type"], row["unit_id"]) for row in rows}

    found = told("experiment_arms")["identifiers"]

    assert set(zip(found["identifier_type"], found["identifier_value"], strict=True)) == units
    touch = touch_of("experiment_arms", rows[0]["assignment_id"])
    assert (touch["direction"], touch["action"]) == ("none", "arm_assigned")
    assert (touch["tactic"], touch["content_id"]) == (rows[0]["experiment"], rows[0]["variant"])


def test_arms_are_those_that_were_drawn():
    drawn = small_block().touches
    drawn = drawn[drawn["kind"] == "arm_assigned"]

    assert [row["variant"] for row in csv_rows("experiment_arms.csv")] == drawn["referrer"].tolist()


def test_stars_are_chance_and_the_cookie_is_known_to_nobody():
    rows = pd.DataFrame(csv_rows("feedback_widget.csv"))
    counts = rows["stars"].value_counts().reindex(list("12345"), fill_value=0).to_numpy()
    expected = len(rows) / 5

    assert ((counts - expected) ** 2 / expected).sum() < 23.5  # chi-squared, 4 degrees, 1 in 10,000
    assert set(told("feedback_widget")["identifiers"]["identifier_type"]) == {"cookie"}
    assert rows["cookie"].str.fullmatch(r"[0-9A-Za-z]{14}").all()
    by_half = rows["stars"].astype(int).groupby(np.arange(len(rows)) * 2 // len(rows)).mean()
    assert abs(by_half[0] - by_half[1]) < 6 * np.sqrt(2 * 2 / (len(rows) / 2))


def test_a_cookie_is_a_devices(tmp_path):
    device = int(small_block().devices.index[small_block().devices["person"] >= 0][0])
    at = small_block().calendar.start_ms
    block = living(
        kind=["widget_answered"] * 3,
        person=[0, 0, 1],
        device=[device, device, device + 1],
        at_ms=[at, at + 1, at + 2],
    )

    rows = csv_rows("feedback_widget.csv", block)

    assert rows[0]["cookie"] == rows[1]["cookie"] != rows[2]["cookie"]
    records = read_in("feedback_widget", tmp_path, block)["records"]
    assert set(records["record_id"]) == set(names_of("feedback_widget", [row["cookie"] for row in rows]))
    assert records["kind"].unique().tolist() == ["anonymous"]


@pytest.mark.parametrize("exporter", EXPORTERS, ids=[one.file_name for one in EXPORTERS])
def test_same_block_same_bytes(exporter):
    assert part(exporter.file_name).lines.equals(exporter.of_block(small_block()).lines)
