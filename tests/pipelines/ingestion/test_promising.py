"""What a source promises of its own plausibility, held against its touches."""

import logging

import pytest
from held_exports import held, mapping
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.promising import check_expectations, gate_expectations
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from tests.worlds import broken_rules, table

PROMISED = [
    {"last_of_record": {"action": "conversion"}, "share": 0.5},
    {"first_of_record": {"action": "view"}, "share": 1.0},
    {"preceded_by": {"action": "conversion", "earlier": "view"}, "share": 0.6},
]
# who, minute, action: ada sees and buys, bob buys and sees, cara only buys.
PATHS = [
    ("ada", 0, "view"),
    ("ada", 1, "conversion"),
    ("bob", 0, "conversion"),
    ("bob", 1, "view"),
    ("cara", 0, "conversion"),
]


def judged(paths, expects=PROMISED, **more):
    told = mapping(expects=expects, **more)
    told["touch"] = {
        **told["touch"],
        "key": ["visitor", "ts", "medium"],
        "action": "medium",
        "channel": {"is": "web"},
    }
    rows = "".join(f"{who},2025-01-06T10:{minute:02d}:00Z,{action}\n" for who, minute, action in paths)
    exports = [held("paths", told, f"visitor,ts,medium\n{rows}".encode())]
    tables = dict(zip(OUTPUTS, read_sources(exports, b"0123456789abcdef"), strict=True))
    return check_expectations(tables["promises"], tables["touches"])


def shares(expectations):
    return {
        one["promise"]: (one["seen_share"], one["is_kept"]) for one in expectations.to_arrow().to_pylist()
    }


def test_worked_example():
    told = judged(PATHS)

    assert shares(told) == {
        "last_of_record": (2 / 3, True),  # ada's and cara's, not bob's
        "first_of_record": (1 / 2, False),
        "preceded_by": (1 / 3, False),  # ada's alone
    }
    assert broken_rules("EXPECTATIONS", told) == []


def test_a_broken_promise_stops_with_one_line():
    expects = [{"last_of_record": {"action": "conversion"}, "share": 0.9}]
    with pytest.raises(UserError) as raised:
        gate_expectations(judged(PATHS, expects))

    assert str(raised.value) == (
        "paths: only 67% of 3 'conversion' touches are the last of their record (at least 90% is promised): "
        "record keys may be scrambled; "
        "ask the owner of the export, or say 'expects_breach: warn' in the mapping"
    )


def test_a_source_may_ask_for_a_warning_instead(caplog):
    expects = [{"last_of_record": {"action": "conversion"}, "share": 0.9}]
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        told = gate_expectations(judged(PATHS, expects, expects_breach="warn"))

    assert told.to_arrow().to_pylist() == [{"source": "paths", "n_promises": 1, "n_broken": 1}]
    assert broken_rules("PROMISE_QUALITY", told) == []
    assert [one.getMessage().startswith("paths: only 67%") for one in caplog.records] == [True]


def test_a_promise_about_nothing_is_a_warning(caplog):
    expects = [{"last_of_record": {"action": "purchase"}, "share": 0.9}]
    told = judged(PATHS, expects)
    with caplog.at_level(logging.WARNING, logger="journey_research"):
        gate_expectations(told)

    assert shares(told) == {"last_of_record": (None, True)}
    assert "has none" in caplog.text


def test_no_promises_no_rows():
    told = check_expectations(table("PROMISES"), table("TOUCHES"))

    assert told.count() == 0
    assert gate_expectations(told).count() == 0


def last_by_hand(paths):
    bought = [(who, minute) for who, minute, action in paths if action == "conversion"]
    ends = [minute == max(at for other, at, _ in paths if other == who) for who, minute in bought]
    return sum(ends) / len(ends) if ends else None


@given(
    st.sets(
        st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.sampled_from(["view", "conversion"])),
        min_size=1,
    )
)
@settings(max_examples=25, deadline=None)
def test_agrees_with_the_definition(paths):
    told = shares(judged(sorted(paths), PROMISED[:1]))

    assert told["last_of_record"][0] == last_by_hand(paths)


def test_touches_of_bots_are_held_against_nobody():
    row = {"source": "web", "action": "conversion"}
    touches = table(
        "TOUCHES",
        {**row, "touch_id": "web:1", "record_id": "web:a", "is_bot": True},
        {**row, "touch_id": "web:2", "record_id": "web:a", "is_bot": False},
    )
    promises = table("PROMISES", {"source": "web", "action": "conversion", "promise": "last_of_record"})

    assert check_expectations(promises, touches).to_arrow()["n_touches"].to_pylist() == [1]
