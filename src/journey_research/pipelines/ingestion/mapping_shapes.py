"""Whether what a mapping says has the shape in which it is read: text, list, number, known word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from .mapping_words import BLOCKS

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
RECORD_KINDS = ("profile", "lead", "account", "anonymous")
TIME_FORMATS = ("iso", "date", "rfc2822", "epoch_seconds", "epoch_millis", "epoch_micros")
TEXT, NUMBER, TRUTH, LIST, NAMED = "text", "a whole number", "true or false", "a list", "names with values"
KINDS: dict[str, type | tuple[type, ...]] = {
    TEXT: str, NUMBER: int, TRUTH: bool, LIST: (list, tuple), NAMED: Mapping,
}  # fmt: skip
SHAPES = {
    "version": NUMBER, "file": TEXT, "grain": TEXT, "data_class": TEXT, "business_line": TEXT,
    "legal_basis": TEXT, "cadence": TEXT, "phone_region": TEXT, "folder": TEXT, "optional": TRUTH,
    "required": LIST, "checks": NAMED, "leave_out": NAMED, "times": NAMED, "numbers": NAMED, "fill": NAMED,
    "lookup": LIST,
}  # fmt: skip
FORMAT_SHAPES = {
    "type": TEXT, "encoding": TEXT, "separator": TEXT, "quote": TEXT, "skip_initial_space": TRUTH,
    "skip_rows": NUMBER, "sheet": TEXT, "explode": TEXT, "rows_at": TEXT,
}  # fmt: skip
CELL_SHAPES = {
    "from": TEXT, "values": NAMED, "contains": NAMED, "first_of": LIST, "product_of": LIST, "counted": LIST,
    "except": LIST, "lower": TRUTH, "row_number": TRUTH,
}  # fmt: skip
# Where a cell's value may come from, beside a constant.
CELL_SOURCES = {
    "cell": ("from", "first_of"),
    "number": ("from", "first_of", "product_of"),
    "key": ("from", "first_of", "row_number", "counted"),
}
OF_TEXT = {"required", "columns"}  # lists of columns
PARTS = {"fill": {"by": TEXT, "columns": LIST}, "lookup": {"file": TEXT, "by": TEXT, "take": NAMED}}


def misshapen(source: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands in a mapping in another shape than it is read in, and what to do about it.

    Example:
        >>> next(misshapen("web", {"required": "visitor"}))
        ("says 'required' in another shape", 'it is a list')
    """
    if not SOURCE_NAME.fullmatch(source):
        yield "has a name that cannot be used", "use small letters, digits and _, beginning with a letter"
    yield from _shapes("", told, SHAPES)
    form = told.get("format")
    if isinstance(form, Mapping):
        yield from _shapes("format.", form, FORMAT_SHAPES)
        yield from _characters(form)
    for word, parts in PARTS.items():
        for one in _listed(told.get(word)):
            yield from _parts(word, one, parts)
    for column, form in _named(told.get("times")):
        yield from _time(column, form if isinstance(form, Mapping) else {"format": form})
    for column, form in _named(told.get("numbers")):
        yield from _number(column, form if isinstance(form, Mapping) else {"decimal": form})
    region = told.get("phone_region")
    if isinstance(region, str) and not _is_region(region):
        yield "says a 'phone_region' that is not known", "write two capital letters, as in DE"
    for kind in BLOCKS:
        for says in _listed(told.get(kind)):
            yield from _block(kind, says)


def _block(kind: str, says: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(says, Mapping):
        yield f"says '{kind}' in another shape", "write names and cells under it, as in 'key: email'"
        return
    for name, value in says.items():
        if value is None:
            yield f"says '{kind}.{name}' without a value", "write one, or leave the word out"
    for name, how in BLOCKS[kind].items():
        if says.get(name) is not None and not how.startswith(("word", "time")):
            yield from _cells(f"{kind}.{name}", how.rstrip("?"), says[name])
    filters = {name: says[name] for name in ("only", "sample") if says.get(name) is not None}
    yield from _shapes(f"{kind}.", filters, {"only": NAMED, "sample": NAMED})
    if isinstance(says.get("sample"), Mapping):
        missing = [word for word in ("by", "share", "seed") if word not in says["sample"]]
        if missing:
            yield f"does not say '{kind}.sample.{missing[0]}'", "add it"
    if kind == "record":
        if says.get("kind", "profile") not in RECORD_KINDS:
            yield "says a 'record.kind' that is not known", f"known are {', '.join(RECORD_KINDS)}"
        yield from _values(says.get("values"))
    if kind == "identifiers":
        from journey_research.contracts.records import IDENTIFIER_TYPES

        if says.get("type") is not None and says["type"] not in IDENTIFIER_TYPES:
            yield "says an 'identifiers.type' that is not known", f"known are {', '.join(IDENTIFIER_TYPES)}"
        if not isinstance(says.get("verified", False), bool):
            yield "says 'identifiers.verified' in another shape", f"it is {TRUTH}"


def _cells(place: str, how: str, says: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a cell, or with cells under names."""
    if how == "cells":
        if not isinstance(says, Mapping):
            yield f"says '{place}' in another shape", f"it is {NAMED}"
        for name, cell in _named(says):
            yield from _cells(f"{place}.{name}", "cell", cell)
        return
    if isinstance(says, list | tuple):
        if how != "key" or not says or not all(isinstance(one, str) for one in says):
            yield f"says '{place}' in another shape", "it is one column; a key may be a list of columns"
        return
    if says is None:
        yield f"says '{place}' without a value", "write one, or leave the word out"
    if not isinstance(says, Mapping):
        return
    sources = [word for word in ("is", *CELL_SOURCES[how]) if says.get(word) is not None]
    if len(sources) != 1:
        known = ", ".join(("is", *CELL_SOURCES[how]))
        yield f"does not say where '{place}' comes from", f"say one of {known}"
    yield from _shapes(f"{place}.", says, CELL_SHAPES)
    for word in ("first_of", "product_of", "counted"):
        if isinstance(says.get(word), list | tuple):
            if not says[word]:
                yield f"says '{place}.{word}' without a value", "name columns"
            for one in says[word]:
                yield from _cells(f"{place}.{word}", "number" if word == "product_of" else "cell", one)
    for word in ("otherwise", "blank"):
        if word in says:
            yield from _cells(f"{place}.{word}", "cell", says[word])


def _values(cells: Any) -> Iterator[tuple[str, str]]:
    from .mapped_rows import VALUE_FIELDS

    for name, _ in _named(cells):
        if name not in VALUE_FIELDS:
            known = ", ".join(one for one in VALUE_FIELDS if one != "extra")
            yield f"says 'record.values.{name}', which is not known", f"known are {known}"


def _shapes(above: str, told: Mapping[str, Any], shapes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, shape in shapes.items():
        value = told.get(name)
        if value is None:
            if above and name in told:
                yield f"says '{above}{name}' without a value", "write one, or leave the word out"
            continue
        fits = isinstance(value, KINDS[shape]) and not (shape == NUMBER and isinstance(value, bool))
        if not fits:
            yield f"says '{above}{name}' in another shape", f"it is {shape}"
        elif name in OF_TEXT and not all(isinstance(one, str) for one in value):
            yield f"says '{above}{name}' in another shape", "it is a list of columns"


def _parts(word: str, one: Any, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not isinstance(one, Mapping):
        yield f"says '{word}' in another shape", f"it holds {', '.join(parts)}"
        return
    for name in parts:
        if name not in one:
            yield f"does not say '{word}.{name}'", "add it"
    yield from _shapes(f"{word}.", one, parts)


def _characters(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    separator, quote = form.get("separator", ","), form.get("quote", '"')
    if isinstance(separator, str) and (
        len(separator) != 1 or not separator.isascii() or separator in '\r\n"'
    ):
        yield "says a 'format.separator' that separates nothing", 'it is one character; a tab is "\\t"'
    if isinstance(quote, str) and (len(quote) > 1 or not quote.isascii()):
        yield "says a 'format.quote' that quotes nothing", "it is one character, or empty"
    if isinstance(form.get("skip_rows"), int) and form["skip_rows"] < 0:
        yield "says 'format.skip_rows' below 0", "give the number of lines before the header"


def _time(column: str, says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    spelling, zone = says.get("format"), says.get("zone") or ""
    if not isinstance(spelling, str):
        yield f"does not say how '{column}' spells time", f"known are {', '.join(TIME_FORMATS)}, or a pattern"
    elif spelling not in TIME_FORMATS and not _is_pattern(spelling):
        yield (
            f"spells the time in '{column}' in a way that is not known",
            f"known are {', '.join(TIME_FORMATS)}, or a pattern, as in %d.%m.%Y",
        )
    if zone and zone not in available_timezones():
        yield f"places '{column}' in a zone that is not known", "name one as in Europe/Berlin or UTC"


def _number(column: str, says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if says.get("decimal", ".") not in (".", ","):
        yield f"says a decimal sign for '{column}' that is not known", "known are . and ,"
    divide_by = says.get("divide_by", 1)
    if not isinstance(divide_by, int) or isinstance(divide_by, bool) or divide_by < 1:
        yield f"divides '{column}' by something else than a whole number above 0", "as in divide_by: 100"


def _is_pattern(text: str) -> bool:
    import pandas as pd

    try:
        pd.to_datetime(pd.Series(["0"]), format=text, errors="coerce")
    except (ValueError, KeyError):
        return False
    return "%" in text


def _is_region(text: str) -> bool:
    import phonenumbers

    return text in phonenumbers.SUPPORTED_REGIONS


def _named(told: Any) -> list[tuple[str, Any]]:
    return [(str(name), value) for name, value in told.items()] if isinstance(told, Mapping) else []


def _listed(told: Any) -> list[Any]:
    if told is None:
        return []
    return list(told) if isinstance(told, list | tuple) else [told]
