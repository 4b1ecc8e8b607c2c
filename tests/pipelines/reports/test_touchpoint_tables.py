"""Where we meet, in sentences."""

from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.reports import touchpoint_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()


def test_a_shiny_channel_is_named_with_its_two_shares():
    assert touchpoint_tables.shares_finding(WORLD["channel_shares"]) == (
        "Social (30.0% of spend, 1.0% (0.60% to 1.4%) of interactions) takes more than people give: shiny, "
        "all channels tested together."
    )


def test_without_spend_nothing_is_said_of_costs():
    row = {"level": "channel", "base": "all", "name": "web", "n_interactions": 9, "interaction_share": 1.0}

    said = touchpoint_tables.shares_finding(table("CHANNEL_SHARES", {**row, "low": 0.9, "high": 1.0}))

    assert said.startswith("Web has 100.0% (90.0% to 100.0%) of 9 interactions; no spend is told")


def test_where_nothing_is_shiny_nobody_is_named():
    row = {"level": "channel", "base": "all", "name": "web", "n_interactions": 9, "interaction_share": 1.0}

    said = touchpoint_tables.shares_finding(table("CHANNEL_SHARES", {**row, "spend_share": 1.0}))

    assert said.startswith("No channel surely takes more")


def test_gaps_are_warned_of():
    assert touchpoint_tables.coverage_finding(WORLD["coverage_warnings"]) == (
        "Be careful: of what people may do there, these data hold little: store (missing)."
    )
    assert touchpoint_tables.coverage_table(WORLD["coverage_warnings"]).to_numpy().tolist() == [
        ["post sale", "6.0% (5.0% to 7.0%)", "40", "2.0%", "covered"],
        ["store", "0.0%", "0", "2.0%", "missing"],
    ]


def test_the_map_says_what_it_lacks_and_what_the_data_lack():
    assert touchpoint_tables.map_finding(WORLD["touchpoint_map"]) == (
        "1 kind of touchpoint of 2 in the data are missing from the map: 10.0% of 100 touches."
    )
    assert touchpoint_tables.missing_table(WORLD["touchpoint_map"]).to_numpy().tolist() == [
        ["store", "-", "assistant rated", "10"]
    ]
    assert touchpoint_tables.unmapped_remark(WORLD["touchpoint_map"]) == (
        "The map also knows 1 kind of touchpoint that no source here tells of."
    )


def test_messages_that_exclude_each_other_are_counted_by_person():
    said = touchpoint_tables.messages_finding(WORLD["touchpoint_metrics"], WORLD["contradictions"])

    assert said == (
        "20.0% (15.0% to 25.0%) of 80 persons with messages get two that exclude each other, 4 pairs in all; "
        "60.0% (55.0% to 65.0%) of a week's messages say the usual."
    )
    alike = touchpoint_tables.messages_finding(WORLD["touchpoint_metrics"], EMPTY["contradictions"])
    assert alike == "No message contradicts another, in 80 persons who get any."


def test_contradictions_are_told_by_week():
    told = touchpoint_tables.contradictions_by_week(WORLD["contradictions"])

    # Monday, Tuesday and Sunday of one week; the Tuesday two weeks later. Every other pair is of two teams.
    assert told["week_at"].astype("str").str[:10].tolist() == [
        "2025-03-03",
        "2025-03-10",
        "2025-03-17",
    ]
    counts = told[["n_pairs", "n_across_owners", "n_persons"]].to_numpy().tolist()
    assert counts == [[3, 2, 3], [0, 0, 0], [1, 0, 1]]


@given(st.lists(st.tuples(st.integers(0, 60 * 24), st.booleans(), st.integers(0, 3)), max_size=20))
def test_contradictions_by_week_agree_with_their_definition(rows):
    made = [
        {"first_touch_id": f"a:{n}", "second_touch_id": f"b:{n}", "person_id": f"person:{person:x}",
         "second_at": datetime(2025, 1, 1) + timedelta(hours=hours), "is_across_owners": across}
        for n, (hours, across, person) in enumerate(rows)
    ]  # fmt: skip
    found = touchpoint_tables.contradictions_by_week(table("CONTRADICTIONS", *made))

    told = pd.DataFrame(made, columns=["second_at", "is_across_owners", "person_id"])
    days = pd.to_datetime(told["second_at"])
    told["week"] = days.dt.normalize() - pd.to_timedelta(days.dt.day_of_week, unit="D")
    wanted = [
        [week, len(rows), rows["is_across_owners"].sum(), rows["person_id"].nunique()]
        for week, rows in told.groupby("week")
    ]
    seen = found[found["n_pairs"] > 0][["week_at", "n_pairs", "n_across_owners", "n_persons"]]
    assert list(seen.itertuples(index=False, name=None)) == [tuple(row) for row in wanted]


def test_lags_are_told_the_slowest_first_and_without_a_range_where_few_know():
    assert touchpoint_tables.lags_table(WORLD["sync_lags"]).to_numpy().tolist() == [
        ["new shop", "email", "store", "90.0", "3"],
        ["price cut", "email", "sms", "40.2 (39.0 to 41.5)", "8"],
    ]


def test_views_say_who_begins_and_how_many_are_counted_twice():
    assert touchpoint_tables.views_finding(WORLD["process_views"]) == (
        "80.0% (75.0% to 85.0%) of 1,000 touches are inbound and begun by customers; counted by record they "
        "would be of 390 people, and are of 200."
    )
    assert touchpoint_tables.views_table(WORLD["process_views"])["whose initiative"].tolist() == [
        "customer",
        "company",
        "all",
    ]


def test_a_direction_in_which_no_journey_begins_has_no_rate():
    assert touchpoint_tables.directions_table(WORLD["direction_kpis"]).to_numpy().tolist() == [
        ["customers (inbound)", "80.0% (75.0% to 85.0%)", "100", "10.0% (5.0% to 15.0%)"],
        ["us (outbound)", "20.0% (15.0% to 25.0%)", "0", "not known"],
    ]


@pytest.mark.parametrize(
    ("tell", "name", "said"),
    [
        (touchpoint_tables.shares_finding, "channel_shares", "no interactions"),
        (touchpoint_tables.coverage_finding, "coverage_warnings", "No area"),
        (touchpoint_tables.map_finding, "touchpoint_map", "no touches"),
        (touchpoint_tables.views_finding, "process_views", "no process"),
    ],
)
def test_of_nothing_it_is_said_that_nothing_can_be_said(tell, name, said):
    assert said in tell(EMPTY[name])


def test_without_messages_nothing_contradicts():
    said = touchpoint_tables.messages_finding(EMPTY["touchpoint_metrics"], EMPTY["contradictions"])

    assert said == "No message makes a claim that another could contradict."
    assert touchpoint_tables.lags_table(EMPTY["sync_lags"]).empty
    assert touchpoint_tables.contradictions_by_week(EMPTY["contradictions"]).empty
