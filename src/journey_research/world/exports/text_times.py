"""Instants as vendors write them; milliseconds since 1970 UTC in, an Arrow string array out.

Each is written digit by digit into one block of bytes: every text of a form is equally long.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.calendar import ZONE

from .text_columns import Column, fixed_width, texts

# Where "YYYY-MM-DD HH:MM:SS.mmm" holds the digits of each of strftime's letters; %f are milliseconds.
_PLACES = {"Y": (0, 4), "m": (5, 7), "d": (8, 10), "H": (11, 13), "M": (14, 16), "S": (17, 19),
           "f": (20, 23), "y": (2, 4)}  # fmt: skip
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_HOUR_MS, _MINUTE_MS = 3_600_000, 60_000


def local_time(at_ms: Column, zone: str = ZONE, pattern: str = "%Y-%m-%d %H:%M:%S") -> pa.Array:
    """Instants on the wall clock of a zone, in ``strftime``'s letters.

    Args:
        at_ms: Milliseconds since 1970 UTC, n values; null stays null.
        zone: IANA name.
        pattern: %Y %y %m %d %H %I %M %S %p, %f (milliseconds, 3 digits), %z (+0100), %:z (+01:00),
            %b %a (English) and %%.

    Raises:
        KeyError: Another letter.

    Example:
        >>> local_time([0, 1_743_296_400_000], pattern="%d.%m.%Y %H:%M %z").to_pylist()
        ['01.01.1970 01:00 +0100', '30.03.2025 03:00 +0200']
    """
    column = at_ms if isinstance(at_ms, pa.Array) else pa.array(at_ms, from_pandas=True)
    missing = np.asarray(column.is_null())
    at = np.asarray(pc.fill_null(column.cast(pa.int64()), 0))
    wall = at + _offsets(at, zone)
    pieces = [_piece(found, wall, at) for found in re.findall(r"%:?.|[^%]+", pattern)]
    return fixed_width(np.concatenate(pieces, axis=1) if pieces else np.empty((len(at), 0), "uint8"), missing)


def _piece(part: str, wall: np.ndarray, at: np.ndarray) -> np.ndarray:
    if not part.startswith("%"):
        return np.broadcast_to(np.frombuffer(part.encode(), "uint8"), (len(wall), len(part.encode())))
    letter = part[1:]
    if letter in _PLACES:
        first, last = _PLACES[letter]
        return _digits(wall)[:, first:last]
    if letter == "%":
        return np.full((len(wall), 1), ord("%"), "uint8")
    if letter in ("z", ":z"):
        return _zones(wall - at, ":" if letter == ":z" else "")
    hour = wall // _HOUR_MS % 24
    if letter == "I":
        return _table([f"{hour or 12:02d}" for hour in range(12)])[hour % 12]
    if letter == "p":
        return _table(["AM", "PM"])[hour // 12]
    day = wall.astype("datetime64[ms]").astype("datetime64[D]")
    if letter == "a":
        return _table(_DAYS)[(day.astype("int64") + 3) % 7]
    if letter == "b":
        return _table(_MONTHS)[day.astype("datetime64[M]").astype("int64") % 12]
    raise KeyError(part)


def _table(words: list[str]) -> np.ndarray:
    """Words of equal length as rows of bytes."""
    return np.array([list(word.encode()) for word in words], "uint8")


def _digits(wall: np.ndarray) -> np.ndarray:
    text = pa.array(wall, pa.timestamp("ms")).cast(pa.string())
    data = text.buffers()[2]
    if not len(wall):
        return np.empty((0, 23), "uint8")
    return np.frombuffer(data, "uint8", count=23 * len(wall)).reshape(len(wall), 23)


def _zones(offset_ms: np.ndarray, colon: str) -> np.ndarray:
    distinct, at = np.unique(offset_ms, return_inverse=True)
    words = []
    for offset in distinct.tolist():
        hours, minutes = divmod(abs(offset) // _MINUTE_MS, 60)
        words.append(f"{'-' if offset < 0 else '+'}{hours:02d}{colon}{minutes:02d}")
    return _table(words)[at] if words else np.empty((0, 5 + len(colon)), "uint8")


def _offsets(at: np.ndarray, zone: str) -> np.ndarray:
    """What the zone's clock is ahead of UTC, in milliseconds; clocks change at whole quarters of an hour."""
    if zone == "UTC" or not len(at):
        return np.zeros(len(at), "int64")
    quarter = at // (15 * _MINUTE_MS)
    first = int(quarter.min())
    return _ahead(first, int(quarter.max()) + 1 - first, zone)[quarter - first]


def day_numbers(at_ms: np.ndarray, start_ms: int, zone: str = ZONE) -> np.ndarray:
    """Which day of a calendar each instant falls on, on the wall clock of a zone.

    Args:
        at_ms: n instants.
        start_ms: Midnight of day 0.
        zone: IANA name.

    Example:
        >>> start = 1_743_202_800_000  # 2025-03-29 00:00 in Berlin; the 30th has 23 hours
        >>> day_numbers(start + np.array([0, 24, 46, 47]) * 3_600_000, start).tolist()
        [0, 1, 1, 2]
    """
    wall = at_ms + _offsets(at_ms, zone)
    first = start_ms + _offsets(np.array([start_ms]), zone)[0]
    return np.asarray((wall - first) // (24 * _HOUR_MS))


@lru_cache(maxsize=32)
def _ahead(first: int, n: int, zone: str) -> np.ndarray:
    instants = pd.to_datetime((first + np.arange(n)) * 15 * _MINUTE_MS, unit="ms", utc=True)
    wall = instants.tz_convert(zone).tz_localize(None).as_unit("ms").asi8
    return np.asarray(wall - instants.as_unit("ms").asi8)


def iso_millis(at_ms: Column) -> pa.Array:
    """ISO 8601 in UTC with milliseconds and ``Z``.

    Example:
        >>> iso_millis([0, None]).to_pylist()
        ['1970-01-01T00:00:00.000Z', None]
    """
    return local_time(at_ms, "UTC", "%Y-%m-%dT%H:%M:%S.%fZ")


def iso_seconds(at_ms: Column) -> pa.Array:
    """ISO 8601 in UTC with whole seconds and ``Z``."""
    return local_time(at_ms, "UTC", "%Y-%m-%dT%H:%M:%SZ")


def rfc2822(at_ms: Column) -> pa.Array:
    """As mail headers and Twilio write it, in UTC.

    Example:
        >>> rfc2822([0]).to_pylist()
        ['Thu, 01 Jan 1970 00:00:00 +0000']
    """
    return local_time(at_ms, "UTC", "%a, %d %b %Y %H:%M:%S +0000")


def epoch_seconds(at_ms: Column) -> pa.Array:
    """Whole seconds since 1970.

    Example:
        >>> epoch_seconds([1_743_296_400_999]).to_pylist()
        ['1743296400']
    """
    return texts(pc.floor(pc.divide(pa.array(at_ms, from_pandas=True), 1000)).cast(pa.int64()))


def epoch_millis(at_ms: Column) -> pa.Array:
    """Milliseconds since 1970."""
    return texts(pa.array(at_ms, from_pandas=True).cast(pa.int64()))


def epoch_micros(at_ms: Column) -> pa.Array:
    """Microseconds since 1970."""
    return texts(pc.multiply(pa.array(at_ms, from_pandas=True).cast(pa.int64()), 1000))
