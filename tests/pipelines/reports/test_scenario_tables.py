"""Scenes from trade over several channels, in sentences."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.reports import friction_tables, scenario_tables
from tests.journeys_world import journeys_world
from tests.worlds import empty_world, table

WORLD, EMPTY = journeys_world(), empty_world()


def test_scenarios_without_an_occasion_do_not_count():
    assert scenario_tables.scenarios_finding(WORLD["scenarios"]) == (
        "Occasions for 2 of 3 scenarios are in these data."
    )


def test_complaints_without_an_answer_in_time_are_told():
    assert scenario_tables.response_finding(WORLD["scenarios"], WORLD["complaints"]) == (
        "30.0% (25.0% to 35.0%) of 10 complaints in public get no answer in time, on whatever channel."
    )
    assert scenario_tables.response_finding(EMPTY["scenarios"], WORLD["complaints"]) == (
        "7 complaints in public: too few to say how many are answered too late."
    )


def test_an_answer_after_exactly_a_day_is_within_it():
    told = scenario_tables.response_times(WORLD["complaints"])

    # 30 and 60 minutes; 61; 1,440; 1,441; 9,000; none
    assert told.to_numpy().tolist() == [
        ["within 1 hour", 2],
        ["1 to 4 hours", 1],
        ["4 to 24 hours", 1],
        ["1 to 3 days", 1],
        ["later", 1],
        ["no answer so far", 1],
    ]


@given(st.lists(st.none() | st.floats(0, 10_000, allow_nan=False), max_size=20))
def test_spans_agree_with_their_definition(minutes):
    ends = {
        "within 1 hour": 60,
        "1 to 4 hours": 240,
        "4 to 24 hours": 1440,
        "1 to 3 days": 4320,
        "later": 1e9,
    }
    wanted = Counter(
        "no answer so far" if wait is None else next(span for span, end in ends.items() if wait <= end)
        for wait in minutes
    )

    rows = [{"complaint_id": f"a:{n}", "response_minutes": wait} for n, wait in enumerate(minutes)]
    told = scenario_tables.response_times(table("COMPLAINTS", *rows))

    assert {span: n for span, n in told.itertuples(index=False) if n} == dict(wanted)


def test_coupons_are_followed_from_mail_to_till():
    assert scenario_tables.coupons_finding(WORLD["scenarios"]) == (
        "10.0% (5.0% to 15.0%) of 50 coupons mailed come back at a till (40 persons)."
    )
    # Coupons 0 and 1 come back after 2 and 3 days; mails 0, 2 and 4 are opened.
    assert scenario_tables.mails_table(WORLD["post_sale_mails"]).to_numpy().tolist() == [
        ["coupon", "4", "50.0%", "0.0%", "2", "2.5", "3"],
        ["post sale", "2", "50.0%", "0.0%", "0", "-", "2"],
    ]


def test_devices_at_once_are_a_share_by_person():
    # Eight pairs of four persons, of which numbers 0, 3 and 6 overlap: three persons once.
    said = scenario_tables.devices_finding(WORLD["device_pairs"])

    assert said.startswith("4 persons used two devices beside or soon after one another 8 times, 37.5% (")
    assert said.endswith(") of these at once.")
    assert scenario_tables.devices_table(WORLD["device_pairs"]).to_numpy().tolist() == [
        ["mobile", "desktop", "7", "2", "4"],
        ["mobile", "tablet", "1", "1", "1"],
    ]


def test_devices_one_after_the_other_are_not_at_once():
    row = {"first_session_id": "a:1", "second_session_id": "b:1", "pattern": "sequential"}

    assert scenario_tables.devices_finding(table("DEVICE_PAIRS", row)) == (
        "1 person went from one device to another 1 time; nobody used two at once."
    )


def test_what_to_fix_has_its_ranges_and_cases():
    assert friction_tables.fixes_finding(WORLD["fixes"], WORLD["friction"]) == (
        "Fix first: page checkout/payment, where 20.0% (15.0% to 25.0%) of 400 cases leave here beyond the "
        "usual; 900.50 (700.00 to 1,100) at stake in the time the data cover."
    )
    assert friction_tables.fixes_finding(EMPTY["fixes"], EMPTY["friction"]) == friction_tables.NO_STEPS


def test_correlations_are_counted_and_the_strongest_is_named():
    assert friction_tables.correlations_finding(WORLD["correlations"]) == (
        "1 of 1 pair of measures move together beyond chance, most of all 'shop ordered web' and "
        "'calls called' 1 week later: correlation 0.200 (0.150 to 0.250), 120 persons with both."
    )
    row = {"measure_a": "a x", "measure_b": "b y", "rho": 0.9}
    assert friction_tables.correlations_finding(table("CORRELATIONS", row)) == (
        "None of 1 pair of measures moves together beyond chance."
    )


@pytest.mark.parametrize(
    ("tell", "name", "said"),
    [
        (scenario_tables.scenarios_finding, "scenarios", "None of the scenarios"),
        (scenario_tables.coupons_finding, "scenarios", "No coupon is mailed"),
        (scenario_tables.devices_finding, "device_pairs", "Nobody is known to use two devices"),
        (friction_tables.correlations_finding, "correlations", "not two sources"),
    ],
)
def test_of_nothing_it_is_said_that_nothing_can_be_said(tell, name, said):
    assert said in tell(EMPTY[name])


def test_of_nothing_the_tables_are_empty():
    assert scenario_tables.response_finding(EMPTY["scenarios"], EMPTY["complaints"]).startswith("Nobody")
    assert scenario_tables.response_times(EMPTY["complaints"]).empty
    assert scenario_tables.mails_table(EMPTY["post_sale_mails"]).empty
    assert scenario_tables.devices_table(EMPTY["device_pairs"]).empty
