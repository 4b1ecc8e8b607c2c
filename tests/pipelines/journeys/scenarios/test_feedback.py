"""Feedback of both sides is kept with its author, and everything of a person stands in one line of time."""

from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings

from journey_research.pipelines.journeys.scenarios.feedback import FeedbackRule, gather_feedback
from journey_research.pipelines.journeys.scenarios.timelines import tell_timelines
from journey_research.pipelines.journeys.stitching import find_outcomes
from tests.pipelines.journeys.small_world import RULE, moment, people_from, worlds
from tests.worlds import broken_rules, table

PEOPLE = people_from({"card:a": 1, "web:a": 1, "card:b": 2})
STAY = {
    "visit_id": "beacon:1", "person_id": "person:0001", "store_id": "ST01", "entered_at": moment(100),
    "left_at": moment(130),
}  # fmt: skip


def judged(number, minute, action, store="ST01", record="card:a", **more):
    return {
        "touch_id": f"desk:{number}", "record_id": record, "touched_at": moment(minute), "action": action,
        "store_id": store, **more,
    }  # fmt: skip


def feedback_of(*touches, stays=(STAY,)):
    told = gather_feedback(table("TOUCHES", *touches), table("STORE_VISITS", *stays), PEOPLE, FeedbackRule())
    assert broken_rules("FEEDBACK", told) == []
    return told.to_pandas().set_index("feedback_id").sort_index()


def test_both_sides_of_a_stay_are_kept_and_neither_replaces_the_other():
    found = feedback_of(
        judged(1, 110, "assistant_rated", counterpart_record_id="desk:a7", sentiment=1.0),
        judged(2, 131, "customer_rated", sentiment=-1.0),
        judged(3, 200, "satisfaction_given", store=None, record="web:a", sentiment=0.0),
        judged(4, 110, "product_viewed"),
        judged(5, 110, "customer_rated", is_bot=True),
    )
    assert found["author"].to_dict() == {"desk:1": "assistant", "desk:2": "customer", "desk:3": "customer"}
    assert found["visit_id"].fillna("").tolist() == ["beacon:1", "beacon:1", ""]
    assert found["sentiment"].tolist() == [1.0, -1.0, 0.0]
    assert found["counterpart_record_id"].fillna("").tolist() == ["desk:a7", "", ""]


@pytest.mark.parametrize(
    ("minute", "store", "record", "is_about_it"),
    [
        (100, "ST01", "card:a", True),
        (99, "ST01", "card:a", False),
        (190, "ST01", "card:a", True),  # exactly an hour after
        (191, "ST01", "card:a", False),
        (110, "ST02", "card:a", False),
        (110, "ST01", "card:b", False),
    ],
)
def test_feedback_is_about_the_stay_of_that_person_in_that_store(minute, store, record, is_about_it):
    found = feedback_of(judged(1, minute, "customer_rated", store, record))

    assert found["visit_id"].notna().tolist() == [is_about_it]


def test_of_two_stays_it_is_about_the_last_that_began_before():
    later = {**STAY, "visit_id": "beacon:2", "entered_at": moment(140), "left_at": moment(150)}
    found = feedback_of(
        judged(1, 135, "customer_rated"), judged(2, 145, "customer_rated"), stays=(STAY, later)
    )
    assert found["visit_id"].tolist() == ["beacon:1", "beacon:2"]


def test_nobody_speaks_for_both_sides():
    with pytest.raises(ValueError, match="would be a customer's word and an assistant's"):
        FeedbackRule(customer_actions=("a",), assistant_actions=("a",))
    assert timedelta(minutes=FeedbackRule().stay_gap_minutes) == timedelta(hours=1)


# --- one person's line of time --------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(worlds())
def test_a_timeline_is_the_union_of_all_that_is_told_of_the_persons_records(world):
    touches, orders, who = world
    people = people_from(who)
    outcomes = find_outcomes(touches, orders, people, RULE)
    persons = ["person:0001", "person:00ff"]
    told = tell_timelines(touches, orders, outcomes, people, persons)
    assert broken_rules("PERSON_TIMELINES", told) == []
    found = told.to_pandas()

    members = {record for record, n in who.items() if n == 1}
    seen, paid = touches.to_pandas(), orders.to_pandas()
    union = {("touch", one) for one in seen.loc[seen["record_id"].isin(members), "touch_id"]}
    union |= {("order", one) for one in paid.loc[paid["record_id"].isin(members), "order_id"]}
    union |= {("conversion", one) for kind, one in union if kind == "order"}
    assert set(zip(found["happening"], found["happening_id"], strict=True)) == union
    assert len(found) == len(union)
    keys = found[["person_id", "happened_at", "happening", "happening_id"]]
    assert keys.equals(keys.sort_values(list(keys), ignore_index=True))
    records = found.loc[found["happening"] != "conversion", "record_id"]
    assert set(records) <= members
    assert set(found.loc[found["happening"] != "conversion", "source"]) <= {"crm"}  # as the rows tell it


def test_a_timeline_of_nobody_is_empty():
    nothing = tell_timelines(table("TOUCHES"), table("ORDERS"), table("OUTCOMES"), PEOPLE, [])

    assert isinstance(nothing.to_pandas(), pd.DataFrame)
    assert nothing.count() == 0
