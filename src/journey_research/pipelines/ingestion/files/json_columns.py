"""Parsed JSON rows to text columns, a column at a time.

Context: a JSON row costs one pass of the parser and one look for each column; done row by row the
looks cost more than the parser. Choice: what several columns have in common (``context.page``) is
looked up once for all rows of a chunk, and chunks are small enough to be gone before the garbage
collector cares. DuckDB and pyarrow parse faster, but neither keeps the text of a number, and
making them agree with the exact parser on doubled keys, ``NaN`` and stray commas costs what they
save.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from .path_words import Element, Step, Where, steps_of
from .text_encodings import is_text

CHUNK_ROWS = 256


class Number(str):
    """A number in the text it was written in."""

    __slots__ = ()


class NestedCell(Exception):
    """A wanted cell is a list or an object, which needs its numbers told from its strings."""


class NotText(Exception):
    """Cells of some rows hold half a surrogate pair: valid JSON, but no text."""

    def __init__(self, rows: set[int]) -> None:
        self.rows = rows
        super().__init__(f"{len(rows)} rows")


@dataclass(frozen=True)
class JsonChunk:
    """n rows as m >= n lines of text columns.

    Attributes:
        columns: m values of each wanted column.
        row: m places of the rows they come from, 0 to n - 1, ascending.
        found: Names that the rows hold: their own fields, and wanted paths that lead to something.
    """

    columns: list[pa.Array]
    row: Sequence[int]
    found: list[str]


@dataclass(frozen=True)
class JsonColumns:
    """Which columns are wanted, and the list for each of whose elements a row stands once.

    Args:
        wanted: Names or paths.
        explode: Path of the list, or nothing.
        has_numbers: Whether rows spell their numbers as ``Number``; plain ``str`` parses faster.
    """

    wanted: Sequence[str]
    explode: str = ""
    has_numbers: bool = True

    def of(self, rows: Sequence[dict[str, Any]]) -> JsonChunk:
        """Look up every wanted column.

        Raises:
            NestedCell: A cell is nested, and numbers are not told apart.
            NotText: A wanted cell of some rows is no text.
        """
        keys = dict.fromkeys(chain.from_iterable(rows))
        looked, elements = _Looked(rows), None
        row: Sequence[int] = range(len(rows))
        if self.explode:
            row, parts = _exploded(_column(looked, self.explode, keys))
            elements = _Looked(parts)
        columns, found, spoilt = [], dict.fromkeys(filter(is_text, keys)), set()
        for name in self.wanted:
            if elements is not None and _is_under(name, self.explode):
                values = elements.at(steps_of(name)[len(steps_of(self.explode)) :])
                if name in keys and name != self.explode:
                    own = looked.at((name,))
                    values = [v if own[at] is None else own[at] for at, v in zip(row, values, strict=True)]
            else:
                values = _column(looked, name, keys)
                values = values if elements is None else [values[at] for at in row]
            try:
                columns.append(self._text(values))
            except UnicodeEncodeError:
                spoilt |= {at for at, value in zip(row, values, strict=True) if not is_text(_told(value))}
                continue
            if columns[-1].null_count < len(columns[-1]):
                found.setdefault(name)
        if spoilt:
            raise NotText(spoilt)
        return JsonChunk(columns, row, list(found))

    def _text(self, values: list[Any]) -> pa.Array:
        try:
            return pa.array(values, pa.string())
        except TypeError:
            if not self.has_numbers and any(isinstance(value, dict | list) for value in values):
                raise NestedCell from None
            return pa.array([_told(value) for value in values], pa.string())


class _Looked:
    """Values met on the way from n rows to their cells; each way is gone once."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._met: dict[tuple[Step, ...], list[Any]] = {(): list(rows)}
        self._named: dict[tuple[tuple[Step, ...], str], list[dict[str, Any]]] = {}

    def at(self, steps: tuple[Step, ...]) -> list[Any]:
        """The value of every row at the end of some steps; nothing where there is none."""
        if steps in self._met:
            return self._met[steps]
        before, step = self.at(steps[:-1]), steps[-1]
        if isinstance(step, str):
            values = [one.get(step) if type(one) is dict else None for one in before]
        elif isinstance(step, Element):
            place = step.place
            values = [one[place] if type(one) is list and len(one) > place else None for one in before]
        else:
            values = [named.get(step.value) for named in self._by(steps[:-1], step)]
        self._met[steps] = values
        return values

    def _by(self, steps: tuple[Step, ...], step: Where) -> list[dict[str, Any]]:
        """The elements of each row's list by what one of their fields reads; the first of equals."""
        if (steps, step.field) not in self._named:
            self._named[steps, step.field] = [_named(one, step.field) for one in self.at(steps)]
        return self._named[steps, step.field]


def _named(elements: Any, field: str) -> dict[str, Any]:
    if type(elements) is not list:
        return {}
    told: dict[str, Any] = {}
    for one in reversed(elements):
        if type(one) is dict and (value := one.get(field)) is not None:
            told[value if type(value) is str else _told(value) or ""] = one
    return told


def _column(looked: _Looked, name: str, keys: dict[str, None]) -> list[Any]:
    steps = steps_of(name)
    if len(steps) == 1 or name not in keys:
        return looked.at(steps)
    inside, own = looked.at(steps), looked.at((name,))
    return [there if here is None else here for here, there in zip(own, inside, strict=True)]


def _exploded(lists: list[Any]) -> tuple[list[int], list[Any]]:
    """Places of the rows and elements of their lists; a row without elements stands once."""
    row, parts = [], []
    for at, elements in enumerate(lists):
        for one in elements if type(elements) is list and elements else [None]:
            row.append(at)
            parts.append(one)
    return row, parts


def _is_under(name: str, path: str) -> bool:
    own, above = steps_of(name), steps_of(path)
    return own[: len(above)] == above


def _told(value: Any) -> str | None:
    """A value as text: nested ones as JSON, with the fields of an object in order."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _as_json(value)


def _as_json(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_as_json(k)}: {_as_json(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_json, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
