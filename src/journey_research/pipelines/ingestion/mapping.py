"""What a source says about itself, read from ``conf/<env>/sources/*.yml``.

Context: every vendor spells people, times and money in its own way, and a new source must need
no code. Choice: one declarative file per source says how its file is written, which rules its
rows keep, and what a row yields; a *cell* is a column name, or a small dictionary
(``is``, ``from``, ``values``, ``contains``, ``blank``, ``otherwise``, ``first_of``, ``product_of``,
``lower``, ``first_characters``, ``except``). Given up: what cannot be said that way has to be
prepared before it is exported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .language.mapping_forms import FORMATS, Alias, Format, NumberForm, TimeForm, alias_of, time_form_of
from .language.mapping_shapes import misshapen
from .language.mapping_words import BLOCKS, EVERYWHERE, NEEDS_RECORD, did_you_mean
from .language.source_mapping import MAY_BE_BLANK, Block, SourceMapping, wrong

__all__ = [
    "MAY_BE_BLANK", "Alias", "Block", "Format", "NumberForm", "SourceMapping", "TimeForm", "read_mapping",
]  # fmt: skip


def read_mapping(source: str, told: Mapping[str, Any]) -> SourceMapping:
    """Judge a mapping as it stands in its file.

    Args:
        source: The name it stands under.
        told: The mapping, as read from YAML.

    Raises:
        UserError: It misses something, or says something that is not known.

    Example:
        >>> told = {"version": 1, "file": "a.csv", "grain": "visit", "data_class": "social", "format": "csv"}
        >>> read_mapping("web", told).format.separator
        ','
    """
    known = {one.name for one in fields(SourceMapping)} - {"source", "blocks"}
    if unknown := sorted(set(map(str, told)) - known - set(BLOCKS)):
        raise wrong(
            source,
            f"says '{unknown[0]}', which is not known",
            did_you_mean(unknown[0], [*known, *BLOCKS]),
        )
    for what, do in misshapen(source, told):
        raise wrong(source, what, do)
    blocks = tuple(
        _block(source, kind, says, number)
        for kind in BLOCKS
        for number, says in enumerate(_listed(told.get(kind)))
    )
    plain = {name: value for name, value in told.items() if name not in BLOCKS and value is not None}
    if plain.get("url"):
        plain.setdefault("file", "a database")  # it has none
    for name in ("version", "file", "format", "grain", "data_class"):
        if not plain.get(name):
            raise wrong(source, f"does not say '{name}'", "add it")
    if isinstance(plain["format"], Mapping) and not plain["format"].get("type"):
        raise wrong(source, "does not say 'format.type'", f"it is one of {', '.join(FORMATS)}")
    says_format = plain["format"] if isinstance(plain["format"], Mapping) else {"type": plain["format"]}
    form = _made(source, "format", Format, says_format)
    if form.type not in FORMATS:
        raise wrong(source, "names a format that is not known", did_you_mean(form.type, FORMATS))
    plain |= {name: tuple(_listed(plain.get(name))) for name in ("required", "lookup", "expects")}
    plain |= {
        "format": form,
        "aliases": {str(name): alias_of(said) for name, said in (plain.get("aliases") or {}).items()},
        "times": {
            str(name): _made(source, "times", TimeForm, time_form_of(said))
            for name, said in (plain.get("times") or {}).items()
        },
        "numbers": {
            str(name): _made(
                source, "numbers", NumberForm, said if isinstance(said, Mapping) else {"decimal": said}
            )
            for name, said in (plain.get("numbers") or {}).items()
        },
    }
    mapping = SourceMapping(source=source, blocks=blocks, **plain)
    for block in blocks:
        for _, how, cell in block.cells():
            if how == "time":
                mapping.time_form(_time_column(source, cell))
            if how == "cells" and "birth_date" in cell:
                mapping.time_form(_time_column(source, cell["birth_date"]))
    if any(block.kind in NEEDS_RECORD for block in blocks) and len(mapping.yields("record")) != 1:
        raise wrong(source, "yields something of a record", "say once under 'record' what its key is")
    return mapping


def _block(source: str, kind: str, says: Mapping[str, Any], number: int) -> Block:
    known = BLOCKS[kind] | EVERYWHERE
    if unknown := sorted(set(map(str, says)) - set(known)):
        raise wrong(
            source, f"says '{kind}.{unknown[0]}', which is not known", did_you_mean(unknown[0], known)
        )
    for name, how in known.items():
        if name not in says and not how.endswith("?"):
            raise wrong(source, f"does not say '{kind}.{name}'", "add it")
    return Block(kind, says, number)


def _time_column(source: str, cell: Any) -> str:
    if not isinstance(cell, str):
        raise wrong(source, "reads a time from something else than a column", "name one column")
    return cell


def _made(source: str, block: str, kind: type[Any], says: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(map(str, says)) - known):
        raise wrong(
            source, f"says '{block}.{unknown[0]}', which is not known", did_you_mean(unknown[0], known)
        )
    return kind(**says)


def _listed(says: Any) -> list[Any]:
    if says is None:
        return []
    return list(says) if isinstance(says, list | tuple) else [says]
