"""Preferences that were planted are found, and none where there is none or too little to say."""

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.touchpoints.preferences import (
    PreferenceRule,
    find_preferences,
    zone_offsets,
)
from tests.pipelines.journeys.touchpoints.met import kept, met, person, rows_of
from tests.worlds import table

RULE = PreferenceRule(
    min_days=6,
    prior_days=5,
    answer_days=2,
    zone="UTC",
    parts_of_day={"morning": 6, "evening": 18},
    unwanted_actions=["unsubscribed"],
)
DAY = 24


def preferring(*rows, rule=RULE):
    found = kept(find_preferences(*met(*rows), rule), "PERSON_PREFERENCES")
    return {(row["person_id"], row["dimension"]): row for row in rows_of(found)}


def days(who, channel, first, n, hour=8, **columns):
    told = {"person": who, "channel": channel, **columns}
    return [{"at": DAY * day + hour, **told} for day in range(first, first + n)]


def test_nine_days_against_one_are_a_preference_and_three_against_none_are_too_few():
    found = preferring(*days(1, "app", 0, 9), *days(1, "store", 9, 1), *days(2, "app", 0, 3))

    clear, thin = found[person(1), "channel"], found[person(2), "channel"]
    assert (clear["preferred_value"], clear["n_days"], clear["n_leading"]) == ("app", 10, 9)
    assert (clear["leading_share"], clear["n_runner_up"]) == (0.9, 1)
    assert (clear["low"], clear["high"]) == pytest.approx(wilson_interval(9, 10))
    assert (thin["leading_value"], thin["preferred_value"], thin["is_clear"]) == ("app", None, False)
    usual = 12 / 13
    assert thin["shrunk_share"] == pytest.approx((3 + 5 * usual) / 8)


def test_a_day_counts_once_and_what_we_send_or_they_refuse_does_not():
    found = preferring(
        *[{"person": 1, "at": at, "channel": "app"} for at in range(20)],  # all on one day
        *days(1, "email", 0, 9, direction="outbound"),
        *days(1, "email", 0, 9, action="unsubscribed"),
    )

    assert found[person(1), "channel"]["n_days"] == 1
    assert found[person(1), "channel"]["leading_value"] == "app"


@pytest.mark.parametrize(
    ("n_lead", "n_next", "clear"), [(6, 0, True), (5, 0, False), (8, 1, True), (9, 2, False)]
)
def test_the_winner_has_to_beat_the_runner_up(n_lead, n_next, clear):
    """As the exact sign test has it: 6:0 and 8:1 are rarer than one in twenty, 5:0 and 9:2 are not."""
    found = preferring(*days(1, "app", 0, n_lead), *days(1, "store", 20, n_next), rule=RULE)

    assert found[person(1), "channel"]["is_clear"] == clear


def test_answers_are_counted_in_the_channel_that_asked():
    found = preferring(
        *days(1, "email", 0, 3, hour=1, direction="outbound", campaign_id="letter"),
        *days(1, "email", 0, 1, hour=9, campaign_id="letter"),
        *days(1, "sms", 0, 1, hour=1, direction="outbound"),
        {"person": 1, "at": 2 * DAY + 1 + 48.5, "channel": "email"},
    )

    row = found[person(1), "channel"]
    assert (row["leading_value"], row["n_sent"], row["n_answered"]) == ("email", 3, 1)


def test_the_hour_at_which_we_wrote_is_not_theirs():
    found = preferring(
        *days(1, "email", 0, 8, hour=7, direction="outbound", campaign_id="letter"),
        *days(1, "email", 0, 8, hour=8, campaign_id="letter"),
        *days(1, "direct", 0, 7, hour=20),
        *days(1, "direct", 10, 5, hour=0, is_date_only=True),
    )

    row = found[person(1), "part_of_day"]
    assert (row["preferred_value"], row["n_days"]) == ("evening", 7)


def test_the_hours_before_the_first_part_belong_to_the_last_and_the_zone_counts():
    late = days(1, "app", 0, 7, hour=5)  # five in the morning in London, noon in Tokyo is later still
    here = preferring(*late)
    there = preferring(*late, rule=PreferenceRule(**{**vars(RULE), "zone": "Asia/Tokyo"}))

    assert here[person(1), "part_of_day"]["preferred_value"] == "evening"
    assert there[person(1), "part_of_day"]["preferred_value"] == "morning"  # 14 o'clock


def test_planted_preferences_are_recovered_and_none_is_made_up():
    draws = np.random.default_rng(3)
    channels = ["app", "direct", "email", "store"]
    rows, planted = [], {}
    for who in range(120):
        favourite = channels[who % 4] if who < 60 else None
        planted[person(who)] = favourite
        weights = [0.7 if one == favourite else 0.1 for one in channels] if favourite else [0.25] * 4
        for day in range(30):
            chosen = channels[draws.choice(4, p=weights)]
            rows.append({"person": who, "at": DAY * day + 8, "channel": chosen})
    found = preferring(*rows)

    said = {who: found[who, "channel"]["preferred_value"] for who in planted}
    right = sum(said[who] == favourite for who, favourite in planted.items() if favourite)
    wrong = sum(said[who] not in (None, favourite) for who, favourite in planted.items() if favourite)
    made_up = sum(said[who] is not None for who, favourite in planted.items() if not favourite)
    assert right >= 57  # of 60
    assert wrong == 0
    assert made_up <= 7  # of 60; three are expected at most


COMINGS = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 24 * 12), st.sampled_from(["app", "email", "store"])),
    max_size=30,
)


@settings(deadline=None, max_examples=12)
@given(COMINGS)
def test_the_plain_definition_agrees(told):
    found = preferring(*({"person": who, "at": at, "channel": channel} for who, at, channel in told))

    for who in {who for who, _, _ in told}:
        counted = Counter(channel for channel, _ in {(c, at // DAY) for w, at, c in told if w == who})
        ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        first, second = ranked[0], ranked[1][1] if len(ranked) > 1 else 0
        row = found[person(who), "channel"]
        assert (row["leading_value"], row["n_leading"], row["n_runner_up"]) == (*first, second)
        clear = first[1] - second - 1 >= 1.959963984540054 * (first[1] + second) ** 0.5
        assert row["is_clear"] == (clear and sum(counted.values()) >= 6)


def test_clocks_that_are_changed_give_two_offsets():
    touches, _ = met({"person": 1, "at": 0}, {"person": 1, "at": 40 * DAY})  # 3 March to 12 April 2025
    rows = rows_of(zone_offsets(touches, "Europe/Berlin"))

    assert [row["offset_us"] // 3_600_000_000 for row in rows] == [1, 2]
    changed = datetime(1970, 1, 1) + timedelta(microseconds=rows[1]["from_us"])
    assert changed == datetime(2025, 3, 30, 1)
    assert rows[0]["until_us"] == rows[1]["from_us"]


def test_nothing_in_nothing_out():
    assert preferring() == {}
    assert zone_offsets(table("TOUCHES"), "UTC").count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Berlin"}, "Europe/Berlin"),
        ({"parts_of_day": {"a": 6, "b": 6}}, "once"),
        ({"min_days": 0}, "at least 1"),
    ],
)
def test_a_rule_that_cannot_be_meant_stops_the_run(wrong, said):
    with pytest.raises(ValueError, match=said):
        PreferenceRule(**{**vars(RULE), **wrong})
