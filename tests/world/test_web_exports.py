"""What the web shop, the app and the stores' beacons export: whom they know, when, and what they repeat."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from journey_research.world.block_files import surroundings
from journey_research.world.delivering import delivered
from journey_research.world.exports.beacon_exports import beacon_log
from journey_research.world.exports.ga4_exports import ga4_events, ga4_files
from journey_research.world.exports.shop_exports import order_names
from journey_research.world.exports.web_exports import segment_events
from journey_research.world.exports.web_visits import KINDS, logged_in, was_cleared
from journey_research.world.simulation.living import make_block

BERLIN = ZoneInfo("Europe/Berlin")
WEEKS = 6


@pytest.fixture(scope="module")
def block():
    calendar, catalogue = surroundings(3, WEEKS)
    return make_block(0, 500, 3, calendar, catalogue)


@pytest.fixture(scope="module")
def calls(block):
    return [json.loads(line) for line in segment_events(block).lines.to_pylist()]


@pytest.fixture(scope="module")
def days(block):
    return {
        name: [json.loads(line) for line in part.lines.to_pylist()]
        for name, part in ga4_events(block).items()
    }


@pytest.fixture(scope="module")
def events(days):
    return [event for name, told in days.items() if "intraday" not in name for event in told]


@pytest.fixture(scope="module")
def sightings(block):
    return [json.loads(line) for line in beacon_log(block).lines.to_pylist()]


def of_site(block, site):
    return block.touches[(block.touches["site"] == site) & block.touches["kind"].isin(KINDS)]


def test_every_touch_of_the_shop_is_told_and_few_are_told_twice(block, calls):
    ids = Counter(call["messageId"] for call in calls)
    banner = {
        call["messageId"] for call in calls if call.get("event") == "Segment Consent Preference Updated"
    }
    lines = defaultdict(set)
    for call in calls:
        lines[call["messageId"]].add(json.dumps(call))

    assert len(ids) - len(banner) == len(of_site(block, "shop"))
    assert 0 < sum(n - 1 for n in ids.values()) < 0.01 * len(calls)
    assert all(len(told) == 1 for told in lines.values())
    stamps = [call["timestamp"] for call in calls]
    assert stamps != sorted(stamps)  # some came late
    assert np.mean(np.array(stamps[1:]) < np.array(stamps[:-1])) < 0.03


def instant(text):
    return datetime.fromisoformat(text)


def test_of_four_clocks_one_is_right(block, calls):
    off = 0
    for call in calls:
        waited = instant(call["sentAt"]) - instant(call["originalTimestamp"])
        assert instant(call["timestamp"]) == instant(call["receivedAt"]) - waited
        assert waited >= timedelta(0)
        off += abs(instant(call["originalTimestamp"]) - instant(call["timestamp"])) > timedelta(seconds=30)
    assert 0.01 < off / len(calls) < 0.3
    truth = of_site(block, "shop")["at_ms"].sum() / 1000
    told = {
        c["messageId"]: instant(c["timestamp"]).timestamp()
        for c in calls
        if "Consent" not in c.get("event", "")
    }
    assert abs(sum(told.values()) - truth) / len(told) < 0.4  # seconds on the network


WORKED_EXAMPLE = [
    # device, cookies lost, kind, person, whose login the device carries then
    (7, False, "page_viewed", 0, -1),
    (7, False, "logged_in", 0, 0),
    (8, False, "page_viewed", 0, -1),  # another device
    (7, False, "page_viewed", 1, 0),  # somebody else at the same device
    (7, False, "logged_in", 1, 1),
    (7, False, "page_viewed", 0, 1),  # whoever logged in last
    (7, True, "page_viewed", 1, -1),  # cookies are gone
    (8, False, "logged_in", 2, -1),  # has no login
]


def test_worked_example_of_logins(block):
    people = block.people.head(3).assign(login_id=["u_1", "u_2", ""])
    told = pd.DataFrame(WORKED_EXAMPLE, columns=["number", "cleared", "kind", "person", "known"])

    known = logged_in(type("Few", (), {"people": people})(), told.assign(is_bot=False))

    assert known.tolist() == told["known"].tolist()


def test_users_are_known_from_a_login_on_and_programs_send_words_for_nobody(block, calls):
    logins = set(block.people["login_id"]) - {""}
    known, words, nameless = Counter(), Counter(), 0
    for call in calls:
        user = call["userId"]
        known[user in logins] += 1
        if user is not None and user not in logins:
            words[user] += 1
        if call["type"] == "identify":
            nameless += user is None
            assert ("email" in call["traits"]) == (user in logins)
    assert known[True] > 100
    assert known[False] > known[True]
    assert set(words) == {"null", "anonymous", "0000"}
    assert nameless > 0


def test_an_answer_that_nobody_gave_is_missing(block, calls):
    told = Counter()
    for call in calls:
        consent = call["context"].get("consent")
        told[consent and json.dumps(consent["categoryPreferences"], sort_keys=True)] += 1
    assert told[None] > 0
    named = [json.loads(text) for text in told if text]
    assert {one["Analytics"] for one in named} == {True, False}
    assert {"Functional" in one for one in named} == {True, False}
    updates = [call for call in calls if call.get("event") == "Segment Consent Preference Updated"]
    assert updates
    assert all("consent" in call["context"] for call in updates)


def test_robots_say_so_and_have_no_login(block, calls):
    robots = {call["anonymousId"] for call in calls if "ot" in call["context"]["userAgent"].split("/")[0]}
    agents = Counter(
        "bot" in call["context"]["userAgent"].lower() or "Headless" in call["context"]["userAgent"]
        for call in calls
    )
    n_bot = int(of_site(block, "shop")["is_bot"].sum())
    assert abs(agents[True] - n_bot) <= 0.02 * n_bot + 3
    assert not robots & {
        call["anonymousId"] for call in calls if call["userId"] and call["type"] == "identify"
    }


def orders_told(block, site):
    touches = of_site(block, site)
    rows = touches.loc[(touches["kind"] == "order_completed") & (touches["order"] >= 0), "order"].unique()
    orders = block.orders.iloc[rows]
    return dict(zip(order_names(orders["number"]).to_pylist(), orders["amount_cents"], strict=True))


def test_an_order_is_told_a_second_time_with_its_lines(block, calls, events):
    seen = {}
    for call in calls:
        if call.get("event") == "Order Completed":
            told = call["properties"]
            seen[told["order_id"]] = round(told["total"] * 100)
            lines = sum(one["price"] * one["quantity"] for one in told["products"])
            assert round((lines - told["discount"] + told["shipping"]) * 100) == seen[told["order_id"]]
    assert seen == orders_told(block, "shop")
    bought = {
        event["ecommerce"]["transaction_id"]: round(event["ecommerce"]["purchase_revenue"] * 100)
        for event in events
        if event["event_name"] == "purchase"
    }
    assert bought == orders_told(block, "app")
    assert seen
    assert all(event["items"] for event in events if event["event_name"] == "purchase")


def test_a_file_holds_the_events_of_its_day_in_berlin(block, days):
    assert set(days) == set(ga4_files(block.calendar))
    assert len(days) == 7 * WEEKS + 1
    for name, told in days.items():
        for event in told:
            moment = datetime.fromtimestamp(int(event["event_timestamp"]) / 1e6, BERLIN)
            assert event["event_date"] == moment.strftime("%Y%m%d") == name.split("_")[-1].split(".")[0]


def test_the_running_days_file_repeats_the_last_days(days):
    *_, last, running = days
    assert running == last.replace("events_", "events_intraday_")
    whole = Counter(json.dumps(event) for event in days[last])
    part = Counter(json.dumps(event) for event in days[running])
    assert 0 < len(part) < len(whole)
    assert not part - whole


def test_events_have_no_number_and_few_are_there_twice(block, events):
    lines = Counter(json.dumps(event) for event in events)
    begun = sum(json.loads(line)["event_name"] == "session_start" for line in lines)
    touches = of_site(block, "app")

    assert begun == touches["visit"].nunique()
    assert 0.99 * len(touches) < len(lines) - begun <= len(touches)  # two in one millisecond look alike
    assert 0 < len(events) - len(lines) < 0.02 * len(events)
    assert {type(event["event_timestamp"]) for event in events} == {int, str}


def test_whoever_refused_has_no_number_and_an_origin_is_the_users_first(events):
    origins = defaultdict(set)
    refused = Counter()
    for event in events:
        is_refused = event["privacy_info"]["analytics_storage"] == "No"
        refused[is_refused] += 1
        assert (event["user_pseudo_id"] is None) == is_refused
        if is_refused:
            assert event["user_id"] is event["device"]["advertising_id"] is None
            assert "traffic_source" not in event
        else:
            origins[event["user_pseudo_id"]].add(json.dumps(event["traffic_source"]))
    assert 0.05 < refused[True] / len(events) < 0.6
    assert all(len(told) == 1 for told in origins.values())
    engaged = [
        next(one["value"] for one in event["event_params"] if one["key"] == "session_engaged")
        for event in events
    ]
    assert {key for value in engaged for key in value} == {"string_value", "int_value"}


def test_who_has_not_agreed_is_seen_without_a_number(block, sightings):
    cards = set(block.people["loyalty_id"]) - {""}
    told = Counter()
    for one in sightings:
        named = ("device_id" in one) + ("loyalty_login" in one)
        told[one["consented"], named] += 1
        assert one.get("loyalty_login") in (None, *cards)
        assert named < 2 or one["event"] == "checkin"  # who checks in shows the card
        assert ("major" in one) == (one["beacon_type"] == "ibeacon") == ("namespace" not in one)
    assert set(told) == {(True, 1), (True, 2), (False, 0)}


def test_a_telephones_address_changes_every_day(sightings):
    days_of = defaultdict(set)
    for one in sightings:
        days_of[one["bluetooth_address"]].add(one["ts"][:10])
    assert all(len(told) == 1 for told in days_of.values())


def test_cookies_are_lost_once_and_by_few(block):
    numbers = block.devices["number"].to_numpy()
    begin, end = block.calendar.start_ms, block.calendar.end_ms
    lost = [was_cleared(block, numbers, np.full(len(numbers), at)) for at in (begin, (begin + end) // 2, end)]

    assert (lost[0] <= lost[1]).all()
    assert (lost[1] <= lost[2]).all()
    assert 0.05 < lost[2].mean() < 0.2


def test_every_row_is_delivered_at_least_once():
    order = delivered(10_000, np.random.default_rng(0))
    told = np.bincount(order, minlength=10_000)

    assert set(told) == {1, 2}
    assert 20 < (told == 2).sum() < 70
    assert np.abs(order[:5000] - np.arange(5000)).max() > 500
