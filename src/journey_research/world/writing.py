"""Bytes of files in the forms vendors use, and a folder that is there whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Export:
    """One vendor's file.

    Attributes:
        file_name: As the vendor names it.
        body: Its bytes.
        n_rows: Rows or lines, header left out.
        speakers: ``source``, ``key``, ``person`` (row number; below 0 a robot): one row per row of the
            file that speaks of somebody.
    """

    file_name: str
    body: bytes
    n_rows: int
    speakers: pd.DataFrame


def speakers_of(source: str, keys: list[str], persons: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Who speaks in each row of a file: ``source``, ``key``, ``person``; no rows for files of no people."""
    return pd.DataFrame({"source": source, "key": keys, "person": np.asarray(persons, dtype="int64")})


def tuples_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table, each with its columns as attributes."""
    return list(table.itertuples())


_CLOCK = datetime(2025, 3, 31)  # workbooks carry a date; ours must not be today's


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], *, mark: bool = False) -> bytes:
    """Comma-separated UTF-8 text, with a byte order mark when ``mark``.

    Example:
        >>> as_csv(["a"], [[1], ["x,y"]])
        b'a\\n1\\n"x,y"\\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if mark else b"") + text.getvalue().encode()


def as_json_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """One JSON object a line, keys in the order given."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return "".join(encode(row) + "\n" for row in rows).encode()


def as_workbook(sheet: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An XLSX workbook with one sheet; the same rows give the same bytes on any day."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _CLOCK
    page = book.create_sheet(sheet)
    page.append(list(header))
    for row in rows:
        page.append(list(row))
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":  # openpyxl puts the clock back on saving
                body = _without_clock(body)
            entry = zipfile.ZipInfo(name, date_time=_CLOCK.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(entry, body)
    return fixed.getvalue()


def _without_clock(body: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", b"2025-03-31T00:00:00Z", body)


def write_file(folder: Path, name: str, body: bytes) -> None:
    """Write one file under a temporary name, push it to the disk, then give it its name."""
    unfinished = folder / f".{name}.unfinished"
    with unfinished.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    os.replace(unfinished, folder / name)


@contextmanager
def whole_folder(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A folder to fill that takes its name only when the block ends well.

    Args:
        folder: The name it gets. An older world of the same file names is replaced.
        names: File names that will be written.

    Raises:
        UserError: ``folder`` holds something that is no file of a world.
    """
    from journey_research.errors import UserError

    kept = []
    if folder.exists():
        strangers = sorted(p.name for p in folder.iterdir() if p.name not in names and p.name[0] != ".")
        if strangers or not folder.is_dir():
            raise UserError(
                f"the folder {folder.name} holds {len(strangers)} files that are not a world's",
                do="name an empty folder or move them away",
            )
        kept = [path for path in folder.iterdir() if path.name[0] == "." and path.is_file()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    unfinished = folder.parent / f".{folder.name}.unfinished-{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        yield unfinished
        for path in kept:
            shutil.copy2(path, unfinished / path.name)
        if folder.exists():
            older = folder.parent / f".{folder.name}.older-{os.getpid()}"
            os.rename(folder, older)
            os.rename(unfinished, folder)
            shutil.rmtree(older)
        else:
            os.rename(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left beside the folder; a living run's work stays."""
    for litter in folder.parent.glob(f".{folder.name}.*-*"):
        kind, _, process = litter.name.rpartition("-")
        if kind.endswith((".unfinished", ".older")) and process.isdigit() and not _is_alive(int(process)):
            shutil.rmtree(litter, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
