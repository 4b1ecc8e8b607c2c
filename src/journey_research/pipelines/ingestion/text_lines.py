"""The lines of a text file, in UTF-8, and where each of them stands in the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from journey_research.errors import UserError


@dataclass(frozen=True)
class Lines:
    """Bytes of a text file in UTF-8, where its lines are, and where they were in the file.

    Attributes:
        data: The text as UTF-8 without a byte order mark.
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
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError:
            for number in np.unique(np.searchsorted(self.starts, self._high_bytes(), side="right") - 1):
                try:
                    self.text(number, number)
                except UnicodeDecodeError:
                    broken[number] = True
        return broken

    def _high_bytes(self) -> np.ndarray:
        return np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) >= 0x80)


_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PACKED = ((b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "a ZIP archive or workbook"), (b"PAR1", "Parquet"))


def lines_of(data: bytes, encoding: str, file_name: str) -> Lines:
    """Find the lines of a text file, whatever ends them.

    Raises:
        UserError: The file is in another encoding than its mapping says.
    """
    packed = next((name for mark, name in _PACKED if data.startswith(mark)), None)
    if packed:
        raise UserError(f"file is no text but {packed}", file=file_name, do="unpack it, or export it as text")
    said = encoding.lower().replace("_", "-")
    mark, meant = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", said))
    is_utf8 = said in ("utf-8", "utf8", "utf-8-sig", "ascii")
    wrong = UserError(
        f"encoding is not {encoding}",
        file=file_name,
        do="say the right one in the mapping, as format.encoding",
    )
    if is_utf8:
        # UTF-16 without a mark shows by its noughts; a nought further down is one bad cell.
        if meant == "utf-16" or b"\0" in data.split(b"\n", 1)[0]:
            raise wrong
        body = data[len(mark) :] if meant == "utf-8" else data
        starts, ends, body = _found(body)
        return Lines(body, starts, ends, starts + len(mark) * (meant == "utf-8"), ends - starts)
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError):
        raise wrong from None
    width = (
        "utf-16-le" if said.startswith("utf-16") else "utf-32-le" if said.startswith("utf-32") else encoding
    )
    text = text.removeprefix("\ufeff")
    skipped = len(data) - len(text.encode(width))
    body = text.encode("utf-8")
    starts, ends, body = _found(body)
    # Only here does a line have another length in the file than in UTF-8.
    bounds = np.stack([starts, ends], axis=1).ravel()
    pieces = np.split(np.frombuffer(body, dtype=np.uint8), bounds)
    sizes = np.array([len(piece.tobytes().decode("utf-8").encode(width)) for piece in pieces], dtype=np.int64)
    reached = np.cumsum(sizes) + skipped
    return Lines(body, starts, ends, reached[0:-1:2], sizes[1::2])


def _found(body: bytes) -> tuple[np.ndarray, np.ndarray, bytes]:
    """Starts and ends of the lines, and the bytes with one kind of line end."""
    if b"\n" not in body:
        body = body.replace(b"\r", b"\n")  # old Macintosh line ends: same length, same places
    if not body.endswith(b"\n"):
        body += b"\n"
    buffer = np.frombuffer(body, dtype=np.uint8)
    stops = np.flatnonzero(buffer == ord("\n"))
    starts = np.concatenate([[0], stops[:-1] + 1]).astype(np.int64)
    ends = stops - ((stops > starts) & (buffer[np.maximum(stops - 1, 0)] == ord("\r")))
    return starts, ends, body
