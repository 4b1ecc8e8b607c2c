"""Numbers as plain decimal text: a point, at most 8 places, nothing else."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from journey_research.pipelines.ingestion.language.mapping_forms import NumberForm

from .currencies import CURRENCIES, currency, minor_digits
from .distinct import one_array, over_distinct, over_unsure

_SURE = r"^(?:0|[1-9]\d{0,14}|-[1-9]\d{0,14})$"
_SURE_POINT = r"^(?:0|[1-9]\d{0,14}|-[1-9]\d{0,14})(?:\.\d{1,8})?$"
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " ") | {"\u2212": "-", "\u2019": "'"})
_MONEY_SIGN = re.compile(r"(?:[A-Z]{1,3}[$])|[$€£¥￥₹₺₴₽₪₫₩₦฿₱]")
# What people write in place of a sign; it stands before or behind the number, never inside a word.
_WORD = r"zł|kč|ft|s?fr\.?|kr\.?|lei|tl|rs\.?|rp\.?|лв\.?|руб\.?|р\.|грн\.?|円|元|원"
_MONEY_WORD = re.compile(
    rf"\A([+-]?)\s*(?:{_WORD})(?![^\W\d_])|(?<![^\W\d_])(?:{_WORD})\s*([+-]?)\Z", re.IGNORECASE
)
_NO_CENTS = re.compile(r"(?<=\d)[.,][-\u2013\u2014]{1,2}\Z")  # 100,- is a hundred and no cents
_CODE = re.compile(r"\A([+-]?)\s*([A-Z]{3})(?![A-Za-z])|(?<![A-Za-z])([A-Z]{3})\s*([+-]?)\Z")
_SHAPE = re.compile(r"(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)


def numbers(column: pa.Array, form: NumberForm, currencies: pa.Array | None = None) -> pa.Array:
    """Numbers of a column as text; what is none is null.

    Spaces, apostrophes and, beside the decimal sign, the other of comma and point part thousands, so
    three digits stand behind each. A currency's sign, code or short name is dropped, a minus may stand
    behind, and brackets mean minus, as in ledgers. A dash in place of cents means none: ``100,-``.

    Args:
        column: n texts.
        form: How they are spelled.
        currencies: n currencies, for amounts in minor units; a number without one is null.
    """
    column = one_array(column)
    if form.unit == "minor":
        return _minor(column, form, currencies)
    if form.divide_by == 1 and not form.percent:
        shape = _SURE_POINT if form.decimal == "." else _SURE
        return over_unsure(column, shape, _without_zeros, _reader(form))
    return over_distinct(column, _reader(form))


def _reader(form: NumberForm):  # type: ignore[no-untyped-def]
    def read(text: str) -> str | None:
        return number(text, form)

    return read


def _without_zeros(plain: pa.Array) -> pa.Array:
    pointed = pc.match_substring(plain, ".")
    return pc.if_else(pointed, pc.utf8_rtrim(pc.utf8_rtrim(plain, "0"), "."), plain)


def _minor(column: pa.Array, form: NumberForm, currencies: pa.Array | None) -> pa.Array:
    if currencies is None:
        return pa.nulls(len(column), pa.string())
    codes = over_distinct(currencies, currency)
    told: pa.Array = pa.nulls(len(column), pa.string())
    for digits in sorted({minor_digits(code) for code in pc.unique(codes.drop_null()).to_pylist()}):
        of_digits = [code for code in CURRENCIES if minor_digits(code) == digits]
        here = pc.is_in(codes, pa.array(sorted(of_digits)))
        plain = NumberForm(form.decimal, form.divide_by * 10**digits, percent=form.percent)
        told = pc.if_else(here, numbers(pc.if_else(here, column, None), plain), told)
    return told


def number(text: str, form: NumberForm) -> str | None:
    """One number as plain decimal text.

    Example:
        >>> number("1.234,50 €", NumberForm(decimal=",")), number("l9.9O", NumberForm())
        ('1234.5', None)
        >>> number("(1,234.50)", NumberForm()), number("12.5 %", NumberForm(percent=True))
        ('-1234.5', '0.125')
        >>> number("1 230,00 zł", NumberForm(decimal=",")), number("100,- €", NumberForm(decimal=","))
        ('1230', '100')
    """
    if len(text) > 80:
        return None
    plain, is_negative = text.translate(_SPACES).strip(), False
    if form.percent:
        plain = plain.removesuffix("%").rstrip()
    if plain.startswith("(") and plain.endswith(")"):
        plain, is_negative = plain[1:-1].strip(), True
        if plain[:1] in "+-" or plain[-1:] in "+-":
            return None
    plain = _NO_CENTS.sub("", _without_currency(plain))
    for sign in [one for one in (plain[:1], plain[-1:]) if one in ("+", "-")][:1]:
        is_negative = is_negative or sign == "-"
        plain = (plain[1:] if plain[0] == sign else plain[:-1]).strip()
    pointed = _parted(plain, form.decimal)
    if pointed is None or not _SHAPE.fullmatch(pointed):
        return None
    value = Decimal(pointed) / (form.divide_by * (100 if form.percent else 1))
    if value >= 10**15:
        return None
    rounded = format((-value if is_negative else value).quantize(Decimal(1).scaleb(-8)), "f")
    shorter = rounded.rstrip("0").rstrip(".")
    return "0" if shorter in ("-0", "") else shorter


def _without_currency(text: str) -> str:
    """Text without one sign, short name or code of a currency."""
    without = _MONEY_SIGN.sub("", text, count=1)
    if without != text:
        return without.strip()
    word = _MONEY_WORD.search(text)
    if word is not None:
        if word.start() == 0:
            return ((word[1] or "") + text[word.end() :]).strip()
        return (text[: word.start()] + (word[2] or "")).strip()
    code = _CODE.search(text)
    if code is None or (code[2] or code[3]) not in CURRENCIES:
        return text
    kept = (code[1] or "") + text[code.end() :] if code[2] else text[: code.start()] + (code[4] or "")
    return kept.strip()


def _parted(text: str, decimal: str) -> str | None:
    """Digits with a point for the decimal sign and without what parts thousands."""
    other = "," if decimal == "." else "."
    for separator in (other, " ", "'"):
        if separator not in text:
            continue
        # It stands before exactly three digits; anything else is a misreading.
        grouped = rf"\d{{1,3}}(?:{re.escape(separator)}\d{{3}})+(?:{re.escape(decimal)}\d+)?"
        if not re.fullmatch(grouped, text, re.ASCII):
            return None
        return text.replace(separator, "").replace(decimal, ".")
    return text.replace(decimal, ".")
