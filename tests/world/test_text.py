"""Columns of text say the same as one value at a time."""

import csv
import datetime
import email.utils
import io
import json
import re
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.exports.text import (
    csv_lines,
    digit_ids,
    hex_ids,
    iso_millis,
    joined,
    json_text,
    letter_ids,
    local_time,
    money,
    rfc2822,
    shares,
    uuids,
)
from journey_research.world.exports.text_times import day_numbers

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
INSTANTS = st.lists(st.integers(0, 4_000_000_000_000), min_size=1, max_size=20)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])

# What a clock on the wall shows around the two changes of 2025.
CHANGES = [
    ("2025-03-30T00:59:59+00:00", "30.03.2025 01:59:59 +0100"),
    ("2025-03-30T01:00:00+00:00", "30.03.2025 03:00:00 +0200"),  # the hour from 2 to 3 does not exist
    ("2025-10-26T00:30:00+00:00", "26.10.2025 02:30:00 +0200"),
    ("2025-10-26T01:30:00+00:00", "26.10.2025 02:30:00 +0100"),  # the same hour again
]


def instant(text):
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(("told", "shown"), CHANGES)
def test_worked_example_of_the_wall_clock(told, shown):
    assert local_time([instant(told)], pattern="%d.%m.%Y %H:%M:%S %z").to_pylist() == [shown]


@settings(max_examples=25, deadline=None)
@given(INSTANTS, ZONES)
def test_times_are_those_of_the_standard_library(at_ms, zone):
    moments = [datetime.datetime.fromtimestamp(ms // 1000, ZoneInfo(zone)) for ms in at_ms]
    for pattern in ("%Y-%m-%d %H:%M:%S", "%a, %d %b %Y %I:%M %p %z", "%y%m%d 100%%", "%H:%M:%S%:z"):
        told = local_time(at_ms, zone, pattern).to_pylist()
        if "%:z" in pattern:  # Python 3.11 does not know it
            shown = [m.strftime("%H:%M:%S") + re.sub(r"(..)$", r":\1", m.strftime("%z")) for m in moments]
        else:
            shown = [moment.strftime(pattern) for moment in moments]
        assert told == shown
    assert [datetime.datetime.fromisoformat(text) for text in iso_millis(at_ms).to_pylist()] == [
        datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(milliseconds=ms) for ms in at_ms
    ]
    read = [email.utils.parsedate_to_datetime(text).timestamp() for text in rfc2822(at_ms).to_pylist()]
    assert read == [ms // 1000 for ms in at_ms]


def test_a_letter_that_is_not_known_is_refused():
    with pytest.raises(KeyError, match="%q"):
        local_time([0], pattern="%q")


@settings(max_examples=25, deadline=None)
@given(INSTANTS, ZONES)
def test_days_are_counted_on_the_wall(at_ms, zone):
    clock = ZoneInfo(zone)
    midnight = datetime.datetime(1969, 12, 31, tzinfo=clock)
    days = day_numbers(np.array(at_ms), int(midnight.timestamp() * 1000), zone)

    expected = [
        (datetime.datetime.fromtimestamp(ms // 1000, clock).date() - midnight.date()).days for ms in at_ms
    ]
    assert days.tolist() == expected


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.one_of(st.none(), TEXT), TEXT), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_cells_come_back_from_a_csv_reader(rows, separator):
    left, right = (pa.array([row[at] for row in rows], pa.string()) for at in (0, 1))

    lines = csv_lines([left, "fixed", right], separator).to_pylist()

    read = csv.reader(io.StringIO("\r\n".join(lines) + "\r\n", newline=""), delimiter=separator)
    assert list(read) == [[one or "", "fixed", other] for one, other in rows]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), TEXT), min_size=1, max_size=8))
def test_json_comes_back(values):
    column = pa.array(values, pa.string())

    assert [json.loads(text) for text in json_text(column).to_pylist()] == values


def test_a_template_takes_columns_constants_and_dollars():
    lines = joined("${a}x$b costs 5 $$", a=[1, None], b="y")

    assert lines.to_pylist() == ["1xy costs 5 $", "xy costs 5 $"]
    assert joined("same", 2).to_pylist() == ["same", "same"]
    with pytest.raises(KeyError):
        joined("$missing", a=[1])


@pytest.mark.parametrize(
    ("cents", "spelled", "shown"),
    [
        (123456, {}, "1234.56"),
        (-123456, {"before": "$", "thousands": ","}, "-$1,234.56"),
        (5, {"decimal": ","}, "0,05"),
        (1234567, {"decimal": ",", "thousands": "\u202f"}, "12\u202f345,67"),
    ],
)
def test_worked_example_of_money(cents, spelled, shown):
    assert money([cents], **spelled).to_pylist() == [shown]


def test_keys_belong_to_number_and_purpose():
    numbers = np.arange(20_000)
    for made in (uuids(numbers, "a"), hex_ids(numbers, "a", 24), letter_ids(numbers, "a", 14)):
        assert len(set(made.to_pylist())) == len(numbers)
    assert uuids(numbers, "a").to_pylist()[::-1] == uuids(numbers[::-1], "a").to_pylist()
    assert not set(uuids(numbers, "a").to_pylist()) & set(uuids(numbers, "b").to_pylist())
    shape = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(shape.fullmatch(text) for text in uuids(numbers[:50], "a").to_pylist())
    assert {len(text) for text in digit_ids(numbers, "a", 9).to_pylist()} == {9}
    assert abs(shares(numbers, "a").mean() - 0.5) < 0.01
    assert 0 <= shares(numbers, "a").min() < shares(numbers, "a").max() < 1
