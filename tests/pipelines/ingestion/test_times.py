"""Times of every form: the instants, and what was doubtful about them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.ingestion.forms import time_texts
from journey_research.pipelines.ingestion.forms.times import instants, moments, time_rule
from journey_research.pipelines.ingestion.forms.zones import ABBREVIATIONS, RAILS_ZONES, zone_called
from journey_research.pipelines.ingestion.language.mapping_forms import TimeForm, is_day

BERLIN = TimeForm("iso", "Europe/Berlin")


def instant(text, form):
    [told] = instants(pa.array([text]), form).to_pylist()
    return None if told is None else told.isoformat(sep=" ")


@pytest.mark.parametrize(
    ("text", "form", "utc"),
    [
        ("2025-01-06T10:00:00Z", TimeForm("iso"), "2025-01-06 10:00:00"),
        ("2025-01-06T10:00:00.000+0000", TimeForm("iso"), "2025-01-06 10:00:00"),
        ("2025-01-06 10:00:00 -0400", TimeForm("iso"), "2025-01-06 14:00:00"),
        ("2025-01-06T10:00:00", TimeForm("iso"), None),  # no zone, none declared
        ("2025-13-45T10:00:00Z", TimeForm("iso"), None),
        ("2025-02-29T10:00:00Z", TimeForm("iso"), None),  # not a leap year
        ("2024-02-29T10:00:00Z", TimeForm("iso"), "2024-02-29 10:00:00"),
        ("2025-01-06 10:00", BERLIN, "2025-01-06 09:00:00"),
        ("2025-01-06T10:00:00Z", BERLIN, "2025-01-06 10:00:00"),  # says itself where its clock stood
        ("2025-07-06 10:00", BERLIN, "2025-07-06 08:00:00"),
        ("2025-10-26 03:00", BERLIN, "2025-10-26 02:00:00"),
        ("1736236803", TimeForm("epoch_seconds"), "2025-01-07 08:00:03"),
        ("1736236803.5", TimeForm("epoch_seconds"), "2025-01-07 08:00:03.500000"),
        ("1736236803123", TimeForm("epoch_millis"), "2025-01-07 08:00:03.123000"),
        ("1736236803123456", TimeForm("epoch_micros"), "2025-01-07 08:00:03.123456"),
        ("1736236803123", TimeForm("epoch_seconds"), None),  # milliseconds are no seconds
        ("1736236803123.0", TimeForm("epoch_millis"), "2025-01-07 08:00:03.123000"),  # as a float is written
        ("1.736236803e9", TimeForm("epoch_seconds"), "2025-01-07 08:00:03"),
        ("999999999999", TimeForm("epoch_seconds"), None),  # the year 33658
        ("1e99", TimeForm("epoch_seconds"), None),
        ("9999-12-31T23:59:59Z", TimeForm("iso"), "9999-12-31 23:59:59"),  # "never ends"
        ("9999-12-31T23:59:59-05:00", TimeForm("iso"), None),  # the year 10000
        ("9999-12-31 23:59:59", TimeForm("iso", "America/New_York"), None),
        ("9999-12-31 00:00:00", TimeForm("iso", "Asia/Tokyo"), "9999-12-30 15:00:00"),
        ("0001-01-01 00:00:00", BERLIN, None),  # in UTC that is the year before
        ("0001-01-01 00:00:00", TimeForm("iso", "UTC"), "0001-01-01 00:00:00"),
        ("Fri, 31 Dec 9999 23:59:59 -0500", TimeForm("rfc2822"), None),
        ("2016-12-31T23:59:60Z", TimeForm("iso"), None),  # a leap second is no instant here
        ("03/09/2025 12:05 AM", TimeForm("%m/%d/%Y %I:%M %p", "America/New_York"), "2025-03-09 05:05:00"),
        ("Mon, 06 Jan 2025 17:50:11 +0100", TimeForm("rfc2822"), "2025-01-06 16:50:11"),
        ("Fri, 31 Jan 2025 17:50:11 GMT", TimeForm("rfc2822"), "2025-01-31 17:50:11"),
        ("soon", TimeForm("rfc2822"), None),
        ("2025-02-30", TimeForm("date"), None),
        ("2025-02-28", TimeForm("date"), "2025-02-28 00:00:00"),
        ("28.02.2025 10:00", TimeForm("%d.%m.%Y %H:%M", "Europe/Berlin"), "2025-02-28 09:00:00"),
        ("28.02.2025", TimeForm("%d.%m.%Y", "Europe/Berlin"), "2025-02-28 00:00:00"),  # a day stays a day
        ("28.02.2025", TimeForm("iso"), None),
        ("28.02.2025", TimeForm(("iso", "%d.%m.%Y")), "2025-02-28 00:00:00"),
        ("02/03/2025", TimeForm(("%d/%m/%Y", "%m/%d/%Y")), "2025-03-02 00:00:00"),  # the first that fits
    ],
)
def test_times(text, form, utc):
    assert instant(text, form) == utc


@pytest.mark.parametrize(
    ("form", "fine"),
    [
        (TimeForm("iso"), "2025-03-01T10:00:00.123456789Z"),
        (TimeForm("%Y-%m-%dT%H:%M:%S.%fZ"), "2025-03-01T10:00:00.123456789Z"),
    ],
)
def test_a_time_is_read_whatever_stands_beside_it(form, fine):
    far = "9999-12-31T23:59:59.5Z"

    told = [instants(pa.array(texts), form).to_pylist() for texts in ([far], [far, fine])]

    assert told[0][0] is not None
    assert told[0] == told[1][:1]


@pytest.mark.parametrize(
    ("text", "utc", "note"),
    [
        ("2025-03-30 01:59", "2025-03-30 00:59:00", None),
        ("2025-03-30 02:30", "2025-03-30 01:00:00", "skipped hour"),  # clocks went from 2 to 3
        ("2025-03-30 03:00", "2025-03-30 01:00:00", None),
        ("2025-10-26 02:30", "2025-10-26 00:30:00", "repeated hour"),  # the first of the two
        ("2025-10-26 03:00", "2025-10-26 02:00:00", None),
        ("2025-10-26 02:30+01:00", "2025-10-26 01:30:00", None),  # says which of the two
    ],
)
def test_an_hour_in_which_the_clock_was_changed_is_noted(text, utc, note):
    told = moments(pa.array([text, None]), BERLIN)

    assert [str(one) for one in told.at.to_pylist()] == [utc, "None"]
    assert told.note.to_pylist() == [note, None]


def test_a_zone_is_told_row_by_row_by_any_of_its_names():
    zones = ["Eastern Time (US & Canada)", "MDT", "America/Denver", "UTC", "+05:30", "Mars", None]
    told = moments(
        pa.array(["07/06/2025 10:00:00"] * 7),
        TimeForm("%m/%d/%Y %H:%M:%S", zone_from="zone"),
        pa.array(zones),
    )

    hours = [None if at is None else f"{at:%H:%M}" for at in told.at.to_pylist()]
    # Mars is nobody's zone, and a row without one is not guessed.
    assert hours == ["14:00", "16:00", "16:00", "10:00", "04:30", None, None]


def test_every_name_of_a_zone_is_one():
    for name in [*RAILS_ZONES, *ABBREVIATIONS]:
        assert zone_called(name) is not None, name
    assert zone_called("Europe/Berln") is None


def test_days_and_times_in_one_column_are_told_apart():
    told = moments(pa.array(["2025-01-06", "2025-01-06T10:00:00Z"]), TimeForm(("date", "iso")))

    assert told.is_day.tolist() == [True, False]
    assert [is_day(one) for one in ("date", "%Y%m%d", "%d.%m.%Y %H:%M", "iso")] == [True, True, False, False]


def test_times_of_all_forms_take_empty_columns():
    for form in ("iso", "epoch_seconds", "epoch_millis", "epoch_micros", "rfc2822", "date", "%d.%m.%Y"):
        for column in ([], [None, None]):
            assert instants(pa.array(column, pa.string()), TimeForm(form)).to_pylist() == column


MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1))
WRITTEN = {
    "iso": lambda at: at.isoformat(timespec="milliseconds") + "Z",
    "date": lambda at: at.strftime("%Y-%m-%d"),
    "rfc2822": lambda at: at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
    "epoch_seconds": lambda at: str(int((at - datetime(1970, 1, 1)).total_seconds())),
}


@pytest.mark.parametrize("form", WRITTEN)
@given(st.lists(MOMENTS | st.sampled_from(["", "soon", "2025-02-31", "2025-02-31T10:00:00Z"]), max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_quick_way_agrees_with_the_slow_one(form, rows):
    texts = pa.array([one if isinstance(one, str) else WRITTEN[form](one) for one in rows], pa.string())

    quickly, _ = time_texts.read_times(texts, form, None)
    slowly, _ = time_texts._read_slowly(texts, form, None)
    assert quickly.astype("int64").tolist() == slowly.astype("int64").tolist()


@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from(["Europe/Berlin", "America/New_York"]))
@settings(max_examples=25, deadline=None)
def test_a_local_time_and_its_zone_come_back(rows, zone):
    texts = [at.isoformat(timespec="microseconds") for at in rows]
    told = moments(pa.array(texts), TimeForm("iso", zone))

    for at, local, note in zip(told.at.to_pylist(), rows, told.note.to_pylist(), strict=True):
        back = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert back == local if note != "skipped hour" else back - local <= timedelta(hours=1)


def test_the_rule_says_what_was_expected():
    assert time_rule(TimeForm("iso")) == "ends in Z or an offset"
    assert time_rule(TimeForm(("date", "%d.%m.%Y"))) == "is a day (YYYY-MM-DD) or is a day written %d.%m.%Y"
    told = time_rule(TimeForm("%H:%M", zone_from="Time Zone"))
    assert told == "is a time written %H:%M in the zone of 'Time Zone'"
