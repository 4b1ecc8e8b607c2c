"""Persons met offline alone have journeys, and what their touches are worth is seen when they are gone."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from benchmarks.journey_truth.block_tables import small_block, tables_of
from journey_research.engine import Table
from journey_research.pipelines.conversion.attribution import attribute_conversions
from journey_research.pipelines.conversion.crediting import AttributionRule
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.paths import count_paths, summarise_journeys
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.pipelines.journeys.stitching import find_outcomes
from journey_research.pipelines.journeys.together.offline import OfflineRule, share_offline
from tests.worlds import broken_rules, table

OFFLINE = ["store", "call_centre", "direct_mail", "trade_show"]
RULE = OfflineRule(OFFLINE)
JOURNEY = JourneyRule(30, 30, "order")


def test_four_persons_by_hand():
    """One only ever in the store, one by letter and phone, one in store and shop, one on the site alone."""
    met = {1: ["store"], 2: ["direct_mail", "call_centre"], 3: ["store", "direct"], 4: ["direct"]}
    touches = table("JOURNEY_TOUCHES", *(
        {"touch_id": f"web:{person}{i}", "person_id": f"person:{person:04x}", "channel": channel}
        for person, channels in met.items() for i, channel in enumerate(channels)
    ))  # fmt: skip
    journeys = table("JOURNEYS", *(
        {"journey_id": f"web:{person}", "person_id": f"person:{person:04x}",
         "outcome": "converted" if person == 1 else "open"} for person in met
    ))  # fmt: skip
    found = share_offline(touches, journeys, RULE)
    areas = found.set_index("area")

    assert areas.loc["offline", ["n_touched", "n_only", "n_journeys", "n_converted", "n"]].tolist() == [
        3,
        2,
        2,
        1,
        4,
    ]
    assert areas.loc["offline", ["touched_share", "offline_share"]].tolist() == [0.75, 0.5]
    assert areas.loc["store", ["n_touched", "n_only"]].tolist() == [2, 1]
    assert areas.loc["call_centre", ["n_touched", "n_only"]].tolist() == [1, 0]
    assert "trade_show" not in areas.index
    assert broken_rules("OFFLINE_SHARES", Table.from_pandas(found)) == []


def test_no_touches_give_no_rows_and_a_rule_is_a_list():
    assert share_offline(table("JOURNEY_TOUCHES"), table("JOURNEYS"), RULE).empty
    with pytest.raises(ValueError, match="offline_rule"):
        OfflineRule("store")


@pytest.fixture(scope="module")
def world():
    block = small_block(700, 1)
    return block, tables_of(block)


def test_persons_without_site_and_app_have_journeys(world):
    block, tables = world
    outcomes = find_outcomes(tables["touches"], tables["orders"], tables["people"], JOURNEY)
    touches = cut_journeys(tables["touches"], tables["people"], outcomes, JOURNEY)
    found = share_offline(touches, summarise_journeys(touches, outcomes, JOURNEY), RULE).set_index("area")

    told = block.touches[~block.touches["is_bot"] & ~block.touches["kind"].isin(["arm_assigned"])]
    offline = told.assign(off=told["channel"].isin(OFFLINE)).groupby("person")["off"].agg(["all", "any"])
    assert found.loc["offline", "n_only"] == offline["all"].sum() > 15
    assert found.loc["offline", "n_touched"] == offline["any"].sum()
    assert found.loc["offline", "n_journeys"] >= found.loc["offline", "n_only"]
    assert found.loc["offline", "n_converted"] > 10


def test_without_offline_touches_credit_is_further_from_the_truth(world):
    """Orders that offline channels cause are then credited to others, or to nobody."""
    block, tables = world
    variant = pa.array(["chosen"] * len(block.people))
    variants = Table.from_arrow(tables["people"].to_arrow().append_column("variant", variant))
    touches = tables["touches"].to_arrow()
    online = Table.from_arrow(touches.filter(pc.invert(pc.is_in(touches["channel"], pa.array(OFFLINE)))))
    rule = AttributionRule(models=("first", "last", "markov"), intervals=0)

    def credits(seen: Table) -> pd.DataFrame:
        told = attribute_conversions(count_paths(seen, tables["orders"], variants, JOURNEY), rule)
        return told.pivot(index="channel", columns="model", values="conversions")

    whole, blind = credits(tables["touches"]), credits(online)
    effects = block.told["effects"].set_index("channel")
    caused = effects["orders"] - effects["orders_without"]
    true_share = caused[OFFLINE].sum() / caused.sum()
    is_offline = whole.index.isin(OFFLINE)
    share = whole[is_offline].sum() / whole.sum()

    assert 0.1 < true_share < 0.3
    assert not set(blind.index) & set(OFFLINE)
    for model in ("first", "markov"):
        assert abs(share[model] - true_share) < true_share / 2, "blind to them, the error is all of it"
    assert share["last"] > share["first"], "who goes to the store to buy is there last"
    gained = blind - whole[~is_offline]
    assert (gained.sum() > 0).all()
    assert (gained[["first", "last"]].min() >= -1).all()
    assert (blind.sum() < whole.sum()).all(), "orders that only offline touches stood before are nobody's"
