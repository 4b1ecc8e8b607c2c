"""Friction by step: a worked example, the plain definition, what is planted, and nothing where nothing is."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.journey_truth.friction import STEPS as TRUE_STEPS
from benchmarks.journey_truth.friction import beside_the_truth, friction_of_a_block
from journey_research.engine import Table
from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.friction.finding import find_friction
from journey_research.pipelines.journeys.friction.step_cases import follow_cases, gather_steps
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.friction.made_up_steps import DAY, STEPS, friction_of, of_tables, rule, shop
from tests.pipelines.journeys.small_world import RULE, as_of, moment, orders_from, people_from, touches_from
from tests.worlds import broken_rules, table

# Four visits: one buys, one stops at the payment and calls, one stops at the cart, one only looks.
VISITS = [
    ("web:a", 0, "product_viewed", None, "direct"), ("web:a", 1, "added_to_cart", None, "direct"),
    ("web:a", 3, "page_viewed", "/pay", "direct"),  # the order comes at minute 5
    ("web:b", 0, "product_viewed", None, "direct"), ("web:b", 1, "added_to_cart", None, "direct"),
    ("web:b", 2, "page_viewed", "pay", "direct"),  # the same page, told without its slash
    ("web:b", 4, "added_to_cart", None, "direct"),  # goes back to the cart
    ("web:b", 90, "called", None, "call_centre"),
    ("web:c", 0, "product_viewed", None, "direct"), ("web:c", 1, "added_to_cart", None, "direct"),
    ("web:d", 0, "product_viewed", None, "direct"), ("web:e", 0, "product_viewed", None, "direct"),
]  # fmt: skip
FEW = rule(least_cases=1, n_resamples=10, least_lift=1.5)


def test_worked_example():
    found = friction_of(VISITS, [("web:a", 5)], FEW).set_index(["step", "metric"])

    shares, cases = found["affected_share"], found["n_cases"]
    assert cases["added_to_cart", "drop_off"] == 3
    assert shares["added_to_cart", "drop_off"] == pytest.approx(1 / 3, abs=1e-6)
    assert cases["page_viewed pay", "drop_off"] == 2
    assert shares["page_viewed pay", "drop_off"] == 0.5
    assert shares["page_viewed pay", "rework_loop"] == 0.5
    assert shares["page_viewed pay", "channel_switch"] == 0.5
    assert shares["added_to_cart", "channel_switch"] == pytest.approx(1 / 3, abs=1e-6)
    assert found.loc[("added_to_cart", "wait"), "typical_minutes"] == 1.5  # one minute, and two
    assert ("called", "drop_off") not in found.index
    assert ("product_viewed", "drop_off") not in found.index  # everybody passes it


def test_a_call_in_the_midst_of_a_step_is_no_change_of_channel():
    others = [told for told in VISITS if told[0] in ("web:a", "web:d", "web:e")]
    during = [("web:b", 0, "added_to_cart", None, "direct"), ("web:b", 5, "called", None, "call_centre"),
              ("web:b", 10, "added_to_cart", None, "direct")]  # fmt: skip

    for told, share in ((during, 0.0), (during[:2], 0.5)):
        found = friction_of(others + told, [("web:a", 5)], FEW).set_index(["step", "metric"])
        assert found.loc[("added_to_cart", "channel_switch"), "affected_share"] == share


def test_a_visit_that_may_go_on_is_not_counted():
    kept = friction_of(VISITS, [("web:a", 5)], FEW, until=36).set_index(["step", "metric"])

    # At minute 36 the visits that were last heard of at minutes 4 and 5 are over, with half an hour to spare.
    assert kept.loc[("added_to_cart", "drop_off"), "n_cases"] == 3
    early = friction_of(VISITS, [("web:a", 5)], FEW, until=33)
    assert early.empty or early["n_cases"].max() < 3


def test_a_goal_seen_in_another_persons_browser_counts_for_the_browser():
    told = [t for t in VISITS if t[0] == "web:a"] + [t for t in VISITS if t[0] == "web:d"]
    touches = touches_from(
        [t[0] for t in told], [t[1] for t in told], action=[t[2] for t in told],
        content_id=[t[3] for t in told], initiative=["customer"] * len(told),
    )  # fmt: skip
    people = people_from({"web:a": 1, "web:d": 2, "shop:x": 3})
    outcomes = find_outcomes(touches, orders_from(["shop:x"], [5]), people, RULE)
    seen = table(
        "ORDER_SIGHTINGS",
        {"sighting_id": "web:o", "order_id": "shop:0", "record_id": "web:a", "sighted_at": moment(5)},
    )
    args = (cut_journeys(touches, people, outcomes, RULE), touches, people, outcomes)

    with_it = find_friction(*args, seen, as_of(DAY), RULE, FEW)
    without = find_friction(*args, table("ORDER_SIGHTINGS"), as_of(DAY), RULE, FEW)

    assert with_it.loc[with_it["metric"] == "drop_off", "affected_share"].tolist() == [0.0, 0.0]
    assert "drop_off" not in set(without["metric"])  # no visit reaches a goal, so nothing leads to one


ACTIONS = ["added_to_cart", "page_viewed", "called"]


@st.composite
def walks(draw):
    touched = st.tuples(
        st.sampled_from(["web:a", "web:b"]), st.integers(0, 60).map(lambda n: 10 * n),
        st.sampled_from(ACTIONS), st.sampled_from(["direct", "call_centre"]),
    )  # fmt: skip
    told = draw(st.lists(touched, max_size=14, unique_by=lambda t: (t[0], t[1])))
    bought = draw(st.lists(st.tuples(st.sampled_from(["web:a", "web:b"]), st.integers(0, 61)), max_size=3))
    return told, [(record, 10 * n + 5) for record, n in bought]


NUMBER = {"added_to_cart": 1, "page_viewed": 2}
REPEAT, SWITCH = 7 * DAY, 24 * 60


def step_cases_by_hand(told, bought):
    """The definition, one visit at a time; minutes."""
    visits = []
    for record in ("web:a", "web:b"):
        for _, minute, action, channel in sorted(t for t in told if t[0] == record):
            if not visits or visits[-1][0] != record or minute - visits[-1][1][-1][0] > 30:
                visits.append((record, []))
            visits[-1][1].append((minute, action, channel))
    rows = {}
    for record, touched in visits:
        end = touched[-1][0] + 30
        goals = [minute for who, minute in bought if who == record and touched[0][0] <= minute <= end]
        goal = min(goals, default=None)
        at = {step: [t[0] for t in touched if t[1] == step] for step in NUMBER}
        at = {step: when for step, when in at.items() if when and (goal is None or when[0] <= goal)}
        for step, when in at.items():
            first, last, number = when[0], when[-1], NUMBER[step]
            later = [w for s, w in at.items() if NUMBER[s] > number and w[-1] >= first]
            earlier = [w for s, w in at.items() if NUMBER[s] < number]
            again = [
                next(t[0] for t in other if t[1] == step)
                for who, other in visits
                if who == record and other[0][0] > first and any(t[1] == step for t in other)
            ]
            channel = next(t[2] for t in touched if t[1] == step)
            asked = first_calls(visits, record, channel)
            rows[record, first, step] = (
                int(goal is None and not later),
                int(any(w[-1] > first for w in earlier)),
                int(goal is None and any(0 < minute - first <= REPEAT for minute in again)),
                int(goal is None and any(last < minute <= last + SWITCH for minute in asked)),
            )
    return rows


def first_calls(visits, record, channel):
    """When each visit of the record first asks for help, if that is by another channel."""
    found = []
    for who, touched in visits:
        calls = [t for t in touched if t[1] == "called"]
        if who == record and calls and calls[0][2] != channel:
            found.append(calls[0][0])
    return found


@settings(max_examples=25, deadline=None)
@given(walks())
def test_agrees_with_the_definition(world):
    told, bought = world
    touches = touches_from(
        [t[0] for t in told], [t[1] for t in told], action=[t[2] for t in told],
        channel=[t[3] for t in told], initiative=["customer"] * len(told),
    )  # fmt: skip
    people = people_from({"web:a": 1, "web:b": 2})
    outcomes = find_outcomes(
        touches, orders_from([b[0] for b in bought], [b[1] for b in bought]), people, RULE
    )
    steps = gather_steps(
        cut_journeys(touches, people, outcomes, RULE), touches, people, outcomes,
        table("ORDER_SIGHTINGS"), as_of(60 * DAY), RULE, FEW,
    )  # fmt: skip
    processes = pd.DataFrame(
        {"process": "p", "step": list(NUMBER), "step_number": list(NUMBER.values()), "is_contact": 0}
    )
    found = follow_cases(steps, Table.from_pandas(processes), as_of(60 * DAY), FEW).to_pandas()

    record = {"person:0001": "web:a", "person:0002": "web:b"}
    minutes = (found["first_at"] - pd.Timestamp(moment(0))).dt.total_seconds() / 60
    flags = found[["is_left", "is_reworked", "is_repeated", "is_switched"]].astype(int)
    assert {
        (record[who], minute, step): tuple(row)
        for who, minute, step, row in zip(
            found["person_id"], minutes, found["step"], flags.to_numpy().tolist(), strict=True
        )
    } == step_cases_by_hand(told, bought)


@pytest.mark.parametrize(
    ("wrong", "at"),
    [("drop_off", 2), ("drop_off", 3), ("wait", 2), ("rework_loop", 3), ("repeat_contact", 2),
     ("channel_switch", 3)],
)  # fmt: skip
def test_what_is_planted_is_declared_where_it_is(wrong, at):
    found = shop(seed=at, wrong=wrong, at=at)

    declared = found[found["is_declared"]]
    assert (STEPS[at - 1], wrong) in set(zip(declared["step"], declared["metric"], strict=True))
    assert declared["excess_low"].min() > 0
    if wrong == "drop_off":
        assert found.iloc[0][["step", "metric"]].tolist() == [STEPS[at - 1], wrong]
        assert found.iloc[0]["excess_share"] < found.iloc[0]["affected_share"]
    assert broken_rules("FRICTION", Table.from_pandas(found)) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_where_nothing_is_wrong_nothing_is_declared(seed):
    found = shop(seed)

    assert set(found["step"]) >= set(STEPS)
    assert found["affected_share"].max() > 0.15  # many leave of their own accord
    assert not found["is_declared"].any()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_worlds_planted_step_ranks_first_and_without_it_nothing_is_declared(seed):
    found, orders_lost = friction_of_a_block(400, seed, rule())
    nothing, none_lost = friction_of_a_block(400, seed, rule(), without=("payment",))

    first = found.iloc[0]
    assert (first["step"], first["metric"]) == (TRUE_STEPS["payment"], "drop_off")
    assert first["goals_low"] <= orders_lost <= first["goals_high"]
    assert set(found.loc[found["is_declared"], "step"]) <= {TRUE_STEPS["payment"]}
    assert none_lost == 0
    assert not nothing["is_declared"].any()
    assert nothing["goals_at_stake"].max() < 0.3 * orders_lost


def test_the_same_tables_give_the_same_friction():
    pd.testing.assert_frame_equal(shop(5, 300, "drop_off"), shop(5, 300, "drop_off"))


def test_nothing_in_nothing_out():
    found = of_tables(table("TOUCHES"), table("PEOPLE"), table("ORDERS"), as_of(0), rule())

    assert found.empty
    assert broken_rules("FRICTION", Table.from_pandas(found)) == []


def test_without_orders_only_asking_for_help_is_told():
    found = friction_of(VISITS, [], FEW)

    assert set(found["process"]) == {"contact"}
    assert set(found["metric"]) == {"repeat_contact", "channel_switch"}


def test_a_journey_may_be_the_case():
    told = [
        ("web:a", 0, "added_to_cart", None, "direct"), ("web:a", 300, "page_viewed", "pay", "direct"),
        ("web:b", 0, "added_to_cart", None, "direct"), ("web:c", 0, "product_viewed", None, "direct"),
        ("web:d", 0, "product_viewed", None, "direct"), ("web:e", 0, "product_viewed", None, "direct"),
    ]  # fmt: skip
    by_visit = friction_of(told, [("web:a", 310)], FEW)
    by_journey = friction_of(told, [("web:a", 310)], rule(**{**FEW.__dict__, "case": "journey"}))

    assert "drop_off" not in set(by_visit["metric"])  # the visit that ends in an order has one step alone
    stops = by_journey[by_journey["metric"] == "drop_off"].set_index("step")["affected_share"]
    assert stops.to_dict() == {"added_to_cart": 0.5, "page_viewed pay": 0.0}


def test_beside_the_truth_says_whether_it_is_inside():
    truth = pd.DataFrame(
        {"step": ["cart", "payment"], "is_planted": [False, True], "left_share": [0.2, 0.3],
         "orders_lost": [0, 80]}
    )  # fmt: skip
    row = {"metric": "drop_off", "affected_share": 0.3, "excess_share": 0.3, "is_declared": True,
           "stake_rank": 1, "goals_at_stake": 75.0, "goals_low": 60.0, "goals_high": 90.0}  # fmt: skip
    found = pd.DataFrame([{**row, "step": TRUE_STEPS["payment"]}])

    shown, line = beside_the_truth(found, truth)

    assert shown["step"].tolist() == ["payment"]
    assert "ranks 1, declared, 1 declared in all; 80 orders lost by it, 75 (60 to 90) found: inside" in line
    none = beside_the_truth(found.assign(is_declared=False), truth.assign(orders_lost=0))[1]
    assert none == "friction: none in this world; 0 declared"
    assert beside_the_truth(found.iloc[:0], truth)[1].startswith("friction: the planted step was not found")


@pytest.mark.parametrize(
    ("name", "value"),
    [("case", "week"), ("least_excess_share", 0.0), ("false_discovery_rate", 1.0), ("n_resamples", 0),
     ("least_lift", 0.5)],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_where_it_is_born(name, value):
    with pytest.raises(ValueError, match=name):
        rule(**{name: value})
