"""Interaction share beside spend and attention share, and areas that are covered or not."""

import logging
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.touchpoints.blueprint import TouchpointMap
from journey_research.pipelines.journeys.touchpoints.coverage import CoverageRule, warn_of_gaps
from journey_research.pipelines.journeys.touchpoints.mapping_touchpoints import map_touchpoints
from journey_research.pipelines.journeys.touchpoints.shares import ShareRule, share_channels
from tests.pipelines.journeys.touchpoints.met import met
from tests.worlds import broken_rules, table

MAP = TouchpointMap(
    channels={
        "direct": {"tool": "website"}, "search": {"tool": "search"}, "social": {"tool": "social"},
        "posts": {"tool": "social"}, "support": {"tool": "service"},
    },
    actions={"page_viewed": {"role": "discover"}, "ticket_opened": {"role": "complain"}},
)  # fmt: skip
RULE = ShareRule(min_interactions=2, error_share=0.05)


def spend_of(**amounts):
    rows = [
        {
            "spend_id": f"ads:{channel}", "channel": channel, "currency": "EUR",
            "spent_amount": Decimal(amount), "n_impressions": shown,
        }
        for channel, (amount, shown) in amounts.items()
    ]  # fmt: skip
    return table("SPEND", *rows)


def shared(rows, spend, rule=RULE):
    touches, journey_touches = met(*rows)
    kinds = Table.from_pandas(map_touchpoints(touches, journey_touches, MAP))
    made = share_channels(touches, journey_touches, kinds, spend, MAP, rule)
    assert broken_rules("CHANNEL_SHARES", Table.from_pandas(made)) == []
    return made.set_index(["level", "base", "name"])


def many(n_persons, **shares):
    """Persons with ten sessions each, drawn by the shares of channels."""
    draws = np.random.default_rng(7)
    channels, chances = list(shares), list(shares.values())
    return [
        {"person": who, "at": 24 * day, "channel": channels[draws.choice(len(channels), p=chances)]}
        for who in range(n_persons)
        for day in range(10)
    ]  # fmt: skip


def test_an_interaction_is_a_session_in_a_channel_however_many_pages_it_has():
    rows = [{"person": 1, "at": at / 60, "session": "a"} for at in range(20)]
    rows += [{"person": 1, "at": 1, "session": "a", "channel": "social"}]
    rows += [{"person": 2, "at": 5, "session": "b", "channel": "search"}] * 2

    found = shared(rows, spend_of(search=(30, 100), social=(10, 300)))

    counts = found.loc[("channel", "all")]["n_interactions"].to_dict()
    assert counts == {"direct": 1, "search": 1, "social": 1}
    assert found.loc[("channel", "all", "social"), "interaction_share"] == 1 / 3
    assert found.loc[("channel", "paid", "social"), "interaction_share"] == 1 / 2
    assert found.loc[("channel", "all", "search"), ["spend_share", "attention_share"]].tolist() == [
        0.75,
        0.25,
    ]
    assert math.isnan(found.loc[("channel", "all", "search"), "spend_index"]), "one interaction is too few"


def test_a_channel_that_takes_more_money_than_contacts_is_flagged_and_a_fair_one_is_not():
    rows = many(80, direct=0.49, search=0.45, social=0.01, posts=0.05)

    found = shared(rows, spend_of(search=(96, 0), social=(4, 0)))
    dear = shared(rows, spend_of(search=(60, 0), social=(40, 0)))

    assert not found.loc[("channel", "paid", "search"), "is_shiny"]
    assert not found.loc[("channel", "paid", "social"), "is_shiny"]  # 4 % of the money, about 2 % of contacts
    row = dear.loc[("channel", "paid", "social")]
    assert row["is_shiny"]
    assert row["spend_index_low"] > 1
    assert row["spend_index_low"] < row["spend_index"] < row["spend_index_high"]
    assert row["spend_index"] == pytest.approx(0.4 / row["interaction_share"])
    assert row["spend_index_high"] == pytest.approx(0.4 / row["low"])
    tool, channel = dear.loc[("tool", "all", "social")], dear.loc[("channel", "all", "social")]
    assert tool["n_interactions"] > channel["n_interactions"], "posts are social too"


def test_more_attention_than_contacts_is_flagged_too():
    found = shared(many(80, search=0.9, social=0.1), spend_of(search=(90, 10), social=(10, 90)))

    row = found.loc[("channel", "paid", "social")]
    assert row["is_shiny"]
    assert row["attention_index_low"] > 1 > row["spend_index_low"]


def test_flags_are_as_seldom_false_as_the_rule_says():
    draws = np.random.default_rng(11)
    n_flagged = 0
    for _ in range(24):
        rows = [
            {"person": who, "at": at, "channel": ["search", "social"][int(draws.random() < 0.3)]}
            for who in range(25)
            for at in range(4)
        ]
        # The money is spent exactly as people behave: no index is above 1.
        found = shared(rows, spend_of(search=(70, 0), social=(30, 0)))
        n_flagged += bool(found["is_shiny"].any())
    assert n_flagged <= 4  # of 24; 1.2 are expected at most, 5 or more come once in 150 times


def test_the_interval_is_by_person():
    """One person's hundred visits say less than a hundred persons' one."""
    one = [{"person": 1, "at": at, "channel": "social"} for at in range(100)]
    one += [{"person": who, "at": 0, "channel": "direct"} for who in range(2, 102)]
    spread = [{"person": who, "at": 0, "channel": ["social", "direct"][who % 2]} for who in range(200)]

    loud, even = (shared(rows, spend_of()).loc[("channel", "all", "social")] for rows in (one, spread))

    assert loud["interaction_share"] == even["interaction_share"] == 0.5
    assert loud["high"] - loud["low"] > 2 * (even["high"] - even["low"])


def test_the_plain_definition_agrees():
    rows = [row | {"session": str(row["at"] // 24)} for row in many(12, direct=0.6, search=0.3, social=0.1)]
    found = shared(rows, spend_of(search=(1, 1)))

    frame = pd.DataFrame(rows)
    plain = frame.drop_duplicates(["person", "session", "channel"])["channel"].value_counts()
    assert found.loc[("channel", "all")]["n_interactions"].to_dict() == plain.to_dict()
    assert found.loc[("channel", "all")]["interaction_share"].sum() == pytest.approx(1)


def test_spend_without_any_contact_and_in_two_currencies_is_told_as_that(caplog):
    found = shared([{"person": 1, "at": 0}], spend_of(social=(10, 5)))
    row = found.loc[("channel", "all", "social")]
    assert row[["n_interactions", "spend_share"]].tolist() == [0, 1]
    assert math.isnan(row["spend_index"])

    two = table(
        "SPEND",
        {"spend_id": "ads:1", "channel": "social", "currency": "EUR", "spent_amount": Decimal(1)},
        {"spend_id": "ads:2", "channel": "social", "currency": "CHF", "spent_amount": Decimal(1)},
    )
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        found = shared([{"person": 1, "at": 0, "channel": "social"}], two)
    assert math.isnan(found.loc[("channel", "all", "social"), "spend_share"])
    assert "2 currencies" in caplog.text


def test_nothing_in_nothing_out():
    assert shared([], spend_of()).empty


AREAS = CoverageRule(
    min_share=0.05, areas={"contact_centre": {"channels": ["support"]}, "after_sale": {"roles": ["complain"]}}
)


def covered(*rows):
    touches, journey_touches = met(*rows)
    kinds = Table.from_pandas(map_touchpoints(touches, journey_touches, MAP))
    made = warn_of_gaps(touches, journey_touches, kinds, AREAS)
    assert broken_rules("COVERAGE_WARNINGS", Table.from_pandas(made)) == []
    return made.set_index("area")


def test_areas_are_missing_small_unsure_or_covered(caplog):
    web = [{"person": who, "at": 0} for who in range(600)]
    ticket = {"channel": "support", "action": "ticket_opened"}

    def with_tickets(n):
        return covered(*web, *({"person": 1000 + who, "at": 0, **ticket} for who in range(n)))

    with caplog.at_level(logging.WARNING, logger="journey_research"):
        none = covered(*web)
    assert none["status"].tolist() == ["missing", "missing"]
    assert none["is_warning"].all()
    assert "2 of 2 areas" in caplog.text
    assert with_tickets(3).loc["after_sale", ["status", "is_warning"]].tolist() == ["small", True]
    assert with_tickets(32).loc["after_sale", ["status", "is_warning"]].tolist() == ["unsure", False]
    assert with_tickets(90).loc["contact_centre", "status"] == "covered"
    assert with_tickets(90).loc["contact_centre", "interaction_share"] == pytest.approx(90 / 690)


def test_without_any_touch_every_area_is_missing():
    assert covered()["status"].tolist() == ["missing", "missing"]


def test_an_area_says_what_lies_in_it():
    with pytest.raises(ValueError, match="channels, roles"):
        CoverageRule(min_share=0.1, areas={"store": {"channel": ["store"]}})
