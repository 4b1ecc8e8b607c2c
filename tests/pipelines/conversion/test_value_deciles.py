"""The lifetime model held against the last part of the time: plain definition, customers who follow it."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.conversion.lifetime_value import LifetimeRule, estimate_lifetime_values
from journey_research.pipelines.conversion.value_deciles import HoldOutRule, judge_lifetime_values
from tests.worlds import broken_rules, table

START, DAYS = datetime(2025, 1, 1), 400
NOW = table("AS_OF", {"as_of": START + timedelta(days=DAYS)})
RULE = HoldOutRule()


def shop(n_customers, seed, ahead=1.0):
    """Customers who buy at their own rates and stop by chance; from day 300 on ``ahead`` times as often."""
    random = np.random.default_rng(seed)
    rows, people = [], []
    for n in range(n_customers):
        people.append({"record_id": f"shop:{n}", "person_id": f"person:{n:x}"})
        rate, stop, mean = random.gamma(1.2, 1 / 30), random.beta(0.8, 4.0), random.gamma(6.0, 5.0)
        at = float(random.uniform(0, 150))
        while at < DAYS:
            rows.append(
                {
                    "order_id": f"shop:{n}-{len(rows)}",
                    "record_id": f"shop:{n}",
                    "status": "paid",
                    "ordered_at": START + timedelta(days=at),
                    "order_amount": Decimal(f"{random.gamma(4.0, mean / 4.0) + 1:.2f}"),
                }
            )
            if random.random() < stop:
                break
            at += max(float(random.exponential(1 / rate)), 1.0) / (ahead if at >= 300 else 1.0)
    return rows, people


def judged(rows, people, rule=RULE):
    made = judge_lifetime_values(table("ORDERS", *rows), table("PEOPLE", *people), NOW, rule)
    assert broken_rules("VALUE_DECILES", Table.from_pandas(made)) == []
    return made


@pytest.fixture(scope="module")
def told():
    rows, people = shop(1_500, seed=3)
    return rows, judged(rows, people)


def test_customers_who_follow_the_model_bring_what_is_expected(told):
    _, made = told
    bought = made[made["measure"] == "purchases"]
    assert bought["tenth"].tolist() == list(range(1, 11))
    assert bought["n"].tolist() == [150] * 10
    assert (np.diff(bought["expected"]) >= 0).all()
    inside = (bought["low"] <= bought["expected"]) & (bought["expected"] <= bought["high"])
    assert inside.sum() >= 8
    assert (bought["expected"] @ bought["n"]) == pytest.approx(bought["observed"] @ bought["n"], rel=0.12)


def test_what_came_is_what_a_layman_would_count(told):
    """Ten lines: days with an order after the first three quarters, of those who had bought before."""
    rows, made = told
    days = pd.DataFrame(
        {
            "who": [row["record_id"] for row in rows],
            "day": [(row["ordered_at"] - START).days for row in rows],
            "amount": [float(row["order_amount"]) for row in rows],
        }
    )
    end = int(days["day"].min() + (DAYS - days["day"].min()) * 0.75)
    known = set(days.loc[days["day"] <= end, "who"])
    later = days[(days["day"] > end) & days["who"].isin(known)]
    counts = {"purchases": len(later.drop_duplicates(["who", "day"])), "amount": later["amount"].sum()}

    for measure, came in counts.items():
        mine = made[made["measure"] == measure]
        assert mine["n"].sum() == len(known)
        assert (mine["observed"] * mine["n"]).sum() == pytest.approx(came)
    assert made["held_out_weeks"].unique().tolist() == [(DAYS - end) / 7]


def test_customers_who_come_oftener_than_before_are_seen_to():
    rows, people = shop(1_500, seed=3, ahead=3.0)
    made = judged(rows, people)
    best = made[(made["measure"] == "purchases") & (made["tenth"] == 10)].iloc[0]
    assert best["low"] > best["expected"]


def test_a_range_holds_what_it_is_of(told):
    _, made = told
    assert (made["low"] <= made["observed"]).all()
    assert (made["observed"] <= made["high"]).all()


def test_nothing_seen_is_not_nothing_possible():
    """Nobody of 100 buys again: up to 3.7 purchases may stand behind that."""
    people = [{"record_id": f"shop:{n}", "person_id": f"person:{n:x}"} for n in range(1_000)]
    rows = [
        {"order_id": f"shop:{n}-{at}", "record_id": f"shop:{n}", "status": "paid",
         "ordered_at": START + timedelta(days=at), "order_amount": Decimal(9)}
        for n in range(1_000) for at in ((0, 20, 40) if n % 9 == 0 else (0,))
    ]  # fmt: skip
    made = judged(rows, people)
    assert made["measure"].unique().tolist() == ["purchases"]  # one amount for all tells nothing
    assert made["observed"].eq(0).all()
    assert made["high"].tolist() == pytest.approx([3.688879 / 100] * 10)


def test_too_few_in_a_tenth_are_told_what_was_expected_alone():
    rows, people = shop(200, seed=5)
    made = judged(rows, people)
    assert made["n"].max() == 20
    assert made["expected"].notna().all()
    assert made[["observed", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("n_customers", [0, 1, 15])
def test_too_few_customers_leave_the_table_empty(n_customers):
    assert judged(*shop(n_customers, seed=6)).empty


def test_the_order_of_rows_changes_nothing(told):
    rows, made = told
    _, people = shop(1_500, seed=3)
    pd.testing.assert_frame_equal(judged(rows[::-1], people[::-1]), made)


def test_the_horizon_is_told_with_every_value():
    rows, people = shop(100, seed=2)
    made = estimate_lifetime_values(
        table("ORDERS", *rows), table("PEOPLE", *people), NOW, LifetimeRule(horizon_weeks=13.0)
    )
    assert made.to_pandas()["horizon_weeks"].unique().tolist() == [13.0]


@pytest.mark.parametrize("wrong", [{"held_out_share": 0.0}, {"held_out_share": 1.0}, {"n_draws": 0}])
def test_bounds_of_the_rule(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        HoldOutRule(**wrong)
