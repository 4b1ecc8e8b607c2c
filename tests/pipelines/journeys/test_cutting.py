"""Which touches belong to one effort."""

from io import StringIO

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.paths import summarise_journeys
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import (
    HOUR,
    RULE,
    START,
    orders_from,
    people_from,
    shuffled,
    touches_from,
    worlds,
)

WORKED_EXAMPLE = """
record  minute  session  journey
web:a        0  web:0    web:0
web:b       30  web:0    web:0    # same person; 30 minutes is not yet too long
web:b       61  web:2    web:0    # 31 minutes is, for a session
web:c       61  web:3    web:3    # somebody else
web:a     1501  web:4    web:0    # 24 hours is not yet too long for a journey
web:a     2942  web:5    web:5    # a minute more is
"""

CUT_BY_ORDER = """
record  minute  journey
web:a        0  web:0
web:a       10  web:0    # the order comes at this very minute: the touch belongs to what it closes
web:a       11  web:2    # after the order: a new effort, in the same session
web:a       12  web:2
"""

NO_ORDERS = orders_from([], [])


def cut(touches, orders, people, rule=RULE):
    people = people_from(people)
    outcomes = find_outcomes(touches, orders, people, rule)
    return cut_journeys(touches, people, outcomes, rule).to_pandas().set_index("touch_id").sort_index()


def test_worked_example():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#")

    found = cut(touches_from(told["record"], told["minute"]), NO_ORDERS, {"web:a": 1, "web:b": 1, "web:c": 2})

    assert found["session_id"].tolist() == told["session"].tolist()
    assert found["journey_id"].tolist() == told["journey"].tolist()
    assert found["touch_number"].tolist() == [1, 2, 3, 1, 4, 1]


def test_an_order_ends_a_journey_but_not_a_session():
    told = pd.read_csv(StringIO(CUT_BY_ORDER), sep=r"\s+", comment="#")

    found = cut(touches_from(told["record"], told["minute"]), orders_from(["web:a"], [10]), {"web:a": 1})

    assert found["journey_id"].tolist() == told["journey"].tolist()
    assert set(found["session_id"]) == {"web:0"}


def test_bots_and_records_without_a_person_are_left_out():
    touches = touches_from(["web:a", "web:a", "web:b"], [0, 1, 2], is_bot=[False, True, False])

    assert cut(touches, NO_ORDERS, {"web:a": 1}).index.tolist() == ["web:0"]


def test_what_has_no_direction_is_no_contact():
    touches = touches_from(["web:a"] * 3, [0, 1, 2], direction=["inbound", "none", "outbound"])

    assert cut(touches, NO_ORDERS, {"web:a": 1}).index.tolist() == ["web:0", "web:2"]


def test_touches_that_are_the_goal_are_outcomes_and_no_steps():
    touches = touches_from(
        ["web:a"] * 4,
        [0, 10, 20, 30],
        action=["page_viewed", "coupon_redeemed", "page_viewed", "coupon_redeemed"],
        is_bot=[False, False, False, True],  # a bot converts nobody
    )
    rule = RULE.__class__(session_gap_minutes=30, max_gap_days=1, conversion_action="coupon_redeemed")
    people = people_from({"web:a": 1})

    outcomes = find_outcomes(touches, orders_from(["web:a"], [5]), people, rule)
    found = cut_journeys(touches, people, outcomes, rule)

    assert outcomes.to_pandas()[["outcome_id", "kind"]].values.tolist() == [["web:1", "coupon_redeemed"]]
    assert found.to_pandas().sort_values("touch_id")["journey_id"].tolist() == ["web:0", "web:2"]
    journeys = summarise_journeys(found, outcomes, rule).to_pandas().sort_values("journey_id")
    assert journeys["outcome"].tolist() == ["converted", "open"]


def test_only_paid_orders_are_outcomes_at_what_was_kept():
    orders = orders_from(
        ["web:a"] * 4, [0, 1, 2, 3], order_amount=["10.00", "20", "30", "40"],
        refunded_amount=["2.50", "0", "0", "40"], status=["paid", "pending", "cancelled", "refunded"],
    )  # fmt: skip

    found = find_outcomes(touches_from([], []), orders, people_from({"web:a": 1}), RULE).to_pandas()

    assert found["outcome_id"].tolist() == ["shop:0"]
    assert str(found["outcome_amount"].iloc[0]) == "7.50"


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_agrees_with_the_definition(world):
    touches, orders, people = world

    found = cut(touches, orders, people)

    assert dict(
        zip(found.index, zip(found["session_id"], found["journey_id"], strict=True), strict=True)
    ) == (cut_by_hand(touches.to_pandas(), orders.to_pandas(), people))


@settings(max_examples=15, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_every_touch_lands_once(world, draws):
    touches, orders, people = world

    found = cut(touches, orders, people)
    again = cut(shuffled(touches, draws), shuffled(orders, draws), people)

    pd.testing.assert_frame_equal(found, again)
    told = touches.to_pandas()
    assert sorted(found.index) == sorted(told.loc[told["record_id"].isin(list(people)), "touch_id"])


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(0, 72))
def test_later_touches_and_orders_rename_nothing(world, hours):
    touches, orders, people = world
    cut_off = START + hours * HOUR
    told, bought = touches.to_pandas(), orders.to_pandas()

    then = cut(
        Table.from_arrow(touches.to_arrow().filter((told["touched_at"] < cut_off).to_numpy())),
        Table.from_arrow(orders.to_arrow().filter((bought["ordered_at"] < cut_off).to_numpy())),
        people,
    )
    now = cut(touches, orders, people)

    pd.testing.assert_frame_equal(then, now.loc[then.index])


def cut_by_hand(touches: pd.DataFrame, orders: pd.DataFrame, people: dict[str, int]) -> dict:
    """The definition, one touch at a time: touch -> (session, journey)."""
    placed = {}
    for person in set(people.values()):
        records = [record for record, one in people.items() if one == person]
        bought = orders.loc[orders["record_id"].isin(records), "ordered_at"].tolist()
        last = session = journey = None
        for touch in (
            touches[touches["record_id"].isin(records)].sort_values(["touched_at", "touch_id"]).itertuples()
        ):
            gap = None if last is None else touch.touched_at - last
            if gap is None or gap > pd.Timedelta(minutes=30):
                session = touch.touch_id
            if (
                gap is None
                or gap > pd.Timedelta(days=1)
                or any(last <= at < touch.touched_at for at in bought)
            ):
                journey = touch.touch_id
            placed[touch.touch_id] = (session, journey)
            last = touch.touched_at
    return placed
