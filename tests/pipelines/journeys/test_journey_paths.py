"""What each journey was, how often it converted, what follows what."""

from itertools import pairwise

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.paths import (
    close_journeys,
    count_paths,
    count_transitions,
    summarise_journeys,
)
from journey_research.pipelines.journeys.sessions import summarise_sessions
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import (
    RULE,
    START,
    orders_from,
    people_from,
    shuffled,
    touches_from,
    variants_from,
    worlds,
)
from tests.worlds import broken_rules, table

# Minute, channel; the orders come at minutes 30, 40 and 5000.
TOUCHES = [(0, "email"), (10, "email"), (20, "store"), (30, "email"), (31, "store"), (3000, "direct")]
DAY = 24 * 60
NO_DEVICES = table("DEVICE_SESSIONS"), table("DEVICE_PAIRS")


def told(touches, orders, people, rule=RULE):
    people = people_from(people)
    outcomes = find_outcomes(touches, orders, people, rule)
    return cut_journeys(touches, people, outcomes, rule), outcomes


def worked_example():
    touches = touches_from(["web:a"] * 6, [m for m, _ in TOUCHES], channel=[c for _, c in TOUCHES])
    return touches, orders_from(["web:a"] * 3, [30, 40, 5000], order_amount=["12.50", "9", "7"])


def test_worked_example():
    journey_touches, outcomes = told(*worked_example(), {"web:a": 1})

    journeys = summarise_journeys(journey_touches, outcomes, RULE)

    found = journeys.to_pandas().sort_values("started_at")
    assert found["path"].tolist() == ["email > store > email", "store", "direct"]
    assert found["outcome"].tolist() == [
        "converted",
        "converted",
        "open",
    ]  # 5000 is more than a day after 3000
    assert found["outcome_id"].tolist()[:2] == ["shop:0", "shop:1"]
    assert found["n_touches"].tolist() == [4, 1, 1]
    ended = [(at - START) / pd.Timedelta(minutes=1) for at in found["ended_at"]]
    assert ended == [30, 40, 3000]
    assert [str(a) for a in found["outcome_amount"]][:2] == ["12.50", "9.00"]
    assert broken_rules("JOURNEYS", journeys) == []
    assert broken_rules("JOURNEY_TOUCHES", journey_touches) == []
    assert broken_rules("OUTCOMES", outcomes) == []


def test_an_order_a_day_after_the_last_touch_still_closes_and_a_minute_later_does_not():
    for minute, outcome in ((DAY, "converted"), (DAY + 1, "open")):
        found = told(touches_from(["web:a"], [0]), orders_from(["web:a"], [minute]), {"web:a": 1})
        assert summarise_journeys(*found, RULE).to_pandas()["outcome"].tolist() == [outcome]


def test_orders_without_a_touch_before_them_close_no_journey():
    touches = touches_from(["web:a"], [10])
    found = told(touches, orders_from(["web:a", "web:a", "web:a"], [0, 20, 30]), {"web:a": 1})

    closed = close_journeys(*found, RULE).to_pandas().sort_values("outcome_id")

    assert closed["is_touched"].tolist() == [False, True, True]
    assert closed["journey_id"].fillna("none").tolist() == [
        "none",
        "web:0",
        "none",
    ]  # the first of two in a row


@settings(max_examples=12, deadline=None)
@given(worlds())
def test_agrees_with_the_definition(world):
    journey_touches, outcomes = told(*world)

    found = summarise_journeys(journey_touches, outcomes, RULE).to_pandas().set_index("journey_id")

    expected = journeys_by_hand(journey_touches.to_pandas(), outcomes.to_pandas())
    assert found[["path", "outcome_id"]].fillna("none").T.to_dict("list") == expected


def test_identity_decides_what_converted():
    touches = touches_from(["web:a", "web:b"], [0, 10], channel=["email", "store"])
    orders = orders_from(["web:a", "web:b"], [20, 30])
    variants = variants_from({"cautious": {"web:a": 1, "web:b": 2}, "generous": {"web:a": 1, "web:b": 1}})

    found = count_paths(touches, orders, variants, RULE).to_pandas().sort_values(["variant", "path"])

    assert found[["variant", "path", "n_conversions", "n_nulls", "n_persons"]].values.tolist() == [
        ["cautious", "email", 1, 0, 1],
        ["cautious", "store", 1, 0, 1],
        ["generous", "email > store", 1, 0, 1],  # one person: the second order has no touch of its own
    ]
    assert [str(amount) for amount in found["value_amount"]] == ["10.00", "10.00", "10.00"]


@settings(max_examples=8, deadline=None)
@given(worlds(), worlds())
def test_every_variant_is_what_it_would_be_alone(world, other):
    touches, orders, people = world

    together = count_paths(touches, orders, variants_from({"chosen": people, "generous": other[2]}), RULE)
    alone = summarise_journeys(*told(touches, orders, people), RULE).to_pandas()

    chosen = together.to_pandas().query("variant == 'chosen'").set_index("path")
    converted = alone["outcome"] == "converted"
    assert chosen["n_conversions"].to_dict() == converted.groupby(alone["path"]).sum().to_dict()
    assert chosen["n_nulls"].to_dict() == (~converted).groupby(alone["path"]).sum().to_dict()
    assert chosen["n_persons"].to_dict() == alone.groupby("path")["person_id"].nunique().to_dict()
    assert chosen["value_amount"].sum() == alone["outcome_amount"].dropna().sum()
    assert broken_rules("PATHS", together) == []


@settings(max_examples=8, deadline=None)
@given(worlds())
def test_sessions_and_transitions_agree_with_the_definition(world):
    journey_touches, _ = told(*world)
    rows = journey_touches.to_pandas().sort_values(["journey_id", "touch_number"])

    sessions = (
        summarise_sessions(journey_touches, *NO_DEVICES).to_pandas().set_index("session_id").sort_index()
    )
    transitions = count_transitions(journey_touches).to_pandas()

    assert sessions["n_touches"].to_dict() == rows.groupby("session_id").size().to_dict()
    assert sessions["ended_at"].to_dict() == rows.groupby("session_id")["touched_at"].max().to_dict()
    pairs = []
    for _, journey in rows.groupby("journey_id"):
        steps = list(zip(journey["channel"], journey["touched_at"], strict=True))
        pairs += [(a, b, (later - at).total_seconds() / 60) for (a, at), (b, later) in pairwise(steps)]
    hand = pd.DataFrame(pairs, columns=["from_channel", "to_channel", "gap"]).groupby(
        ["from_channel", "to_channel"]
    )["gap"]
    found = transitions.set_index(["from_channel", "to_channel"])
    assert found["n_transitions"].to_dict() == hand.count().to_dict()
    assert found["median_gap_minutes"].to_dict() == hand.median().to_dict()


@settings(max_examples=5, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(world, draws):
    touches, orders, people = world
    variants = variants_from({"chosen": people})

    found = count_paths(touches, orders, variants, RULE).to_pandas()
    again = count_paths(
        shuffled(touches, draws), shuffled(orders, draws), shuffled(variants, draws), RULE
    ).to_pandas()

    pd.testing.assert_frame_equal(*(t.sort_values("path", ignore_index=True) for t in (found, again)))


def journeys_by_hand(touches: pd.DataFrame, outcomes: pd.DataFrame) -> dict:
    """The definition, one outcome at a time: journey -> [path, outcome]."""
    found = {}
    for journey, rows in touches.sort_values("touch_number").groupby("journey_id"):
        path = [c for i, c in enumerate(rows["channel"]) if i == 0 or c != rows["channel"].iloc[i - 1]]
        found[journey] = [" > ".join(path), "none"]
    for outcome in outcomes.sort_values(["occurred_at", "outcome_id"]).itertuples():
        before = touches[
            (touches["person_id"] == outcome.person_id) & (touches["touched_at"] <= outcome.occurred_at)
        ]
        if before.empty or outcome.occurred_at - before["touched_at"].max() > pd.Timedelta(days=1):
            continue
        last = before.sort_values(["touched_at", "touch_id"]).iloc[-1]["journey_id"]
        if found[last][1] == "none":
            found[last][1] = outcome.outcome_id
    return found
