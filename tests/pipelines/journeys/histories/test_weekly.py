"""The tables of histories that a run makes."""

import pandas as pd
import pytest

from journey_research.pipelines.journeys.histories.history_rule import HistoryRule
from journey_research.pipelines.journeys.histories.weekly import (
    find_telling_sequences,
    measure_cohorts,
    measure_funnel,
    measure_hops,
    measure_reach,
)
from tests.pipelines.journeys.small_world import START, as_of, moment
from tests.worlds import broken_rules, table

DAY = 24 * 60
RULE = HistoryRule(sequence_min_share=0.2, sequence_days=1, sequence_horizon_days=2)


def touches(*rows):
    """Journey touches from rows of person, journey, day, channel, action, and who began it."""
    return table(
        "JOURNEY_TOUCHES",
        *(
            {
                "touch_id": f"web:{i:02}",
                "person_id": f"person:{person}",
                "touched_at": moment(day * DAY),
                "session_id": f"web:s{journey}",
                "journey_id": journey,
                "touch_number": i + 1,
                "channel": channel,
                "action": action,
                "initiative": initiative,
            }
            for i, (person, journey, day, channel, action, initiative) in enumerate(rows)
        ),
    )


WORKED = touches(
    ("a", "web:00", 0, "email", "email_delivered", "company"),
    ("a", "web:00", 0.1, "direct", "product_viewed", "customer"),
    ("a", "web:00", 0.2, "direct", "added_to_cart", "customer"),
    ("a", "web:00", 0.3, "store", "checked_in", "customer"),
    ("b", "web:04", 0, "direct", "product_viewed", "customer"),
    ("b", "web:05", 8, "store", "checked_in", "customer"),
    ("c", "web:06", 0, "email", "email_delivered", "company"),
)
ORDERS = table(
    "OUTCOMES",
    {"outcome_id": "shop:0", "person_id": "person:a", "occurred_at": moment(0.25 * DAY), "kind": "order"},
    {"outcome_id": "shop:1", "person_id": "person:d", "occurred_at": moment(3 * DAY), "kind": "order"},
)


def test_worked_example_of_the_funnel():
    rule = HistoryRule(funnel_stages=["product_viewed", "added_to_cart", "order"])

    told = measure_funnel(WORKED, ORDERS, rule)

    assert told["n_persons"].tolist() == [2, 1, 1]
    assert told["n_all_persons"].tolist() == [4, 4, 4]  # d has an order and no touch
    assert told["median_seconds"].tolist()[1:] == pytest.approx([8640, 4320])


def test_an_order_at_the_instant_of_a_touch_comes_after_it():
    order = table(
        "OUTCOMES",
        {"outcome_id": "shop:0", "person_id": "person:a", "occurred_at": moment(0.2 * DAY), "kind": "order"},
    )
    rule = HistoryRule(funnel_stages=["added_to_cart", "order"])

    assert measure_funnel(WORKED, order, rule)["n_persons"].tolist() == [1, 1]


def test_worked_example_of_hops():
    told = measure_hops(WORKED, RULE)

    # Of a's direct touches one is followed by direct, one by the store; the e-mail is not hers, and b's
    # visit to the store lies in another journey.
    assert told[["channel", "n_hops", "n_followed"]].values.tolist() == [["direct", 1, 2], ["(all)", 1, 2]]


def test_worked_example_of_reach():
    told = measure_reach(WORKED)

    assert told[["channel", "n_persons", "n_new"]].values.tolist() == [
        ["direct", 2, 2],  # a and b
        ["email", 2, 1],  # a and c
        ["store", 2, 0],
    ]


def test_worked_example_of_cohorts():
    told = measure_cohorts(WORKED, as_of(14 * DAY), RULE)

    # 1 January is a Wednesday: day 8 lies in the second week; the third ends after the data does. A mail
    # sent to c makes nobody active.
    assert told["cohort_at"].unique().tolist() == [pd.Timestamp("2024-12-30")]
    assert told[["week_number", "n_active", "n_persons"]].values.tolist() == [
        [0, 2, 2],
        [1, 1, 2],
        [2, pd.NA, 2],
    ]


def journeys_of(*rows):
    """Journeys from rows of name, person, first day, last day, outcome."""
    return table(
        "JOURNEYS",
        *(
            {
                "journey_id": name,
                "person_id": f"person:{person}",
                "started_at": moment(first * DAY),
                "ended_at": moment(last * DAY),
                "outcome": outcome,
            }
            for name, person, first, last, outcome in rows
        ),
    )


def test_sequences_are_taken_before_the_landmark_and_outcomes_after_it():
    rows = [
        ("a", "web:00", 0, "email", "x", "company"),
        ("a", "web:00", 1, "direct", "x", "customer"),  # exactly a day: still looked at
        ("a", "web:00", 1.1, "store", "x", "customer"),  # after it
        ("b", "web:03", 0, "direct", "x", "customer"),
        ("c", "web:04", 0, "direct", "x", "customer"),  # converts too early
        ("d", "web:05", 2, "store", "x", "customer"),  # began too late
        ("e", "web:06", 0, "direct", "x", "customer"),  # converts after the horizon
    ]
    journeys = journeys_of(
        ("web:00", "a", 0, 3, "converted"),  # exactly the horizon
        ("web:03", "b", 0, 0, "open"),
        ("web:04", "c", 0, 1, "converted"),
        ("web:05", "d", 2, 2, "open"),
        ("web:06", "e", 0, 3.1, "converted"),
    )

    told = find_telling_sequences(touches(*rows), journeys, as_of(4 * DAY), RULE).set_index("sequence")

    assert set(told.index) == {"direct", "email > direct"}  # "email" lies in "email > direct"
    direct = told.loc["direct"]
    assert direct[["n_converted", "n_converted_journeys", "n_other", "n_other_journeys"]].tolist() == [
        1,
        1,
        2,
        2,
    ]
    assert told.loc["email > direct", "difference"] == 1
    assert set(told["n_tested"]) == {2}
    assert sorted(told["rank"]) == [1, 2]


def all_tables(journey_touches, outcomes, journeys):
    return {
        "FUNNEL": measure_funnel(journey_touches, outcomes, RULE),
        "HOP_RATES": measure_hops(journey_touches, RULE),
        "CHANNEL_REACH": measure_reach(journey_touches),
        "RETENTION": measure_cohorts(journey_touches, as_of(14 * DAY), RULE),
        "TELLING_SEQUENCES": find_telling_sequences(journey_touches, journeys, as_of(14 * DAY), RULE),
    }


def test_tables_keep_their_contracts():
    from journey_research.engine import Table

    journeys = journeys_of(("web:00", "a", 0, 2, "converted"), ("web:04", "b", 0, 0, "open"))

    for name, told in all_tables(WORKED, ORDERS, journeys).items():
        assert broken_rules(name, Table.from_pandas(told)) == [], name
        assert not told.empty, name


def test_empty_tables_are_accepted_and_have_their_columns():
    from journey_research import contracts

    told = all_tables(table("JOURNEY_TOUCHES"), table("OUTCOMES"), table("JOURNEYS"))

    for name, frame in told.items():
        assert frame.empty, name
        assert set(getattr(contracts, name).columns) <= set(frame.columns), name
    only_orders = all_tables(table("JOURNEY_TOUCHES"), ORDERS, table("JOURNEYS"))
    assert only_orders["FUNNEL"]["n_persons"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"funnel_stages": []},
        {"funnel_window_days": 0},
        {"active_initiatives": []},
        {"active_initiatives": ["robot"]},
        {"sequence_days": 0},
        {"sequence_min_share": 0},
        {"told_sequences": 0},
    ],
)
def test_a_rule_that_asks_for_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=r"at least|empty|some of|more than"):
        HistoryRule(**wrong)


def test_the_start_of_the_small_world_is_a_wednesday():
    assert START.day_name() == "Wednesday"
