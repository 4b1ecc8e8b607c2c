"""Claims that exclude each other, how far messages agree, and how long channels take to say the same."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.intervals import median_interval
from journey_research.pipelines.journeys.touchpoints.blueprint import TouchpointMap
from journey_research.pipelines.journeys.touchpoints.mapping_touchpoints import map_touchpoints
from journey_research.pipelines.journeys.touchpoints.messages import (
    MessageRule,
    find_claims,
    find_contradictions,
    measure_consistency,
    measure_sync_lags,
)
from journey_research.pipelines.journeys.touchpoints.touchpoint_metrics import measure_touchpoints
from tests.pipelines.journeys.touchpoints.met import START, kept, met, person, rows_of
from tests.worlds import broken_rules, table

MAP = TouchpointMap(
    channels={"email": {"owner": "email team"}, "sms": {"owner": "sales team"}}, actions={"sent": {}}
)
RULE = MessageRule(
    window_days=7,
    claims={
        "steady": {"subject": "price", "phrases": ["never CHANGE"]},
        "cut": {"subject": "price", "tactics": ["discount"], "phrases": ["sale"]},
        "gift": {"subject": "gift", "tactics": ["gift"], "channels": ["sms"]},
    },
    contradicting=[["steady", "cut"]],
)
OUT = {"direction": "outbound", "initiative": "company", "action": "sent"}
STEADY = {**OUT, "channel": "email", "campaign_id": "Letter 4: our prices Never change"}
SALE = {**OUT, "channel": "sms", "tactic": "discount", "campaign_id": "Spring"}
DAY = 24


def claimed(*rows, rule=RULE):
    touches, journey_touches = met(*rows)
    kinds = Table.from_pandas(map_touchpoints(touches, journey_touches, MAP))
    claims = kept(find_claims(touches, journey_touches, kinds, rule), "MESSAGE_CLAIMS")
    return claims, measure_sync_lags(touches, journey_touches, kinds, claims, rule)


def contradicting(*rows, rule=RULE):
    found = find_contradictions(claimed(*rows, rule=rule)[0], rule)
    return rows_of(kept(found, "CONTRADICTIONS"))


def test_two_teams_that_contradict_each_other_within_a_week_are_found():
    found = contradicting(
        {"person": 1, "at": 0, **STEADY},
        {"person": 1, "at": 2 * DAY, **SALE},
        {"person": 2, "at": 0, **STEADY},  # got no text
        {"person": 3, "at": 2 * DAY, **SALE},  # got no letter
    )

    assert [row["person_id"] for row in found] == [person(1)]
    row = found[0]
    assert (row["first_claim"], row["second_claim"], row["gap_days"]) == ("steady", "cut", 2.0)
    assert (row["first_owner"], row["second_owner"]) == ("email team", "sales team")
    assert row["is_across_owners"]
    assert row["is_across_channels"]


def test_a_week_to_the_second_is_too_far_and_the_order_does_not_matter():
    assert contradicting({"person": 1, "at": 0, **STEADY}, {"person": 1, "at": 7 * DAY, **SALE}) == []
    found = contradicting({"person": 1, "at": 7 * DAY - 0.01, **STEADY}, {"person": 1, "at": 0, **SALE})
    assert [row["first_claim"] for row in found] == ["cut"]
    assert len(contradicting({"person": 1, "at": 0, **STEADY}, {"person": 1, "at": 0, **SALE})) == 1


def test_what_a_person_does_and_what_claims_nothing_contradicts_nothing():
    opened = {**STEADY, "direction": "inbound", "action": "opened"}

    assert contradicting({"person": 1, "at": 0, **opened}, {"person": 1, "at": 1, **SALE}) == []
    assert contradicting({"person": 1, "at": 0, **OUT}, {"person": 1, "at": 1, **SALE}) == []
    assert contradicting({"person": 1, "at": 0, **SALE}, {"person": 1, "at": 1, **SALE}) == []


def test_sent_and_delivered_are_one_message():
    twice = [{"person": 1, "at": at, **STEADY, "content_id": "m1"} for at in (0, 0.1)]
    later = [{"person": 1, "at": 2 * DAY, **STEADY, "content_id": "m1"}]

    assert len(contradicting(*twice, {"person": 1, "at": 5, **SALE})) == 1
    assert len(contradicting(*twice, *later, {"person": 1, "at": 5, **SALE})) == 2, "sent again is sent again"


def test_claims_are_read_from_names_tactics_and_channels():
    gift = {**OUT, "tactic": "gift"}
    claims, _ = claimed(
        {"person": 1, "at": 0, **OUT, "channel": "email", "campaign_id": "SALE: prices that never change"},
        {"person": 1, "at": 1, **gift, "channel": "sms"},
        {"person": 1, "at": 2, **gift, "channel": "email"},
    )

    assert sorted((row["touch_id"], row["claim"]) for row in rows_of(claims)) == [
        ("web:00000", "cut"), ("web:00000", "steady"), ("web:00001", "gift"),
    ]  # fmt: skip


def test_the_index_is_the_share_that_agrees():
    claims, _ = claimed(
        {"person": 1, "at": 0, **STEADY},
        {"person": 1, "at": 1, **STEADY},
        {"person": 1, "at": 2, **SALE},
        {"person": 1, "at": 8 * DAY, **SALE},  # next week, alone
        {"person": 2, "at": 6.9 * DAY, **SALE},
        {"person": 2, "at": 6.95 * DAY, **SALE},
    )
    made = kept(measure_consistency(claims), "MESSAGE_CONSISTENCY")

    found = {(row["unit"], row["unit_id"]): row for row in rows_of(made)}
    monday = str(START.date())
    weeks = [row for row in rows_of(made) if row["unit"] == "week"]
    assert {row["unit_id"] for row in weeks} == {monday}
    assert sorted(row["consistency_index"] for row in weeks) == [pytest.approx(2 / 3), 1.0]
    assert found["journey", "j1"]["consistency_index"] == 0.5


MESSAGES = st.lists(
    st.tuples(st.integers(1, 2), st.integers(0, 20), st.sampled_from([STEADY, SALE])), max_size=10
)


@settings(deadline=None, max_examples=12)
@given(MESSAGES)
def test_the_plain_definitions_agree(told):
    rows = [{"person": who, "at": 12 * at, **message} for who, at, message in told]
    claims, _ = claimed(*rows)
    found = find_contradictions(claims, RULE)

    names = {id(STEADY): "steady", id(SALE): "cut"}
    plain = pd.DataFrame([(who, 12 * at, names[id(message)]) for who, at, message in told],
                         columns=["person", "at", "claim"])  # fmt: skip
    both = plain.merge(plain, on="person", suffixes=("", "_2"))
    close = (both["at"] - both["at_2"]).abs() < 7 * DAY
    expected = (close & (both["claim"] == "steady") & (both["claim_2"] == "cut")).sum()
    assert found.count() == expected

    weekly = [row for row in rows_of(measure_consistency(claims)) if row["unit"] == "week"]
    plain["week"] = [(START + timedelta(hours=int(at))).isocalendar()[1] for at in plain["at"]]
    by_hand = sorted(
        group["claim"].value_counts().max() / len(group)
        for _, group in plain.groupby(["person", "week"])
        if len(group) > 1
    )
    assert sorted(row["consistency_index"] for row in weekly) == pytest.approx(by_hand)


def test_a_lag_is_from_the_first_to_the_next_other_channel_once_a_person():
    mail = {**OUT, "channel": "email", "campaign_id": "Big sale"}
    rows = []
    for who in range(1, 8):
        rows += [
            {"person": who, "at": 0, **mail},
            {"person": who, "at": 1, **mail},
            {"person": who, "at": 1 + who, **SALE},  # who hours after the second mail
            {"person": who, "at": 60, **mail},
            {"person": who, "at": 90, **SALE},  # again, which counts no second time
        ]
    _, lags = claimed(*rows)

    assert broken_rules("SYNC_LAGS", lags) == []
    found = {(row["name"], row["first_channel"], row["second_channel"]): row for row in rows_of(lags)}
    there = found["cut", "email", "sms"]
    median, low, high = median_interval(np.arange(1.0, 8.0))
    assert (there["n_persons"], there["median_lag_hours"]) == (7, median)
    assert (there["low"], there["high"]) == (low, high)
    assert found["cut", "sms", "email"]["median_lag_hours"] == 55
    assert set(found) == {("cut", "email", "sms"), ("cut", "sms", "email")}, "campaigns keep to their channel"


def test_few_persons_have_no_interval_and_far_messages_no_lag():
    mail = {**OUT, "channel": "email", "campaign_id": "Big sale"}
    _, lags = claimed({"person": 1, "at": 0, **mail}, {"person": 1, "at": 5, **SALE})
    _, far = claimed({"person": 1, "at": 0, **mail}, {"person": 1, "at": 7 * DAY, **SALE})

    assert [(row["n_persons"], row["low"], row["high"]) for row in rows_of(lags)] == [(1, None, None)]
    assert rows_of(far) == []


def test_nothing_in_nothing_out():
    claims, lags = claimed()

    assert (claims.count(), lags.count(), contradicting()) == (0, 0, [])
    assert measure_consistency(claims).count() == 0
    made = measure_touchpoints(
        table("TOUCHPOINT_MAP"), claims, table("CONTRADICTIONS"), table("MESSAGE_CONSISTENCY"),
        table("PERSON_PREFERENCES"),
    )  # fmt: skip
    assert broken_rules("METRICS", Table.from_pandas(made)) == []
    assert made["value"].isna().all()


def test_figures_count_persons():
    claims, _ = claimed(
        {"person": 1, "at": 0, **STEADY},
        {"person": 1, "at": 1, **SALE},
        {"person": 2, "at": 1, **SALE},
        {"person": 3, "at": 1, **SALE},
        {"person": 4, "at": 1, **SALE},
    )
    made = measure_touchpoints(
        table("TOUCHPOINT_MAP"), claims, find_contradictions(claims, RULE), measure_consistency(claims),
        table("PERSON_PREFERENCES"),
    ).set_index("metric")  # fmt: skip

    assert made.loc["contradicted_person_share", ["value", "n"]].tolist() == [0.25, 4]
    assert made.loc["consistency_index_by_week", "value"] == 0.5
    assert made.loc["contradicted_person_share", "low"] < 0.25 < made.loc["contradicted_person_share", "high"]


@pytest.mark.parametrize(
    ("claims", "pairs", "said"),
    [
        ({"cut": {"subject": "price"}}, [], "phrases"),
        ({"cut": {"subject": "price", "phrases": "sale"}}, [], "lists"),
        ({"cut": {"subject": "price", "phrase": ["sale"]}}, [], "'phrase'"),
        ({"cut": {"subject": "price", "phrases": ["sale"]}}, [["cut", "steady"]], "listed above"),
    ],
)
def test_a_rule_that_cannot_be_meant_stops_the_run(claims, pairs, said):
    with pytest.raises(ValueError, match=said):
        MessageRule(window_days=7, claims=claims, contradicting=pairs)
