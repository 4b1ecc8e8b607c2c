"""Public mentions: a name is somebody together with its site, and answers name whom they answer."""

import pandas as pd

from journey_research.world.exports.social_exports import BRAND, authors, brandwatch_mentions
from tests.world.vendor_files import (
    assert_read_whole,
    json_rows,
    living,
    names_of,
    part,
    read_in,
    small_block,
    told,
    touch_of,
)

FILE, SOURCE = "brandwatch_mentions.jsonl", "brandwatch_mentions"


def somebody_on(site: str) -> int:
    """Row of the first person who writes on a site under a name of their own."""
    who, people = authors(small_block()), small_block().people
    return int(who.index[(who["domain"] == site) & (who["author"] == people["social_handle"])][0])


def test_no_row_is_set_aside_and_all_keys_are_spoken():
    assert_read_whole(SOURCE, FILE)


def test_a_complaint_and_the_answer_to_it(tmp_path):
    start, person = small_block().calendar.start_ms, somebody_on("x.com")
    block = living(
        kind=["mentioned", "complained", "replied"],
        person=[person] * 3,
        at_ms=[start, start + 60_000, start + 3_600_123],
    )

    post, complaint, answer = json_rows(FILE, block)
    read = read_in(SOURCE, tmp_path, block)

    handle = small_block().people["social_handle"][person]
    assert post["date"] == "2025-01-05T23:00:00.000+0000"
    assert (complaint["author"], complaint["sentiment"]) == (handle, "negative")
    assert (answer["author"], answer["threadEntryType"]) == (BRAND, "reply")
    assert answer["replyTo"] == complaint["url"]
    assert answer["threadId"] == complaint["threadId"] == complaint["resourceId"]
    touches = read["touches"].sort_values("touched_at")
    assert touches["action"].tolist() == ["mentioned", "complained", "replied"]
    assert touches["direction"].tolist() == ["inbound", "inbound", "outbound"]
    assert touches["initiative"].tolist() == ["customer", "customer", "company"]
    assert touches["record_id"].nunique() == 1, "the answer is a contact with the person answered"
    assert touches["touched_at"].iloc[2] == pd.Timestamp("2025-01-06 00:00:00.123")
    assert read["identifiers"]["identifier_value"].tolist() == [handle]


def test_one_name_on_two_sites_is_two_people():
    spoken = part(FILE).speakers
    name = spoken["key"].str.split("\x1f").str[1]
    sites = spoken["key"].groupby(name).nunique()
    assert (sites > 1).any()
    namesakes = spoken[name.isin(sites.index[sites > 1])].drop_duplicates()

    assert namesakes["key"].is_unique, "on one site they are one each"
    records = set(told(SOURCE)["records"]["record_id"])
    assert set(names_of(SOURCE, namesakes["key"].tolist())) <= records


def test_only_one_sites_names_are_handles_known_elsewhere():
    rows = json_rows(FILE)
    handles = {row["author"] for row in rows if row["domain"] == "x.com" and row["author"] != BRAND}
    handles |= {
        row["mentionedAuthors"][0] for row in rows if row["domain"] == "x.com" and "mentionedAuthors" in row
    }
    assert len({row["domain"] for row in rows}) > 3

    read = told(SOURCE)["identifiers"]

    assert set(read["identifier_value"]) == handles
    assert BRAND not in handles


def test_posts_replies_and_shares_occur_with_words_for_moods():
    rows = json_rows(FILE)

    assert {row["threadEntryType"] for row in rows} == {"post", "reply", "share"}
    assert {row["sentiment"] for row in rows} == {"positive", "neutral", "negative"}
    moods = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
    for row in rows[:20]:
        assert float(touch_of(SOURCE, row["resourceId"])["sentiment"]) == moods[row["sentiment"]]


def test_a_share_points_to_what_was_shared():
    rows = json_rows(FILE)
    urls = {row["url"]: row["date"] for row in rows}

    shares = [row for row in rows if row["threadEntryType"] == "share"]

    assert shares
    assert all(urls[row["retweetOf"]] <= row["date"] for row in shares)


def test_the_shop_is_nobodys_record():
    spoken = part(FILE).speakers

    assert not spoken["key"].str.endswith(BRAND).any()


def test_same_block_same_bytes():
    assert part(FILE).lines.equals(brandwatch_mentions(small_block()).lines)
