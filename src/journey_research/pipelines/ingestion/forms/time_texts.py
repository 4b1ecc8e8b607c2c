"""Texts of one time format as instants: sure shapes at once, the others by distinct value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.pipelines.ingestion.language.mapping_forms import is_day

from .distinct import matching
from .zones import after_gap

INSTANT = pa.timestamp("us")
NEVER = np.datetime64("NaT", "us")
REPEATED, SKIPPED = 1, 2  # what a note says of an hour in which a clock was changed
# The years that a date of Python's has; whoever fetches an instant beyond them fails.
_FIRST, _LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")
_COUNT = re.compile(r"\d{1,16}(?:\.\d{1,9})?(?:[eE]\+?\d{1,2})?", re.ASCII)
_SIX = r"\1"
_EDGE = np.timedelta64(2, "D")  # no zone is farther from UTC
_FINER = re.compile(r"(\.\d{6})\d+")  # one nanosecond would make pandas read all as such: 1677 to 2262
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_OFFSET = r" ?(?:[Zz]|[+-]\d\d:?\d\d)"
# Shapes that the engine's own reader accepts for sure: no day 31 in a month of 30, no 29 February.
_SURE_DAY = (
    r"(?:19|20)\d\d-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)"
)
_SURE_TIME = r"[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_SURE_OFFSET = r" ?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)"
_SURE_MAIL = (
    r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?:0[1-9]|1\d|2[0-8]) "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:19|20)\d\d "
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-](?:0\d|1[0-4])[0-5]\d$"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MICROS_IN = {"epoch_seconds": 1_000_000, "epoch_millis": 1_000, "epoch_micros": 1}


def read_times(texts: pa.Array, time_format: str, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Texts of one format as (instants, notes); what is no instant of the years 1 to 9999 is none."""
    at, note = _read_times(texts, time_format, zone)
    beyond = (at < _FIRST) | (at > _LAST)
    return np.where(beyond, NEVER, at), np.where(beyond, np.int8(0), note)


def _read_times(texts: pa.Array, time_format: str, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    """The sure ones at once, the others by distinct value."""
    for sure, quickly in _QUICK.get(time_format, ()):
        if quickly is _quick_local and zone is None:
            continue
        plain = matching(texts, sure)
        if plain.all():
            return quickly(texts, zone)
        if plain.any():
            at, note = np.full(len(texts), NEVER), np.zeros(len(texts), dtype=np.int8)
            at[plain], note[plain] = quickly(texts.filter(pa.array(plain)), zone)
            rest = np.flatnonzero(~plain)
            at[rest], note[rest] = _read_slowly(texts.take(pa.array(rest)), time_format, zone)
            return at, note
    return _read_slowly(texts, time_format, zone)


def _read_slowly(texts: pa.Array, time_format: str, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    if not len(texts):
        return np.full(0, NEVER), np.zeros(0, dtype=np.int8)
    encoded = texts.dictionary_encode()
    distinct = pd.Series(encoded.dictionary.to_pylist(), dtype="object").str.strip()
    at, note = _parsed(distinct, time_format, zone)
    codes = encoded.indices.to_numpy()
    return at[codes], note[codes]


def _parsed(texts: pd.Series, time_format: str, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    if time_format.startswith("epoch_"):
        factor = _MICROS_IN[time_format]
        return _plain([_counted(one, factor) for one in texts], "Int64")
    if time_format == "rfc2822":
        return _plain([_mail_time(one) for one in texts], "datetime64[us]")
    if time_format == "date":
        kept = texts.where(texts.str.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]00:00:00(?:\.0+)?)?"))
        return _told(pd.to_datetime(kept.str[:10], format="%Y-%m-%d", errors="coerce"))
    if time_format == "iso":
        said = _utc(
            pd.to_datetime(_shaped(texts, _ISO + _OFFSET), format="ISO8601", errors="coerce", utc=True)
        )
        if zone is None:
            return said
        # A text that says its own offset is believed before the zone.
        local = _located(
            _naive(pd.to_datetime(_shaped(texts, _ISO), format="ISO8601", errors="coerce")), zone
        )
        own = ~np.isnat(said[0])
        return np.where(own, said[0], local[0]), np.where(own, said[1], local[1])
    if "%f" in time_format:
        texts = texts.str.replace(_FINER, r"\1", regex=True)
    if "%z" in time_format or "%Z" in time_format:
        return _utc(pd.to_datetime(texts, format=time_format, errors="coerce", utc=True))
    local_time = _naive(pd.to_datetime(texts, format=time_format, errors="coerce"))
    if is_day(time_format):
        return local_time, np.zeros(len(local_time), dtype=np.int8)
    return _located(local_time, zone or "UTC")


def _quick_offset(texts: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    close = pc.replace_substring_regex(texts, r" ([Z+-][0-9:]*)$", r"\1")
    at = close.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    return at.astype("datetime64[us]"), np.zeros(len(at), dtype=np.int8)


def _quick_local(texts: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    at = texts.cast(INSTANT).cast(pa.int64()).to_numpy().astype("datetime64[us]")
    return _located(at, zone or "UTC")


def _quick_day(texts: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    at = texts.cast(pa.date32()).cast(INSTANT).cast(pa.int64()).to_numpy()
    return at.astype("datetime64[us]"), np.zeros(len(at), dtype=np.int8)


def _quick_mail(texts: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
    numbers = pa.array([f"{number:02d}" for number in range(1, 13)])
    month = numbers.take(pc.index_in(pc.utf8_slice_codeunits(texts, 8, 11), pa.array(_MONTHS)))
    day, year = pc.utf8_slice_codeunits(texts, 5, 7), pc.utf8_slice_codeunits(texts, 12, 16)
    date = pc.binary_join_element_wise(year, month, day, "-")
    return _quick_offset(pc.binary_join_element_wise(date, pc.utf8_slice_codeunits(texts, 17, 31), " "), zone)


def _quick_epoch(factor: int) -> Callable[[pa.Array, str | None], tuple[np.ndarray, np.ndarray]]:
    def read(texts: pa.Array, zone: str | None) -> tuple[np.ndarray, np.ndarray]:
        at = texts.cast(pa.int64()).to_numpy() * factor
        return at.astype("datetime64[us]"), np.zeros(len(at), dtype=np.int8)

    return read


_QUICK: dict[str, tuple[tuple[str, Callable[..., tuple[np.ndarray, np.ndarray]]], ...]] = {
    "iso": (
        (f"^{_SURE_DAY}{_SURE_TIME}{_SURE_OFFSET}$", _quick_offset),
        (f"^{_SURE_DAY}{_SURE_TIME}$", _quick_local),
    ),
    "date": ((f"^{_SURE_DAY}$", _quick_day),),
    "rfc2822": ((_SURE_MAIL, _quick_mail),),
    "epoch_seconds": ((r"^\d{1,12}$", _quick_epoch(1_000_000)),),
    "epoch_millis": ((r"^\d{1,15}$", _quick_epoch(1_000)),),
    "epoch_micros": ((r"^\d{1,16}$", _quick_epoch(1)),),
}


def _shaped(texts: pd.Series, pattern: str) -> pd.Series:
    """Texts of one shape, spelled as ISO 8601 spells them; the others are null."""
    shape = re.compile(pattern, re.ASCII)
    kept = [
        f"{one[:10]}T{_FINER.sub(_SIX, one[11:].replace(' ', '')).upper()}" if shape.fullmatch(one) else None
        for one in texts
    ]
    return pd.Series(kept, dtype="object")


def _counted(text: str, factor: int) -> int | None:
    """Microseconds of a count since 1970, which may be written as a float is; null beyond year 9999."""
    if _COUNT.fullmatch(text) is None:
        return None
    told = Decimal(text) * factor
    return int(told) if told <= int(_LAST.astype(np.int64)) else None


def _plain(values: list[object], kind: str) -> tuple[np.ndarray, np.ndarray]:
    if kind == "Int64":
        gone = np.array([one is None for one in values], dtype=bool)
        at = np.array([0 if one is None else one for one in values], dtype=np.int64).astype("datetime64[us]")
        at[gone] = NEVER
        return at, np.zeros(len(at), dtype=np.int8)
    return _told(pd.Series(values, dtype="datetime64[us]"))


def _told(times: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    return _naive(times), np.zeros(len(times), dtype=np.int8)


def _naive(times: pd.Series) -> np.ndarray:
    return times.astype("datetime64[us]").to_numpy()


def _utc(times: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    return _told(times.dt.tz_convert("UTC").dt.tz_localize(None))


def _located(local: np.ndarray, zone: str) -> tuple[np.ndarray, np.ndarray]:
    """Times of a zone's clock as instants, and where the clock was being changed."""
    # Near the ends of time the clock is asked two days away: no zone changes it there, and pandas
    # cannot count beyond them.
    moved = np.where(local > _LAST - _EDGE, -_EDGE, np.where(local < _FIRST + _EDGE, _EDGE, 0 * _EDGE))
    times = pd.DatetimeIndex(local + moved)
    summer = np.ones(len(times), dtype=bool)  # of two, the time before the clock was put back
    at = times.tz_localize(zone, ambiguous=summer, nonexistent="shift_forward")
    surely = times.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    note = np.zeros(len(times), dtype=np.int8)
    doubtful = np.flatnonzero(np.asarray(surely.isna()) & np.asarray(times.notna()))
    if len(doubtful):
        was = times[doubtful].tz_localize(zone, ambiguous=summer[doubtful], nonexistent="NaT")
        note[doubtful] = np.where(was.isna(), SKIPPED, REPEATED)
    told = at.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
    # pandas (3.0) takes every gap for an hour: Lord Howe's is half of one, Samoa's was a day.
    for place in np.flatnonzero(note == SKIPPED).tolist():
        told[place] = np.datetime64(after_gap(times[place].to_pydatetime(), zone), "us")
    return told - moved, note


def _mail_time(text: str) -> pd.Timestamp | None:
    from email.utils import parsedate_to_datetime

    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if told.tzinfo is None:  # "-0000": UTC, and no word about where
        return pd.Timestamp(told)
    try:
        return pd.Timestamp(told.astimezone(UTC).replace(tzinfo=None))
    except OverflowError:
        return None
