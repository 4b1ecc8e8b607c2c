"""Weeks as businesses count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.business.calendar import PATTERNS, WEEKDAYS, BusinessCalendar

# Year ends as the National Retail Federation publishes them: the Saturday nearest to 31 January.
NRF_YEARS = {2022: (date(2022, 1, 30), 52), 2023: (date(2023, 1, 29), 53), 2024: (date(2024, 2, 4), 52)}


def test_worked_example_iso():
    iso = BusinessCalendar()

    assert iso.week_of(date(2025, 3, 30)).in_words == "week 13 of 2025"  # a Sunday, the week's last day
    assert iso.week_of(date(2025, 3, 31)).in_words == "week 14 of 2025"
    assert iso.week_of(date(2021, 1, 3)).in_words == "week 53 of 2020"


@pytest.mark.parametrize("year", NRF_YEARS)
def test_agrees_with_the_published_retail_calendar(year):
    nrf = BusinessCalendar("4-5-4", "sunday")
    first, n_weeks = NRF_YEARS[year]

    began = nrf.week_of(first)
    ended = nrf.week_of(first + timedelta(days=7 * n_weeks - 1))

    assert (began.year, began.number, began.period, began.first_date) == (year, 1, 1, first)
    assert (ended.year, ended.number, ended.period) == (year, n_weeks, 12)
    assert nrf.week_of(first + timedelta(days=7 * n_weeks)).number == 1


@pytest.mark.parametrize("pattern", PATTERNS)
def test_periods_are_as_long_as_their_name_says(pattern):
    calendar = BusinessCalendar(pattern, "sunday")
    first = NRF_YEARS[2022][0]

    periods = [calendar.week_of(first + timedelta(days=7 * week)).period for week in range(52)]

    lengths = [periods.count(period) for period in range(1, 13)]
    assert lengths == [int(one) for one in pattern.split("-")] * 4
    assert periods == sorted(periods)


calendars = st.builds(
    BusinessCalendar,
    weeks=st.sampled_from(sorted(PATTERNS)),
    week_starts=st.sampled_from(WEEKDAYS),
    year_ends_near=st.sampled_from(["01-31", "12-31", "06-30", "02-28", "08-31"]),
    year_ends=st.sampled_from(["nearest", "last"]),
) | st.just(BusinessCalendar())


@settings(max_examples=25)
@given(calendars, st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_weeks_follow_one_another_without_gap(calendar, day):
    week = calendar.week_of(day)
    following = calendar.week_of(week.last_date + timedelta(days=1))

    assert week.first_date <= day <= week.last_date
    assert (week.last_date - week.first_date).days == 6
    assert all(calendar.week_of(week.first_date + timedelta(days=n)) == week for n in range(7))
    if following.year == week.year:
        assert following.number == week.number + 1
    else:
        assert (following.year, following.number) == (week.year + 1, 1)
        assert week.number in (52, 53)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"weeks": "4-4-4"}, "known are iso"),
        ({"week_starts": "sunday"}, "ISO weeks begin on monday"),
        ({"week_starts": "sun"}, "it is a weekday"),
        ({"year_ends_near": "31-01"}, "it is MM-DD"),
        ({"year_ends": "first"}, "known are nearest, last"),
    ],
)
def test_a_calendar_that_cannot_be_is_named(said, named):
    with pytest.raises(ValueError, match=named):
        BusinessCalendar(**said)
