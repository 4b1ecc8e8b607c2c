"""What people are worth by channel, and the plan for a week: from touches and spend to amounts."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.conversion.budget.planning import plan_budget
from journey_research.pipelines.conversion.budget.rule import BudgetRule
from journey_research.pipelines.conversion.budget.values import value_channels
from tests.worlds import broken_rules, table

END = datetime(2025, 3, 31)
RULE = BudgetRule(
    weekly_budget=None, least_factor=0.5, most_factor=1.5, elasticity=0.2, elasticity_low=0.05,
    elasticity_high=0.5, min_weeks=8, min_variation=0.1, min_won=2, n_resamples=200, budget_seed=1,
)  # fmt: skip


def person(number):
    return f"person:{number:04x}"


def touched(*rows):
    """Touches from (person, days before the end, channel)."""
    told = [
        {
            "touch_id": f"web:{at:05d}", "person_id": person(who), "channel": channel,
            "touched_at": END - timedelta(days=days), "session_id": f"s{at}", "journey_id": f"j{who}",
        }
        for at, (who, days, channel) in enumerate(rows)
    ]  # fmt: skip
    return table("JOURNEY_TOUCHES", *told)


def bought(*rows):
    """Outcomes from (person, days before the end, amount)."""
    told = [
        {
            "outcome_id": f"shop:{at}", "person_id": person(who), "outcome_amount": Decimal(amount),
            "occurred_at": END - timedelta(days=days),
        }
        for at, (who, days, amount) in enumerate(rows)
    ]  # fmt: skip
    return table("OUTCOMES", *told)


def expected(**amounts):
    told = [
        {"person_id": person(int(name[1:])), "expected_amount": amount} for name, amount in amounts.items()
    ]
    return table("LIFETIME_VALUES", *told)


def spent(*rows, currency="EUR"):
    """Spend from (days before the end, channel, amount, clicks)."""
    told = [
        {
            "spend_id": f"ads:{at}", "spent_date": (END - timedelta(days=days)).date(), "channel": channel,
            "spent_amount": Decimal(amount), "n_clicks": clicks, "currency": currency,
        }
        for at, (days, channel, amount, clicks) in enumerate(rows)
    ]  # fmt: skip
    return table("SPEND", *told)


def valued(touches, outcomes, values, costs, rule=RULE):
    told = value_channels(touches, outcomes, values, costs, table("AS_OF", {"as_of": END}), rule)
    for name, frame in zip(("CHANNEL_VALUES", "CHANNEL_WEEKS"), told, strict=True):
        assert broken_rules(name, Table.from_pandas(frame)) == []
    return told


def planned(weeks, rule=RULE):
    plan, metrics = plan_budget(Table.from_pandas(weeks), rule)
    assert broken_rules("BUDGET_PLAN", Table.from_pandas(plan)) == []
    assert broken_rules("METRICS", Table.from_pandas(metrics)) == []
    return plan.set_index("channel"), metrics.set_index("metric")


def test_worked_example():
    # Ann came by search, saw an ad, and bought for 60; 40 more are expected. Bob came by the ad and bought
    # for 30. What Ann did after she had bought, and Cleo, who bought nothing, count for nobody.
    touches = touched((1, 9, "search"), (1, 2, "ads"), (1, 0.5, "email"), (2, 3, "ads"), (3, 1, "ads"))
    values, weeks = valued(
        touches,
        bought((1, 1, "60"), (2, 2, "30")),
        expected(p1=40.0),
        spent((1, "ads", "10", 5), (8, "ads", "20", 7), (14, "ads", "0", 0)),
    )

    won = values.set_index("channel")
    assert won["n_won"].to_dict() == {"ads": 1, "search": 1}
    assert won["worth_amount"].to_dict() == {"ads": 30.0, "search": 100.0}
    assert not won["is_told"].any()  # one person each
    told = weeks.set_index(["channel", "week"])
    assert told["worth_amount"].to_dict() == {
        ("ads", 0): 80.0, ("ads", 1): 0.0, ("search", 0): 0.0, ("search", 1): 50.0,
    }  # fmt: skip
    assert told.loc["ads", "spent_amount"].tolist() == [10.0, 20.0]
    assert told.loc["ads", "n_clicks"].tolist() == [5, 7]


def test_the_plain_definition():
    chance = np.random.default_rng(2)
    rows = [(int(who), float(days), str(channel)) for who, days, channel in zip(
        chance.integers(0, 30, 200), chance.uniform(0, 60, 200).round(3),
        chance.choice(["ads", "email", "search"], 200), strict=True,
    )]  # fmt: skip
    orders = [(who, float(chance.uniform(0, 40)), "10.50") for who in range(0, 30, 2)]
    costs = [(days, "ads", "5", 1) for days in range(60)]
    values, weeks = valued(touched(*rows), bought(*orders), expected(p2=7.0), spent(*costs))

    worth, first = {}, {}
    for who, won, _ in orders:
        own = sorted((-days, channel) for person_, days, channel in rows if person_ == who and days >= won)
        for minus_days, channel in own:
            key = channel, int(-minus_days // 7)
            worth[key] = worth.get(key, 0) + (10.5 + (7.0 if who == 2 else 0.0)) / len(own)
        if own:
            first[own[0][1]] = first.get(own[0][1], 0) + 1
    assert values[values["n_won"] > 0].set_index("channel")["n_won"].to_dict() == first
    told = {(row.channel, row.week): row.worth_amount for row in weeks.itertuples() if row.worth_amount}
    inside = {key: amount for key, amount in worth.items() if key[1] <= max(weeks["week"])}
    assert told == {key: pytest.approx(amount, abs=0.01) for key, amount in inside.items()}


def test_an_interval_holds_the_mean_and_draws_people():
    touches = touched(*((who, 5, "ads") for who in range(40)))
    values, _ = valued(touches, bought(*((who, 1, str(10 + who)) for who in range(40))), expected(), spent())
    (row,) = values.itertuples()

    assert row.mean_worth_amount == pytest.approx(29.5)
    assert row.low < 29.5 < row.high
    assert row.high - row.low == pytest.approx(2 * 1.96 * np.std(np.arange(40)) / np.sqrt(40), rel=0.2)


def test_several_currencies_are_not_added_up():
    both = table(
        "SPEND",
        *({"spend_id": f"a:{c}", "spent_date": date(2025, 3, 30), "channel": "ads", "currency": c,
           "spent_amount": Decimal(5)} for c in ("EUR", "CHF")),
    )  # fmt: skip
    _, weeks = valued(touched((1, 2, "ads")), bought((1, 1, "9")), expected(), both)

    assert weeks.empty


def test_nothing_is_nothing():
    values, weeks = valued(touched(), bought(), expected(), spent())
    plan, metrics = planned(weeks)

    assert values.empty
    assert plan.empty
    assert metrics["value"].isna().all()


def weeks_of(n=12, **heights):
    """Weeks in which a channel brings its height, whatever is spent; ``free`` costs nothing."""
    rows = [
        (channel, week, 100.0 + 20 * (week % 2), 10, height)
        for channel, height in heights.items()
        for week in range(n)
    ] + [("free", week, 0.0, 0, 50.0) for week in range(n)]
    columns = ["channel", "week", "spent_amount", "n_clicks", "worth_amount"]
    return pd.DataFrame(rows, columns=columns).assign(n_credited=5)


def test_money_goes_where_the_next_unit_brings_more():
    plan, metrics = planned(weeks_of(good=300.0, poor=100.0))

    assert plan["planned_amount"].sum() == pytest.approx(220.0)
    assert plan["planned_amount"].to_dict() == pytest.approx({"good": 165.0, "poor": 55.0})  # the bounds
    assert plan.loc["good", "marginal_return"] == pytest.approx(0.2 * 300 / 110, rel=0.01)
    assert plan["clicks_amount"].to_dict() == pytest.approx({"good": 110.0, "poor": 110.0})
    assert metrics.loc["planned_gain_amount", "low"] > 0
    assert metrics.loc["clicks_gain_amount", "value"] == pytest.approx(0)
    assert plan["fitted_elasticity"].isna().all()  # spend moved by a tenth: 0.09 of its mean


def test_equal_returns_where_no_bound_is_in_the_way():
    plan, _ = planned(weeks_of(good=115.0, poor=100.0))

    assert plan["planned_return"].nunique() <= 2
    assert plan.loc["good", "planned_return"] == pytest.approx(plan.loc["poor", "planned_return"], rel=1e-6)
    assert plan["planned_amount"].sum() <= 220 * (1 + 1e-12)


def test_a_range_holds_what_the_elasticity_may_be():
    plan, _ = planned(weeks_of(good=300.0, poor=100.0))
    row = plan.loc["good"]

    assert row["marginal_return_low"] < 0.06 * 300 / 110
    assert row["marginal_return_high"] > 0.49 * 300 / 110


def test_a_channel_with_too_few_weeks_keeps_what_it_has():
    weeks = weeks_of(good=300.0, poor=100.0)
    new = pd.DataFrame({"channel": "new", "week": range(3), "spent_amount": 90.0, "n_clicks": 5,
                        "worth_amount": 70.0, "n_credited": 5})  # fmt: skip
    plan, _ = planned(pd.concat([weeks, new]))

    assert not plan.loc["new", "is_told"]
    # Three weeks of ninety in twelve are 22.50 a week.
    assert plan.loc["new", ["planned_amount", "clicks_amount"]].tolist() == [22.5, 22.5]
    assert plan["planned_amount"].sum() == pytest.approx(242.5)
    alone, metrics = planned(new)
    assert alone["planned_amount"].tolist() == [90.0]
    assert metrics["value"].isna().all()


@pytest.mark.parametrize(
    "wrong", [{"weekly_budget": 0.0}, {"least_factor": 1.1}, {"elasticity": 0.6}, {"min_weeks": 2}]
)
def test_a_rule_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BudgetRule(**{**RULE.__dict__, **wrong})


def test_a_channel_with_too_few_people_keeps_what_it_has():
    weeks = weeks_of(good=300.0, poor=100.0)
    weeks.loc[weeks["channel"] == "poor", "n_credited"] = [1] + [0] * 11

    plan, _ = planned(weeks)

    assert plan["is_told"].to_dict() == {"good": True, "poor": False}
    assert plan.loc["poor", "planned_amount"] == pytest.approx(110.0)


@pytest.mark.parametrize("budget", [10.0, 100.0, 150.0, 250.0, 900.0])
def test_a_budget_is_never_exceeded(budget):
    weeks = weeks_of(good=300.0, poor=100.0, held=50.0)
    weeks.loc[weeks["channel"] == "held", "n_credited"] = 0
    plan, _ = planned(weeks, BudgetRule(**{**RULE.__dict__, "weekly_budget": budget}))

    for amount in ("planned_amount", "clicks_amount"):
        assert plan[amount].sum() <= budget * (1 + 1e-9)


def test_a_week_cut_by_the_beginning_of_the_data_is_none():
    # Seventy-one days of the same spend are ten whole weeks, and one day of another.
    costs = spent(*((days + 0.5, "ads", "5", 1) for days in range(71)))
    _, weeks = valued(touched((1, 2, "ads")), bought((1, 1, "9")), expected(), costs)

    assert weeks["week"].tolist() == list(range(10))
    assert weeks["spent_amount"].tolist() == [35.0] * 10


def test_where_channels_are_alike_no_gain_is_promised():
    """Three equal channels: what one plan seems to bring more is the luck of its weeks."""
    promised, above = [], 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        weeks = weeks_of(one=1.0, two=1.0, three=1.0)
        weeks["worth_amount"] = 40.0 * chance.poisson(5, len(weeks))
        _, metrics = planned(weeks, BudgetRule(**{**RULE.__dict__, "n_resamples": 40}))
        told = metrics.loc["planned_gain_amount"]
        promised.append(told["value"])
        above += told["low"] > 0
    assert abs(np.mean(promised)) < 2 * np.std(promised) / np.sqrt(40) + 1
    assert above <= 4
