"""Where histories go at each of their first steps, against the definition."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.histories.flows import early_events, step_flows
from journey_research.pipelines.journeys.histories.following import measure_transitions, share_persons
from journey_research.pipelines.journeys.intervals import clustered_interval, wilson_interval
from tests.pipelines.journeys.histories.made_histories import EVENTS, frame_of, histories, steps_of, walks

WORKED = frame_of(
    ("a", 0, "look"), ("a", 2, "cart"), ("a", 3, "buy"),
    ("b", 0, "look"), ("b", 9, "cart"),
    ("c", 0, "look"),
)  # fmt: skip


def cells(told):
    return {
        (step, a, None if b != b else b): n
        for step, a, b, n in told[["step", "from_event", "to_event", "n"]].itertuples(index=False)
    }


def test_worked_example():
    told = step_flows(steps_of(WORKED), n_steps=3)

    assert cells(told) == {
        (1, "look", "cart"): 2,
        (1, "look", None): 1,  # c is over after one event
        (2, "cart", "buy"): 1,
        (2, "cart", None): 1,
    }  # and nothing from step 3 on
    first = told[told["to_event"] == "cart"].iloc[0]
    assert (first["n_all"], first["share"]) == (3, pytest.approx(2 / 3))
    assert (first["low"], first["high"]) == pytest.approx(wilson_interval(2, 3))


def test_rarer_events_are_one():
    told = step_flows(steps_of(WORKED), n_steps=3, kept=["look"])

    assert cells(told)[1, "look", "other events"] == 2
    assert cells(told)[2, "other events", "other events"] == 1


@settings(max_examples=15, deadline=None)
@given(histories(), st.sampled_from([None, "session"]), st.integers(2, 4), st.integers(1, 3))
def test_agrees_with_the_definition(frame, per, n_steps, most):
    kept = early_events(steps_of(frame), n_steps=n_steps, most=most, per=per)
    told = step_flows(steps_of(frame), n_steps=n_steps, kept=kept, per=per)

    expected, commonest = {}, dict.fromkeys(EVENTS, 0)
    for rows in walks(frame, per).values():
        names = rows["event"].tolist()
        for name in names[:n_steps]:
            commonest[name] += 1
        names = [name if name in kept else "other events" for name in names]
        for step, name in enumerate(names[: n_steps - 1], 1):
            key = step, name, names[step] if step < len(names) else None
            expected[key] = expected.get(key, 0) + 1
    assert cells(told) == expected
    order = sorted((name for name in EVENTS if commonest[name]), key=lambda name: (-commonest[name], name))
    assert kept == order[:most]


def test_intervals_are_by_person():
    rows = [("a", minute, "look") for minute in (0, 10, 20, 30)]
    rows += [("b", 0, "look"), ("b", 1, "cart"), ("b", 10, "look")]
    frame = frame_of(*rows)
    frame["session"] = 1 + frame["minute"] // 10

    told = step_flows(steps_of(frame), n_steps=2, per="session")

    cart, over = told[told["to_event"] == "cart"].iloc[0], told[told["to_event"].isna()].iloc[0]
    assert (over["n"], over["n_all"], over["n_persons"]) == (5, 6, 2)  # four of a's four, one of b's two
    assert (over["low"], over["high"]) == pytest.approx(clustered_interval(5, 6, 2, hh=17, hn=18, nn=20))
    assert (cart["low"], cart["high"]) == pytest.approx(clustered_interval(1, 6, 2, hh=1, hn=2, nn=20))


@settings(max_examples=10, deadline=None)
@given(histories())
def test_at_each_step_nobody_is_lost(frame):
    told = step_flows(steps_of(frame), n_steps=4, by="group")

    for _, mine in told.groupby("group"):
        before = mine["n_all"].iloc[0]
        for step in (1, 2, 3):
            here = mine[mine["step"] == step]
            assert here["n"].sum() == before
            before = here.loc[here["to_event"].notna(), "n"].sum()


@settings(max_examples=10, deadline=None)
@given(histories())
def test_persons_who_ever_do_an_event(frame):
    told = share_persons(measure_transitions(steps_of(frame), by="group"))

    expected = frame.groupby(["group", "event"])["person"].nunique()
    assert told.set_index(["group", "event"])["n"].to_dict() == expected.to_dict()
    sizes = frame.groupby("group")["person"].nunique()
    assert (told["n_all"] == told["group"].map(sizes)).all()


def test_no_events_and_too_few_steps():
    empty = steps_of(WORKED.iloc[:0])

    assert step_flows(empty).empty
    assert share_persons(measure_transitions(empty)).empty
    with pytest.raises(ValueError, match="n_steps is 1"):
        step_flows(empty, n_steps=1)
    assert pd.api.types.is_float_dtype(step_flows(empty)["share"])
