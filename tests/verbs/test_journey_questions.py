"""What can be asked of one's own events: answers by names, groups, spans of time, differences."""

import argparse
from io import StringIO

import pandas as pd
import pytest

from journey_research.errors import UserError
from journey_research.pipelines.journeys.histories import following, funnels, step_matrices
from journey_research.verbs.files import read_frame
from journey_research.verbs.journeys import add_arguments, journeys, run

WORKED_EXAMPLE = """
who  when              what  kind
a    2025-01-06T09:00  look  new
a    2025-01-06T09:10  cart  new
a    2025-01-07T09:00  buy   new    # the next day: another session
b    2025-01-06T09:00  look  old
b    2025-01-06T09:05  cart  old
b    2025-01-14T09:00  look  old    # the week after
c    2025-01-06T09:00  look  -      # of no kind
d    2025-01-13T00:00  cart  old    # a Monday
"""
COLUMNS = {"person": "who", "time": "when", "event": "what"}


@pytest.fixture
def told():
    return pd.read_csv(StringIO(WORKED_EXAMPLE), sep=r"\s+", comment="#", na_values="-")


@pytest.fixture
def found(told):
    return journeys(told, **COLUMNS, by="kind")


def test_a_funnel_by_names(found):
    told = found.funnel(["look", "cart", "buy"])

    assert told[["stage", "n"]].values.tolist() == [["look", 3], ["cart", 2], ["buy", 1]]
    assert told["median_seconds"].tolist()[1:] == [450.0, 85_800.0]  # 10 and 5 minutes; 23 h 50
    assert found.funnel(["look", "cart", "buy"], window="1h")["n"].tolist() == [3, 2, 0]
    assert found.funnel(["look", "cart", "buy"], per="session")["n"].tolist() == [3, 2, 0]
    assert found.funnel(["cart", "look"], mode="any")["n"].tolist() == [3, 2]
    assert found.funnel(["look", "buy"], exclude=["cart"])["n"].tolist() == [3, 0]


def test_each_question_is_the_stages_own_on_the_same_steps(found):
    text = found.steps.to_arrow().to_pandas()  # the engine reads names as text, whatever lies in memory
    from journey_research.engine import Table

    steps = Table.from_pandas(text.astype({"event": "str"}))
    pairs = [
        (found.funnel(["look", "buy"]), funnels.funnel(steps, ["look", "buy"])),
        (found.at_steps(4), step_matrices.step_matrix(steps, n_steps=4)),
        (found.follows(per="session"), following.measure_transitions(steps, per="session")),
        (found.entries_and_exits(), following.edge_shares(steps)),
    ]
    for mine, expected in pairs:
        pd.testing.assert_frame_equal(mine, expected)


def test_around_an_event(found):
    told = found.centred("cart", before=1, after=2)

    cells = {
        (s, e if e == e else None): n for s, e, n in told[["step", "event", "n"]].itertuples(index=False)
    }
    assert cells == {
        (-1, "look"): 2, (-1, None): 1,  # d begins with it
        (0, "cart"): 3,
        (1, "buy"): 1, (1, "look"): 1, (1, None): 1,
        (2, None): 3,
    }  # fmt: skip


def test_waiting_and_coming_back(found):
    assert found.time_to("buy", at_days=(0, 1, 2)).pipe(lambda t: t[["days", "n"]].values.tolist()) == [
        [0.0, 0.0], [1.0, 1.0], [2.0, 1.0],
    ]  # fmt: skip
    weeks = found.retention()
    assert weeks[["age", "n_all"]].values.tolist() == [[0, 3], [1, 3], [0, 1]]
    assert weeks["n"].isna().tolist() == [False, True, True]  # the second week is not over
    assert found.median_time_to("cart")[["n", "median_days"]].values.tolist() == [
        [3, pytest.approx(5 / 1440)]
    ]


def test_variants_reach_and_sequences(found):
    assert found.variant_shares(2)[["path", "n", "share"]].values.tolist() == [
        ["cart", 1, 0.25], ["look", 1, 0.25],
    ]  # fmt: skip
    assert found.reach()[["event", "n"]].values.tolist() == [["cart", 3], ["look", 3], ["buy", 1]]
    assert found.reach_sets()["n"].sum() == 4
    held = found.sequences(max_events=2).set_index("sequence")["n"]
    assert held["look > cart"] == 2


def test_persons_of_a_kind(found):
    old = found.where(kind="old")

    assert old.persons.to_pylist() == ["b", "d"]
    assert old.summary["n_events"] == 4
    assert old.summary["n_rejected"] == 0
    assert found.where(["a", "nobody"]).persons.to_pylist() == ["a"]
    assert found.where(kind=["old", "new"]).persons.to_pylist() == ["a", "b", "d"]  # who has none is no kind
    assert old.people["kind"].tolist() == ["old", "old"]
    assert old.funnel(["look", "buy"])["n"].tolist() == [1, 0]  # an event nobody does any more is still one


def test_a_part_is_what_the_verb_makes_of_those_rows(told, found):
    for part, rows in [
        (found.where(kind="old"), told[told["kind"] == "old"]),
        (
            found.between("2025-01-06T09:05", "2025-01-13"),
            told[told["when"].between("2025-01-06T09:05", "2025-01-12")],
        ),
    ]:
        again = journeys(rows, **COLUMNS)
        for name in ("sessions", "transitions", "variants"):
            pd.testing.assert_frame_equal(getattr(part, name), getattr(again, name))
        assert part.summary == again.summary


def test_a_span_of_time_ends_when_it_ends(found):
    week = found.between(end="2025-01-13")

    assert "d" not in week.persons.to_pylist()  # the end is the first instant that is left out
    assert week.ends_us == pd.Timestamp("2025-01-13").value // 1000
    assert week.retention()[["age", "is_complete"]].values.tolist() == [[0, True], [1, False]]


def test_a_difference_is_the_first_less_the_second(found):
    new, old = found.where(kind="new"), found.where(kind="old")

    told = found.funnel(["look", "cart"], diff=("kind", "new", "old"))

    assert told[["first_n", "first_n_all", "second_n", "second_n_all"]].values.tolist() == [[1, 1, 1, 1]]
    for diff in [(new, old), {"N": new, "O": old}]:
        pd.testing.assert_frame_equal(found.funnel(["look", "cart"], diff=diff), told)
    pd.testing.assert_frame_equal(new.funnel(["look", "cart"], diff=old), told)
    events = found.event_shares(diff=(new, old)).set_index("event")
    assert events["difference"].to_dict() == {"buy": 1.0, "cart": 0.0, "look": 0.5}
    assert events.loc["look", ["first_n", "second_n", "second_n_all"]].tolist() == [1, 1, 2]


def test_nothing_differs_from_itself(found):
    asked = [
        found.at_steps(3, diff=found), found.follows(diff=found), found.flows(3, diff=found),
        found.entries_and_exits(diff=found), found.variant_shares(diff=found), found.reach_sets(diff=found),
        found.time_to("cart", diff=found), found.retention(diff=found), found.telling(found),
    ]  # fmt: skip
    for told in asked:
        assert (told["difference"] == 0).all()
        assert (told["q_value"] == 1).all()
        assert ((told["low"] < 0) & (told["high"] > 0)).all()


def test_the_same_persons_on_both_sides_stay_two(found):
    one, other = found.between(end="2025-01-13"), found.between("2025-01-13")

    told = one.flows(2, most_events=3, diff=other)

    assert told[["first_n_all", "second_n_all"]].drop_duplicates().values.tolist() == [[3, 2]]


def test_a_person_of_two_kinds_is_refused(told):
    told.loc[0, "kind"] = "old"
    with pytest.raises(UserError, match="1 persons have several values \\(column 'kind'\\)"):
        journeys(told, **COLUMNS, by="kind")


def test_what_the_caller_can_mend(found):
    for call, sentence in [
        (lambda: found.funnel(["look", "loook"]), "no event is called 'loook'"),
        (lambda: found.funnel([]), "at least one stage"),
        (lambda: found.funnel(["look"], window="soon"), "window is no length of time"),
        (lambda: found.centred("never"), "no event is called"),
        (lambda: found.where(segment="x"), "not kept per person \\(column 'segment'\\)"),
        (lambda: found.where(kind="none of them"), "no event is left"),
        (lambda: found.between("2030-01-01"), "no event is left"),
        (lambda: found.between("soon"), "ISO 8601"),
        (lambda: found.at_steps(diff="kind"), "diff is nothing that can be compared"),
        (lambda: found.sequences(min_share=2), "min_share"),
        (lambda: found.retention("month"), "unit is no length of time"),
        (lambda: found.flows(1), "at least 2 steps"),
    ]:
        with pytest.raises(UserError, match=sentence):
            call()


def test_a_funnel_from_the_command_line(told, tmp_path, capsys):
    told.to_csv(tmp_path / "e.csv", index=False)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = "--person who --time when --event what --funnel".split()
    files = ["--out", str(tmp_path / "out")]

    assert run(parser.parse_args([str(tmp_path / "e.csv"), *options, "look, cart", *files])) == 0
    again = pd.read_csv(tmp_path / "out" / "funnel.csv")
    assert again[["stage_number", "stage", "n"]].values.tolist() == [[1, "look", 3], [2, "cart", 2]]
    assert (tmp_path / "out" / "funnel.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UserError, match="no event is called"):
        run(parser.parse_args([str(tmp_path / "e.csv"), *options, "look,bye", "--out", str(tmp_path / "no")]))
    assert not (tmp_path / "no").exists()


def test_a_real_shop(shared):
    path = shared / "data" / "retentioneering_simple_shop" / "simple-onlineshop.csv.gz"
    frame = read_frame(path, needed=["user_id", "event", "timestamp"])
    found = journeys(frame, person="user_id", time="timestamp", event="event")

    told = found.funnel(["catalog", "cart", "payment_done"])

    # The persons of the plain definition: the first catalog, a cart after it, a payment after that.
    times = frame.assign(at=pd.to_datetime(frame["timestamp"], format="ISO8601"), row=range(len(frame)))
    times = times.sort_values(["user_id", "at", "row"], kind="stable")
    reached = [0, 0, 0]
    for _, events in times.groupby("user_id")["event"]:
        wanted = iter(["catalog", "cart", "payment_done"])
        stage, n = next(wanted), 0
        for event in events:
            if event == stage:
                n, stage = n + 1, next(wanted, None)
        for at in range(n):
            reached[at] += 1
    assert told["n"].tolist() == reached
