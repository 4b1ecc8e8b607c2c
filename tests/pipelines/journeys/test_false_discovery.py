"""The rate of false discoveries, beside its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.journeys.false_discovery import q_values, upper_tail


def rejected_by_hand(p_values, rate, factor=1.0):
    """Benjamini and Hochberg: all up to the largest p-value that lies under its line."""
    ordered = sorted(p_values)
    lines = [rate * k / len(ordered) / factor for k in range(1, len(ordered) + 1)]
    under = [p for p, line in zip(ordered, lines, strict=True) if p <= line]
    return [p <= max(under, default=-1) for p in p_values]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from([0.05, 0.2]))
def test_agrees_with_the_definition(p_values, rate):
    told = np.array(p_values)
    factor = sum(1 / k for k in range(1, len(p_values) + 1))

    close = np.isclose(q_values(told), rate) | np.isclose(q_values(told, any_dependence=True), rate)
    if not close.any():  # on the line itself, the last digit decides
        assert (q_values(told) <= rate).tolist() == rejected_by_hand(p_values, rate)
        dependent = (q_values(told, any_dependence=True) <= rate).tolist()
        assert dependent == rejected_by_hand(p_values, rate, factor)
    assert (q_values(told) >= told - 1e-12).all()


def test_what_was_not_tested_is_no_question():
    told = np.array([0.02, np.nan, 0.04])

    assert q_values(told)[[0, 2]] == pytest.approx([0.04, 0.04])
    assert np.isnan(q_values(told)[1])
    assert np.isnan(q_values(np.array([np.nan]))).all()


def test_the_tail_is_the_normal_one():
    assert [round(upper_tail(z), 4) for z in (0.0, 1.959964, -1.959964)] == [0.5, 0.025, 0.975]
