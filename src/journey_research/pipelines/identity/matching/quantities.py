"""Dates, numbers and places on earth: the one spelling they are compared in, and how near two of them are.

Context: as text, 31/12/1999 and 1999-12-31 share little and 99.00 and 100.00 nothing. Choice: a date is
spelt as its eight digits, a number without signs of money and grouping, a place as two decimal degrees;
what cannot be read keeps its text and is near nothing. How near is a share that falls with the logarithm
of the days or metres between, for a slip of a day and a slip of a week differ more than two of years do.
Given up: years of two digits; and of days and months that are both at most twelve, which is which where
months are written first: the day is taken to be first, unless the year is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

QUANTITIES = ("place", "date", "number")  # kinds, in the order in which a column is asked
YEAR_FIRST = r"^(?P<y>\d{4})[-./ ]?(?P<m>\d{1,2})[-./ ]?(?P<d>\d{1,2})(?:[t ]00:00(?::00(?:\.0+)?)?z?)?$"
YEAR_LAST = r"^(?P<d>\d{1,2})[-./ ](?P<m>\d{1,2})[-./ ](?P<y>\d{4})$"
_MONEY = "(?:[$€£¥]|usd|eur|gbp|chf|jpy|cny|inr|cad|aud|sek|nok|dkk|pln|czk|huf)"
NUMBER = rf"^(?:{_MONEY} ?)?-?(?:0|[1-9][\d,]*)(?:\.\d+)?(?: ?{_MONEY})?$"
NO_COUNT = rf"\.\d|{_MONEY}"  # whole numbers alone may be numbers of something
PLACE = r"^[(\[]?-?\d{1,2}(?:\.\d+)?°?\s*[,; ]\s*-?\d{1,3}(?:\.\d+)?°?[)\]]?$"
COORDINATE = r"(?P<of>(?:.*[^a-z])?)(?:(?P<north>lat|latitude)|(?P<east>lon|lng|long|longitude))"
AND = " + "
LEAST_READ, LEAST_MARKED = 0.8, 0.3  # others are slips, or round
FEW_ASKED = 5_000  # values, before four times as many are
MOST_ASKED = 2_000
EARLIEST_YEAR, LATEST_YEAR = 1850, 2150
FARTHEST_DAYS, NEAREST_KM, FARTHEST_KM = 36_525.0, 0.1, 20_016.0
EARTH_RADIUS_KM = 6371.0088


def parts_of(name: str) -> list[str]:
    """The columns that a name of ``find_places`` stands for; any other name stands for itself."""
    return name.split(AND) if AND in name else [name]


def find_places(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Columns of latitudes and longitudes that are one place, by their names: name of both -> the two.

    Example:
        >>> find_places(["id", "store_lat", "store_lng", "longitude"])
        {'store_lat + store_lng': ('store_lat', 'store_lng')}
    """
    parts = [(name, match) for name in names if (match := re.fullmatch(COORDINATE, name, re.IGNORECASE))]
    return {
        f"{north}{AND}{east}": (north, east)
        for north, a in parts
        for east, b in parts
        if a["north"] and b["east"] and a["of"].lower() == b["of"].lower()
    }


def read_dates(texts: np.ndarray) -> np.ndarray:
    """Days since 1970, float64, NaN where a text is no date.

    Args:
        texts: v folded texts, object array.

    Example:
        >>> read_dates(np.array(["31/12/1969", "1970-01-02", "19700103", "12/31/1969", "soon"], dtype=object))
        array([-1.,  1.,  2., -1., nan])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    told = pa.array(texts, pa.string())
    spellings = [pc.extract_regex(told, pattern) for pattern in (YEAR_FIRST, YEAR_LAST)]
    year, month, day = (
        pc.coalesce(*(pc.struct_field(parts, name).cast(pa.float64()) for parts in spellings)).to_numpy(
            zero_copy_only=False
        )
        for name in "ymd"
    )
    is_turned = (month > 12) & (day <= 12)
    month, day = np.where(is_turned, day, month), np.where(is_turned, month, day)
    known = (year >= EARLIEST_YEAR) & (year <= LATEST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1)
    days = np.full(len(texts), np.nan)
    rows = np.flatnonzero(known)
    first = ((year[rows] - 1970) * 12 + month[rows] - 1).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(float)
    is_day = day[rows] <= length
    days[rows] = np.where(is_day, first.astype("datetime64[D]").astype(float) + day[rows] - 1, np.nan)
    return days


def read_numbers(texts: np.ndarray) -> np.ndarray:
    """Numbers, float64, NaN where a text is none; signs of money and commas between thousands are left out.

    Example:
        >>> read_numbers(np.array(["$1,399.00", "44.5 eur", "-3.0", "n/a"], dtype=object))
        array([1399. ,   44.5,   -3. ,    nan])
    """
    told = pd.Series(texts, dtype="str")
    bare = told.where(told.str.match(NUMBER)).str.replace(r"[^\d.\-]", "", regex=True)
    return pd.to_numeric(bare, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def read_places(texts: np.ndarray) -> np.ndarray:
    """Latitude and longitude in degrees: shape (v, 2), NaN where a text is no place.

    Example:
        >>> read_places(np.array(["52.52, 13.40", "(0,180)", "91, 0"], dtype=object)).tolist()
        [[52.52, 13.4], [0.0, 180.0], [nan, nan]]
    """
    told = pd.Series(texts, dtype="str")
    parts = told.where(told.str.match(PLACE)).str.extract(r"(-?[\d.]+)°?\s*[,; ]\s*(-?[\d.]+)")
    degrees = parts.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float, na_value=np.nan, copy=True)
    degrees[~(np.abs(degrees) <= np.array([90, 180])).all(axis=1)] = np.nan
    return degrees


def read(texts: np.ndarray, kind: str) -> np.ndarray:
    """What texts of a kind measure: shape (v, 1), or (v, 2) for places; NaN where one cannot be read."""
    if kind == "place":
        return read_places(texts)
    told = read_dates(texts) if kind == "date" else read_numbers(texts)
    return told[:, None]


def is_quantity(texts: np.ndarray, counts: np.ndarray, kind: str) -> bool:
    """Whether nearly all of a column's values are of a kind.

    Args:
        texts: v distinct folded values, object array.
        counts: v numbers of records that hold each.
        kind: date, number or place.
    """
    n, n_unread, is_read = int(counts.sum()), 0, np.zeros(len(texts), dtype=bool)
    begin, end = 0, FEW_ASKED
    while begin < len(texts):
        is_read[begin:end] = ~np.isnan(read(texts[begin:end], kind)[:, 0])
        n_unread += int(counts[begin:end][~is_read[begin:end]].sum())
        if n - n_unread < LEAST_READ * n:
            return False  # whatever the others are
        begin, end = end, 4 * end
    if kind != "number":
        return True
    marked = pd.Series(texts[is_read], dtype="str").str.contains(NO_COUNT)
    return bool(marked.mean() >= LEAST_MARKED)


def spell(texts: np.ndarray, kind: str) -> np.ndarray:
    """Texts in the spelling of their kind; what cannot be read, and other kinds, as it is.

    Example:
        >>> spell(np.array(["31.12.1999", "1999-12-31"], dtype=object), "date").tolist()
        ['19991231', '19991231']
        >>> spell(np.array(["$1,399.00", "free"], dtype=object), "number").tolist()
        ['1399.0', 'free']
    """
    told = texts.copy()
    if kind == "date":
        days = read_dates(texts)
        rows = np.flatnonzero(~np.isnan(days))
        spelt = np.datetime_as_string(days[rows].astype(np.int64).astype("datetime64[D]"))
        told[rows] = [text.replace("-", "") for text in spelt.tolist()]
        # A slip in a date leaves a date that is none: its digits are compared with those of others.
        odd = np.flatnonzero(np.isnan(days))
        told[odd] = [re.sub(r"(?<=\d)[-./ ](?=\d)", "", text) for text in texts[odd]]
    elif kind == "number":
        numbers = read_numbers(texts)
        rows = np.flatnonzero(~np.isnan(numbers))
        told[rows] = [repr(number) for number in numbers[rows].tolist()]
    elif kind == "place":
        degrees = read_places(texts)
        rows = np.flatnonzero(~np.isnan(degrees[:, 0]))
        told[rows] = [f"{north:.5f},{east:.5f}" for north, east in degrees[rows].tolist()]
    return told


def days_near(a: str, b: str) -> float:
    """How near two dates are: 1 on one day, about 2/3 a month apart, 0 from a century on."""
    return _near("date", a, b)


def closeness(a: str, b: str) -> float:
    """1 less the difference of two numbers as a share of the greater; 0 where their signs differ."""
    return _near("number", a, b)


def nearness(a: str, b: str) -> float:
    """How near two places are: 1 at one spot, .8 at a kilometre, .4 at a hundred, 0 across the globe."""
    return _near("place", a, b)


def near(kind: str, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How near k pairs are, 0 to 1; 0 where one could not be read.

    Args:
        kind: date, number or place.
        first: k rows of ``read``.
        second: k rows of ``read``.

    Returns:
        k shares; see ``days_near``, ``closeness`` and ``nearness``.
    """
    if kind == "place":
        (north, east), (other_north, other_east) = np.radians(first).T, np.radians(second).T
        half = np.sin((other_north - north) / 2) ** 2
        half = half + np.cos(north) * np.cos(other_north) * np.sin((other_east - east) / 2) ** 2
        km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        told = 1.0 - np.log1p(km / NEAREST_KM) / math.log1p(FARTHEST_KM / NEAREST_KM)
    elif kind == "date":
        told = 1.0 - np.log1p(np.abs(first - second)[:, 0]) / math.log1p(FARTHEST_DAYS)
    else:
        most = np.maximum(np.abs(first), np.abs(second))[:, 0]
        told = 1.0 - np.abs(first - second)[:, 0] / np.where(most == 0, 1.0, most)
    return np.nan_to_num(np.maximum(0.0, told), nan=0.0)


def _near(kind: str, a: str, b: str) -> float:
    told = read(np.array([a, b], dtype=object), kind)
    return float(near(kind, told[:1], told[1:])[0])
