"""The verb ``journeys``: each sentence of its description is a test."""

import argparse
import json
import os
import random
import subprocess
import sys
from io import StringIO
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.engine import duckdb_engine
from journey_research.errors import UserError
from journey_research.verbs import event_codes
from journey_research.verbs.durations import length_in_us
from journey_research.verbs.files import read_frame
from journey_research.verbs.journeys import add_arguments, journeys, run

WORKED_EXAMPLE = """
who  when              what
b    2025-01-01T09:00  look
a    2025-01-01T09:00  look
a    2025-01-01T09:00  add     # the same instant: the order of the rows stays
a    2025-01-01T09:30  buy     # exactly 30 minutes: the same session
a    2025-01-01T10:01  look    # 31 minutes: the next one
"""
COLUMNS = {"person": "who", "time": "when", "event": "what"}


@pytest.fixture
def told() -> pd.DataFrame:
    return pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#")


@pytest.fixture
def command(tmp_path):
    """The verb as the command runs it, on a table, into a folder."""

    def called(frame: pd.DataFrame, *more: str, name="events.csv"):
        if name.endswith("parquet"):
            frame.to_parquet(tmp_path / name)
        else:
            frame.to_csv(tmp_path / name, index=False)
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        options = ["--person", "who", "--time", "when", "--event", "what", "--out", str(tmp_path / "out")]
        return run(parser.parse_args([str(tmp_path / name), *options, *more])), tmp_path / "out"

    return called


def test_worked_example(told):
    found = journeys(told, **COLUMNS, steps=4)

    instant = pd.Timestamp
    assert found.sessions.columns.tolist() == ["person", "session", "started_at", "ended_at", "n_events"]
    assert found.sessions.values.tolist() == [
        ["a", 1, instant("2025-01-01 09:00"), instant("2025-01-01 09:30"), 3],
        ["a", 2, instant("2025-01-01 10:01"), instant("2025-01-01 10:01"), 1],
        ["b", 1, instant("2025-01-01 09:00"), instant("2025-01-01 09:00"), 1],
    ]
    assert found.transitions.columns.tolist() == ["from_event", "to_event", "count", "median_seconds"]
    assert found.transitions.values.tolist() == [
        ["add", "buy", 1, 1800.0],
        ["buy", "look", 1, 1860.0],  # across sessions
        ["look", "add", 1, 0.0],
    ]
    assert found.step_matrix.columns.tolist() == ["event", "1", "2", "3", "4"]
    assert found.step_matrix.values.tolist() == [
        ["add", 0.0, 0.5, 0.0, 0.0],
        ["buy", 0.0, 0.0, 0.5, 0.0],
        ["look", 1.0, 0.0, 0.0, 0.5],  # half of all persons, also where one has ended
    ]
    assert found.variants.values.tolist() == [["look", 1], ["look > add > buy > look", 1]]
    assert found.summary == {
        "n_events": 5,
        "n_persons": 2,
        "n_sessions": 3,
        "n_rejected": 0,
        "events_per_session_median": 1.0,
        "seconds_per_session_median": 0.0,
    }
    assert repr(found).startswith("5 events of 2 persons in 3 sessions")


histories = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "Ä", "007"]), st.integers(0, 9), st.sampled_from(["x", "y", "$z > w"])
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(histories)
def test_agrees_with_the_definition(rows):
    start = pd.Timestamp("2025-01-01")
    frame = pd.DataFrame(
        [(who, start + pd.Timedelta(minutes=15 * quarter), what) for who, quarter, what in rows],
        columns=["who", "when", "what"],
    )

    found = journeys(frame, **COLUMNS, steps=5)

    sessions, transitions, steps, variants = by_hand(frame, steps=5)
    assert found.sessions.values.tolist() == sessions
    assert found.transitions.values.tolist() == transitions
    assert found.step_matrix.values.tolist() == steps
    assert found.variants.values.tolist() == variants


def test_row_order_matters_only_for_ties(told):
    moved = told.iloc[[1, 2, 4, 3, 0]]
    tied = told.iloc[[0, 2, 1, 3, 4]]

    assert journeys(moved, **COLUMNS).sessions.equals(journeys(told, **COLUMNS).sessions)
    assert journeys(moved, **COLUMNS).variants.equals(journeys(told, **COLUMNS).variants)
    assert journeys(tied, **COLUMNS).variants["path"].tolist() == ["add > look > buy > look", "look"]


def test_many_ties_keep_input_order():
    # The engine's sort keeps ties in order on its own until a table is large.
    draws = random.Random(1)
    rows = [(draws.choice("ab"), draws.choice("wxyz")) for _ in range(300_000)]
    frame = pd.DataFrame(rows, columns=["who", "what"]).assign(when="2025-01-01")

    found = journeys(frame, **COLUMNS)

    assert found.variants["path"].tolist() == sorted(
        " > ".join(e for w, e in rows if w == who) for who in "ab"
    )


def test_a_real_shop(shared):
    path = shared / "data" / "retentioneering_simple_shop" / "simple-onlineshop.csv.gz"
    frame = read_frame(path, needed=["user_id", "event", "timestamp"])

    found = journeys(frame, person="user_id", time="timestamp", event="event")

    # Counts that come with the data: 32,283 events, 3,751 users, 12 events, 706 payments.
    assert (found.summary["n_events"], found.summary["n_persons"]) == (32_283, 3_751)
    assert len(found.step_matrix) == 12
    assert found.step_matrix["1"].sum() == pytest.approx(1)
    assert found.variants["persons"].sum() == 3_751
    assert found.transitions["count"].sum() == 32_283 - 3_751
    paid = found.variants["path"].str.split(" > ").map(lambda path: path.count("payment_done"))
    assert (paid * found.variants["persons"]).sum() == 706


def test_rows_without_person_event_or_readable_time_are_counted_and_left_out(told):
    bad = pd.DataFrame(
        {
            "who": [None, "  ", "a", "a", "a", "z"],
            "when": ["2025-01-01"] * 2 + ["soon", None, "2025-01-01", "never"],
            "what": ["look"] * 4 + ["", "look"],
        }
    )

    found = journeys(pd.concat([bad, told], ignore_index=True), **COLUMNS)

    assert found.summary == {**journeys(told, **COLUMNS).summary, "n_rejected": 6}
    assert found.sessions.equals(journeys(told, **COLUMNS).sessions)


def test_twenty_steps_and_half_an_hour_unless_told(told):
    found = journeys(told, **COLUMNS)

    assert found.step_matrix.columns.tolist() == ["event", *map(str, range(1, 21))]
    assert len(journeys(told, **COLUMNS, gap="31m").sessions) == 2
    assert len(journeys(told, **COLUMNS, gap="29m59s").sessions) == 4


@pytest.mark.parametrize(
    ("gap", "seconds"), [("45s", 45), ("30m", 1800), ("1h30m", 5400), ("1.5h", 5400), ("2d", 172800)]
)
def test_a_gap_is_a_number_and_a_unit(gap, seconds):
    assert length_in_us(gap) == seconds * 1_000_000
    assert length_in_us(pd.Timedelta(seconds=seconds)) == seconds * 1_000_000


@pytest.mark.parametrize("gap", ["", "30", "m", "-30m", "0m", "half an hour", "30m!", "999999999999d"])
def test_any_other_gap_is_refused(told, gap):
    with pytest.raises(UserError, match="--gap is no length of time"):
        journeys(told, **COLUMNS, gap=gap)


@pytest.mark.parametrize("steps", [0, -1, 2.5, True])
def test_steps_are_a_whole_number_from_one(told, steps):
    with pytest.raises(UserError, match="--steps"):
        journeys(told, **COLUMNS, steps=steps)


def test_a_column_that_is_missing_is_named(told):
    with pytest.raises(UserError, match="column is missing \\(column 'whom'\\); there are: who, when, what"):
        journeys(told, **{**COLUMNS, "person": "whom"})


def test_a_column_without_any_time_is_the_wrong_column(told):
    with pytest.raises(UserError, match="no value is a time"):
        journeys(told, **{**COLUMNS, "time": "what"})


def test_the_frame_is_not_changed(told):
    before = told.copy()
    journeys(told, **COLUMNS)
    pd.testing.assert_frame_equal(told, before)


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz", "events.parquet"])
def test_the_command_writes_the_same_tables(told, command, capsys, name):
    told["who"] = told["who"].map({"a": "007", "b": "8"})
    code, out = command(told, name=name)

    assert code == 0
    found = journeys(told, **COLUMNS)
    sessions = pd.read_csv(
        out / "sessions.csv", dtype={"person": str}, parse_dates=["started_at", "ended_at"]
    )
    assert sessions.values.tolist() == found.sessions.values.tolist()
    for table in ("transitions", "step_matrix", "variants"):
        again = pd.read_csv(out / f"{table}.csv")
        assert again.columns.tolist() == getattr(found, table).columns.tolist()
        assert again.values.tolist() == getattr(found, table).values.tolist()
    assert json.loads((out / "summary.json").read_text()) == found.summary
    plots = sorted(path.name for path in out.glob("*.png"))
    assert plots == ["sankey.png", "session_lengths.png", "step_matrix.png", "transitions.png"]
    assert all((out / plot).read_bytes().startswith(b"\x89PNG") for plot in plots)
    said = capsys.readouterr()
    assert said.out == f"{found}\n"
    assert "5 rows read" in said.err


def test_the_same_file_makes_the_same_bytes_in_every_process(told, command, tmp_path):
    told["what"] = told["what"].replace(
        {"look": "$look$", "add": "カート"}
    )  # no formula, and letters a font lacks
    _, out = command(told)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    call = (
        "import argparse; from journey_research.verbs import journeys as v; p = argparse.ArgumentParser();"
        "v.add_arguments(p); v.run(p.parse_args())"
    )
    options = ["--person", "who", "--time", "when", "--event", "what", "--out", str(out)]
    surroundings = {"PYTHONHASHSEED": str(random.randrange(1, 99)), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-c", call, str(tmp_path / "events.csv"), *options],
        check=True, capture_output=True, env=surroundings,
    )  # fmt: skip

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_one_event_is_enough(command):
    _, out = command(pd.DataFrame({"who": ["a"], "when": ["2025-01-01"], "what": ["look"]}))

    assert (out / "transitions.csv").read_text() == "from_event,to_event,count,median_seconds\n"
    assert (out / "variants.csv").read_text() == "path,persons\nlook,1\n"


def test_a_user_error_writes_nothing(told, command, tmp_path):
    for more in (["--gap", "soon"], ["--steps", "0"], ["--time", "what"], ["--event", "missing"]):
        with pytest.raises(UserError) as trouble:
            command(told, *more)
        assert "\n" not in str(trouble.value)
        assert not (tmp_path / "out").exists()


def by_hand(frame: pd.DataFrame, steps: int):
    """The definition, one event at a time."""
    sessions, gaps, places, paths = [], {}, {}, {}
    n_persons = frame["who"].nunique()
    for who in sorted(set(frame["who"])):
        events = list(
            frame[frame["who"] == who].sort_values("when", kind="stable")[["when", "what"]].values.tolist()
        )
        path = " > ".join(what for _, what in events)
        paths[path] = paths.get(path, 0) + 1
        open_session = None
        for step, (when, what) in enumerate(events, start=1):
            if open_session is None or when - open_session[3] > pd.Timedelta(minutes=30):
                open_session = [who, 1 if open_session is None else open_session[1] + 1, when, when, 0]
                sessions.append(open_session)
            open_session[3] = when
            open_session[4] += 1
            places[what, step] = places.get((what, step), 0) + 1
        for (at, what), (later, following) in pairwise(events):
            gaps.setdefault((what, following), []).append((later - at).total_seconds())
    transitions = [[*pair, len(gaps[pair]), float(pd.Series(gaps[pair]).median())] for pair in sorted(gaps)]
    matrix = [
        [what, *(places.get((what, step), 0) / n_persons for step in range(1, steps + 1))]
        for what in sorted(set(frame["what"]))
    ]
    return sessions, transitions, matrix, [[path, paths[path]] for path in sorted(paths)]


def test_little_memory_changes_nothing():
    draws = random.Random(2)
    rows = [
        (draws.randrange(20_000), draws.randrange(10**6), draws.choice("wxyz")) for _ in range(400_000)
    ] * 6
    frame = pd.DataFrame(rows, columns=["who", "when", "what"])
    frame["when"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(frame["when"], unit="s")

    plenty = journeys(frame, **COLUMNS)
    expected = plenty.sessions, plenty.transitions, plenty.variants
    little = journeys(frame, **COLUMNS, memory="100MB")

    try:
        assert all(
            a.equals(b)
            for a, b in zip(expected, (little.sessions, little.transitions, little.variants), strict=True)
        )
    finally:
        duckdb_engine.configure(duckdb_engine.DuckDBLimits())


@pytest.mark.parametrize("memory", ["much", "2", "-1GB", "GB", "99MB"])
def test_no_amount_of_memory(told, memory):
    with pytest.raises(UserError, match="--memory is no amount of memory"):
        journeys(told, **COLUMNS, memory=memory)


@settings(max_examples=50)
@given(st.lists(st.one_of(st.none(), st.sampled_from(["b", "a", " ", "Ä", "b "])), max_size=9))
def test_a_column_read_in_halves_is_the_column(texts):
    column = pd.Series(texts, dtype="str")
    with pytest.MonkeyPatch.context() as patched:
        whole, names = event_codes._coded(column)
        patched.setattr(event_codes, "FEW", 2)
        halved, same_names = event_codes._coded(column)

    told = [None if text is None or not text.strip() else text for text in texts]
    assert names.to_pylist() == same_names.to_pylist() == sorted({text for text in told if text})
    for codes in (whole, halved):
        assert [None if code < 0 else names[int(code)].as_py() for code in codes] == told


@given(st.lists(st.one_of(st.integers(-5, 5), st.integers(-(2**62), 2**62)), min_size=1, max_size=9))
def test_numbers_close_together_and_far_apart_are_coded_as_their_texts(numbers):
    codes, names = event_codes._coded(pd.Series(numbers))

    assert names.to_pylist() == sorted({str(number) for number in numbers})
    assert [names[int(code)].as_py() for code in codes] == [str(number) for number in numbers]
