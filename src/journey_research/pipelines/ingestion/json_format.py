"""JSON lines, and JSON with a list of rows, to text columns; nested values by dotted path.

A column is a path: ``context.page.url``. With ``format.explode: purposes`` a row stands once for
each element of that list, whose fields are ``purposes.Name`` and so on. Numbers keep the text
they were written in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from journey_research.errors import UserError

from .mapping import Format
from .rows import Reject, Rows, columns_from
from .text_lines import lines_of


def read_json(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    """Part a JSON file into text columns and rejects; see ``formats.read_rows``."""
    return (_read_lines if form.type == "jsonl" else _read_list)(data, form, wanted, file_name)


class _Columns:
    """Columns being filled, a row at a time."""

    def __init__(self, form: Format, wanted: Sequence[str]) -> None:
        self.form, self.wanted = form, wanted
        self.values: dict[str, list[str | None]] = {name: [] for name in wanted}
        self.row_number: list[int] = []
        self.found: dict[str, None] = {}
        self._paths = [(name, _path(name)) for name in wanted]

    def add(self, row: dict[str, Any], number: int) -> None:
        """Take a row, or raise ``ValueError`` and take nothing of it."""
        taken = []
        for one in _exploded(row, self.form.explode):
            cells = [path(one) for _, path in self._paths]
            for cell in cells:
                if cell is not None and not cell.isascii():
                    cell.encode("utf-8")  # half a surrogate pair is valid JSON, but no text
            taken.append(cells)
        for cells in taken:
            for (name, _), cell in zip(self._paths, cells, strict=True):
                self.values[name].append(cell)
            self.row_number.append(number)
        for name in filter(_is_text, row):
            self.found.setdefault(name)
        for name, cell in zip(self.wanted, taken[0] if taken else [], strict=False):
            if cell is not None:
                self.found.setdefault(name)


def _read_lines(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    lines = lines_of(data, form.encoding, file_name)
    utf8 = ~lines.not_utf8()
    columns, rejects, number = _Columns(form, wanted), [], 0
    where: dict[int, tuple[int, int]] = {}
    for line in np.flatnonzero(lines.ends > lines.starts).tolist():
        number += 1
        place = lines.place(line, line)
        rule = "is UTF-8 text"
        if utf8[line]:
            row, rule = _object(lines.text(line, line))
            if row is not None:
                try:
                    columns.add(row, number)
                except UnicodeEncodeError:
                    rule = "is UTF-8 text"
                else:
                    where[number] = place
                    continue
        rejects.append(Reject(number, *place, None, rule))
    places = np.array([where[one] for one in columns.row_number], dtype=np.int64).reshape(-1, 2)
    return Rows(
        columns_from(columns.values, wanted),
        np.array(columns.row_number, dtype=np.int64),
        places[:, 0],
        places[:, 1],
        number,
        rejects,
        list(columns.found),
    )


def _read_list(data: bytes, form: Format, wanted: Sequence[str], file_name: str) -> Rows:
    try:
        told = _loads(data.decode(form.encoding).removeprefix("\ufeff"))
    except (ValueError, RecursionError, LookupError):
        raise UserError("file is not JSON", file=file_name, do="ask the owner of the export for it") from None
    for step in filter(None, form.rows_at.split(".")):
        told = told.get(step) if isinstance(told, dict) else None
    if not isinstance(told, list):
        raise UserError(
            "file holds no list of rows",
            file=file_name,
            do="say where they are in the mapping, as format.rows_at",
        )
    columns, rejects = _Columns(form, wanted), []
    for number, row in enumerate(told, start=1):
        if not isinstance(row, dict):
            rejects.append(Reject(number, None, None, None, "is a JSON object"))
            continue
        try:
            columns.add(row, number)
        except UnicodeEncodeError:
            rejects.append(Reject(number, None, None, None, "is UTF-8 text"))
    numbers = np.array(columns.row_number, dtype=np.int64)
    found = list(columns.found)
    return Rows(columns_from(columns.values, wanted), numbers, None, None, len(told), rejects, found)


def _object(text: str) -> tuple[dict[str, Any] | None, str]:
    try:
        row = _loads(text)
    except (ValueError, RecursionError):
        return None, "is JSON"
    return (row, "") if isinstance(row, dict) else (None, "is a JSON object")


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)


def _refuse(constant: str) -> NoReturn:
    raise ValueError("JSON has no such number")


def _path(name: str) -> Callable[[dict[str, Any]], str | None]:
    steps = name.split(".")

    def look(row: dict[str, Any]) -> str | None:
        value: Any = row.get(name)
        if value is None and len(steps) > 1:
            value = row
            for step in steps:
                value = value.get(step) if isinstance(value, dict) else None
        return _text(value)

    return look


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, sort_keys=True)


def _is_text(name: str) -> bool:
    """Whether a name can be written out: half a surrogate pair cannot."""
    return name.encode("utf-8", "ignore").decode("utf-8") == name


def _exploded(row: dict[str, Any], path: str) -> list[dict[str, Any]]:
    if not path:
        return [row]
    elements = row.get(path)
    if not isinstance(elements, list) or not elements:
        return [{**row, path: None}]
    return [{**row, path: one} for one in elements]
