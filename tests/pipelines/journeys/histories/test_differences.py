"""How far two groups differ, and what is left of it after many looks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.journeys.histories.differences import (
    compare_figures,
    compare_shares,
    difference_interval,
    equal_shares_p,
)
from journey_research.pipelines.journeys.histories.following import edge_shares, measure_transitions
from journey_research.pipelines.journeys.histories.hopping import hop_rates
from journey_research.pipelines.journeys.histories.reach import event_sets
from journey_research.pipelines.journeys.histories.retention import WEEK_US, measure_retention
from journey_research.pipelines.journeys.histories.step_matrices import step_matrix
from journey_research.pipelines.journeys.histories.waiting import time_to_event
from journey_research.pipelines.journeys.intervals import wilson_interval
from tests.pipelines.journeys.histories.made_histories import frame_of, steps_of


def share(n, n_all):
    return n / n_all, *wilson_interval(n, n_all)


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [  # Newcombe (1998), table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ],
)
def test_differences_of_shares_as_published(first, second, ends):
    assert difference_interval(share(*first), share(*second)) == pytest.approx(ends, abs=5e-5)


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_a_difference_turned_round_is_its_mirror(first, second):
    low, high = difference_interval(share(*first), share(*second))
    other = difference_interval(share(*second), share(*first))

    assert (low, high) == pytest.approx((-other[1], -other[0]))
    assert -1 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1


def test_p_of_equal_shares_is_uniform_when_they_are_equal():
    draws = np.random.default_rng(1)
    p = [equal_shares_p(a / 400, 400, b / 300, 300) for a, b in draws.binomial([400, 300], 0.3, (2000, 2))]

    assert [np.mean(np.array(p) < level) for level in (0.05, 0.5)] == pytest.approx([0.05, 0.5], abs=0.03)
    assert equal_shares_p(0.0, 5, 0.0, 7) == 1.0


GROUPS = frame_of(
    ("a", 0, "look"), ("a", 1, "buy"), ("b", 0, "look"),
    ("c", 0, "cart"), ("c", 1, "look"), ("d", 0, "look"),
)  # fmt: skip
GROUPS["group"] = GROUPS["person"].map({"a": "x", "b": "x", "c": "y", "d": "y"})


def test_a_cell_that_one_group_lacks_is_no_hit_there():
    told = compare_shares(
        step_matrix(steps_of(GROUPS), n_steps=2, by="group"), "x", "y", ["step", "event"], ["step"]
    )

    cart = told[(told["step"] == 1) & (told["event"] == "cart")].iloc[0]
    assert (cart["first_n"], cart["first_n_all"], cart["second_n"], cart["difference"]) == (0, 2, 1, -0.5)
    assert (cart["low"], cart["high"]) == pytest.approx(difference_interval(share(0, 2), share(1, 2)))


def test_a_cell_of_which_a_group_knows_nothing_is_left_out():
    told = measure_transitions(steps_of(GROUPS), by="group")
    keys = ["from_event", "to_event"]

    cells = compare_shares(told, "x", "y", keys, ["from_event"])

    assert "look" in set(cells["from_event"])  # both groups look
    assert not {"buy", "cart"} & set(cells["from_event"])  # only one has them
    only_shared = compare_shares(told, "x", "y", keys)
    assert len(only_shared) < len(cells)


def test_turning_the_groups_round_turns_the_sign():
    told = edge_shares(steps_of(GROUPS), by="group")
    one = compare_shares(told, "x", "y", ["edge", "event"], ["edge"])
    other = compare_shares(told, "y", "x", ["edge", "event"], ["edge"])

    assert one["difference"].tolist() == (-other["difference"]).tolist()
    assert one["q_value"].tolist() == other["q_value"].tolist()


def test_whatever_is_a_share_can_be_compared():
    """Reach, retention, time to convert: of two groups, and a group with itself."""
    steps = steps_of(GROUPS.assign(happened_at=GROUPS["step"] * WEEK_US))
    found = {
        "sets": (event_sets(steps, by="group"), ["members"], []),
        "hops": (hop_rates(steps, by="group"), ["event"], None),
        "retention": (measure_retention(steps, by="group"), ["age"], None),
        "curves": (time_to_event(steps, "buy", at_days=(0, 7), by="group")[0], ["days"], None),
    }
    for name, (told, keys, within) in found.items():
        compared = compare_shares(told, "x", "y", keys, within)
        assert len(compared), name
        assert compared["low"].le(compared["difference"]).all(), name
        assert compared["high"].ge(compared["difference"]).all(), name
        assert (compare_shares(told, "x", "x", keys, within)["difference"] == 0).all(), name
    sets = compare_shares(*(found["sets"][0], "x", "y", ["members"], []))
    assert sets.set_index("members")["difference"].to_dict() == {
        ("buy", "look"): 0.5, ("cart", "look"): -0.5, ("look",): 0.0,
    }  # fmt: skip


def test_what_cannot_be_told_yet_is_not_taken_for_nobody():
    told = measure_retention(steps_of(GROUPS), by="group").assign(cell="week")  # the week is not over

    assert compare_shares(told, "x", "y", ["cell"], []).empty


def test_medians_of_two_groups_are_compared_where_both_have_an_interval():
    rows = [(f"{group}{i}", 0, "look") for group in "xy" for i in range(8)]
    rows += [(f"x{i}", 4 + i % 3, "buy") for i in range(8)] + [(f"y{i}", 1, "buy") for i in range(8)]
    rows += [("y0", 2, "cart")]  # one person says nothing
    frame = frame_of(*rows)
    frame["group"] = frame["person"].str[0]
    told = measure_transitions(steps_of(frame), by="group")

    figure = ("median_seconds", "median_low_seconds", "median_high_seconds")
    compared = compare_figures(told, "x", "y", ["from_event", "to_event"], figure)

    assert compared[["from_event", "to_event", "first", "second"]].values.tolist() == [
        ["look", "buy", 300, 60]
    ]
    assert compared.loc[0, ["low", "high"]].tolist() == [180, 300]  # 4 to 6 minutes against 1


def test_a_group_that_is_not_there_is_named():
    told = edge_shares(steps_of(GROUPS), by="group")

    with pytest.raises(ValueError, match="no group 'z'; there are 'x', 'y'"):
        compare_shares(told, "x", "z", ["edge", "event"])


def test_no_row_is_compared_with_no_row():
    told = pd.DataFrame({"group": ["x", "y"], "event": ["a", "b"], "n": 1, "n_all": 2, "n_persons": 2})
    told = told.assign(share=0.5, low=0.1, high=0.9, n_worth=2.0)

    assert compare_shares(told, "x", "y", ["event"]).empty
