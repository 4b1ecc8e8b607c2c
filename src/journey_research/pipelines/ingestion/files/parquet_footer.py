"""A first look at a Parquet file's footer, before anything that trusts it.

The library follows nested columns as deep as a footer says and ends the whole process when its
stack is full: a million nested groups fit into 8 MB. So the depth is counted here first. It also ends
the process when it is asked of a column's chunk whose footer contradicts the schema, so which columns
are coded is read here as well. The footer is Thrift's compact protocol; its second field lists the
columns in depth-first order, each with the number of its children, its fourth the row groups.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

MARK = b"PAR1"
MOST_FOOTER_BYTES = 64 << 20
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_MOST_STRUCTS = 32
Answer = TypeVar("Answer")


def nests_deeper(file: BinaryIO, most: int) -> bool:
    """Whether the columns of a file nest deeper than that; the file is left where it began.

    Args:
        file: A Parquet file that can be sought in.
        most: Groups inside one another, the row itself among them.

    Raises:
        ValueError: It has no footer, or none that is Thrift.
    """
    return _asked(file, lambda footer: footer.nests_deeper(most))


def coded_columns(file: BinaryIO) -> set[str]:
    """Columns, by their dotted paths, of which the first row group holds each value once.

    Args:
        file: A Parquet file that can be sought in; it is left where it began.

    Raises:
        ValueError: It has no footer, or none that is Thrift.
    """
    return _asked(file, lambda footer: footer.coded_columns())


def _asked(file: BinaryIO, question: Callable[[_Thrift], Answer]) -> Answer:
    size = file.seek(0, 2)
    file.seek(max(0, size - 8))
    length, mark = struct.unpack("<I4s", file.read(8)) if size >= 12 else (0, b"")
    if mark != MARK or length > min(size - 8, MOST_FOOTER_BYTES):
        raise ValueError("no footer")
    file.seek(size - 8 - length)
    footer = _Thrift(file.read(length))
    file.seek(0)
    try:
        return question(footer)
    except IndexError:
        raise ValueError("the footer breaks off") from None


class _Thrift:
    """Bytes of the compact protocol, read from the first one on."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def nests_deeper(self, most: int) -> bool:
        for number, kind in self._fields():
            if number == 2 and kind == _LIST:
                n_elements, _ = self._list_head()
                return self._has_deeper(n_elements, most)
            self._skip(kind)
        raise ValueError("no schema")

    def coded_columns(self) -> set[str]:
        for number, kind in self._fields():
            if number == 4 and kind == _LIST:
                n_groups, _ = self._list_head()
                return self._coded_of_group() if n_groups else set()
            self._skip(kind)
        return set()

    def _coded_of_group(self) -> set[str]:
        found = set()
        for number, kind in self._fields():
            if number != 1 or kind != _LIST:
                self._skip(kind)
                continue
            n_chunks, _ = self._list_head()
            for _ in range(n_chunks):
                for field, sort in self._fields():
                    if field == 3 and sort == _STRUCT:
                        path, is_coded = self._path_of_chunk()
                        if is_coded:
                            found.add(path)
                    else:
                        self._skip(sort)
        return found

    def _path_of_chunk(self) -> tuple[str, bool]:
        """The dotted path of a column chunk, and whether it has a page of distinct values."""
        path: list[str] = []
        is_coded = False
        for number, kind in self._fields():
            if number == 3 and kind == _LIST:
                n_names, element = self._list_head()
                if element != _BINARY:
                    raise ValueError("a path of no names")
                path = [self._text() for _ in range(n_names)]
            else:
                is_coded |= number == 11 and kind == _I64
                self._skip(kind)
        return ".".join(path), is_coded

    def _text(self) -> str:
        n_bytes = self._varint()
        begun, self.at = self.at, self.at + n_bytes
        if self.at > len(self.data):
            raise IndexError
        return self.data[begun : self.at].decode("utf-8", errors="replace")

    def _has_deeper(self, n_elements: int, most: int) -> bool:
        open_children: list[int] = []
        for _ in range(n_elements):
            n_children = 0
            for number, kind in self._fields():
                if number == 5 and kind == _I32:
                    n_children = self._signed()
                else:
                    self._skip(kind)
            while open_children and open_children[-1] == 0:
                open_children.pop()
            if open_children:
                open_children[-1] -= 1
            if n_children > 0:
                open_children.append(n_children)
            if len(open_children) > most:
                return True
        return False

    def _fields(self) -> Iterator[tuple[int, int]]:
        """Number and kind of each field of a struct; what it holds is the caller's to read."""
        number = 0
        while True:
            head = self._byte()
            kind = head & 0x0F
            if kind == _STOP:
                return
            number = number + (head >> 4) if head >> 4 else self._signed()
            yield number, kind

    def _skip(self, kind: int, depth: int = 0) -> None:
        if depth > _MOST_STRUCTS:
            raise ValueError("structs nest too deep")
        if kind in (_I16, _I32, _I64):
            self._varint()
        elif kind == _BYTE:
            self.at += 1
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BINARY:
            n_bytes = self._varint()
            self.at += n_bytes
        elif kind in (_LIST, _SET):
            n_elements, element = self._list_head()
            for _ in range(n_elements):
                self._skip(_BYTE if element in (_TRUE, _FALSE) else element, depth + 1)
        elif kind == _MAP:
            n_pairs = self._varint()
            kinds = self._byte() if n_pairs else 0
            for _ in range(n_pairs):
                self._skip(kinds >> 4, depth + 1)
                self._skip(kinds & 0x0F, depth + 1)
        elif kind == _STRUCT:
            for _, one in self._fields():
                self._skip(one, depth + 1)
        elif kind not in (_TRUE, _FALSE):
            raise ValueError("unknown kind")
        if self.at > len(self.data):
            raise IndexError

    def _list_head(self) -> tuple[int, int]:
        head = self._byte()
        n_elements = head >> 4
        n_elements = self._varint() if n_elements == 15 else n_elements
        if n_elements > len(self.data):
            raise IndexError
        return n_elements, head & 0x0F

    def _signed(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("number too long")

    def _byte(self) -> int:
        byte = self.data[self.at]
        self.at += 1
        return byte
