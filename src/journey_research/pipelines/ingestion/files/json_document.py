"""One JSON document read as a stream: the elements of its list of rows, one after the other.

Only the element at hand is in memory. Its list is the document itself, lies at ``rows_at``, or is
called ``data`` as in JSON:API. What stands around the list has to be JSON too.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from journey_research.errors import UserError

from .text_encodings import MARK

MOST_VALUE_CHARACTERS = 64 << 20
JSON_API = "data"
_SPACE = " \t\n\r"
_BLOCK = 1 << 20


class JsonDocument:
    """A document being read.

    Args:
        stream: Its bytes.
        encoding: As its mapping says.
        file_name: Its name, for messages.
        scan: Parser of one value: text and place to value and the place behind it.
    """

    def __init__(
        self,
        stream: BinaryIO,
        encoding: str,
        file_name: str,
        scan: Callable[[str, int], tuple[Any, int]],
    ) -> None:
        self._stream, self._file_name, self._scan = stream, file_name, scan
        self._row: int | None = None
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            raise self._not_json() from None
        self._text, self._at, self._is_end = "", 0, False
        while not self._text and not self._is_end:
            self._more()
            self._text = self._text.lstrip(MARK)

    def elements(self, rows_at: Sequence[str]) -> Iterator[Any]:
        """The elements of the list of rows.

        Args:
            rows_at: Names of the objects on the way to it; none where it is the document itself
                or is called ``data``.

        Raises:
            UserError: The document is not JSON, or holds no such list.
        """
        first, n_lists = self._next(), 0
        if first == "[" and not rows_at:
            n_lists = 1
            yield from self._list()
        elif first == "{":
            for is_start, element in self._inside(rows_at or (JSON_API,)):
                n_lists += is_start
                if not is_start:
                    yield element
        else:
            self._value()
        if self._next():
            raise self._not_json()
        if n_lists != 1:
            raise UserError(
                "file holds its list of rows twice" if n_lists else "file holds no list of rows",
                file=self._file_name,
                do="say where they are in the mapping, as format.rows_at",
            )

    def _inside(self, steps: Sequence[str]) -> Iterator[tuple[bool, Any]]:
        """Go through an object to the list at the end of some steps: (whether it starts, element)."""
        self._at += 1
        if self._next() == "}":
            self._at += 1
            return
        while True:
            if self._next() != '"':
                raise self._not_json()
            name = self._value()
            self._take(":")
            there = self._next()
            if name != steps[0]:
                self._value()
            elif len(steps) == 1 and there == "[":
                yield True, None
                for element in self._list():
                    yield False, element
            elif len(steps) > 1 and there == "{":
                yield from self._inside(steps[1:])
            else:
                self._value()
            if self._take(",}") == "}":
                return

    def _list(self) -> Iterator[Any]:
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        self._row = 0
        while True:
            self._row += 1
            self._next()
            yield self._value()
            if self._take(",]") == "]":
                self._row = None
                return

    def _take(self, signs: str) -> str:
        sign = self._next()
        if not sign or sign not in signs:
            raise self._not_json()
        self._at += 1
        return sign

    def _next(self) -> str:
        """The next character that is no space, which stays; nothing at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(text) or self._is_end:
                return text[at : at + 1]
            self._more()

    def _value(self) -> Any:
        """The value that begins here; what breaks off may go on in the bytes to come."""
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except RecursionError:
                raise self._not_json() from None
            except json.JSONDecodeError as error:
                if self._is_end or not self._may_go_on(error.pos):
                    raise self._not_json() from None
            except (StopIteration, ValueError):
                if self._is_end:
                    raise self._not_json() from None
            else:
                if end < len(self._text) or self._is_end:
                    self._at = end
                    return value
            if len(self._text) - self._at > MOST_VALUE_CHARACTERS:
                raise UserError(
                    f"a value in it is longer than {MOST_VALUE_CHARACTERS >> 20} MiB, or it is not JSON",
                    file=self._file_name,
                    do="ask the owner of the export for JSON lines",
                )
            self._more()

    def _may_go_on(self, broken_at: int) -> bool:
        # A string without an end is told by where it begins; all else by where it breaks.
        return self._text[broken_at : broken_at + 1] == '"' or len(self._text) - broken_at < 64

    def _more(self) -> None:
        # Reading as much again as is waiting keeps a long value from being parsed too often.
        waiting = self._text[self._at :]
        try:
            block = self._stream.read(max(_BLOCK, len(waiting)))
            self._text = waiting + self._decoder.decode(block, final=not block)
        except UnicodeError:
            raise self._not_json() from None
        self._at, self._is_end = 0, not block

    def _not_json(self) -> UserError:
        return UserError(
            "file is not JSON", file=self._file_name, row=self._row, do="ask the owner of the export for it"
        )
