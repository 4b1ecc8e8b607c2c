"""Nested records as columns by path, as a mapping names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from journey_research.pipelines.ingestion.files.text_encodings import is_text


def flattened(rows: list[Any]) -> dict[str, list[str | None]]:
    """Nested rows as columns by path, in the order met.

    Example:
        >>> flattened([{"a": {"b": 1}, "params": [{"key": "k", "value": {"s": "x"}}]}])
        {'a.b': ['1'], 'params[key=k].value.s': ['x']}
    """
    columns: dict[str, list[str | None]] = {}
    for number, row in enumerate(rows):
        for path, value in _paths(row):
            cells = columns.setdefault(path, [None] * number)
            cells += [None] * (number - len(cells))
            if len(cells) == number:
                cells.append(value)
    for cells in columns.values():
        cells += [None] * (len(rows) - len(cells))
    return columns


def _paths(row: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, str | None]]:
    for name, value in row.items():
        if not is_text(name):  # half a surrogate pair, which the reader does not name a column by either
            continue
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _paths(value, f"{path}.")
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            if name_of := _naming(value):
                for one in value:
                    rest = {key: inner for key, inner in one.items() if key != name_of}
                    yield from _paths(rest, f"{path}[{name_of}={one[name_of]}].")
        elif isinstance(value, list):
            if value and not isinstance(value[0], list):
                yield f"{path}[0]", cell_text(value[0])
        else:
            yield path, cell_text(value)


def _naming(elements: list[Mapping[str, Any]]) -> str | None:
    """The field that names the elements of a list, as ``key`` does in ``{key, value}``."""
    for name in ("key", "name", "id", "type"):
        told = [one.get(name) for one in elements]
        others = {len(one) for one in elements}
        if (
            all(isinstance(one, str) and one.isidentifier() for one in told)
            and len(set(told)) == len(told)
            and others == {2}
        ):
            return name
    return None


def lists_in(rows: Iterable[Any]) -> list[str]:
    """Lists of records whose elements have no name: rows may stand for several things."""
    found: dict[str, None] = {}
    for row in rows:
        for name, value in row.items() if isinstance(row, Mapping) else ():
            if isinstance(value, list) and value and isinstance(value[0], Mapping) and not _naming(value):
                found.setdefault(str(name))
    return [
        f"'{name}' is a list of records; say 'explode: {name}' under format if each is a row"
        for name in found
    ]


def list_of_rows(told: Any) -> tuple[str, list[Any]]:
    """Where in a JSON document its rows are (``""``: it is their list), and the rows."""
    if isinstance(told, list):
        return "", [one for one in told if isinstance(one, Mapping)]
    found = dict(_lists_below(told))
    if not found:
        return "", []
    where = max(found, key=lambda name: len(found[name]))
    return where, found[where]


def _lists_below(told: Any, above: str = "", deep: int = 0) -> Iterable[tuple[str, list[Any]]]:
    """Lists of records within objects: (path, list)."""
    for name, value in told.items() if isinstance(told, Mapping) and deep < 5 else ():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{above}{name}", value
        else:
            yield from _lists_below(value, f"{above}{name}.", deep + 1)


def cell_text(value: Any) -> str | None:
    """A value as the text that a reader would hand on."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None if is_text(value) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
