"""Persons who reach each stage of a funnel."""

from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.histories.funnels import compare_funnels, funnel
from journey_research.pipelines.journeys.intervals import wilson_interval
from tests.pipelines.journeys.histories.made_histories import (
    MINUTE_US,
    coded,
    frame_of,
    histories,
    steps_of,
    walks,
)

STAGES = ["look", "cart", "buy"]
WORKED = frame_of(
    ("a", 0, "look"), ("a", 5, "cart"), ("a", 20, "buy"),  # all three, within 20 minutes
    ("b", 0, "look"), ("b", 1, "help"), ("b", 5, "cart"),  # help lies between
    ("c", 0, "cart"), ("c", 3, "look"),  # the wrong way round
    ("d", 0, "look"), ("d", 30, "look"), ("d", 40, "cart"), ("d", 49, "buy"),  # twice
    ("e", 0, "buy"),
)  # fmt: skip


def reached(frame, **options):
    return funnel(steps_of(frame), STAGES, **options)["n"].tolist()


@pytest.mark.parametrize(
    ("options", "n"),
    [
        ({}, [4, 3, 2]),
        ({"mode": "strict"}, [4, 2, 2]),  # b has help between
        ({"mode": "any"}, [4, 4, 2]),  # c too has seen both
        ({"window_us": 19 * MINUTE_US}, [4, 3, 1]),  # d's second look to buy takes 19, a takes 20
        ({"window_us": 20 * MINUTE_US}, [4, 3, 2]),  # exactly 20 is not too long
        ({"exclude": ["help"]}, [4, 2, 2]),
        ({"exclude": ["help"], "mode": "any"}, [4, 3, 2]),
        ({"window_us": 2 * MINUTE_US, "mode": "any"}, [4, 0, 0]),
        ({"window_us": 3 * MINUTE_US, "mode": "any"}, [4, 1, 0]),
    ],
)
def test_worked_example(options, n):
    assert reached(WORKED, **options) == n


def test_worked_example_of_shares_and_times():
    told = funnel(steps_of(WORKED), STAGES)

    assert told["n_all"].tolist() == [5, 5, 5]
    assert told["first_share"].tolist() == [1, 3 / 4, 2 / 4]
    assert told["previous_share"].tolist() == [4 / 5, 3 / 4, 2 / 3]
    assert (told["previous_low"][2], told["previous_high"][2]) == wilson_interval(2, 3)
    # Look to cart: a 5 minutes, b 5, d 10 from the second look. Cart to buy: a 15, d 9.
    assert told["median_seconds"].tolist()[1:] == [300, 720]
    assert told["median_low_seconds"].isna().all()


def test_time_runs_from_the_last_event_of_the_stage_before_to_the_first_that_reaches_this_one():
    frame = frame_of(
        ("a", 0, "look"), ("a", 1, "look"), ("a", 3, "cart"), ("a", 9, "look"), ("a", 10, "cart")
    )

    assert funnel(steps_of(frame), ["look", "cart"])["median_seconds"][1] == 120


def test_a_median_of_six_has_an_interval():
    rows = [(person, at, event) for person in "abcdef" for at, event in ((0, "look"), (9, "cart"))]
    told = funnel(steps_of(frame_of(*rows)), STAGES)

    assert told.loc[1, ["median_low_seconds", "median_high_seconds"]].tolist() == [540, 540]


def funnel_by_hand(frame, stages, mode, window, exclude, per):
    """The definition: try all ways. Per stage, who has one, and the last leg of the first to arrive."""
    told = []
    for k in range(1, len(stages) + 1):
        arrivals = {}
        for (person, part), rows in walks(frame, per).items():
            minutes, events = rows["minute"].tolist(), rows["event"].tolist()
            for way in ways_by_hand(events, stages[:k], mode):
                first, last = min(way), max(way)
                spoilt = any(event in exclude for event in events[first : last + 1])
                if not spoilt and minutes[last] - minutes[first] <= window:
                    leg = minutes[last] - minutes[way[-2]] if k > 1 and mode != "any" else None
                    arrivals.setdefault(person, []).append(((minutes[last], part, last), leg))
        firsts = {person: min(at for at, _ in legs) for person, legs in arrivals.items()}
        legs = [
            min(leg for at, leg in arrivals[person] if at == first)
            for person, first in firsts.items()
            if k > 1 and mode != "any"
        ]
        told.append((len(firsts), sorted(legs)))
    return told


def ways_by_hand(events, stages, mode):
    if mode == "any":
        yield from product(*([i for i, event in enumerate(events) if event == stage] for stage in stages))
        return
    for way in combinations(range(len(events)), len(stages)):
        follows = all(b == a + 1 for a, b in pairwise(way))
        if (mode != "strict" or follows) and [events[i] for i in way] == list(stages):
            yield way


@settings(max_examples=30, deadline=None)
@given(
    histories(),
    st.sampled_from(["ordered", "strict", "any"]),
    st.sampled_from([0, 1, 3, 99]),
    st.sampled_from([(), ("buy",)]),
    st.sampled_from([None, "session"]),
    st.sampled_from([("look", "cart"), ("look", "look"), ("cart", "look", "cart")]),
)
def test_agrees_with_the_definition(frame, mode, window, exclude, per, stages):
    if mode == "any" and len(set(stages)) < len(stages):
        stages = ("look", "cart")

    told = funnel(steps_of(frame), stages, mode=mode, window_us=window * MINUTE_US, exclude=exclude, per=per)

    by_hand = funnel_by_hand(frame, stages, mode, window, exclude, per)
    assert told["n"].tolist() == [n for n, _ in by_hand]
    for median, (_, legs) in zip(told["median_seconds"], by_hand, strict=True):
        assert (np.isnan(median) and not legs) or median == np.median(legs) * 60


@settings(max_examples=5, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_kind_of_names_change_nothing(frame, draws):
    order = list(range(len(frame)))
    draws.shuffle(order)
    frame["event"] = frame["event"].astype("str")
    numbers = coded(frame)
    names = {name: int(number) for name, number in zip(frame["event"], numbers["event"], strict=True)}
    stages = [name for name in STAGES if name in names]

    told = funnel(steps_of(frame), stages)
    again = funnel(steps_of(frame.iloc[order]), stages)
    number = funnel(steps_of(numbers), [names[stage] for stage in stages])

    pd.testing.assert_frame_equal(told, again)
    pd.testing.assert_frame_equal(told.drop(columns="stage"), number.drop(columns="stage"))
    assert number["stage"].tolist() == [names[stage] for stage in stages]


@settings(max_examples=5, deadline=None)
@given(histories())
def test_each_stage_is_reached_by_fewer_and_strict_by_fewer_than_ordered_than_any(frame):
    told = {mode: reached(frame, mode=mode) for mode in ("strict", "ordered", "any")}

    for counts in told.values():
        assert counts == sorted(counts, reverse=True)
    for strict, ordered, loose in zip(*told.values(), strict=True):
        assert strict <= ordered <= loose


def test_groups_are_funnels_of_their_own():
    frame = WORKED.assign(group=WORKED["person"].map(lambda person: "x" if person in "ab" else "y"))

    told = funnel(steps_of(frame), STAGES, by="group")

    for group, rows in told.groupby("group"):
        alone = funnel(steps_of(frame[frame["group"] == group]), STAGES)
        pd.testing.assert_frame_equal(rows.drop(columns="group").reset_index(drop=True), alone)


def test_funnels_of_two_groups_are_compared_at_each_stage():
    rows = [(f"x{i}", 0, "look") for i in range(80)] + [(f"x{i}", 1, "cart") for i in range(48)]
    rows += [(f"y{i}", 0, "look") for i in range(70)] + [(f"y{i}", 1, "cart") for i in range(56)]
    frame = frame_of(*rows)
    frame["group"] = frame["person"].str[0]

    told = compare_funnels(funnel(steps_of(frame), ["look", "cart"], by="group"), "y", "x")

    assert told["stage"].tolist() == ["cart"]
    found = told.loc[0, ["first_n", "second_n_all", "difference", "low", "high"]].tolist()
    assert found == pytest.approx([56, 80, 0.2, 0.0524, 0.3339], abs=5e-5)  # Newcombe's own example


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"stages": []}, "at least one stage"),
        ({"mode": "loose"}, "say ordered"),
        ({"mode": "any", "stages": ["look", "look"]}, "stands once"),
        ({"exclude": ["look"]}, "can be one of them"),
        ({"window_us": -1}, "at least 0"),
        ({"per": "visit"}, "no column visit"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        funnel(steps_of(WORKED), options.pop("stages", STAGES), **options)


@pytest.mark.parametrize("mode", ["ordered", "strict", "any"])
def test_without_events_there_is_no_funnel(mode):
    assert funnel(steps_of(WORKED.iloc[:0]), STAGES, mode=mode).empty


def test_a_stage_that_nobody_reaches_has_no_share_after_it():
    told = funnel(steps_of(WORKED), ["look", "sing", "buy"])

    assert told["n"].tolist() == [4, 0, 0]
    assert told["previous_share"].tolist()[1] == 0
    assert np.isnan(told["previous_share"][2])
