"""A user's own table, read and written: what all verbs have in common.

Context: a verb gets one file from anybody, and an id like ``007`` must come back as it came.
Choice: every CSV value is read as text, and the verb says which columns are instants or numbers;
a file whose rows do not fit its header is refused as a whole. Given up: guessing types, and
carrying on with half a file.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from journey_research.errors import UserError

from .csv_text import read_csv
from .values import (
    as_text,
    is_blank,
    is_whole,
    need_columns,
    read_instants,
    read_numbers,
    to_instants,
    to_numbers,
)

__all__ = [
    "as_text",
    "check_output",
    "frame_writer",
    "is_blank",
    "is_whole",
    "json_writer",
    "need_columns",
    "read_frame",
    "read_instants",
    "read_numbers",
    "to_instants",
    "to_numbers",
    "write_files",
    "write_folder",
    "write_frame",
]

SUFFIXES = (".csv", ".csv.gz", ".parquet")
Write = Callable[[Path], None]


def read_frame(
    path: str | Path, text: Sequence[str] = (), needed: Sequence[str] = (), only: bool = False
) -> pd.DataFrame:
    """A user's table, as it stands in the file.

    Args:
        path: A ``.csv``, ``.csv.gz`` or ``.parquet`` file; CSV in UTF-8 with commas and a header.
        text: Columns that are wanted as text also where a Parquet file holds numbers. Every CSV
            column is text: ``007`` stays ``007``.
        needed: Columns that must be there.
        only: Read the needed columns and leave the others.

    Returns:
        n > 0 rows in the order of the file; blank CSV values are missing.

    Raises:
        UserError: The file is missing, empty or unreadable, its rows do not fit its header, a
            column is missing or stands twice.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "people.csv")
        ...     _ = path.write_text("id,name\\n007,Ann\\n")
        ...     read_frame(path, needed=["id"], only=True).values.tolist()
        [['007']]
    """
    path = Path(path)
    suffix = _suffix(path)
    if not path.is_file():
        raise UserError(
            "file is not there" if not path.exists() else "not a file", file=path.name, do="check the path"
        )
    read = _read_parquet if suffix == ".parquet" else read_csv
    frame = read(path, list(dict.fromkeys(needed)), only)
    if frame.empty:
        raise UserError(
            "file has no rows", file=path.name, do="give a file with at least one row below the header"
        )
    for column in text:
        if column in frame.columns:
            frame[column] = as_text(frame[column])
    return frame


def write_frame(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table whole or not at all, in the format of its suffix.

    Floats are written with as many digits as it takes to read the same float again; equal tables
    are equal bytes, gzipped or not. Instants are written without a zone and are UTC.

    Args:
        frame: n rows; the index is left out.
        path: Where to, ending in ``.csv``, ``.csv.gz`` or ``.parquet``.

    Raises:
        UserError: The suffix is unknown, or the place cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_frame(pd.DataFrame({"id": ["007"], "share": [0.1]}), Path(folder, "t.csv"))
        ...     Path(folder, "t.csv").read_bytes()
        b'id,share\\n007,0.1\\n'
    """
    write_folder(Path(path).parent, {Path(path).name: frame_writer(frame, path)})


def write_folder(folder: str | Path, files: Mapping[str, Write]) -> None:
    """Write several files of a folder, all or none.

    Every file is made under a temporary name and flushed to the disk before the first takes its
    place; other files in the folder stay.

    Args:
        folder: Made where it is not there.
        files: File name -> function that writes the file at the path it is given; the path
            keeps the name's suffix. See ``frame_writer`` and ``json_writer``.

    Raises:
        UserError: The folder or a file in it cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_folder(Path(folder, "new"), {"a.json": json_writer([1]), "b.json": json_writer([])})
        ...     sorted(path.name for path in Path(folder, "new").iterdir())
        ['a.json', 'b.json']
    """
    write_files({Path(folder) / name: write for name, write in files.items()})


def write_files(files: Mapping[Path, Write]) -> None:
    """As ``write_folder``, for files in several folders.

    Args:
        files: Path -> function that writes the file; folders are made where they are not there.

    Raises:
        UserError: A folder or file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_files({Path(folder, part, "n.json"): json_writer(1) for part in ("a", "b")})
        ...     [path.parent.name for path in sorted(Path(folder).rglob("*.json"))]
        ['a', 'b']
    """
    staging = {path.parent: path.parent / f".unfinished.{os.getpid()}" for path in files}
    try:
        for folder, unfinished in staging.items():
            with _writing(folder):
                unfinished.mkdir(parents=True, exist_ok=True)
        for path, write in files.items():
            check_output(path)
            with _writing(path.parent):
                write(staging[path.parent] / path.name)
                with (staging[path.parent] / path.name).open("rb+") as handle:
                    os.fsync(handle.fileno())
        for path in files:
            with _writing(path.parent):
                os.replace(staging[path.parent] / path.name, path)
    finally:
        for unfinished in staging.values():
            shutil.rmtree(unfinished, ignore_errors=True)


def check_output(path: str | Path, is_table: bool = False) -> None:
    """Refuse a place that no file can take, before the work and not after it.

    Args:
        path: Where a file is to go.
        is_table: Whether it is a table, whose suffix names its format.

    Raises:
        UserError: The suffix is unknown, or a folder stands there.

    Example:
        >>> check_output("persons.xls", is_table=True)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        journey_research.errors.UserError: format is not known (file persons.xls); use a name ...
    """
    path = Path(path)
    if is_table:
        _suffix(path)
    if path.is_dir():
        raise UserError("a folder stands where the file should go", file=path.name, do="name another output")


def frame_writer(frame: pd.DataFrame, path: str | Path) -> Write:
    """A function that writes the table in the format of a suffix; for ``write_folder``.

    Args:
        frame: n rows; the index is left out.
        path: Its suffix is the format; nothing is written here yet.

    Returns:
        Writes the table at the path it is given.

    Raises:
        UserError: The suffix is unknown.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     frame_writer(pd.DataFrame({"n": [1]}), "t.csv.gz")(Path(folder, "t.csv.gz"))
        ...     gzip.decompress(Path(folder, "t.csv.gz").read_bytes())
        b'n\\n1\\n'
    """
    suffix = _suffix(Path(path))

    def write(to: Path) -> None:
        if suffix == ".parquet":
            frame.to_parquet(to, index=False)
            return
        plain: dict[str, Any] = {"index": False, "lineterminator": "\n", "encoding": "utf-8"}
        with to.open("wb") as handle:
            if suffix == ".csv":
                frame.to_csv(handle, **plain)
                return
            with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=handle, mtime=0) as packed:
                frame.to_csv(packed, **plain)

    return write


def json_writer(document: Any) -> Write:
    """A function that writes a JSON document; for ``write_folder``.

    Args:
        document: Of lists, dictionaries, texts, finite numbers, truth values and None.

    Returns:
        Writes the document, as it is now, at the path it is given.

    Raises:
        TypeError, ValueError: The document holds something else, or no finite number.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     json_writer({"n": 1})(Path(folder, "summary.json"))
        ...     Path(folder, "summary.json").read_bytes()
        b'{\\n "n": 1\\n}\\n'
    """
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def write(to: Path) -> None:
        to.write_bytes(text.encode("utf-8"))

    return write


def _suffix(path: Path) -> str:
    name = path.name.lower()
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return suffix
    raise UserError(
        "format is not known", file=path.name, do=f"use a name that ends in {', '.join(SUFFIXES)}"
    )


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        reason = trouble.strerror or type(trouble).__name__
        raise UserError(
            f"cannot be written: {reason}",
            file=str(folder.name or folder),
            do="check the place and the room there",
        ) from None


def _read_parquet(path: Path, needed: list[str], only: bool) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            need_columns(file.schema_arrow.names, needed, path.name)
            return file.read(needed if only else None).to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError):
        raise UserError("not a readable Parquet file", file=path.name, do="export it again") from None
