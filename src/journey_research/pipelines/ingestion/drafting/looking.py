"""How a file seems to be written, and its first rows as text under the names it gives them."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from journey_research.errors import UserError

from .looked import Looked
from .looking_at_tables import look_at_database, look_at_parquet, look_at_workbook
from .looking_at_text import look_at_text

SAMPLE_BYTES = 1 << 19
GZIP, ZIP, PARQUET, SQLITE = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"SQLite format 3\x00"


def look_at(path: Path) -> Looked:
    """Look at the beginning of a file.

    Raises:
        UserError: It is empty, cannot be opened, or is nothing that ingestion reads.
    """
    try:
        with path.open("rb") as file:
            head = file.read(SAMPLE_BYTES)
    except OSError:
        raise UserError(
            "file cannot be read", file=path.name, do="check its name and who may read it"
        ) from None
    if not head:
        raise UserError("file is empty", file=path.name, do="ask the owner of the export for it")
    try:
        if head.startswith(PARQUET):
            return look_at_parquet(path)
        if head.startswith(SQLITE):
            return look_at_database(path)
        if head.startswith(ZIP):
            return look_at_workbook(path)
    except UserError:
        raise
    except Exception:  # broken files of these kinds fail in many ways, all the user's to mend
        raise UserError("file cannot be read to its end", file=path.name, do="export it again") from None
    whole = len(head) < SAMPLE_BYTES
    if head.startswith(GZIP):
        head, whole = _unpacked(path)
    return look_at_text(head, whole, path)


def _unpacked(path: Path) -> tuple[bytes, bool]:
    try:
        with gzip.open(path) as file:
            head = file.read(SAMPLE_BYTES)
    except (OSError, EOFError, zlib.error):
        raise UserError("file cannot be unpacked", file=path.name, do="export it again") from None
    return head, len(head) < SAMPLE_BYTES
