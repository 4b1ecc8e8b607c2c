"""Where persons are at each step."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.histories.step_matrices import step_matrix, step_shares
from journey_research.pipelines.journeys.intervals import clustered_interval
from tests.pipelines.journeys.histories.made_histories import coded, frame_of, histories, steps_of, walks

WORKED = frame_of(
    ("a", 0, "look"), ("a", 2, "cart"), ("a", 3, "cart"), ("a", 7, "buy"),
    ("b", 0, "look"), ("b", 9, "look"),
    ("c", 0, "cart"),
)  # fmt: skip


def shares(told):
    return {
        (step, event if event == event else None): share
        for step, event, share in zip(told["step"], told["event"], told["share"], strict=True)
    }


def test_worked_example():
    told = shares(step_matrix(steps_of(WORKED), n_steps=3))

    third = pytest.approx(1 / 3)
    assert told == {
        (1, "look"): pytest.approx(2 / 3),
        (1, "cart"): third,
        (2, "cart"): third,
        (2, "look"): third,
        (2, None): third,  # c is over
        (3, "cart"): third,
        (3, None): pytest.approx(2 / 3),
    }


def test_worked_example_around_an_event():
    told = step_matrix(steps_of(WORKED), n_steps=2, centre="cart")

    assert shares(told) == {  # a's first cart, and c's; b has none
        (-2, None): 1,
        (-1, "look"): 0.5,
        (-1, None): 0.5,
        (0, "cart"): 1,
        (1, "cart"): 0.5,
        (1, None): 0.5,
        (2, "buy"): 0.5,
        (2, None): 0.5,
    }
    assert set(told["n_all"]) == {2}


def matrix_by_hand(frame, n_steps, centre, per):
    """The definition: hits of each person in each cell, and histories of each person."""
    cells, own = defaultdict(Counter), Counter()
    for (person, _), rows in walks(frame, per).items():
        events = rows["event"].tolist()
        if centre is None:
            at = {i + 1: event for i, event in enumerate(events)}
        elif centre in events:
            at = {i - events.index(centre): event for i, event in enumerate(events)}
        else:
            continue
        own[person] += 1
        for step in range(-n_steps if centre else 1, n_steps + 1):
            cells[step, at.get(step)][person] += 1
    return cells, own


@settings(max_examples=12, deadline=None)
@given(histories(), st.sampled_from([None, "cart"]), st.sampled_from([None, "session"]))
def test_agrees_with_the_definition(frame, centre, per):
    cells, own = matrix_by_hand(frame, 3, centre, per)

    told = step_matrix(steps_of(frame), n_steps=3, centre=centre, per=per)

    assert set(shares(told)) == set(cells)
    for row in told.to_dict("records"):
        mine = cells[row["step"], row["event"] if row["event"] == row["event"] else None]
        n, n_all = sum(mine.values()), sum(own.values())
        sums = (
            sum(h * h for h in mine.values()),
            sum(h * own[person] for person, h in mine.items()),
            sum(h * h for h in own.values()),
        )
        assert (row["n"], row["n_all"], row["n_persons"]) == (n, n_all, len(own))
        assert (row["low"], row["high"]) == pytest.approx(clustered_interval(n, n_all, len(own), *sums))


@settings(max_examples=5, deadline=None)
@given(histories())
def test_columns_add_up_with_names_and_with_numbers(frame):
    told = step_shares(step_matrix(steps_of(frame), n_steps=4))
    numbers = step_shares(step_matrix(steps_of(coded(frame)), n_steps=4))

    assert told.sum().to_numpy() == pytest.approx(1)
    assert numbers.to_numpy().tolist() == told.to_numpy().tolist()


def test_without_events_there_is_no_matrix():
    empty = steps_of(WORKED.iloc[:0])

    assert step_matrix(empty).empty
    assert step_matrix(empty, centre="cart").empty
    assert step_matrix(steps_of(WORKED), centre="sing").empty


def test_a_matrix_without_steps_is_refused():
    with pytest.raises(ValueError, match="at least 1 step"):
        step_matrix(steps_of(WORKED), n_steps=0)
