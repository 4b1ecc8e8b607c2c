"""A user's export, found and fingerprinted: what the catalog hands to ingestion."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from journey_research.errors import UserError

from .databases import Asked, Batch, rows_of_file

GZIP = b"\x1f\x8b"
MOST_TIMES_UNPACKED = 1000  # real tables pack to a tenth or a fiftieth; gzip itself ends at 1,032
MOST_UNPACKED_BYTES = 64 << 30
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Export:
    """One file of one source, with what the source says about itself.

    Attributes:
        source: Name of the source, as its mapping is called.
        mapping: The mapping as it was read, before anybody judged it.
        path: Where the file lies; it is only ever read.
        file_name: Its name within the folder of exports, ``/`` between folders; the only name
            that may be told.
        sha256: Fingerprint of its bytes as they lie, packed or not.
        n_bytes: Its size as it lies, in bytes.
        beside: Files of the same folder that the mapping looks things up in, by name.
        replaced_by: Name of the file that stands in this one's place, whose rows are left out.
    """

    source: str
    mapping: Mapping[str, Any] = field(repr=False)  # may hold the address of a database
    path: Path
    file_name: str
    sha256: str
    n_bytes: int
    beside: Mapping[str, Export] = field(default_factory=dict)
    replaced_by: str | None = None

    @property
    def base_name(self) -> str:
        """The file's name without folders."""
        return self.file_name.rsplit("/", 1)[-1]

    def packed(self) -> BinaryIO:
        """The file as it lies."""
        return self.path.open("rb")

    def open(self) -> BinaryIO:
        """The bytes of the file from the first one on; gzip is unpacked, whatever the file's name.

        Reading raises ``UserError`` where the packed bytes are broken, or unpack to far more
        than they can honestly hold.
        """
        try:
            file = io.BufferedReader(self.packed(), _BLOCK)  # type: ignore[type-var]
            if not file.peek(len(GZIP)).startswith(GZIP):
                return file
        except OSError:
            raise unreadable(self.file_name) from None
        return io.BufferedReader(_Unpacked(file, self.file_name, self.n_bytes), _BLOCK)

    def read(self) -> bytes:
        """All bytes of the file, unpacked like ``open``."""
        with self.open() as file:
            return file.read()

    def asked(self, asked: Asked) -> Iterator[Batch]:
        """Names and columns of a table or query, where the file is a database."""
        return rows_of_file(self.path, asked, self.file_name)


class _Unpacked(io.RawIOBase):
    """Gzip's bytes unpacked, with an eye on how many they become."""

    def __init__(self, packed: BinaryIO, file_name: str, n_packed: int) -> None:
        self._file, self._file_name = gzip.GzipFile(fileobj=packed, mode="rb"), file_name
        self._packed = packed
        self._most = min(MOST_TIMES_UNPACKED * n_packed, MOST_UNPACKED_BYTES)
        self._n_unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            n_read = self._file.readinto(buffer)
        except (OSError, EOFError, zlib.error):
            raise UserError(
                "file is broken: its gzip cannot be unpacked to the end",
                file=self._file_name,
                do="fetch it again",
            ) from None
        self._n_unpacked += n_read
        if self._n_unpacked > self._most:
            raise UserError(
                f"file unpacks to more than {self._most:,} bytes, so it is not read",
                file=self._file_name,
                do="unpack it yourself if it is meant",
            )
        return n_read

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()


def unreadable(file_name: str) -> UserError:
    """The message for a file that the system does not let us read."""
    return UserError("file cannot be read", file=file_name, do="check who may read it")


def export_of(source: str, mapping: Mapping[str, Any], path: Path, file_name: str = "") -> Export:
    """Fingerprint one file.

    Raises:
        OSError: The file cannot be read.
    """
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            n_bytes += len(block)
    return Export(source, mapping, path, file_name or path.name, digest.hexdigest(), n_bytes)
