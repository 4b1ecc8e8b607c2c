"""Touches do what the truth says they do, and what merely stands close to an order does nothing."""

import numpy as np
import pandas as pd
import pytest

from journey_research.world.behaviour import Behaviour, live
from journey_research.world.calendar import DAY_MS, END_MS, Calendar
from journey_research.world.people import make_people
from journey_research.world.truth import truth_effects

CALENDAR = Calendar(12)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_people(4000, world_seed=5)


@pytest.fixture(scope="module")
def behaviour(people: pd.DataFrame) -> Behaviour:
    return live(people, CALENDAR, world_seed=5)


def share_with_order(touches: pd.DataFrame, orders: pd.DataFrame, days: int) -> float:
    """Share of touches after which their person orders within ``days``."""
    found = pd.merge_asof(
        touches.sort_values("at_ms"),
        orders.assign(order_ms=orders["at_ms"]).sort_values("at_ms")[["person", "at_ms", "order_ms"]],
        on="at_ms", by="person", direction="forward", allow_exact_matches=False,
    )  # fmt: skip
    return float((found["order_ms"] - found["at_ms"] < days * DAY_MS).mean())


def test_a_strong_channel_is_followed_by_more_orders_than_a_weak_one(behaviour):
    visits, orders = behaviour.visits, behaviour.orders
    rate = {
        channel: share_with_order(visits[visits["channel"] == channel], orders, 7)
        for channel in ("referral", "organic_search", "social")
    }
    assert rate["referral"] > rate["organic_search"] + 0.05
    assert rate["referral"] > rate["social"] + 0.05


def test_direct_visits_look_best_and_cause_nothing(behaviour):
    visits, orders = behaviour.visits, behaviour.orders
    direct = visits[visits["channel"] == "direct"]
    referral = visits[visits["channel"] == "referral"]

    assert share_with_order(direct, orders, 1) > share_with_order(referral, orders, 1)
    assert (direct["cause_probability"] == 0).all()


def test_mail_is_drawn_among_those_who_agreed_so_its_effect_can_be_measured(people, behaviour):
    agreed = np.flatnonzero(people["agrees_to_mail"])
    weeks = pd.MultiIndex.from_product([agreed, range(CALENDAR.weeks - 2)], names=["person", "campaign_no"])
    mailed = behaviour.mails.set_index(["person", "campaign_no"])["at_ms"].reindex(weeks).notna()
    week = (behaviour.orders["at_ms"] - CALENDAR.start_ms) // DAY_MS - 1
    ordered = behaviour.orders.assign(campaign_no=week // 7).groupby(["person", "campaign_no"]).size()
    ordered = ordered.reindex(weeks, fill_value=0)

    lift = ordered[mailed].mean() - ordered[~mailed].mean()
    error = np.sqrt(ordered[mailed].var() / mailed.sum() + ordered[~mailed].var() / (~mailed).sum())
    told = behaviour.mails["cause_probability"].mean()

    assert 0 < lift < told + 3 * error
    assert lift > told * 0.6 - 3 * error  # some orders come later than the week
    assert abs(mailed.mean() - 0.65) < 0.02


def test_the_truth_tells_the_mean_of_what_was_drawn(behaviour):
    told = pd.read_csv(pd.io.common.BytesIO(truth_effects(behaviour).body)).set_index(["channel", "touch"])
    caused = behaviour.orders["cause"].value_counts()

    expected = told["added_purchase_probability"] * told["n_touches"]

    assert expected["email", "delivered"] == pytest.approx(caused["mail"], rel=0.15)
    assert expected["call_centre", "call"] == pytest.approx(caused["call"], rel=0.3)
    assert expected.xs("visit", level="touch").sum() == pytest.approx(caused["visit"], rel=0.15)


def test_nothing_happens_outside_the_calendar(behaviour):
    for table in (behaviour.visits, behaviour.mails, behaviour.calls, behaviour.orders):
        assert table["at_ms"].between(CALENDAR.start_ms - DAY_MS, END_MS - 1).all()
    assert set(behaviour.visits["person"]) <= set(range(4000))


def test_households_share_surname_and_street_but_seldom_the_whole_name(people):
    several = people[people["household"].duplicated(keep=False)]
    assert several.groupby("household")["street"].nunique().eq(1).all()
    assert several.groupby("household")["last_name"].nunique().mean() < 1.2
    namesakes = several.duplicated(["household", "first_name", "last_name"]).mean()
    assert 0 < namesakes < 0.02
    assert people["birth_date"].max() < "2007-02-01"


def test_whoever_has_left_gets_no_more_mail(behaviour):
    left = behaviour.mails[behaviour.mails["left_ms"] > 0].groupby("person")["left_ms"].min()
    last = behaviour.mails.groupby("person")["at_ms"].max().reindex(left.index)

    assert len(left) > 10
    assert (last < left).all()


def test_people_without_the_web_neither_visit_nor_order_there(people, behaviour):
    offline = set(np.flatnonzero(~people["uses_web"]))

    assert not offline & set(behaviour.visits["person"])
    assert not offline & set(behaviour.orders.loc[behaviour.orders["source"] == "web", "person"])
