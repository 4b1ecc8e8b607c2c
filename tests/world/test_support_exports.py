"""The help desk and the telephone: users who share a number, callers without one, machines that answer."""

from dataclasses import replace

import pandas as pd
import pytest

from journey_research.world.exports.support_exports import EXPORTERS
from journey_research.world.simulation.block import TICKETS
from tests.world.vendor_files import (
    assert_read_whole,
    csv_rows,
    json_rows,
    living,
    names_of,
    pairs_of,
    part,
    read_in,
    small_block,
    told,
    touch_of,
)

FILES = {
    "zendesk_tickets": "zendesk_tickets.jsonl",
    "zendesk_users": "zendesk_users.jsonl",
    "twilio_calls": "twilio_calls.csv",
}
SHOP = "+49305550100"


@pytest.mark.parametrize("source", FILES)
def test_no_row_is_set_aside_and_all_keys_are_spoken(source):
    assert_read_whole(source, FILES[source])


def asking(**ticket):
    """A block with these tickets and nothing else."""
    n = len(ticket["person"])
    frame = pd.DataFrame(
        {name: ticket.get(name, [0 if kind == "i" else ""] * n) for name, kind in TICKETS.items()}
    )
    return replace(living(at_ms=[]), tickets=frame)


def test_a_ticket_and_its_stages(tmp_path):
    asked = small_block().calendar.start_ms + 9 * 3_600_000
    block = asking(
        number=[7], person=[2], at_ms=[asked], replied_ms=[asked + 90 * 60_000],
        solved_ms=[asked + 26 * 3_600_000], channel=["web"], topic=["delivery"], priority=["high"],
        satisfaction=["bad"],
    )  # fmt: skip

    (row,) = json_rows("zendesk_tickets.jsonl", block)
    read = read_in("zendesk_tickets", tmp_path, block)["touches"].sort_values(["touched_at", "action"])

    assert row["metric_set"]["reply_time_in_minutes"] == {"calendar": 90, "business": 30}
    assert row["metric_set"]["full_resolution_time_in_minutes"]["calendar"] == 26 * 60
    assert read["action"].tolist() == [
        "ticket_opened",
        "ticket_answered",
        "satisfaction_given",
        "ticket_solved",
    ]
    assert read["initiative"].tolist() == ["customer", "company", "customer", "company"]
    assert read["touched_at"].astype(str).tolist()[:2] == ["2025-01-06 08:00:00", "2025-01-06 09:30:00"]
    assert read["sentiment"].astype(float).dropna().tolist() == [-1.0]


def test_a_ticket_nobody_has_answered_has_one_touch(tmp_path):
    asked = small_block().calendar.start_ms
    block = asking(
        number=[7], person=[2], at_ms=[asked], channel=["email"], topic=["return"], priority=["normal"]
    )  # fmt: skip

    (row,) = json_rows("zendesk_tickets.jsonl", block)
    read = read_in("zendesk_tickets", tmp_path, block)["touches"]

    assert row["status"] == "open"
    assert row["metric_set"]["reply_time_in_minutes"] == {"calendar": None, "business": None}
    assert row["satisfaction_rating"] == {"score": "unoffered"}
    assert read["action"].tolist() == ["ticket_opened"]


def test_two_clocks_of_a_ticket_agree():
    for row in json_rows("zendesk_tickets.jsonl"):
        assert row["created_at"].endswith("Z")
        assert row["generated_timestamp"] == pd.Timestamp(row["updated_at"]).timestamp()
        assert row["created_at"] <= row["updated_at"]


def test_scores_offered_and_reopened_tickets_occur():
    rows = json_rows("zendesk_tickets.jsonl")

    assert {row["satisfaction_rating"]["score"] for row in rows} >= {"good", "bad", "offered"}
    assert max(row["metric_set"]["reopens"] for row in rows) > 1
    given = [row for row in rows if row["satisfaction_rating"]["score"] in ("good", "bad")]
    touches = told("zendesk_tickets")["touches"]
    assert (touches["action"] == "satisfaction_given").sum() == len(given)


def test_a_ticket_belongs_to_the_user_who_asked():
    tickets, links = told("zendesk_tickets"), told("zendesk_tickets")["source_links"]
    askers = sorted({str(row["requester_id"]) for row in json_rows("zendesk_tickets.jsonl")})

    asked, users = names_of("zendesk_tickets", askers), names_of("zendesk_users", askers)

    assert pairs_of(links) == {frozenset(pair) for pair in zip(asked, users, strict=True)}
    assert set(users) <= set(told("zendesk_users")["records"]["record_id"])
    assert set(asked) == set(tickets["records"]["record_id"])


def test_a_shared_telephone_is_evidence_of_nobody():
    shared = [row for row in json_rows("zendesk_users.jsonl") if row["shared_phone_number"]]
    assert shared
    phones = told("zendesk_users")["identifiers"]
    phones = phones[phones["identifier_type"] == "phone"].set_index("record_id")

    theirs = phones.loc[phones.index.isin(names_of("zendesk_users", [str(row["id"]) for row in shared]))]

    assert len(theirs) == len(shared)
    assert (theirs["strength"] == "never").all()
    assert not (phones.drop(theirs.index)["strength"] == "never").any()


def test_a_shared_telephone_is_really_shared():
    """The landline of a household, or a mobile that two people gave."""
    people = small_block().people
    mobiles = people["phone"][people["phone"].duplicated()].tolist()

    for row in json_rows("zendesk_users.jsonl"):
        if row["shared_phone_number"]:
            assert row["phone"] in [*mobiles, *people["landline"]]
        elif "phone" in row:
            assert row["phone"] not in mobiles


def test_the_erased_keep_a_number_and_nothing_else():
    old = replace(small_block(), tickets=small_block().tickets.assign(at_ms=small_block().calendar.start_ms))
    rows = json_rows("zendesk_users.jsonl", old)
    erased = [row for row in rows if row["permanently_deleted"]]

    assert erased
    for row in erased:
        assert row["name"] == "Permanently Deleted User"
        assert not {"email", "phone", "external_id", "locale"} & set(row)


def test_erased_users_are_deleted_records(tmp_path):
    old = replace(small_block(), tickets=small_block().tickets.assign(at_ms=small_block().calendar.start_ms))
    erased = [str(row["id"]) for row in json_rows("zendesk_users.jsonl", old) if row["permanently_deleted"]]

    records = read_in("zendesk_users", tmp_path, old)["records"].set_index("record_id")

    assert records.loc[names_of("zendesk_users", erased), "is_deleted"].all()
    assert records["is_deleted"].sum() == len(erased)


def test_a_verified_address_is_really_the_persons():
    people, rows = small_block().people, json_rows("zendesk_users.jsonl")
    person_of = dict(part("zendesk_users.jsonl").speakers[["key", "person"]].itertuples(index=False))
    verified = [row for row in rows if row["verified"] and row["role"] == "end-user"]

    assert verified
    for row in verified:
        assert row["email"] in set(people.loc[person_of[str(row["id"])], ["email", "other_email"]])


def test_who_answers_is_no_customer():
    rows = json_rows("zendesk_users.jsonl")
    staff = [row for row in rows if row["role"] != "end-user"]

    assert {row["role"] for row in staff} == {"agent", "admin"}
    assert told("zendesk_users")["source_files"]["n_left_out"].tolist() == [len(staff)]


def test_some_people_are_two_users_until_somebody_notices():
    spoken = part("zendesk_users.jsonl").speakers

    assert spoken["key"].is_unique
    assert spoken["person"].duplicated().any() or len(spoken) < 200


def test_calls_in_and_out_name_the_person_at_the_other_end(tmp_path):
    people, start = small_block().people, small_block().calendar.start_ms
    block = living(
        kind=["call_in", "call_out", "call_machine"],
        person=[4, 4, 4],
        at_ms=[start, start + 3_600_000, start + 7_200_000],
        ended_ms=[start + 125_000, start + 3_600_000, start + 7_207_000],
    )

    rows = csv_rows("twilio_calls.csv", block)
    read = read_in("twilio_calls", tmp_path, block)

    numbers = set(people.loc[4, ["phone", "landline"]])
    assert [row["to"] == SHOP for row in rows] == [True, False, False]
    assert [row["from"] == SHOP for row in rows] == [False, True, True]
    assert {rows[0]["from"], rows[1]["to"], rows[2]["to"]} <= {*numbers, "anonymous", "+266696687"}
    assert rows[0]["start_time"] == "Sun, 05 Jan 2025 23:00:00 +0000"
    assert [row["duration"] for row in rows] == ["125", "0", "7"]
    assert rows[0]["price"].startswith("-0.0")
    touches = read["touches"].sort_values("touched_at")
    assert touches["direction"].tolist() == ["inbound", "outbound", "outbound"]
    assert touches["initiative"].tolist() == ["customer", "company", "company"]
    assert touches["action"].tolist() == ["called", "call_missed", "called"]
    assert touches["is_bot"].tolist() == [False, False, True], "a machine answered"
    lasted = (touches["ended_at"] - touches["touched_at"]).dt.total_seconds().tolist()
    assert lasted == [125.0, 0.0, 7.0]


def test_callers_without_a_number_are_nobody_in_common():
    rows = csv_rows("twilio_calls.csv")
    withheld = [row for row in rows if row["from"] in ("anonymous", "+266696687")]
    assert {row["from"] for row in withheld} == {"anonymous", "+266696687"}

    read = told("twilio_calls")

    alone = names_of("twilio_calls", [row["sid"] for row in withheld])
    touches = read["touches"].set_index("touch_id")
    their = touches.loc[names_of("twilio_calls", [row["sid"] for row in withheld], "touch"), "record_id"]
    assert their.tolist() == alone, "each such call is a record of its own"
    numbers = set(read["identifiers"]["identifier_value"])
    assert not numbers & {SHOP, "+266696687", "anonymous"}
    assert not set(read["identifiers"]["record_id"]) & set(alone)


def test_all_directions_and_all_ends_of_calls_occur():
    rows = csv_rows("twilio_calls.csv")

    assert {row["direction"] for row in rows} == {"inbound", "outbound-api", "outbound-dial"}
    assert {row["answered_by"] for row in rows} >= {"human", "machine_start"}
    assert all(row["price"] == "" or float(row["price"]) < 0 for row in rows)


def test_times_as_in_mail_are_utc():
    row = csv_rows("twilio_calls.csv")[0]

    assert touch_of("twilio_calls", row["sid"])["touched_at"] == pd.Timestamp(row["start_time"]).tz_convert(
        None
    )


@pytest.mark.parametrize("exporter", EXPORTERS, ids=[one.file_name for one in EXPORTERS])
def test_same_block_same_bytes(exporter):
    assert part(exporter.file_name).lines.equals(exporter.of_block(small_block()).lines)
