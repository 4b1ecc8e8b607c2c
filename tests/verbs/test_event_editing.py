"""Events renamed, left out, told once: against the plain definition."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.verbs.journeys import journeys

COLUMNS = {"person": "who", "time": "when", "event": "what"}


def found(*histories: str):
    """Events a minute apart; a history is one letter an event, of persons p0, p1, ..."""
    start = pd.Timestamp("2025-01-01")
    rows = [
        (f"p{number}", start + pd.Timedelta(minutes=minute), letter)
        for number, history in enumerate(histories)
        for minute, letter in enumerate(history)
    ]
    return journeys(pd.DataFrame(rows, columns=["who", "when", "what"]), **COLUMNS)


def paths(events):
    """Each person's history as letters."""
    told = events.steps.to_arrow().to_pandas().sort_values(["person", "step"])
    return ["".join(own["event"]) for _, own in told.groupby("person")]


def test_worked_example():
    events = found("aabp", "pb")

    assert paths(events.rename({"b": "a"})) == ["aaap", "pa"]
    assert paths(events.without(["p"])) == ["aab", "b"]
    assert paths(events.collapsed()) == ["abp", "pb"]
    assert paths(events.rename({"b": "a"}).without("p").collapsed()) == ["a", "a"]
    assert paths(events) == ["aabp", "pb"]  # what is edited stays as it was


histories = st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=4)


@settings(max_examples=40)
@given(histories, st.sampled_from("abc"), st.sampled_from("abcz"))
def test_agrees_with_the_definition(told, name, new):
    events = found(*told)
    there = set("".join(told))
    if name not in there:
        with pytest.raises(UserError, match="no event is called"):
            events.rename({name: new})
        with pytest.raises(UserError, match="no event is called"):
            events.without([name])
        return
    renamed = events.rename({name: new})
    assert paths(renamed) == [history.replace(name, new) for history in told]
    assert renamed.events.to_pylist() == sorted({new if one == name else one for one in there})
    left = [kept for history in told if (kept := history.replace(name, ""))]
    if left:
        fewer = events.without([name])
        assert paths(fewer) == left
        assert fewer.events.to_pylist() == sorted(there - {name})
    else:
        with pytest.raises(UserError, match="no event is left"):
            events.without([name])
    once = ["".join(a for a, b in zip(history, " " + history, strict=False) if a != b) for history in told]
    assert paths(events.collapsed()) == once


def test_sessions_are_cut_anew_from_what_is_left():
    start = pd.Timestamp("2025-01-01")
    minutes = [(0, "a"), (20, "ping"), (40, "b")]
    rows = [("p", start + pd.Timedelta(minutes=minute), what) for minute, what in minutes]
    events = journeys(pd.DataFrame(rows, columns=["who", "when", "what"]), **COLUMNS)

    assert len(events.sessions) == 1
    assert len(events.without(["ping"]).sessions) == 2


def test_what_is_kept_of_persons_stays():
    table = pd.DataFrame(
        {"who": ["a", "b"], "when": "2025-01-01", "what": ["x", "y"], "kind": ["old", "new"]}
    )
    events = journeys(table, **COLUMNS, by=["kind"])

    assert events.rename({"x": "z"}).where(kind="old").events.to_pylist() == ["y", "z"]
    assert events.without(["x"]).where(kind="new").persons.to_pylist() == ["b"]
