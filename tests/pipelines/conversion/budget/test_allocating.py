"""Sharing out money: the best plan against a grid, and the laws of a budget."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.conversion.budget.allocating import share_by_clicks, share_by_return
from journey_research.pipelines.conversion.budget.curves import marginal_return, worth_of

curves = st.lists(
    st.tuples(st.floats(0.1, 1000), st.floats(0.01, 0.95), st.floats(1, 100), st.integers(0, 500)),
    min_size=1,
    max_size=6,
)


def test_worked_example():
    # 2 * sqrt(x) and 4 * sqrt(x): the next unit brings 1 / sqrt(x) and 2 / sqrt(x), the same at 20 and 80.
    spent = share_by_return(np.array([2.0, 4.0]), np.array([0.5, 0.5]), 100.0, np.zeros(2), np.full(2, 100.0))

    assert spent == pytest.approx([20, 80])


def test_no_plan_of_a_grid_brings_more():
    scale, bend = np.array([3.0, 5.0, 1.0]), np.array([0.3, 0.6, 0.8])
    least, most = np.array([5.0, 5.0, 5.0]), np.array([60.0, 50.0, 60.0])
    best = share_by_return(scale, bend, 100.0, least, most)

    brought = worth_of(scale, bend, best).sum()
    for one, other in itertools.product(np.arange(5, 60.5, 0.5), np.arange(5, 50.5, 0.5)):
        spent = np.array([one, other, 100 - one - other])
        if (spent >= least).all() and (spent <= most).all():
            assert worth_of(scale, bend, spent).sum() <= brought + 1e-9


@given(curves, st.floats(0.3, 3))
def test_the_laws_of_a_plan(told, factor):
    scale, bend, now, clicks = (np.array(column, dtype=float) for column in zip(*told, strict=True))
    least, most, budget = 0.3 * now, 1.7 * now, factor * now.sum()
    best = share_by_return(scale, bend, budget, least, most)
    by_clicks = share_by_clicks(clicks, budget, least, most)

    for spent in (best, by_clicks):
        assert spent.sum() <= budget * (1 + 1e-9)
        assert (spent >= least - 1e-9).all()
        assert (spent <= most + 1e-9).all()
        if most.sum() >= budget:
            assert spent.sum() == pytest.approx(budget, rel=1e-6)
    assert worth_of(scale, bend, best).sum() >= worth_of(scale, bend, by_clicks).sum() * (1 - 1e-6)
    inside = (best > least * (1 + 1e-6)) & (best < most * (1 - 1e-6))
    if inside.sum() > 1 and most.sum() > budget:
        returns = marginal_return(scale[inside], bend[inside], best[inside])
        assert returns == pytest.approx(returns[0], rel=1e-6)


def test_clicks_share_the_money_in_their_proportion():
    spent = share_by_clicks(np.array([1.0, 3.0]), 8.0, np.zeros(2), np.full(2, 9.0))

    assert spent == pytest.approx([2, 6])


def test_less_than_the_least_is_no_plan():
    with pytest.raises(ValueError, match="more than the budget"):
        share_by_return(np.ones(2), np.full(2, 0.5), 1.0, np.ones(2), np.full(2, 2.0))
