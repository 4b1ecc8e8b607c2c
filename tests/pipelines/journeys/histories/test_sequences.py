"""Sequences that histories hold, variants, and what tells two groups apart."""

from collections import Counter
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import Table
from journey_research.pipelines.journeys.histories.mining import Paths, frequent_sequences
from journey_research.pipelines.journeys.histories.sequences import (
    SequenceRule,
    sequence_shares,
    telling_sequences,
)
from journey_research.pipelines.journeys.histories.variants import top_variants
from journey_research.pipelines.journeys.intervals import clustered_interval, wilson_interval
from tests.pipelines.journeys.histories.made_histories import coded, frame_of, histories, steps_of, walks

WORKED = frame_of(
    ("a", 0, "look"), ("a", 1, "help"), ("a", 2, "buy"),
    ("b", 0, "look"), ("b", 1, "look"), ("b", 2, "buy"),
    ("c", 0, "buy"), ("c", 1, "look"),
)  # fmt: skip
ALL = SequenceRule(min_share=0.01, max_events=3, most_sequences=1000)


def holders(told):
    return dict(zip(told["sequence"], told["n"], strict=True))


def test_worked_example():
    told = sequence_shares(steps_of(WORKED), SequenceRule(min_share=0.5))

    # Everybody looks and buys; of them, a and b look first, whatever lies between.
    assert holders(told) == {"buy": 3, "look": 3, "look > buy": 2}
    assert told["share"].tolist() == [1, 1, 2 / 3]
    assert (told["low"][2], told["high"][2]) == pytest.approx(wilson_interval(2, 3))
    direct = sequence_shares(steps_of(WORKED), SequenceRule(min_share=0.3, contiguous=True))
    assert holders(direct)["look > help > buy"] == 1  # held by a alone, as is "help"
    assert "help" not in holders(direct)


def holds(path, sequence, contiguous):
    if contiguous:
        return any(path[i : i + len(sequence)] == sequence for i in range(len(path)))
    rest = iter(path)
    return all(event in rest for event in sequence)


paths_drawn = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=6).map(tuple), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(paths_drawn, st.integers(1, 4), st.booleans(), st.integers(1, 40))
def test_the_commonest_sequences_agree_with_trying_all(drawn, fewest, contiguous, most):
    distinct = Counter(drawn)
    paths = Paths.read([" ".join(map(str, path)) for path in distinct], list(distinct.values()))

    found = frequent_sequences(paths, fewest=fewest, longest=3, most=most, contiguous=contiguous)

    by_hand = {}
    for length in (1, 2, 3):
        for sequence in product((1, 2, 3), repeat=length):
            held = [i for i, path in enumerate(distinct) if holds(path, sequence, contiguous)]
            n = sum(list(distinct.values())[i] for i in held)
            if n >= fewest:
                by_hand[tuple(code - 1 for code in sequence)] = (-n, len(sequence), held)
    ranked = sorted(by_hand, key=lambda sequence: (*by_hand[sequence][:2], sequence))[:most]
    assert [sequence for sequence, _ in found] == ranked
    assert [held.tolist() for _, held in found] == [by_hand[sequence][2] for sequence in ranked]


@settings(max_examples=8, deadline=None)
@given(histories(), st.booleans(), st.sampled_from([None, "session"]), st.booleans(), st.sampled_from([0, 2]))
def test_shares_agree_with_the_definition(frame, contiguous, per, keeps_repeats, first_events):
    rule = SequenceRule(0.01, 3, 1000, contiguous, keeps_repeats, first_events)

    told = sequence_shares(steps_of(frame), rule, per=per)

    paths = {}
    for key, rows in walks(frame, per).items():
        events = rows["event"].tolist()
        if not keeps_repeats:
            events = [e for i, e in enumerate(events) if i == 0 or e != events[i - 1]]
        paths[key] = tuple(events[: first_events or None])
    own = Counter(person for person, _ in paths)
    for row in told.to_dict("records"):
        sequence = tuple(row["sequence"].split(" > "))
        hits = Counter(person for (person, _), path in paths.items() if holds(path, sequence, contiguous))
        n = sum(hits.values())
        sums = (
            sum(h * h for h in hits.values()),
            sum(h * own[person] for person, h in hits.items()),
            sum(h * h for h in own.values()),
        )
        assert (row["n"], row["n_all"], row["n_holders"], row["n_events"]) == (
            n, len(paths), len(hits), len(sequence),
        )  # fmt: skip
        assert (row["low"], row["high"]) == pytest.approx(clustered_interval(n, len(paths), len(own), *sums))
    # Those that lie in a longer one of the same histories are left out, and no other.
    held = {
        sequence: frozenset(key for key, path in paths.items() if holds(path, sequence, contiguous))
        for length in (1, 2, 3)
        for sequence in product(["buy", "cart", "look"], repeat=length)
    }
    closed = {
        one
        for one, keys in held.items()
        if keys
        and not any(
            len(other) > len(one) and holds(other, one, contiguous) and held[other] == keys for other in held
        )
    }
    assert {tuple(sequence.split(" > ")) for sequence in told["sequence"]} == closed


@settings(max_examples=3, deadline=None)
@given(histories())
def test_whole_numbers_for_names_give_the_same(frame):
    told = sequence_shares(steps_of(frame), ALL)
    numbers = sequence_shares(steps_of(coded(frame)), ALL)

    assert sorted(told["n"]) == sorted(numbers["n"])


def two_groups(seed, planted, n_persons=200, n_events=6):
    """Random histories of two groups; in the first, so many of its persons do c right after a, once."""
    draws = np.random.default_rng(seed)
    events = draws.choice(list("abcdef"), (n_persons, n_events))
    first = draws.random(n_persons) < 0.5
    chosen = first & (draws.random(n_persons) < planted)
    at = draws.integers(0, n_events - 2, n_persons)
    for person in np.flatnonzero(chosen):
        events[person, at[person] : at[person] + 3] = ["a", "d", "c"]
    return Table.from_pandas(
        pd.DataFrame(
            {
                "person": np.repeat(np.arange(n_persons), n_events),
                "step": np.tile(np.arange(1, n_events + 1), n_persons),
                "event": events.ravel(),
                "happened_at": np.tile(np.arange(n_events) * 1_000_000, n_persons),
                "group": np.repeat(np.where(first, "x", "y"), n_events),
            }
        )
    )


@pytest.mark.parametrize("contiguous", [True, False])
def test_a_planted_difference_is_found(contiguous):
    told = telling_sequences(
        two_groups(1, planted=0.4), "x", "y", SequenceRule(max_events=3, contiguous=contiguous), by="group"
    )

    assert told["sequence"][0] in {"a > d > c", "a > d", "d > c"}
    planted = told.set_index("sequence").loc["a > d > c"]
    assert planted["q_value"] < 0.001
    assert planted["low"] > 0.1


def test_without_a_difference_hardly_ever_one_is_found():
    found = []
    for seed in range(12):
        told = telling_sequences(two_groups(seed, 0.0), "x", "y", SequenceRule(max_events=3), by="group")
        assert len(told) > 100
        found.append(bool((told["q_value"] < 0.05).any()))

    assert sum(found) <= 2  # one in twenty is what is agreed


def test_the_histories_of_one_person_do_not_make_a_difference():
    """Ten persons with forty histories each: whoever does a thing does it always."""
    draws = np.random.default_rng(3)
    n_found = 0
    for _ in range(8):
        habit = draws.random((10, 8)) < 0.5  # person by event: does it or not
        rows = [
            (person, event, history)
            for person in range(10)
            for history in range(40)
            for event in np.flatnonzero(habit[person])
        ]
        frame = pd.DataFrame(rows, columns=["person", "event", "history"])
        frame["step"] = frame.groupby("person").cumcount()
        frame = frame.assign(happened_at=frame["step"], group=np.where(frame["person"] < 5, "x", "y"))
        told = telling_sequences(
            Table.from_pandas(frame), "x", "y", SequenceRule(max_events=1), by="group", per="history"
        )
        n_found += (told["q_value"] < 0.05).any()
    assert n_found <= 2  # as 400 independent histories, all eight would


def test_a_group_without_histories_tells_nothing():
    assert telling_sequences(two_groups(1, 0.0), "x", "z", by="group").empty
    empty = two_groups(1, 0.0).query("select * from this where person < 0")
    told = telling_sequences(empty, "x", "y", by="group")
    assert told.empty
    assert "q_value" in told.columns
    assert sequence_shares(empty).empty


@pytest.mark.parametrize(
    "wrong", [{"min_share": 0}, {"max_events": 0}, {"most_sequences": 0}, {"first_events": -1}]
)
def test_a_rule_that_asks_for_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=r"at least|more than|means all"):
        SequenceRule(**wrong)


def test_worked_example_of_variants():
    frame = frame_of(("a", 0, "look"), ("b", 0, "look"), ("c", 0, "look"), ("c", 1, "buy"), ("d", 0, "buy"))

    told = top_variants(steps_of(frame), most=2)

    assert told["path"].tolist() == ["look", "buy"]  # of one each, "buy" comes before "look > buy"
    assert told["share"].tolist() == [0.5, 0.25]
    assert told["coverage_share"].tolist() == [0.5, 0.75]
    assert told["n_variants"].tolist() == [3, 3]
    assert (told["low"][0], told["high"][0]) == wilson_interval(2, 4)


@settings(max_examples=8, deadline=None)
@given(histories(), st.sampled_from([None, "session"]))
def test_variants_agree_with_the_definition(frame, per):
    paths = {key: " > ".join(rows["event"]) for key, rows in walks(frame, per).items()}
    counted = Counter(paths.values())

    told = top_variants(steps_of(frame), most=100, per=per)

    assert list(zip(told["path"], told["n"], strict=True)) == sorted(
        counted.items(), key=lambda x: (-x[1], x[0])
    )
    assert told["coverage_share"].iloc[-1] == 1
    assert told["n_events"].tolist() == [path.count(">") + 1 for path in told["path"]]
    assert told["n_walkers"].tolist() == [
        len({person for (person, _), path in paths.items() if path == one}) for one in told["path"]
    ]


def test_variants_of_nothing():
    assert top_variants(steps_of(WORKED.iloc[:0])).empty
    with pytest.raises(ValueError, match="at least 1"):
        top_variants(steps_of(WORKED), most=0)
