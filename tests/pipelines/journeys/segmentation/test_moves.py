"""Who moved between segments since last week: what goes in has come out."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.segmentation.behaviours import FEATURES, Behaviours, Scale
from journey_research.pipelines.journeys.segmentation.moves import count_moves
from journey_research.pipelines.journeys.segmentation.segments import segment_persons
from tests.pipelines.journeys.segmentation.people_of_kinds import END, KINDS, RULE, at, no_deeds, persons_of
from tests.worlds import table


def seen(people, **traits):
    """Persons by their letters, with these traits."""
    told = {name: np.zeros(len(people)) for name in FEATURES}
    told |= {name: np.asarray(values, float) for name, values in traits.items()}
    ids = np.array([f"person:{letter}" for letter in people], object)
    n = len(people)
    return Behaviours(ids, told, ("email",), np.ones((n, 1)), np.zeros((n, 2)), *no_deeds(n))


def moves_of(now, before, segments, segments_before):
    scale = Scale.of(now.features())
    return count_moves(
        now, before, np.array(list(segments), object), np.array(list(segments_before), object), scale
    )


def test_worked_example():
    # a stays, b starts to buy and goes from y to x, c is new, e is gone.
    now = seen("abcd", n_outcomes=[3, 2, 0, 0], n_sessions=[4, 4, 1, 4])
    before = seen("abde", n_outcomes=[3, 0, 0, 0], n_sessions=[4, 3, 4, 4])

    told = moves_of(now, before, "xxyy", "xyyy")

    assert told.drop(columns="change").to_numpy().tolist() == [
        ["new", "y", 1, True, "first touch this week"],
        ["x", "x", 1, False, "stayed"],
        ["y", "gone", 1, True, "no touch is left"],
        ["y", "x", 1, True, "more: conversions"],
        ["y", "y", 1, False, "stayed"],
    ]
    logs = np.log1p(now.traits["n_outcomes"])
    assert told["change"].dropna().tolist() == [np.round(np.log(3) / logs.std(), 9)]


people = st.dictionaries(st.sampled_from("abcdef0123456789"), st.sampled_from("xyz"), min_size=1)


@settings(max_examples=20, deadline=None)
@given(people, people)
def test_in_is_out(now, before):
    told = moves_of(seen(sorted(now)), seen(sorted(before)), *([
        [told[who] for who in sorted(told)] for told in (now, before)
    ]))  # fmt: skip

    sizes, sizes_before = (pd.Series(list(one.values())).value_counts() for one in (now, before))
    for segment in "xyz":
        came = told[(told["to_segment"] == segment) & told["is_move"]]["n_persons"].sum()
        went = told[(told["from_segment"] == segment) & told["is_move"]]["n_persons"].sum()
        assert sizes.get(segment, 0) - sizes_before.get(segment, 0) == came - went
    assert told["n_persons"].sum() == len(set(now) | set(before))


def test_a_person_who_changes_ways_moves_and_the_sizes_balance():
    touches, *rest = persons_of(KINDS.values(), 25)
    quiet = "select * from this where person_id <> 'person:0000'"
    last_week = (END - pd.Timedelta(days=2) - pd.Timestamp("2025-01-01")) // pd.Timedelta(minutes=1)
    newly = table(
        "JOURNEY_TOUCHES",
        *({"touch_id": f"web:z{n}", "person_id": "person:0000", "touched_at": at(last_week + n),
           "session_id": "web:z", "journey_id": "web:z", "channel": "store", "initiative": "customer"}
          for n in range(3)),
    )  # fmt: skip
    both = type(touches)("select * from a union all select * from b", {"a": touches.query(quiet), "b": newly})

    segments, profiles, *_, moves, metrics = segment_persons(both, *rest, RULE)

    found = segments.to_pandas().set_index("person_id")
    assert found.loc["person:0000"].isna().tolist() == [False, True]
    assert moves[moves["from_segment"] == "new"]["n_persons"].sum() == 1
    sizes = profiles.to_pandas().set_index("segment")["n_persons"]
    assert moves.groupby("to_segment")["n_persons"].sum().to_dict() == sizes.to_dict()
    told = metrics.set_index("metric")
    n_moved = moves[moves["is_move"] & (moves["from_segment"] != "new")]["n_persons"].sum()
    assert round(told.loc["moved_share", "value"] * told.loc["moved_share", "n"]) == n_moved
    assert told.loc["week_agreement_same_model", "value"] > 0.8
