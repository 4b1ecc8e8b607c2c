"""Exports that are no files of this machine: behind an address, or in a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from journey_research.errors import UserError

from .databases import Asked, Batch, DigestOfRows, rows_of_url
from .exports import Export


@dataclass(frozen=True)
class RemoteExport(Export):
    """A file that is opened through fsspec.

    Attributes:
        address: Where it lies; in no message, because it may hold a password.
    """

    address: str = field(default="", repr=False)

    def packed(self) -> BinaryIO:
        """The file as it lies."""
        import fsspec

        system, path = fsspec.core.url_to_fs(self.address)
        try:
            return system.open(path, "rb")
        except Exception as error:  # each system has errors of its own, which quote the address
            raise OSError(type(error).__name__) from None


@dataclass(frozen=True)
class DatabaseExport(Export):
    """The rows that a database gives; its fingerprint is of their text."""

    def packed(self) -> BinaryIO:
        """Refused: a database has no bytes of its own.

        Raises:
            UserError: Always.
        """
        raise UserError(
            "a database is read by its rows", file=self.file_name, do="say 'format: {type: sql, table: ...}'"
        )

    def asked(self, asked: Asked) -> Iterator[Batch]:
        """Names and columns, batch by batch, held against the fingerprint.

        Raises:
            UserError: The rows are others than those that were fingerprinted.
        """
        digest = DigestOfRows()
        for names, columns in rows_of_url(str(self.mapping["url"]), asked):
            digest.add(names, columns)
            yield names, columns
        if digest.sha256 != self.sha256:
            raise UserError(
                "the database changed while it was read", file=self.file_name, do="start the run again"
            )
