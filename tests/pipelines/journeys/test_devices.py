"""One person on two devices: by hand, by definition, and whatever the devices are called."""

from io import StringIO

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.cutting import cut_journeys
from journey_research.pipelines.journeys.devices import DeviceRule, pair_devices, summarise_device_sessions
from journey_research.pipelines.journeys.rule import JourneyRule
from journey_research.pipelines.journeys.sessions import summarise_sessions
from tests.pipelines.journeys.small_world import RULE, moment, people_from, shuffled, touches_from
from tests.worlds import broken_rules, empty_world, table

DEVICES = DeviceRule(handover_minutes=15)

# Three devices of one person; a session is named after its first touch, web:0, web:1 ...
WORKED_EXAMPLE = """
record  minute  class
web:a        0  mobile
web:a       10  mobile    # web:0 lasts from 0 to 10
web:b       10  desktop   # web:2 begins as it ends: they overlap at that instant
web:b       20  desktop
web:c       35  mobile    # web:4 begins 15 minutes after web:2 ended: not yet too long
web:a      100  mobile    # web:5, more than a hand-over after everything
web:d      101  mobile    # somebody else
"""
PEOPLE = {"web:a": 1, "web:b": 1, "web:c": 1, "web:d": 2}


def found_of(touches, people, rule=RULE, devices=DEVICES):
    walked = cut_journeys(touches, people_from(people), table("OUTCOMES"), rule)
    sessions = summarise_device_sessions(walked, touches, rule, devices)
    pairs = pair_devices(sessions, devices)
    return walked, sessions, pairs


def patterns_of(pairs):
    told = pairs.to_pandas().sort_values(["first_session_id", "second_session_id"])
    return told[["first_session_id", "second_session_id", "pattern"]].values.tolist()


def test_worked_example():
    told = pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#")
    touches = touches_from(told["record"], told["minute"], device_class=told["class"])

    walked, sessions, pairs = found_of(touches, PEOPLE)

    assert broken_rules("DEVICE_SESSIONS", sessions) == []
    assert broken_rules("DEVICE_PAIRS", pairs) == []
    assert sorted(sessions.to_pandas()["device_session_id"]) == ["web:0", "web:2", "web:4", "web:5", "web:6"]
    assert patterns_of(pairs) == [
        ["web:0", "web:2", "simultaneous"],
        ["web:2", "web:4", "sequential"],
    ]
    assert pairs.to_pandas().set_index("second_session_id")["gap_minutes"].to_dict() == {
        "web:2": 0,
        "web:4": 15,
    }
    summed = summarise_sessions(walked, sessions, pairs)
    assert broken_rules("SESSIONS", summed) == []
    rows = summed.to_pandas().set_index("session_id").sort_index()
    assert rows["n_devices"].to_dict() == {"web:0": 3, "web:5": 1, "web:6": 1}
    assert rows["is_simultaneous"].to_dict() == {"web:0": True, "web:5": False, "web:6": False}


@pytest.mark.parametrize("records", [["web:a", "web:b"], ["web:b", "web:a"]])
def test_of_two_that_begin_at_once_the_smaller_session_is_first(records):
    touches = touches_from(records, [0, 0], device_class=["mobile", "desktop"])
    assert patterns_of(found_of(touches, PEOPLE)[2]) == [["web:0", "web:1", "simultaneous"]]


def test_one_device_after_the_other_in_a_session_is_not_at_once():
    touches = touches_from(["web:a", "web:b"], [0, 10], device_class=["mobile", "desktop"])
    session = summarise_sessions(*found_of(touches, PEOPLE)).to_pandas()
    assert session[["n_devices", "is_simultaneous"]].values.tolist() == [[2, False]]


def test_a_minute_more_is_too_long_and_an_end_that_the_source_gives_counts():
    late = touches_from(["web:a", "web:b"], [0, 16], device_class=["mobile", "desktop"])
    assert patterns_of(found_of(late, PEOPLE)[2]) == []

    ended = touches_from(
        ["web:a", "web:b"], [0, 16], device_class=["mobile", "desktop"], ended_at=[moment(16), None]
    )
    assert patterns_of(found_of(ended, PEOPLE)[2]) == [["web:0", "web:1", "simultaneous"]]


def test_what_tells_of_a_place_or_of_no_device_is_left_out():
    touches = touches_from(
        ["web:a", "web:b", "web:c"], [0, 0, 0],
        device_class=["mobile", "mobile", None], channel=["direct", "store", "email"],
    )  # fmt: skip
    walked, sessions, pairs = found_of(touches, PEOPLE)

    assert sessions.to_pandas()["device_session_id"].tolist() == ["web:0"]
    assert summarise_sessions(walked, sessions, pairs).to_pandas()["n_devices"].tolist() == [1]


# Three sessions that the app cut itself: two close together, one with a long silence in it.
NATIVE = [("a", 0), ("a", 90), ("b", 91), (None, 92), (None, 93), (None, 124)]


def test_a_session_that_a_source_cut_is_neither_split_nor_joined():
    touches = touches_from(
        ["web:a"] * 6, [m for _, m in NATIVE], session_id=[n and f"web:{n}" for n, _ in NATIVE],
        device_class=["mobile"] * 6,
    )  # fmt: skip
    ours = JourneyRule(
        session_gap_minutes=30, max_gap_days=1, conversion_action="order", keeps_native_sessions=False
    )
    for rule, expected in (
        (RULE, ["web:0", "web:0", "web:2", "web:3", "web:3", "web:5"]),
        (ours, ["web:0", "web:1", "web:1", "web:1", "web:1", "web:5"]),
    ):
        walked, sessions, _ = found_of(touches, PEOPLE, rule)
        assert walked.to_pandas().sort_values("touch_id")["session_id"].tolist() == expected
        assert set(sessions.to_pandas()["device_session_id"]) == set(expected)
        assert set(walked.to_pandas()["journey_id"]) == {"web:0"}


@st.composite
def clicks(draw):
    """Touches of two persons on three devices and a browser without a class, within two hours."""
    told = draw(
        st.lists(
            st.tuples(st.sampled_from(["web:a", "web:b", "web:c", "web:d"]), st.integers(0, 24)),
            min_size=1,
            max_size=12,
        )
    )
    classes = draw(st.lists(st.sampled_from(["mobile", "desktop", None]), min_size=len(told)))
    return [t[0] for t in told], [5 * t[1] for t in told], classes[: len(told)]


@settings(max_examples=15, deadline=None)
@given(clicks())
def test_agrees_with_the_definition(world):
    records, minutes, classes = world
    touches = touches_from(records, minutes, device_class=classes)

    _, _, pairs = found_of(touches, PEOPLE)

    found = pairs.to_pandas()
    assert {
        (row.first_session_id, row.second_session_id): row.pattern for row in found.itertuples()
    } == pairs_by_hand(touches.to_pandas())


@settings(max_examples=8, deadline=None)
@given(clicks(), st.permutations(["web:a", "web:b", "web:c"]), st.randoms(use_true_random=False))
def test_what_the_devices_are_called_changes_no_pattern(world, names, draws):
    records, minutes, classes = world
    renamed = dict(zip(["web:a", "web:b", "web:c"], names, strict=True))
    told = touches_from(records, minutes, device_class=classes)
    other = touches_from([renamed.get(r, r) for r in records], minutes, device_class=classes)

    _, _, pairs = found_of(told, PEOPLE)
    _, _, others = found_of(shuffled(other, draws), PEOPLE)

    assert patterns_of(pairs) == patterns_of(others)
    told = pairs.to_pandas()
    assert (told["first_session_id"] != told["second_session_id"]).all()
    both = {frozenset(pair) for pair in zip(told["first_session_id"], told["second_session_id"], strict=True)}
    assert len(both) == len(told)  # a pair is told once, in one order
    overlap = told["pattern"] == "simultaneous"
    assert (told.loc[overlap, "gap_minutes"] == 0).all()
    assert (told.loc[~overlap, "gap_minutes"] > 0).all()


def pairs_by_hand(touches):
    """The definition: sessions of each person and device, two by two."""
    sessions = []
    touches = touches[touches["device_class"].notna()].sort_values(["touched_at", "touch_id"])
    for (record, _), rows in touches.groupby(["record_id", "device_class"]):
        last = None
        for touch in rows.itertuples():
            if last is None or touch.touched_at - last > pd.Timedelta(minutes=30):
                sessions.append([PEOPLE[record], touch.touched_at, touch.touch_id, touch.touched_at])
            sessions[-1][3] = last = touch.touched_at
    found = {}
    for one in sessions:
        for other in sessions:
            if one[0] == other[0] and one[1:3] < other[1:3]:
                gap = other[1] - one[3]
                if gap <= pd.Timedelta(0):
                    found[one[2], other[2]] = "simultaneous"
                elif gap <= pd.Timedelta(minutes=15):
                    found[one[2], other[2]] = "sequential"
    # Two sessions on one device are more than a hand-over apart here: 30 minutes end one.
    return found


def test_empty_tables_pass_through():
    world = empty_world()
    sessions = summarise_device_sessions(world["journey_touches"], world["touches"], RULE, DEVICES)
    pairs = pair_devices(sessions, DEVICES)
    assert sessions.count() == pairs.count() == 0
    assert summarise_sessions(world["journey_touches"], sessions, pairs).count() == 0


def test_a_rule_that_cannot_be_is_refused_where_it_is_born():
    with pytest.raises(ValueError, match="handover_minutes"):
        DeviceRule(handover_minutes=-1)
