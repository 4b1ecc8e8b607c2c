"""Whether a block of a mapping, and each cell in it, has the shape in which it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .mapping_columns import misshapen_pattern
from .mapping_filters import misshapen_filter, misshapen_sample
from .mapping_kinds import LIST, NAMED, NUMBER, TEXT, TRUTH, named, shapes
from .mapping_words import (
    BLOCKS,
    CELL_WORDS,
    KEY_WORDS,
    PARTY,
    RECORD_KINDS,
    SAID_ONCE,
    VALUE_FIELDS,
    did_you_mean,
)

CELL_SHAPES = {
    "from": TEXT, "values": NAMED, "contains": NAMED, "first_of": LIST, "product_of": LIST, "counted": LIST,
    "except": LIST, "lower": TRUTH, "first_characters": NUMBER, "row_number": TRUTH,
}  # fmt: skip
# Where a cell's value may come from, beside a constant.
CELL_SOURCES = {
    "cell": ("from", "first_of"),
    "kind": ("from", "first_of"),
    "source": ("from", "first_of"),
    "number": ("from", "first_of", "product_of"),
    "key": ("from", "first_of", "row_number", "counted"),
}


def misshapen_block(kind: str, says: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with one block, and what to do about it."""
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
    yield from shapes(f"{kind}.", filters, {"only": NAMED, "sample": NAMED})
    yield from misshapen_filter(f"{kind}.only", says.get("only"))
    if isinstance(says.get("sample"), Mapping):
        yield from misshapen_sample(f"{kind}.sample", says["sample"])
    for (block, name), known in SAID_ONCE.items():
        if block == kind and says.get(name) is not None and says[name] not in known:
            yield f"says a '{kind}.{name}' that is not known", did_you_mean(says[name], known)
    split = says.get("split")
    if "split" in BLOCKS[kind] and split is not None and (not isinstance(split, str) or not split):
        yield f"says '{kind}.split' in another shape", 'it is what stands between values, as in ";"'
    if says.get("without") is not None and "without" in BLOCKS[kind]:
        yield from misshapen_pattern(f"{kind}.without", says["without"], needs_group=False)
    if kind == "record":
        yield from _values(says.get("values"))
    if kind == "identifiers":
        yield from _identifier(says)


def _identifier(says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from journey_research.contracts.records import IDENTIFIER_TYPES

    if says.get("type") is not None and says["type"] not in IDENTIFIER_TYPES:
        yield "says an 'identifiers.type' that is not known", did_you_mean(says["type"], IDENTIFIER_TYPES)
    if not isinstance(says.get("verified", False), bool):
        yield "says 'identifiers.verified' in another shape", f"it is {TRUTH}"


def _cells(place: str, how: str, says: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a cell, or with cells under names."""
    if how == "cells":
        if not isinstance(says, Mapping):
            yield f"says '{place}' in another shape", f"it is {NAMED}"
        for name, cell in named(says):
            yield from _cells(f"{place}.{name}", "cell", cell)
        return
    if how == "party":
        yield from _party(place, says)
        return
    if how in ("kind", "source") and not isinstance(says, Mapping):
        yield from _word(place, how, says)
        return
    if isinstance(says, list | tuple):
        if how != "key" or not says or not all(isinstance(one, str | Mapping) for one in says):
            yield f"says '{place}' in another shape", "it is one column; a key may be a list of columns"
            return
        for one in says:
            yield from _cells(place, "cell", one)
        return
    if says is None:
        yield f"says '{place}' without a value", "write one, or leave the word out"
    elif isinstance(says, Mapping):
        yield from _cell(place, how, says)
    elif not isinstance(says, str):
        yield f"says '{place}' in another shape", "name a column; what is the same in every row is {is: ...}"


def _cell(place: str, how: str, says: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    words = KEY_WORDS if how == "key" else CELL_WORDS
    for word in sorted(set(map(str, says)) - words)[:1]:
        yield f"says '{word}' in '{place}', which is not known", did_you_mean(word, words)
    sources = [word for word in ("is", *CELL_SOURCES[how]) if says.get(word) is not None]
    if len(sources) != 1:
        known = ", ".join(("is", *CELL_SOURCES[how]))
        yield f"does not say where '{place}' comes from", f"say one of {known}"
    yield from shapes(f"{place}.", says, CELL_SHAPES)
    for word in ("first_of", "product_of", "counted"):
        if isinstance(says.get(word), list | tuple):
            if not says[word]:
                yield f"says '{place}.{word}' without a value", "name columns"
            for one in says[word]:
                yield from _cells(f"{place}.{word}", "number" if word == "product_of" else "cell", one)
    for word in ("otherwise", "blank"):
        if word in says:
            yield from _cells(f"{place}.{word}", "cell", says[word])


def _party(place: str, says: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(says, Mapping):
        yield f"says '{place}' in another shape", "write whose it is, as in {source: crm, key: Contact ID}"
        return
    for word in sorted(set(map(str, says)) - set(PARTY))[:1]:
        yield f"says '{place}.{word}', which is not known", did_you_mean(word, PARTY)
    if says.get("key") is None:
        yield f"does not say '{place}.key'", "add it"
    for word, how in PARTY.items():
        if says.get(word) is not None:
            yield from _cells(f"{place}.{word}", how.rstrip("?"), says[word])


def _word(place: str, how: str, says: Any) -> Iterator[tuple[str, str]]:
    if how == "kind":
        if says not in RECORD_KINDS:
            yield f"says a '{place}' that is not known", did_you_mean(says, RECORD_KINDS)
    elif not isinstance(says, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", says):
        yield f"says '{place}' in another shape", "it is the name of a source, or a cell that tells one"


def _values(cells: Any) -> Iterator[tuple[str, str]]:
    known = [one for one in VALUE_FIELDS if one != "extra"]
    for name, _ in named(cells):
        if name not in known:
            yield f"says 'record.values.{name}', which is not known", did_you_mean(name, known)
