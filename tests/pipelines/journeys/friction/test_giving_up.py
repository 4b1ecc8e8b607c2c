"""Leavers who look like buyers, told apart from those who came to look."""

import numpy as np
import pandas as pd
import pytest

from journey_research.engine import Table
from journey_research.pipelines.journeys.friction.fixing import rank_fixes
from journey_research.pipelines.journeys.friction.giving_up import give_up
from journey_research.pipelines.journeys.friction.likeness import (
    fit_logistic,
    known_before,
    likeness_to_buyers,
)
from tests.pipelines.journeys.friction.made_up_steps import rule
from tests.worlds import broken_rules, table


def cases(seed, share_of_buyers, n=400, apart=1.0):
    """600 buyers, 300 who leave at step 1, and ``n`` at step 2 of whom so many are buyers at heart."""
    chance = np.random.default_rng(seed)
    is_buyer = np.r_[np.ones(600, bool), np.zeros(300, bool), chance.random(n) < share_of_buyers]
    left = np.r_[np.full(600, np.nan), np.full(300, 1.0), np.full(n, 2.0)]
    size = len(left)
    return pd.DataFrame(
        {
            "case_id": [f"web:{i:05d}" for i in range(size)],
            "person_id": [f"person:{i // 2:05x}" for i in chance.permutation(size)],
            "left_number": left,
            "is_goal": np.isnan(left).astype(int),
            "goal_amount": np.where(np.isnan(left), 20.0, np.nan),
            "channel": np.where(chance.random(size) < 0.3 + 0.4 * apart * is_buyer, "direct", "search"),
            "n_before": chance.poisson(1 + 2 * apart * is_buyer),
            "since_days": 0.0,
            "is_first": 1,
            "n_earlier": 0,
            "n_earlier_goals": 0,
        }
    )


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_share_of_buyers_among_the_leavers_is_found(share):
    errors, covered = [], 0
    for seed in range(12):
        found = give_up(cases(seed, share), [1, 2], rule(n_resamples=200))[2]
        truth = share * 400 / 1000
        low, high = np.percentile(found.excess[1:], [2.5, 97.5])
        errors.append(found.excess[0] - truth)
        covered += low <= truth + 0.02 and truth - 0.02 <= high
    assert abs(np.mean(errors)) < 0.03
    assert covered >= 10


def test_what_is_at_stake_are_the_buyers_among_the_leavers():
    found = give_up(cases(3, 1.0), [1, 2], rule())[2]

    # Everybody past step 2 buys, so each of the 400 would have.
    assert found.goals[0] == pytest.approx(400, abs=40)
    assert found.amount[0] == pytest.approx(20 * found.goals[0])


def test_too_few_or_too_alike_is_too_little_to_say():
    assert not give_up(cases(1, 1.0, n=19), [1, 2], rule())[2].is_told
    assert not give_up(cases(1, 1.0, apart=0.0), [1, 2], rule())[2].is_told
    assert not give_up(cases(1, 1.0), [1, 2], rule())[1].is_told  # the first exit is what others are held to
    no_buyer = cases(1, 1.0)[lambda told: told["is_goal"] == 0]
    assert not give_up(no_buyer.reset_index(drop=True), [1, 2], rule())[2].is_told


def test_likeness_is_learnt_from_other_persons():
    apart = []
    for seed in range(20):
        chance = np.random.default_rng(seed)
        told = cases(seed, 0.5, apart=0.0).head(80)
        told["channel"] = chance.choice(list("abcdef"), 80)  # says nothing, but could be learnt by heart
        told["person_id"] = [f"person:{n:03x}" for n in range(80)]
        is_buyer = np.arange(80) < 40
        score = likeness_to_buyers(told, is_buyer, ~is_buyer, 1, 30, 1000, seed)
        apart.append(score[is_buyer].mean() - score[~is_buyer].mean())

    assert np.mean(apart) < 0.01  # by heart it would be 0.1


def test_logistic_weights_are_where_the_slope_is_none():
    chance = np.random.default_rng(2)
    columns = np.column_stack([np.ones(500), chance.normal(size=500)])
    is_one = chance.random(500) < 1 / (1 + np.exp(-columns[:, 1]))

    weights = fit_logistic(columns, is_one)

    fitted = 1 / (1 + np.exp(-columns @ weights))
    balance = np.where(is_one, 0.5 / is_one.sum(), 0.5 / (~is_one).sum()) * 500
    assert columns.T @ (balance * (is_one - fitted)) == pytest.approx([0, weights[1]], abs=1e-3)
    assert (fit_logistic(columns, np.zeros(500, bool)) == 0).all()


def test_a_rare_channel_is_no_column():
    told = cases(1, 0.5)
    told.loc[:4, "channel"] = "rare"

    assert known_before(told, 5, 30).shape[1] == known_before(told, 6, 30).shape[1] + 1


def test_fixes_are_ranked_by_friction_value_and_reach():
    row = {"process": "cart", "n_persons": 2, "n_cases": 10, "excess_share": 0.2, "excess_low": 0.1,
           "excess_high": 0.3, "goals_at_stake": 2.0, "stake_amount": 100.0, "stake_low_amount": 50.0,
           "stake_high_amount": 150.0}  # fmt: skip
    friction = table(
        "FRICTION",
        {**row, "step": "pay", "metric": "drop_off", "is_declared": True, "stake_rank": 1},
        {**row, "step": "cart", "metric": "wait", "stake_amount": 300.0, "stake_rank": 2},
        {**row, "step": "cart", "metric": "drop_off", "stake_amount": 0.0, "stake_rank": 3},
        {**row, "step": "pay", "metric": "wait", "stake_amount": None, "stake_rank": 4},
        {**row, "step": "pay", "metric": "rework_loop", "excess_low": -0.1, "stake_rank": 5},
    )
    touches = table(
        "JOURNEY_TOUCHES",
        *({"touch_id": f"web:{n}", "person_id": f"person:{n}"} for n in range(8)),
    )

    fixes = rank_fixes(friction, touches)

    assert fixes[["step", "metric"]].to_numpy().tolist() == [["pay", "drop_off"], ["cart", "wait"]]
    assert fixes["reach_share"].tolist() == [0.25, 0.25]
    assert fixes["stake_each_amount"].tolist() == [50.0, 150.0]  # a fifth of ten cases: two
    assert broken_rules("FIXES", Table.from_pandas(fixes)) == []
    assert rank_fixes(table("FRICTION"), table("JOURNEY_TOUCHES")).empty
