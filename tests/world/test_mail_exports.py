"""Newsletters, messages and an old audience: seconds, slips, machines, and states in files' names."""

import pandas as pd
import pytest

from journey_research.world.exports.mail_exports import EXPORTERS
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

MEMBERS = ("subscribed_members.csv", "unsubscribed_members.csv", "cleaned_members.csv")
FILES = {
    "sendgrid_events": ("sendgrid_events.jsonl",),
    "klaviyo_events": ("klaviyo_events.jsonl",),
    "mailchimp_members": MEMBERS,
    "mailchimp_upemails": ("mailchimp_upemails.csv",),
}
MAIL_TOUCHES = ["delivered", "open", "click", "spamreport", "unsubscribe", "group_unsubscribe"]


@pytest.mark.parametrize("source", FILES)
def test_no_row_is_set_aside_and_all_keys_are_spoken(source):
    assert_read_whole(source, *FILES[source])


def test_one_mail_from_sending_to_click(tmp_path):
    nine = small_block().calendar.start_ms + 9 * 3_600_000
    block = living(
        kind=["mail_sent", "mail_delivered", "mail_machine_opened", "mail_opened", "mail_clicked"],
        person=[5] * 5,
        at_ms=[nine, nine + 2_000, nine + 9_000, nine + 600_000, nine + 630_999],
        tactic=["newsletter"] * 5,
        campaign=[0] * 5,
        message=[77] * 5,
    )

    read = read_in("sendgrid_events", tmp_path, block)["touches"].sort_values("touched_at")

    assert read["action"].tolist() == ["email_delivered", "email_opened", "email_opened", "email_clicked"]
    assert read["is_bot"].tolist() == [False, True, False, False], "a machine opened it first"
    assert read["direction"].tolist() == ["outbound", "inbound", "inbound", "inbound"]
    assert read["touched_at"].astype(str).tolist() == [
        "2025-01-06 08:00:02", "2025-01-06 08:00:09", "2025-01-06 08:10:00", "2025-01-06 08:10:30",
    ]  # fmt: skip
    assert read["campaign_id"].unique().tolist() == ["Newsletter 01"]


def test_seconds_since_1970_are_whole_and_read_as_seconds():
    row = next(row for row in json_rows("sendgrid_events.jsonl") if row["event"] == "click")

    assert isinstance(row["timestamp"], int)
    assert 1_700_000_000 < row["timestamp"] < 1_800_000_000
    touch = touch_of("sendgrid_events", row["sg_event_id"])
    assert touch["touched_at"] == pd.Timestamp(row["timestamp"], unit="s")


def test_a_category_is_a_word_or_a_list_and_says_the_same():
    rows = json_rows("sendgrid_events.jsonl")

    assert {type(row["category"]) for row in rows} == {str, list}
    assert told("sendgrid_events")["touches"]["tactic"].unique().tolist() == ["newsletter"]


def test_machines_that_open_mail_are_no_people():
    opens = [row for row in json_rows("sendgrid_events.jsonl") if row["event"] == "open"]
    assert {row["sg_machine_open"] for row in opens} == {True, False}

    touches = told("sendgrid_events")["touches"]

    by_machine = {row["sg_event_id"] for row in opens if row["sg_machine_open"]}
    assert set(touches.loc[touches["is_bot"], "touch_id"]) == set(
        names_of("sendgrid_events", sorted(by_machine), "touch")
    )


def test_our_own_argument_stands_among_the_vendors_keys():
    rows = json_rows("sendgrid_events.jsonl")
    logins = {row["shop_user"] for row in rows if "shop_user" in row}

    assert len(logins) > 0
    assert any("shop_user" not in row for row in rows), "not everybody has a login"
    found = told("sendgrid_events")["identifiers"]
    assert set(found.loc[found["identifier_type"] == "user_id", "identifier_value"]) == logins


def test_a_bounce_reached_nobody():
    rows = json_rows("sendgrid_events.jsonl")

    kinds = {row["event"] for row in rows}
    assert {"bounce", "processed", "unsubscribe", "group_unsubscribe"} <= kinds
    assert len(told("sendgrid_events")["touches"]) == sum(row["event"] in MAIL_TOUCHES for row in rows)


def test_whoever_left_a_group_by_mistake_is_back_and_may_be_written_to():
    rows = json_rows("sendgrid_events.jsonl")
    back = [row["email"].lower() for row in rows if row["event"] == "group_resubscribe"]
    assert back

    consents = told("sendgrid_events")["consents"].sort_values(["record_id", "stated_at"])

    theirs = consents[consents["record_id"].isin(names_of("sendgrid_events", back))]
    assert (theirs.groupby("record_id")["status"].last() == "granted").all()
    assert (theirs.groupby("record_id")["status"].first() == "withdrawn").all()
    others = consents[~consents["record_id"].isin(theirs["record_id"])]
    assert others["status"].unique().tolist() == ["withdrawn"]


def test_capitals_in_an_address_are_no_other_person():
    emails = [row["email"] for row in json_rows("sendgrid_events.jsonl")]

    assert any(email != email.lower() for email in emails)
    assert len(told("sendgrid_events")["records"]) == len({email.lower() for email in emails})


def test_klaviyo_tells_one_instant_twice():
    rows = json_rows("klaviyo_events.jsonl")

    for row in rows[:200]:
        whole, text = row["attributes"]["timestamp"], row["attributes"]["datetime"]
        assert isinstance(whole, int)
        assert pd.Timestamp(text) == pd.Timestamp(whole, unit="s", tz="UTC")
    assert touch_of("klaviyo_events", rows[0]["id"])["touched_at"] == pd.Timestamp(
        rows[0]["attributes"]["timestamp"], unit="s"
    )


def test_messages_to_telephones_have_their_own_channels(tmp_path):
    at = [small_block().calendar.start_ms + minute * 60_000 for minute in range(6)]
    block = living(
        kind=[
            "mail_delivered",
            "sms_sent",
            "push_sent",
            "messenger_sent",
            "in_app_shown",
            "mail_machine_opened",
        ],
        person=[3, 3, 3, 3, 3, 3],
        at_ms=at,
        tactic=["coupon", "discount", "reminder", "advice", "banner", "coupon"],
        message=list(range(6)),
    )

    read = read_in("klaviyo_events", tmp_path, block)["touches"].sort_values("touched_at")

    assert read["channel"].tolist() == ["email", "sms", "push", "messenger", "in_app", "email"]
    assert read["tactic"].tolist() == ["coupon", "discount", "reminder", "advice", "banner", "coupon"]
    assert read["is_bot"].tolist() == [False] * 5 + [True]
    assert read["direction"].tolist() == ["outbound"] * 5 + ["inbound"]


def test_newsletters_are_sendgrids_and_the_rest_is_klaviyos():
    touches = small_block().touches
    mails = touches[touches["kind"].str.startswith("mail_") & (touches["kind"] != "mail_dropped")]
    newsletters = int((mails["tactic"] == "newsletter").sum())
    slips = sum(row["event"] == "group_resubscribe" for row in json_rows("sendgrid_events.jsonl"))

    assert len(json_rows("sendgrid_events.jsonl")) == newsletters + 2 * slips
    names = {row["metric"]["name"] for row in json_rows("klaviyo_events.jsonl")}
    assert {"Received SMS", "Received Push"} <= names


def test_the_files_name_alone_tells_a_members_state():
    assert not any("status" in name.lower() for file in MEMBERS for name in csv_rows(file)[0])
    consents = told("mailchimp_members")["consents"]

    states = consents.groupby("record_id")["status"].agg(set)
    for file, expected in zip(MEMBERS, [{"granted"}, {"granted", "withdrawn"}, {"granted"}], strict=True):
        emails = [row["Email Address"].lower() for row in csv_rows(file)]
        assert emails, file
        assert (
            states[names_of("mailchimp_members", emails)] == pd.Series([expected] * len(emails)).values
        ).all()


def test_times_without_an_offset_are_utc():
    row = csv_rows("unsubscribed_members.csv")[0]
    assert len(row["OPTIN_TIME"]) == len("2025-01-06 08:00:00")

    consents = told("mailchimp_members")["consents"].set_index("record_id")
    theirs = consents.loc[[names_of("mailchimp_members", [row["Email Address"].lower()])[0]]]

    told_at = dict(zip(theirs["status"], theirs["stated_at"], strict=True))
    assert told_at["granted"] == pd.Timestamp(row["OPTIN_TIME"])
    assert told_at["withdrawn"] == pd.Timestamp(row["UNSUB_TIME"])


def test_a_changed_address_joins_the_old_and_the_new():
    changes = csv_rows("mailchimp_upemails.csv")
    assert changes
    links = told("mailchimp_upemails")["source_links"]

    for change in changes:
        me = names_of("mailchimp_upemails", [change["new_email"]])[0]
        for address in (change["old_email"], change["new_email"]):
            assert frozenset([me, names_of("sendgrid_events", [address])[0]]) in pairs_of(links)
    assert links["rule"].unique().tolist() == ["alias"]
    mailed = [(row["email"].lower(), row["timestamp"]) for row in json_rows("sendgrid_events.jsonl")]
    by_address = pd.DataFrame(mailed, columns=["email", "at"]).groupby("email")["at"]
    for change in changes:
        changed = pd.Timestamp(change["fired_at"]).timestamp()
        assert by_address.max().get(change["old_email"], 0) < changed
        assert by_address.min().get(change["new_email"], 2e9) >= int(changed)


@pytest.mark.parametrize("exporter", EXPORTERS, ids=[one.file_name for one in EXPORTERS])
def test_same_block_same_bytes(exporter):
    assert part(exporter.file_name).lines.equals(exporter.of_block(small_block()).lines)
