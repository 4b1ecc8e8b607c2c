"""What a source says about itself, read from ``conf/<env>/sources/*.yml``.

Context: every vendor spells people, times and money in its own way, and a new source must need
no code. Choice: one declarative file per source says how its file is written, which rules its
rows keep, and what a row yields; a *cell* is a column name, or a small dictionary
(``is``, ``from``, ``values``, ``contains``, ``blank``, ``otherwise``, ``first_of``, ``product_of``,
``lower``, ``except``). Given up: what cannot be said that way has to be prepared before it is exported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from journey_research.errors import UserError

from .mapping_shapes import misshapen
from .mapping_words import BLOCKS, CELL_WORDS, EVERYWHERE, KEY_WORDS, NEEDS_RECORD, columns_of

FORMATS = ("csv", "jsonl", "json", "parquet", "xlsx")


@dataclass(frozen=True)
class Format:
    """How a file is written. ``sheet`` is for XLSX, ``explode`` and ``rows_at`` for JSON."""

    type: str
    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    skip_initial_space: bool = False
    skip_rows: int = 0
    sheet: str = ""
    explode: str = ""
    rows_at: str = ""


@dataclass(frozen=True)
class TimeForm:
    """How a column spells time: ``iso``, ``epoch_seconds``, ``epoch_millis``, ``rfc2822``, ``date``
    or a strptime pattern. ``zone``: where the clock stands when the text does not say."""

    format: str
    zone: str = ""

    @property
    def is_date_only(self) -> bool:
        return self.format == "date"


@dataclass(frozen=True)
class NumberForm:
    """How a column spells numbers."""

    decimal: str = "."
    divide_by: int = 1


@dataclass(frozen=True)
class Block:
    """One thing that a row yields: ``touch``, ``order`` and so on."""

    kind: str
    says: Mapping[str, Any]

    def cells(self) -> Iterator[tuple[str, str, Any]]:
        """(name, how it is read, cell) of everything it reads from a row."""
        for name, how in BLOCKS[self.kind].items():
            if name in self.says and not how.startswith("word"):
                yield name, how.rstrip("?"), self.says[name]


@dataclass(frozen=True)
class SourceMapping:
    """All that is particular to one source; ``blocks`` is what its rows yield."""

    source: str
    version: int
    file: str
    format: Format
    grain: str
    data_class: str
    business_line: str | None = None
    legal_basis: str | None = None
    cadence: str | None = None
    phone_region: str | None = None
    folder: str | None = None
    optional: bool = False
    required: tuple[str, ...] = ()
    checks: Mapping[str, Any] = field(default_factory=dict)
    leave_out: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, TimeForm] = field(default_factory=dict)
    numbers: Mapping[str, NumberForm] = field(default_factory=dict)
    fill: Mapping[str, Any] = field(default_factory=dict)
    lookup: tuple[Mapping[str, Any], ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Every native column it speaks of, whether read from its file or looked up."""
        told = [*self.required, *self.checks, *self.leave_out, *self.times, *self.numbers]
        told += [self.fill["by"], *self.fill["columns"]] if self.fill else []
        told += [str(one["by"]) for one in self.lookup]
        for block in self.blocks:
            told += list(block.says.get("only") or {})
            told += [block.says["sample"]["by"]] if "sample" in block.says else []
            for _, how, cell in block.cells():
                told += _columns_of_cells(cell) if how == "cells" else columns_of(cell)
        return list(dict.fromkeys(told))

    @property
    def looked_up(self) -> set[str]:
        """Columns that come from another file."""
        return {name for one in self.lookup for name in one["take"]}

    @property
    def needed(self) -> list[str]:
        """Columns without which the file cannot be read: those said to be, keys and times."""
        told = list(self.required)
        for block in self.blocks:
            for name, how, cell in block.cells():
                if isinstance(cell, str) and (how == "key" or name == "when"):
                    told.append(cell)
        return [name for name in dict.fromkeys(told) if name not in self.looked_up]

    def yields(self, kind: str) -> list[Block]:
        """The blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]

    def time_form(self, column: str) -> TimeForm:
        """How a column spells time.

        Raises:
            UserError: The mapping does not say.
        """
        if column not in self.times:
            raise _wrong(self.source, f"'{column}' is read as a time", "say its format under 'times'")
        return self.times[column]


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
    for what, do in misshapen(source, told):
        raise _wrong(source, what, do)
    blocks = tuple(_block(source, kind, says) for kind in BLOCKS for says in _listed(told.get(kind)))
    known = {one.name for one in fields(SourceMapping)} - {"source", "blocks"}
    plain = {name: value for name, value in told.items() if name not in BLOCKS and value is not None}
    if unknown := sorted(set(plain) - known):
        raise _wrong(
            source, f"says '{unknown[0]}', which is not known", f"known are {_words([*known, *BLOCKS])}"
        )
    for name in ("version", "file", "format", "grain", "data_class"):
        if not plain.get(name):
            raise _wrong(source, f"does not say '{name}'", "add it")
    says_format = plain["format"] if isinstance(plain["format"], Mapping) else {"type": plain["format"]}
    form = _made(source, "format", Format, says_format)
    if form.type not in FORMATS:
        raise _wrong(source, "names a format that is not known", f"known are {_words(FORMATS)}")
    plain |= {
        "format": form,
        "required": tuple(plain.get("required") or ()),
        "lookup": tuple(plain.get("lookup") or ()),
        "times": {
            str(c): _form(source, "times", TimeForm, how) for c, how in (plain.get("times") or {}).items()
        },
        "numbers": {
            str(c): _form(source, "numbers", NumberForm, how)
            for c, how in (plain.get("numbers") or {}).items()
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
        raise _wrong(source, "yields something of a record", "say once under 'record' what its key is")
    return mapping


def _columns_of_cells(cells: Mapping[str, Any]) -> list[str]:
    return [name for cell in cells.values() for name in columns_of(cell)]


def _block(source: str, kind: str, says: Mapping[str, Any]) -> Block:
    known = BLOCKS[kind] | EVERYWHERE
    if unknown := sorted(set(says) - set(known)):
        raise _wrong(source, f"says '{kind}.{unknown[0]}', which is not known", f"known are {_words(known)}")
    for name, how in known.items():
        if name not in says:
            if not how.endswith("?"):
                raise _wrong(source, f"does not say '{kind}.{name}'", "add it")
            continue
        words = KEY_WORDS if how.startswith("key") else CELL_WORDS
        cells = says[name].values() if how == "cells?" else [says[name]]
        for cell in cells if how.rstrip("?") in ("cell", "cells", "key", "number") else []:
            if isinstance(cell, Mapping) and (strange := sorted(set(cell) - words)):
                raise _wrong(source, f"says '{strange[0]}' in '{kind}.{name}'", f"known are {_words(words)}")
    return Block(kind, says)


def _time_column(source: str, cell: Any) -> str:
    if not isinstance(cell, str):
        raise _wrong(source, "reads a time from something else than a column", "name one column")
    return cell


def _form(source: str, block: str, kind: type[Any], how: Any) -> Any:
    first = "format" if kind is TimeForm else "decimal"
    return _made(source, block, kind, how if isinstance(how, Mapping) else {first: how})


def _made(source: str, block: str, kind: type[Any], says: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(says) - known):
        raise _wrong(source, f"says '{block}.{unknown[0]}', which is not known", f"known are {_words(known)}")
    return kind(**says)


def _listed(says: Any) -> list[Any]:
    if says is None:
        return []
    return list(says) if isinstance(says, list | tuple) else [says]


def _words(names: Any) -> str:
    return ", ".join(sorted(names))


def _wrong(source: str, what: str, do: str) -> UserError:
    return UserError(f"the mapping of source '{source}' {what}", do=do)
