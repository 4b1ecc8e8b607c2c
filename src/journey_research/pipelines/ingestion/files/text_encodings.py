"""How many bytes a text has in the encoding of its file."""

from __future__ import annotations

import codecs

import numpy as np

MARK = "\ufeff"  # as a letter, wherever the file holds it
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii")
_MARKED = {"utf-16": 2, "utf-32": 4}  # their decoders take the byte order mark away themselves
_ONE_BYTE = ("iso8859-", "cp125", "koi8", "mac-")
_ONE_BYTE_PAGES = ("cp437", "cp850", "cp852", "cp858", "cp866")


def is_text(value: str | bytes | None) -> bool:
    """Whether a value can be written out as text: half a surrogate pair cannot, nor can bytes."""
    if not isinstance(value, str):
        return value is None
    return value.isascii() or value.encode("utf-8", "ignore").decode("utf-8") == value


def is_utf8(encoding: str) -> bool:
    """Whether a file of this encoding is UTF-8, so that nothing has to be decoded."""
    return encoding.lower().replace("_", "-") in _UTF8


def mark_bytes(encoding: str, head: bytes) -> int:
    """Length of the byte order marks at the head of a file, in bytes; some programs write a second one.

    Raises:
        LookupError: There is no such encoding.
    """
    name = codecs.lookup(encoding).name
    if name in _MARKED:
        width = _MARKED[name]
        marks = {2: (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), 4: (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)}
        mark = head[:width] if head.startswith(marks[width]) else b""
    else:
        try:
            mark = MARK.encode(encoding)
        except UnicodeError:
            mark = b""
    n_bytes = 0
    while mark and head.startswith(mark, n_bytes):
        n_bytes += len(mark)
    return n_bytes


def sizes_in_file(text: bytes, bounds: np.ndarray, encoding: str) -> np.ndarray:
    """Size in the file of each piece of a text, in bytes.

    Args:
        text: UTF-8.
        bounds: n ascending places at which it is cut; the first piece begins at its start.
        encoding: That of the file.

    Returns:
        n + 1 sizes.
    """
    name = codecs.lookup(encoding).name
    buffer = np.frombuffer(text, dtype=np.uint8)
    cuts = np.concatenate([[0], bounds, [len(text)]])
    if name.startswith(_ONE_BYTE) or name in _ONE_BYTE_PAGES:
        return np.diff(_counted((buffer & 0xC0) != 0x80)[cuts])
    if name.startswith("utf-16"):
        # A letter beyond the first plane has four bytes in UTF-8, and two units in UTF-16.
        return 2 * np.diff(_counted((buffer & 0xC0) != 0x80)[cuts] + _counted(buffer >= 0xF0)[cuts])
    if name.startswith("utf-32"):
        return 4 * np.diff(_counted((buffer & 0xC0) != 0x80)[cuts])
    pieces = (text[first:last] for first, last in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
    return np.array([len(piece.decode("utf-8").encode(encoding)) for piece in pieces], dtype=np.int64)


def _counted(is_one: np.ndarray) -> np.ndarray:
    """How many stand before each place."""
    return np.concatenate([[0], np.cumsum(is_one, dtype=np.int64)])
