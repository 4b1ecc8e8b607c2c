"""What follows what, and what histories begin and end with."""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.histories.following import (
    edge_shares,
    measure_transitions,
    transition_matrix,
)
from journey_research.pipelines.journeys.intervals import (
    Z,
    clustered_interval,
    independent_worth,
    wilson_interval,
)
from tests.pipelines.journeys.histories.made_histories import coded, frame_of, histories, steps_of, walks

WORKED = frame_of(
    ("a", 0, "look"), ("a", 2, "cart"), ("a", 3, "look"), ("a", 7, "cart"),
    ("b", 0, "look"), ("b", 9, "buy"),
)  # fmt: skip


def told_of(frame, **options):
    told = measure_transitions(steps_of(frame), **options)
    return {
        (a if a == a else None, b if b == b else None): row
        for a, b, row in zip(told["from_event"], told["to_event"], told.to_dict("records"), strict=True)
    }


def test_worked_example():
    told = told_of(WORKED)

    assert {pair: row["n"] for pair, row in told.items()} == {
        (None, "look"): 2,
        ("look", "cart"): 2,
        ("look", "buy"): 1,
        ("cart", "look"): 1,
        ("cart", None): 1,
        ("buy", None): 1,
    }
    to_cart = told["look", "cart"]
    assert (to_cart["share"], to_cart["n_all"], to_cart["n_movers"], to_cart["n_persons"]) == (2 / 3, 3, 1, 2)
    assert to_cart["median_seconds"] == 180  # 2 and 4 minutes
    assert (to_cart["lower_quartile_seconds"], to_cart["upper_quartile_seconds"]) == (150, 210)
    assert np.isnan(to_cart["median_low_seconds"])  # two persons cannot say
    # a goes to the cart twice of twice, b never: three moves of two persons are worth hardly more than one.
    assert (to_cart["low"], to_cart["high"]) == clustered_interval(2, 3, 2, hh=4, hn=4, nn=5)


def sums_by_hand(hits, own):
    return (
        sum(h * h for h in hits.values()),
        sum(h * own[person] for person, h in hits.items()),
        sum(n * n for n in own.values()),
    )


def transitions_by_hand(frame, per):
    """The definition, one pair at a time: hits by person, all by person, seconds."""
    hits, own, seconds = defaultdict(Counter), defaultdict(Counter), defaultdict(list)
    for (person, _), rows in walks(frame, per).items():
        events, minutes = [None, *rows["event"], None], [None, *rows["minute"], None]
        for i in range(len(events) - 1):
            pair = events[i], events[i + 1]
            hits[pair][person] += 1
            own[pair[0]][person] += 1
            if None not in pair:
                seconds[pair].append((person, (minutes[i + 1] - minutes[i]) * 60))
    return hits, own, seconds


def median_ends_by_hand(gaps):
    """Order statistics around the median, as far apart as what the times are worth asks for."""
    persons = Counter(person for person, _ in gaps)
    values = sorted(gap for _, gap in gaps)
    n, middle = len(values), np.median(values)
    if len(persons) < 6:
        return np.nan, np.nan
    hits = Counter(person for person, gap in gaps if gap <= middle)
    worth = independent_worth(sum(hits.values()), n, len(persons), *sums_by_hand(hits, persons))
    below = max(int(np.floor(n / 2 - Z * n / (2 * np.sqrt(worth)))), 1)
    return values[below - 1], values[n - below]


@settings(max_examples=12, deadline=None)
@given(histories(), st.sampled_from([None, "session"]))
def test_agrees_with_the_definition(frame, per):
    hits, own, seconds = transitions_by_hand(frame, per)

    told = told_of(frame, per=per)

    assert set(told) == set(hits)
    for pair, row in told.items():
        mine, all_of = hits[pair], own[pair[0]]
        n, n_all = sum(mine.values()), sum(all_of.values())
        assert (row["n"], row["n_movers"], row["n_all"], row["n_persons"]) == (
            n,
            len(mine),
            n_all,
            len(all_of),
        )
        ends = clustered_interval(n, n_all, len(all_of), *sums_by_hand(mine, all_of))
        assert (row["share"], row["low"], row["high"]) == pytest.approx((n / n_all, *ends))
        if pair in seconds:
            gaps = [gap for _, gap in seconds[pair]]
            quartiles = row["lower_quartile_seconds"], row["median_seconds"], row["upper_quartile_seconds"]
            assert quartiles == pytest.approx(tuple(np.quantile(gaps, [0.25, 0.5, 0.75])))


@pytest.mark.parametrize("seed", range(4))
def test_intervals_of_medians_agree_with_the_definition(seed):
    draws = np.random.default_rng(seed)
    slow = draws.integers(1, 60, 12)  # each person has its own pace
    rows = [
        (f"p{i:02}", 1000 * j + k * int(slow[i] + draws.integers(0, 4)), event)
        for i in range(12)
        for j in range(draws.integers(1, 9))
        for k, event in enumerate(["look", "cart"])
    ]
    frame = frame_of(*rows)
    _, _, seconds = transitions_by_hand(frame, None)

    row = told_of(frame)["look", "cart"]

    assert (row["median_low_seconds"], row["median_high_seconds"]) == median_ends_by_hand(
        seconds["look", "cart"]
    )
    assert row["median_low_seconds"] <= row["median_seconds"] <= row["median_high_seconds"]


@settings(max_examples=6, deadline=None)
@given(histories(), st.permutations(["buy", "cart", "look"]))
def test_rows_add_up_and_other_names_permute_the_matrix_only(frame, order):
    told = measure_transitions(steps_of(frame))
    other = dict(zip(["buy", "cart", "look"], order, strict=True))
    renamed = measure_transitions(steps_of(frame.assign(event=frame["event"].map(other).astype("str"))))

    assert told.groupby("from_event", dropna=False)["share"].sum().to_numpy() == pytest.approx(1)
    for ends in (True, False):
        rows = transition_matrix(told, ends=ends).sum(axis=1)
        assert set(rows.round(12)) <= {0.0, 1.0}
    counts = transition_matrix(told, value="n")
    again = transition_matrix(renamed, value="n")
    assert again.loc[[other[e] for e in counts], [other[e] for e in counts]].to_numpy().tolist() == (
        counts.to_numpy().tolist()
    )


@settings(max_examples=5, deadline=None)
@given(histories())
def test_whole_numbers_for_names_give_the_same(frame):
    numbers = coded(frame)
    keys = ["from_event", "to_event"]
    told = measure_transitions(steps_of(frame))

    again = measure_transitions(steps_of(numbers))

    names = dict(zip(numbers["event"].astype(int), frame["event"], strict=True))
    for key in keys:
        assert [names.get(number) for number in again[key]] == [
            name if name == name else None for name in told[key]
        ]
    pd.testing.assert_frame_equal(told.drop(columns=keys), again.drop(columns=keys))


def test_worked_example_of_edges():
    told = edge_shares(steps_of(WORKED))

    found = told[["edge", "event", "n", "n_all", "share"]].values.tolist()
    assert found == [["entry", "look", 2, 2, 1.0], ["exit", "buy", 1, 2, 0.5], ["exit", "cart", 1, 2, 0.5]]
    assert (told["low"][1], told["high"][1]) == wilson_interval(1, 2)


@settings(max_examples=5, deadline=None)
@given(histories(), st.sampled_from([None, "session"]))
def test_edges_are_the_transitions_from_the_start_and_to_the_end(frame, per):
    transitions = measure_transitions(steps_of(frame), per=per)
    begin = transitions[transitions["from_event"].isna()].set_index("to_event")["n"].to_dict()
    end = transitions[transitions["to_event"].isna()].set_index("from_event")["n"].to_dict()

    edges = edge_shares(steps_of(frame), per=per)

    for edge, counts in (("entry", begin), ("exit", end)):
        mine = edges[edges["edge"] == edge]
        assert mine.set_index("event")["n"].to_dict() == counts
        assert mine["share"].sum() == pytest.approx(1)
        assert set(mine["n_all"]) == {len(walks(frame, per))}


def test_without_events_nothing_follows():
    empty = steps_of(WORKED.iloc[:0])

    assert measure_transitions(empty).empty
    assert edge_shares(empty).empty
    assert transition_matrix(measure_transitions(empty)).empty
