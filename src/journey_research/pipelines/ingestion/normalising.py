"""E-mail, phone, names, money and time in one form; each distinct value is worked on once.

Every function takes a column of text and gives a column of the same length; what cannot be
brought into the form is null. Bringing a value into form twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .mapping import NumberForm, TimeForm

INSTANT = pa.timestamp("us")
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\Z")
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_OFFSET = r" ?(?:[Zz]|[+-]\d\d:?\d\d)"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def over_distinct(column: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """A function of text over a column; it sees each distinct value once."""
    encoded = _one(column).dictionary_encode()
    told = pa.array([function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return told.take(encoded.indices)


def trimmed(column: pa.Array) -> pa.Array:
    """Text without space around it; empty is null."""
    stripped = pc.utf8_trim_whitespace(_one(column))
    return pc.if_else(pc.equal(stripped, ""), pa.scalar(None, pa.string()), stripped)


def names(column: pa.Array) -> pa.Array:
    """Names and lines of addresses: composed Unicode, single spaces."""
    return over_distinct(column, name)


def name(text: str) -> str | None:
    """One name in form.

    Example:
        >>> name("  Ada   King ")
        'Ada King'
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(_ZERO_WIDTH)).split()) or None


def postal_codes(column: pa.Array) -> pa.Array:
    """Postal codes, without the apostrophe by which spreadsheets keep a leading zero."""
    return over_distinct(column, lambda text: name(text.lstrip("' ")))


def emails(column: pa.Array) -> pa.Array:
    """E-mail addresses: trimmed, lower case; what has not the shape of one is null."""
    return over_distinct(column, email)


def email(text: str) -> str | None:
    """One e-mail address in form. Its length is bounded before its shape is looked at.

    Example:
        >>> email(" Ada@Example.org "), email("none")
        ('ada@example.org', None)
    """
    plain = (name(text) or "").lower()
    # Lower case can decompose a letter (dotted capital I); composing again keeps the form stable.
    plain = unicodedata.normalize("NFC", plain)
    return plain if len(plain) <= LONGEST_EMAIL and _EMAIL.match(plain) else None


def phones(column: pa.Array, region: str | None) -> pa.Array:
    """Phone numbers as E.164; those without a country code are of ``region``.

    Source:
        ITU-T E.164; Google's libphonenumber says which numbers are possible.
    """
    return over_distinct(column, lambda text: phone(text, region))


def phone(text: str, region: str | None) -> str | None:
    """One phone number as E.164.

    Example:
        >>> phone("(0170) 1234567", "DE"), phone("anonymous", "DE")
        ('+491701234567', None)
    """
    import phonenumbers

    if len(text) > 40:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # "000000" is possible, but reads as another number each time that it is written out.
    again = phonenumbers.parse(told, region)
    return told if phonenumbers.format_number(again, phonenumbers.PhoneNumberFormat.E164) == told else None


def numbers(column: pa.Array, form: NumberForm) -> pa.Array:
    """Numbers as plain decimal text with a point and at most 8 places.

    Spaces, signs of currency and thousands separators are dropped: a comma where the decimal
    sign is the point, a point where it is the comma.
    """
    return over_distinct(column, lambda text: number(text, form))


def number(text: str, form: NumberForm) -> str | None:
    """One number as plain decimal text.

    Example:
        >>> number("1.234,50 €", NumberForm(decimal=",")), number("l9.9O", NumberForm())
        ('1234.5', None)
    """
    plain = re.sub(r"[\s\u00a0\u202f'$€£]|EUR|USD|GBP", "", text)
    other = "," if form.decimal == "." else "."
    # A thousands separator stands before exactly three digits; anything else is a misreading.
    if other in plain and not re.fullmatch(
        rf"[+-]?\d{{1,3}}(?:{re.escape(other)}\d{{3}})+(?:{re.escape(form.decimal)}\d+)?", plain
    ):
        return None
    plain = plain.replace(other, "").replace(form.decimal, ".")
    if not re.fullmatch(r"[+-]?(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", plain, re.ASCII):
        return None
    value = Decimal(plain) / form.divide_by
    if abs(value) >= 10**15:
        return None
    rounded = format(value.quantize(Decimal(1).scaleb(-8)), "f")
    shorter = rounded.rstrip("0").rstrip(".")
    return "0" if shorter in ("-0", "") else shorter


def instants(column: pa.Array, form: TimeForm) -> pa.Array:
    """Times as UTC instants in microseconds; days as their midnight.

    Local times need a zone. When a clock is put back and a local time happens twice, the
    earlier instant is meant; when it is put forward, a time that never was is the first
    instant after the gap.
    """
    encoded = _one(column).dictionary_encode()
    texts = pd.Series(encoded.dictionary.to_pylist(), dtype="object").str.strip()
    told = _parsed(texts, form) if len(texts) else pd.Series([], dtype="datetime64[us]")
    values = pa.array(told.astype("datetime64[us]").to_numpy(), INSTANT)
    return values.take(encoded.indices)


def time_rule(form: TimeForm) -> str:
    """The rule that ``instants`` holds a text against, in words."""
    if form.format == "iso":
        return f"is a time in {form.zone}" if form.zone else "ends in Z or an offset"
    if form.format.startswith("epoch_"):
        return f"counts {form.format.removeprefix('epoch_')} since 1970"
    return {"date": "is a day (YYYY-MM-DD)", "rfc2822": "is a time as in e-mail"}.get(
        form.format, f"is a time written {form.format}"
    )


def _parsed(texts: pd.Series, form: TimeForm) -> pd.Series:
    if form.format.startswith("epoch_"):
        factor = {"epoch_seconds": 1_000_000, "epoch_millis": 1_000, "epoch_micros": 1}[form.format]
        plain = texts.where(texts.str.fullmatch(r"\d{1,12}(?:\.\d{1,6})?" if factor > 1000 else r"\d{1,16}"))
        micros = [None if pd.isna(one) else int(Decimal(one) * factor) for one in plain]
        return pd.Series(pd.array(micros, dtype="Int64")).astype("Int64").pipe(_from_micros)
    if form.format == "rfc2822":
        return pd.Series([_mail_time(one) for one in texts], dtype="datetime64[us]")
    if form.format == "date":
        kept = texts.where(texts.str.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]00:00:00(?:\.0+)?)?"))
        return pd.to_datetime(kept.str[:10], format="%Y-%m-%d", errors="coerce")
    if form.format == "iso":
        kept = _shaped(texts, _ISO + _OFFSET)
        said = _utc(pd.to_datetime(kept, format="ISO8601", errors="coerce", utc=True))
        if not form.zone:
            return said
        kept = _shaped(texts, _ISO)  # a text that says its own offset is believed before the zone
        local = _located(pd.to_datetime(kept, format="ISO8601", errors="coerce"), form.zone)
        return said.astype("datetime64[us]").fillna(local.astype("datetime64[us]"))
    if "%z" in form.format:
        return _utc(pd.to_datetime(texts, format=form.format, errors="coerce", utc=True))
    return _located(pd.to_datetime(texts, format=form.format, errors="coerce"), form.zone or "UTC")


def _shaped(texts: pd.Series, pattern: str) -> pd.Series:
    """Texts of one shape, spelled as ISO 8601 spells them; the others are null."""
    shape = re.compile(pattern, re.ASCII)
    kept = [
        f"{one[:10]}T{one[11:].replace(' ', '').upper()}" if shape.fullmatch(one) else None for one in texts
    ]
    return pd.Series(kept, dtype="object")


def _from_micros(micros: pd.Series) -> pd.Series:
    filled = micros.fillna(0).astype("int64").to_numpy().astype("datetime64[us]")
    return pd.Series(filled).mask(micros.isna().to_numpy())


def _located(local: pd.Series, zone: str) -> pd.Series:
    first = np.ones(len(local), dtype=bool)  # summer time, which comes first
    return _utc(
        local.astype("datetime64[us]").dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    )


def _utc(told: pd.Series) -> pd.Series:
    return told.dt.tz_convert("UTC").dt.tz_localize(None)


def _mail_time(text: str) -> pd.Timestamp | None:
    from email.utils import parsedate_to_datetime

    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if told.tzinfo is None:  # "-0000": UTC, and no word about where
        return pd.Timestamp(told)
    return pd.Timestamp(told).tz_convert("UTC").tz_localize(None)


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
