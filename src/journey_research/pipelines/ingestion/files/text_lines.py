"""The lines of a text file, in UTF-8, and where each of them stands in the file.

A file is read as a stream of batches of whole lines; which batch a line comes in changes nothing
that is known of it.
"""

from __future__ import annotations

import codecs
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from journey_research.errors import UserError

from .text_encodings import MARK, is_utf8, mark_bytes, sizes_in_file

BATCH_BYTES = 16 << 20
HEAD_BYTES = 1 << 20  # what is looked at before the first line is told
MOST_LINE_BYTES = 64 << 20
NEWLINE, RETURN = ord("\n"), ord("\r")


@dataclass(frozen=True)
class Lines:
    """Bytes of a text file in UTF-8, where its lines are, and where they were in the file.

    Attributes:
        data: The text as UTF-8 without a byte order mark; every line ends in a line feed.
        starts: First byte of each line in ``data``.
        ends: One past its last byte, without the line's end.
        places: First byte of each line in the file.
        lengths: Its length in the file.
    """

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    places: np.ndarray
    lengths: np.ndarray

    def text(self, first: int, last: int) -> str:
        """Lines ``first`` to ``last`` as text, without the last one's end."""
        return self.data[self.starts[first] : self.ends[last]].decode("utf-8")

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Offset and length in the file of lines ``first`` to ``last``."""
        offset = int(self.places[first])
        return offset, int(self.places[last] + self.lengths[last]) - offset

    def not_utf8(self) -> np.ndarray:
        """Whether each line is something else than UTF-8."""
        broken = np.zeros(len(self.starts), dtype=bool)
        if not self.data.isascii() and not _is_utf8(self.data):
            broken[np.searchsorted(self.starts, _bad_places(self.data), side="right") - 1] = True
        return broken

    def after(self, first: int) -> Lines:
        """The lines from ``first`` on."""
        cut = int(self.starts[first]) if first < len(self.starts) else len(self.data)
        rest = slice(first, None)
        return Lines(
            self.data[cut:],
            self.starts[rest] - cut,
            self.ends[rest] - cut,
            self.places[rest],
            self.lengths[rest],
        )

    def and_then(self, more: Lines) -> Lines:
        """These lines and the ones that come after them in the file."""
        if not len(self.starts):
            return more
        shift = len(self.data)
        return Lines(
            self.data + more.data,
            np.concatenate([self.starts, more.starts + shift]),
            np.concatenate([self.ends, more.ends + shift]),
            np.concatenate([self.places, more.places]),
            np.concatenate([self.lengths, more.lengths]),
        )


NO_LINES = Lines(b"", *(np.zeros(0, dtype=np.int64) for _ in range(4)))
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PACKED = ((b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "a ZIP archive or workbook"), (b"PAR1", "Parquet"))


def lines_of(data: bytes, encoding: str, file_name: str) -> Lines:
    """All lines of a text file at once; see ``read_lines``."""
    told = NO_LINES
    for lines in read_lines(io.BytesIO(data), encoding, file_name, len(data) + 1):
        told = told.and_then(lines)
    return told


def read_lines(
    stream: BinaryIO, encoding: str, file_name: str, batch_bytes: int = BATCH_BYTES
) -> Iterator[Lines]:
    """Find the lines of a text file, whatever ends them, a batch at a time.

    Where the first MiB has no line feed but carriage returns, these end the lines.

    Args:
        stream: The file's bytes.
        encoding: As its mapping says.
        file_name: Its name, for messages.
        batch_bytes: About how many bytes of the file a batch holds.

    Raises:
        UserError: The file is in another encoding than its mapping says, or holds a line of more
            than 64 MiB.
    """
    head = _filled(stream, HEAD_BYTES)
    packed = next((name for mark, name in _PACKED if head.startswith(mark)), None)
    if packed:
        raise UserError(f"file is no text but {packed}", file=file_name, do="unpack it, or export it as text")
    wrong = UserError(
        f"encoding is not {encoding}",
        file=file_name,
        do="say the right one in the mapping, as format.encoding",
    )
    pieces = _pieces(stream, head, batch_bytes)
    if is_utf8(encoding):
        # UTF-16 without a mark shows by its noughts; a nought further down is one bad cell.
        if head.startswith(_UTF16_MARKS) or b"\0" in head.split(b"\n", 1)[0]:
            raise wrong
        place, has_line_feed = mark_bytes("utf-8", head), b"\n" in head
        texts = _without(pieces, place)
    else:
        try:
            place = mark_bytes(encoding, head)
            decoder = codecs.getincrementaldecoder(encoding)
            has_line_feed = "\n" in decoder("ignore").decode(head)
        except (LookupError, UnicodeError):  # a decoder of UTF-16 wants a mark, whatever it is told
            raise wrong from None
        texts = _decoded(pieces, decoder(), wrong)
    for text in _whole_lines(texts, has_line_feed, file_name):
        lines, place = _found(text, place, encoding)
        yield lines


def _pieces(stream: BinaryIO, head: bytes, batch_bytes: int) -> Iterator[bytes]:
    for first in range(0, len(head), batch_bytes):
        yield head[first : first + batch_bytes]
    while piece := _filled(stream, batch_bytes):
        yield piece


def _filled(stream: BinaryIO, n_bytes: int) -> bytes:
    """So many bytes, or all that are left; one call of ``read`` may give fewer."""
    told = stream.read(n_bytes)
    while told and len(told) < n_bytes and (more := stream.read(n_bytes - len(told))):
        told += more
    return told


def _without(pieces: Iterator[bytes], n_bytes: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[n_bytes:]
        n_bytes = max(0, n_bytes - len(piece))


def _decoded(
    pieces: Iterator[bytes], decoder: codecs.IncrementalDecoder, wrong: UserError
) -> Iterator[bytes]:
    is_first = True
    try:
        for piece in pieces:
            text = decoder.decode(piece)
            text = text.lstrip(MARK) if is_first else text
            yield text.encode("utf-8")
            is_first = is_first and not text
        yield decoder.decode(b"", final=True).encode("utf-8")
    except UnicodeError:
        raise wrong from None


def _whole_lines(texts: Iterator[bytes], has_line_feed: bool, file_name: str) -> Iterator[bytes]:
    """The text cut behind line ends; the last line gets one if it has none."""
    waiting: list[bytes] = []
    n_waiting = 0
    for text in texts:
        if not has_line_feed:
            text = text.replace(b"\r", b"\n")  # old Macintosh line ends: same length, same places
        cut = text.rfind(b"\n") + 1
        if cut:
            yield b"".join([*waiting, text[:cut]])
            waiting, n_waiting, text = [], 0, text[cut:]
        if text:
            waiting.append(text)
            n_waiting += len(text)
        if n_waiting > MOST_LINE_BYTES:
            raise UserError(
                f"a line is longer than {MOST_LINE_BYTES >> 20} MiB",
                file=file_name,
                do="look at what ends its lines, and at the format that the mapping says",
            )
    if waiting:
        yield b"".join([*waiting, b"\n"])


def _found(text: bytes, place: int, encoding: str) -> tuple[Lines, int]:
    """The lines of a text that stands at a place of the file, and the place behind it."""
    buffer = np.frombuffer(text, dtype=np.uint8)
    stops = np.flatnonzero(buffer == NEWLINE)
    starts = np.concatenate([[0], stops[:-1] + 1]).astype(np.int64)
    ends = stops - ((stops > starts) & (buffer[np.maximum(stops - 1, 0)] == RETURN))
    if is_utf8(encoding):
        return Lines(text, starts, ends, place + starts, ends - starts), place + len(text)
    bounds = np.stack([starts, ends], axis=1).ravel()[1:]
    sizes = sizes_in_file(text, bounds, encoding)
    reached = place + np.concatenate([[0], np.cumsum(sizes)])
    return Lines(text, starts, ends, reached[:-1:2], sizes[::2]), int(reached[-1])


def _is_utf8(data: bytes) -> bool:
    bounds = pa.py_buffer(np.array([0, len(data)], dtype=np.int64))
    told = pa.LargeStringArray.from_buffers(1, bounds, pa.py_buffer(data))
    try:
        told.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _bad_places(data: bytes) -> list[int]:
    """Where the bytes are not UTF-8. No sequence reaches over a line's end: that is a letter of its own."""
    _noted.places = []
    data.decode("utf-8", _NOTE)
    places: list[int] = _noted.places
    return places


def _note(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _noted.places.append(error.start)
    return "", error.end


_NOTE = "journey_research.note"
_noted = threading.local()
codecs.register_error(_NOTE, _note)
