"""Whether what a mapping says has the shape in which it is read: text, list, number, known word."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .mapping_blocks import misshapen_block
from .mapping_columns import misshapen_alias, misshapen_number, misshapen_pattern, misshapen_time
from .mapping_filters import misshapen_check, misshapen_filter
from .mapping_kinds import LIST, NAMED, NUMBER, TEXT, TRUTH, listed, named, shapes
from .mapping_promises import misshapen_promise
from .mapping_words import BLOCKS, CADENCES, DATA_CLASSES, LEGAL_BASES, did_you_mean

SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]*")
SHAPES = {
    "version": NUMBER, "file": TEXT, "grain": TEXT, "data_class": TEXT, "business_line": TEXT,
    "legal_basis": TEXT, "cadence": TEXT, "phone_region": TEXT, "folder": TEXT, "optional": TRUTH,
    "url": TEXT, "replaced_by": NAMED,
    "required": LIST, "aliases": NAMED, "from_file_name": NAMED, "checks": NAMED, "leave_out": NAMED,
    "times": NAMED, "numbers": NAMED, "fill": NAMED, "lookup": LIST, "expects": LIST, "expects_breach": TEXT,
}  # fmt: skip
FORMAT_SHAPES = {
    "type": TEXT, "encoding": TEXT, "separator": TEXT, "quote": TEXT, "skip_initial_space": TRUTH,
    "sheet": TEXT, "explode": TEXT, "rows_at": TEXT, "table": TEXT, "query": TEXT,
}  # fmt: skip
# Those that are named where another is not known; all of Python's are read.
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "latin-1", "iso-8859-2", "iso-8859-15", "cp1250", "cp1251", "cp1252",
    "cp1253", "cp1254", "cp1255", "cp1256", "cp437", "cp850", "cp852", "koi8-r", "shift_jis", "cp932",
    "euc-jp", "euc-kr", "cp949", "gb18030", "big5",
)  # fmt: skip
PARTS = {"fill": {"by": TEXT, "columns": LIST}, "lookup": {"file": TEXT, "by": TEXT, "take": NAMED}}
PARTS_LEFT_OUT = {"lookup": {"there": TEXT}}
ONE_OF = {
    "data_class": DATA_CLASSES,
    "cadence": CADENCES,
    "legal_basis": LEGAL_BASES,
    "expects_breach": ("stop", "warn"),
}


def misshapen(source: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands in a mapping in another shape than it is read in, and what to do about it.

    Example:
        >>> next(misshapen("web", {"required": "visitor"}))
        ("says 'required' in another shape", 'it is a list')
    """
    if not SOURCE_NAME.fullmatch(source):
        yield "has a name that cannot be used", "use small letters, digits and _, beginning with a letter"
    yield from shapes("", told, SHAPES)
    for word, known in ONE_OF.items():
        if isinstance(told.get(word), str) and told[word] not in known:
            yield f"says a '{word}' that is not known", did_you_mean(told[word], known)
    form = told.get("format")
    if isinstance(form, Mapping):
        yield from shapes("format.", form, FORMAT_SHAPES)
        yield from _format(form)
    for word, parts in PARTS.items():
        for one in listed(told.get(word)):
            yield from _parts(word, one, parts)
    for column, said in named(told.get("checks")):
        yield from misshapen_check(column, said)
    yield from misshapen_filter("leave_out", told.get("leave_out"))
    for column, said in named(told.get("times")):
        yield from misshapen_time(column, said)
    for column, said in named(told.get("numbers")):
        yield from misshapen_number(column, said)
    for column, said in named(told.get("aliases")):
        yield from misshapen_alias(column, said)
    for column, said in named(told.get("from_file_name")):
        yield from misshapen_pattern(f"from_file_name.{column}", said)
    for said in listed(told.get("expects")):
        yield from misshapen_promise(said)
    region = told.get("phone_region")
    if isinstance(region, str) and not _is_region(region):
        yield "says a 'phone_region' that is not known", "write two capital letters, as in DE"
    for kind in BLOCKS:
        for says in listed(told.get(kind)):
            yield from misshapen_block(kind, says)


def _parts(word: str, one: Any, parts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not isinstance(one, Mapping):
        yield f"says '{word}' in another shape", f"it holds {', '.join(parts)}"
        return
    for name in parts:
        if name not in one:
            yield f"does not say '{word}.{name}'", "add it"
    yield from shapes(f"{word}.", one, {**parts, **PARTS_LEFT_OUT.get(word, {})})


def _format(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    separator, quote, skip_rows = form.get("separator", ","), form.get("quote", '"'), form.get("skip_rows", 0)
    if isinstance(separator, str) and (
        len(separator) != 1 or not separator.isascii() or separator in '\r\n"'
    ):
        yield "says a 'format.separator' that separates nothing", 'it is one character; a tab is "\\t"'
    if isinstance(quote, str) and (len(quote) > 1 or not quote.isascii()):
        yield "says a 'format.quote' that quotes nothing", "it is one character, or empty"
    encoding = form.get("encoding", "utf-8")
    if isinstance(encoding, str) and not _is_encoding(encoding):
        yield "says a 'format.encoding' that is not known", did_you_mean(encoding, ENCODINGS)
    is_number = isinstance(skip_rows, int) and not isinstance(skip_rows, bool)
    if not is_number and skip_rows != "auto":
        yield (
            "says 'format.skip_rows' in another shape",
            "it is the number of lines before the header, or auto",
        )
    elif is_number and skip_rows < 0:
        yield "says 'format.skip_rows' below 0", "give the number of lines before the header"
    if form.get("type") == "sql" and len([word for word in ("table", "query") if form.get(word)]) != 1:
        yield "reads a database and does not say what", "say either format.table or format.query"


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # what else Python calls a codec makes no text of a file
    except (LookupError, ValueError):
        return False


def _is_region(text: str) -> bool:
    import phonenumbers

    return text in phonenumbers.SUPPORTED_REGIONS
