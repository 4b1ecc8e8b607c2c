"""A channel switched off takes with it what follows from it, and moves nothing else by a hair."""

import numpy as np
import pandas as pd
import pytest
from blocks import block, named_by_number

from journey_research.world.simulation.block import CHANNELS

FEW = 300
OFF = ["email", "organic_search", "referral", "direct", "direct_mail", "store", "support"]


@pytest.mark.parametrize("channel", OFF)
def test_what_does_not_follow_from_a_channel_is_the_same_without_it(channel):
    with_it, without_it = named_by_number(block(0, 700)), named_by_number(block(0, 700, (channel,)))

    for name in ("people", "accounts", "devices"):
        pd.testing.assert_frame_equal(with_it[name], without_it[name])
    for name in ("touches", "orders", "lines", "tickets"):
        both = with_it[name].index.intersection(without_it[name].index, sort=False)
        left = with_it[name].loc[both]
        if name == "touches":  # what a touch is about is named only where it is there
            for column in ("order", "ticket"):
                gone = without_it[name].loc[both, column] < 0
                left = left.assign(**{column: np.where(gone, -1, left[column])})
        pd.testing.assert_frame_equal(left, without_it[name].loc[both])
        if channel != "direct_mail":  # letters sour some orders, which come back without them
            assert len(both) == len(without_it[name]), f"nothing new in {name}"
    assert (without_it["touches"]["channel"] != channel).all()
    if channel != "direct_mail":
        own = with_it["orders"][with_it["orders"]["cause"] == "own accord"]
        assert own.index.isin(without_it["orders"].index).all()
    caused = with_it["orders"]["cause"] == channel
    assert not with_it["orders"].index[caused].isin(without_it["orders"].index).any()


def test_a_visit_on_a_second_screen_goes_with_the_first():
    made = block(0, 1500)
    channel = made.touches[made.touches["visit"] >= 0].groupby("visit")["channel"].first()
    pairs = made.told["devices"]
    first = pairs["first_visit"].map(channel)
    left = set(block(0, 1500, ("organic_search",)).touches["visit"])

    gone = pairs.loc[first == "organic_search", "second_visit"]
    stays = pairs.loc[first == "direct", "second_visit"]

    assert len(gone) > 20
    assert not left & set(gone)
    assert len(set(stays) - left) <= 0.05 * len(stays), "but for those that end the calendar"


def test_the_effects_that_are_told_are_those_of_making_the_block_again():
    told = block(0, FEW).told["effects"].set_index("channel")

    again = {channel: len(block(0, FEW, (channel,)).orders) for channel in CHANNELS}

    assert told["orders_without"].to_dict() == again
    assert (told["orders"] == len(block(0, FEW).orders)).all()
    assert told["orders_without"].nunique() > 5


def test_the_synergy_and_the_friction_are_those_of_making_the_block_again():
    pair = block(0, FEW).told["synergy"].iloc[0]
    one, two = pair["first_channel"], pair["second_channel"]
    step = block(0, FEW).told["friction"].iloc[0]

    assert pair["orders_without_first"] == len(block(0, FEW, (one,)).orders)
    assert pair["orders_without_second"] == len(block(0, FEW, (two,)).orders)
    assert pair["orders_without_both"] == len(block(0, FEW, tuple(sorted((one, two)))).orders)
    assert step["orders_without_friction"] == len(block(0, FEW, ("payment",)).orders) > step["orders"]


def test_without_the_synergy_only_its_orders_and_what_follows_them_are_gone():
    told, alone = block(0, FEW), block(0, FEW, ("synergy",))
    pair, no_pair = told.told["synergy"].iloc[0], alone.told["synergy"].iloc[0]

    assert set(alone.orders["number"]) < set(told.orders["number"])
    assert pair["planted_orders"] > 0 == no_pair["planted_orders"]
    assert 0.5 * pair["pairs"] < no_pair["pairs"] <= pair["pairs"]
    pd.testing.assert_frame_equal(told.people, alone.people)
    together = no_pair["orders"] - no_pair["orders_without_first"] - no_pair["orders_without_second"]
    assert together + no_pair["orders_without_both"] < 0.01 * no_pair["orders"]


def test_some_channels_stand_close_to_orders_and_cause_none():
    told = block().told["effects"].set_index("channel")
    for channel in ("direct", "support", "social_public"):
        assert told.loc[channel, "orders"] == told.loc[channel, "orders_without"], channel
        assert told.loc[channel, "contacts"] > 100
    touches, orders = block().touches, block().orders
    last = touches[(touches["visit"] >= 0) & (touches["kind"] == "order_completed")]
    assert (last["channel"] == "direct").mean() > 0.4, "most orders are completed on a direct visit"
    service = touches[(touches["kind"] == "call_in") & (touches["tactic"] == "service")]
    assert len(service) > 0.1 * len(orders)
    assert (service["effect"] == 0).all()
    assert not service["did_cause"].any()


def test_advertising_finds_people_who_would_buy_anyway():
    """Orders after a display visit are many, orders because of it few."""
    made = block()
    shown = made.touches[(made.touches["channel"] == "display") & (made.touches["kind"] == "page_viewed")]
    shown = shown.drop_duplicates("visit")
    bought = pd.merge_asof(
        shown[["person", "at_ms"]], made.orders[["person", "at_ms"]].assign(order_ms=made.orders["at_ms"]),
        on="at_ms", by="person", direction="forward",
    )  # fmt: skip
    followed = ((bought["order_ms"] - bought["at_ms"]) < 7 * 86_400_000).mean()
    told = made.told["effects"].set_index("channel").loc["display"]

    assert followed > 0.15
    assert (told["orders"] - told["orders_without"]) / told["contacts"] < 0.02


def test_touches_cause_as_often_as_their_effect_says():
    """Contacts with a large effect cause orders, up to those given up at the payment or after the end."""
    touches = block().touches
    strong = touches[touches["effect"] > 0]
    expected, spread = strong["effect"].sum(), np.sqrt((strong["effect"] * (1 - strong["effect"])).sum())

    caused = strong["did_cause"].sum()

    assert caused < expected + 4 * spread
    assert caused > 0.65 * expected - 4 * spread
    assert touches.loc[touches["did_cause"], "effect"].gt(0).mean() > 0.85, "the rest are pairs"


def test_an_unknown_channel_is_refused():
    with pytest.raises(ValueError, match="no such channels: fax"):
        block(0, 2, ("fax",))


def test_a_whole_world_can_be_had_in_which_nobody_gives_up_at_the_payment(tmp_path):
    from journey_research.world import build_world

    for folder, without in (("with", []), ("without", ["payment"])):
        build_world(tmp_path / folder, persons=60, weeks=6, world_seed=3, without=without, processes=1)
    told = {
        folder: pd.read_csv(tmp_path / folder / "truth_friction.csv").set_index("step")
        for folder in ("with", "without")
    }

    assert told["with"].loc["payment", "orders_lost"] > 0
    assert told["without"].loc["payment", ["left_share", "orders_lost"]].tolist() == [0, 0]
    assert told["with"].loc["cart", "reached"] <= told["without"].loc["cart", "reached"]
    people = [(tmp_path / folder / "truth_people.csv").read_bytes()[:2000] for folder in ("with", "without")]
    assert people[0] == people[1]
