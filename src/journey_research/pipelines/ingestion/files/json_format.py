"""JSON lines, and JSON with a list of rows, to text columns; nested values by their path.

A column is a path, see ``path_words``. With ``format.explode: purposes`` a row stands once for
each element of that list, whose fields are ``purposes.Name`` and so on. Numbers keep the text they
were written in. A name that stands twice in an object counts as its last one says. What nests
deeper than 500 is no row: how deep a parser gets must not hang on who calls it.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NoReturn

import numpy as np

from journey_research.pipelines.ingestion.mapping import Format

from .json_batch import IS_TEXT, JsonBatch
from .json_columns import CHUNK_ROWS, JsonColumns, NestedCell, Number
from .json_document import JsonDocument
from .rows import Rows
from .text_lines import BATCH_BYTES, NO_LINES, Lines, read_lines

MOST_NESTED = 500
BATCH_ROWS = 64 * CHUNK_ROWS
IS_JSON, IS_OBJECT = "is JSON", "is a JSON object"
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[{]|[\]}]")


def read_json(
    stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str, batch_bytes: int = BATCH_BYTES
) -> Iterator[Rows]:
    """Part a JSON file into text columns and rejects, batch by batch; see ``formats.read_batches``."""
    if form.type == "jsonl":
        reader = _LineReader(form, wanted)
        lines = NO_LINES
        for lines in read_lines(stream, form.encoding, file_name, batch_bytes):
            yield reader.rows(lines)
        if lines is NO_LINES:
            yield reader.rows(lines)
    else:
        yield from _document_rows(stream, form, wanted, file_name)


class _LineReader:
    """JSON lines; it remembers over batches how many rows there were and what they hold."""

    def __init__(self, form: Format, wanted: Sequence[str]) -> None:
        self.form, self.wanted = form, wanted
        self.n_rows, self.found = 0, dict[str, None]()
        self._use(has_numbers=False)

    def _use(self, *, has_numbers: bool) -> None:
        self.columns = JsonColumns(self.wanted, self.form.explode, has_numbers)
        self.scan = _scanner(Number if has_numbers else str)

    def rows(self, lines: Lines) -> Rows:
        """The rows of a batch of lines."""
        with _no_collecting():
            return self._rows(lines)

    def _rows(self, lines: Lines) -> Rows:
        broken = lines.not_utf8()
        text = lines.data.decode("utf-8", "replace" if broken.any() else "strict")
        texts = (text.replace("\r\n", "\n") if "\r" in text else text).split("\n")
        row_lines = np.flatnonzero(lines.ends > lines.starts)
        batch = JsonBatch(self.wanted, self.found)
        for first in range(0, len(row_lines), CHUNK_ROWS):
            places = row_lines[first : first + CHUNK_ROWS].tolist()
            numbers = range(self.n_rows + first + 1, self.n_rows + first + 1 + len(places))
            chunk = [texts[place] for place in places]
            spoilt = {at for at, place in enumerate(places) if broken[place]} if broken.any() else set()
            batch.rejects |= {numbers[at]: IS_TEXT for at in spoilt}
            try:
                self._add(batch, chunk, numbers, spoilt)
            except NestedCell:
                self._use(has_numbers=True)
                self._add(batch, chunk, numbers, spoilt)
        before = self.n_rows
        self.n_rows += len(row_lines)

        def place_of(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            line = row_lines[numbers - before - 1]
            return lines.places[line], lines.lengths[line]

        return batch.rows(len(row_lines), place_of)

    def _add(self, batch: JsonBatch, texts: list[str], numbers: Sequence[int], spoilt: set[int]) -> None:
        scan = self.scan
        if not spoilt and not any(_may_be_deep(text) for text in texts if len(text) > 2 * MOST_NESTED):
            try:
                rows, ends = zip(*[scan(text, 0) for text in texts], strict=True)
            except (StopIteration, ValueError, RecursionError):
                rows = ends = ()
            if rows and list(ends) == list(map(len, texts)) and set(map(type, rows)) == {dict}:
                batch.add(self.columns, rows, numbers)
                return
        told, kept = [], []
        for at, text in enumerate(texts):
            if at in spoilt:
                continue
            row, rule = _object(text, scan)
            if row is None:
                batch.rejects[numbers[at]] = rule
            else:
                told.append(row)
                kept.append(numbers[at])
        batch.add(self.columns, told, kept)


def _document_rows(stream: BinaryIO, form: Format, wanted: Sequence[str], file_name: str) -> Iterator[Rows]:
    columns, found, n_rows = JsonColumns(wanted, form.explode), dict[str, None](), 0
    document = JsonDocument(stream, form.encoding, file_name, _scanner(Number))
    batch, n_before = JsonBatch(wanted, found), 0
    waiting: list[dict[str, Any]] = []
    numbers: list[int] = []
    for row in document.elements([step for step in form.rows_at.split(".") if step]):
        n_rows += 1
        if isinstance(row, dict):
            waiting.append(row)
            numbers.append(n_rows)
        else:
            batch.rejects[n_rows] = IS_OBJECT
        if len(waiting) == CHUNK_ROWS:
            batch.add(columns, waiting, numbers)
            waiting, numbers = [], []
        if n_rows - n_before == BATCH_ROWS:
            batch.add(columns, waiting, numbers)
            waiting, numbers = [], []
            yield batch.rows(n_rows - n_before, None)
            batch, n_before = JsonBatch(wanted, found), n_rows
    batch.add(columns, waiting, numbers)
    if n_rows > n_before or not n_rows:
        yield batch.rows(n_rows - n_before, None)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Parsed JSON holds no cycles, and looking for them takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _scanner(number: type[str]) -> Callable[[str, int], tuple[Any, int]]:
    """The parser of one value: it tells the value and where the text goes on."""
    decoder: Any = json.JSONDecoder(parse_int=number, parse_float=number, parse_constant=_refuse)
    scan: Callable[[str, int], tuple[Any, int]] = decoder.scan_once
    return scan


def _object(text: str, scan: Callable[[str, int], tuple[Any, int]]) -> tuple[dict[str, Any] | None, str]:
    text = text.strip(" \t\r")
    if len(text) > 2 * MOST_NESTED and _may_be_deep(text) and _depth(text) > MOST_NESTED:
        return None, IS_JSON
    try:
        row, end = scan(text, 0)
    except (StopIteration, ValueError, RecursionError):
        return None, IS_JSON
    if end != len(text):
        return None, IS_JSON
    return (row, "") if isinstance(row, dict) else (None, IS_OBJECT)


def _may_be_deep(text: str) -> bool:
    return text.count("[") + text.count("{") > MOST_NESTED


def _depth(text: str) -> int:
    """How deep a text nests; brackets inside strings do not count."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse(constant: str) -> NoReturn:
    raise ValueError("JSON has no such number")
