"""Files that others have collected to break readers with: what becomes of each, line by line.

``python benchmarks/run.py hostile [FOLDER ...] [--mutated N --damage_seed S]``; without a folder the
collected corpora of the shared folder; with ``--mutated`` N damaged copies of these files and of the
vendors' exports instead, see ``bad_copies``.

Every file is read under a mapping made of nothing but its own header, all columns text. A file is
read, or refused with one clear line; it never crashes the reader. Of a text file that is read, every
physical line is in the header, in an accepted row, in a rejected row, or blank.
"""

from __future__ import annotations

import argparse
import codecs
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bad_copies import make_bad_copies
from journey_research.contracts.exports import Export, export_of, unreadable
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files.formats import read_batches
from journey_research.pipelines.ingestion.files.rows import Rows
from journey_research.pipelines.ingestion.mapping import Format
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from journey_research.runs.usage import peak_mb

KEY = b"a key for nothing but reading bad files"
KINDS = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xlsx": "xlsx",
    ".xls": "xlsx", ".ods": "xlsx", ".sqlite": "sql", ".db": "sql",
}  # fmt: skip
TEXT = ("csv", "jsonl")
MOST_MAPPED_COLUMNS = 300
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes:
        kind: The format it was read as.
        refused: The clear line with which it was refused as a whole, or nothing.
        n_rows: Rows, accepted or not.
        n_accepted: Rows that became records.
        n_rejected: Rows set aside.
        n_lines: Physical lines of a text file that was read.
        n_told: Of these, how many are in the header, a row, or blank.
        seconds: How long it took.
    """

    kind: str
    refused: str = ""
    n_rows: int = 0
    n_accepted: int = 0
    n_rejected: int = 0
    n_lines: int = 0
    n_told: int = 0
    seconds: float = 0.0


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """One row per folder."""
    parser = argparse.ArgumentParser(prog="hostile")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--mutated", type=int, default=0)
    parser.add_argument("--damage_seed", type=int, default=1)
    chosen = parser.parse_args(list(arguments))
    shared = Path(os.environ.get("JOURNEY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    folders = chosen.folders or sorted(filter(Path.is_dir, (shared / "corpora").glob("*")))
    if not folders:
        raise RuntimeError(f"there are no collected files in {shared}")
    if not chosen.mutated:
        return [_of_folder(folder) for folder in folders]
    exports = [] if chosen.folders else [shared / "data" / "vendor_exports"]
    sources = [path for folder in (*folders, *exports) for path in sorted(folder.rglob("*"))]
    with tempfile.TemporaryDirectory(prefix="bad-copies-") as made:
        copies = Path(made) / f"{chosen.mutated} copies, seed {chosen.damage_seed}"
        make_bad_copies(sources, copies, chosen.mutated, chosen.damage_seed)
        return [_of_folder(copies)]


def _of_folder(folder: Path) -> dict[str, Any]:
    told, n_failed = [], 0
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        try:
            told.append(outcome(path))
        except Exception as error:  # whatever it is, it is the finding that this looks for
            n_failed += 1
            print(f"{path}: {type(error).__name__} {error}", file=sys.stderr)
    read = [one for one in told if not one.refused]
    return {
        "folder": folder.name,
        "files": len(told) + n_failed,
        "read": len(read),
        "refused": len(told) - len(read),
        "failed": n_failed,
        "rows": sum(one.n_rows for one in read),
        "accepted": sum(one.n_accepted for one in read),
        "rejected": sum(one.n_rejected for one in read),
        "lines": sum(one.n_lines for one in read),
        "lines_told": sum(one.n_told for one in read),
        "slowest_s": max((one.seconds for one in told), default=0.0),
        "peak_mb": round(peak_mb()),
    }


def outcome(path: Path, kind: str = "") -> Outcome:
    """Read one file as what it is called, or as a kind that is told.

    Raises:
        AssertionError: A row is lost, told twice, or told where it is not.
    """
    began, form = time.perf_counter(), None
    try:
        if not path.is_file():
            raise unreadable(path.name)
        try:
            export = export_of("given", {}, path)
        except OSError:
            raise unreadable(path.name) from None
        form = form_of(path, export, kind)
        told = _read(export, form)
    except UserError as error:
        told = Outcome(form["type"] if form else kind, refused=str(error))
    assert "\n" not in told.refused, "a refusal is one line"
    return Outcome(**{**vars(told), "seconds": time.perf_counter() - began})


def kind_of(path: Path) -> str:
    """The format that a file's name promises."""
    return KINDS.get(Path(path.name.removesuffix(".gz")).suffix.lower(), "csv")


def form_of(path: Path, export: Export, kind: str = "") -> dict[str, Any]:
    """How a file seems to be written, by its name and its first bytes."""
    kind = kind or kind_of(path)
    if kind not in ("csv", "json", "jsonl"):
        return {"type": kind, **({"query": "select * from sqlite_schema"} if kind == "sql" else {})}
    with export.open() as file:
        head = file.read(_HEAD_BYTES)
    encoding = next((said for mark, said in _MARKS if head.startswith(mark)), "")
    if not encoding:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "latin-1"
    if kind != "csv":
        return {"type": kind, "encoding": encoding}
    first = next(filter(None, head.decode(encoding, "ignore").removeprefix("\ufeff").splitlines()), "")
    return {"type": "csv", "encoding": encoding, "separator": max(",;\t|", key=first.count)}


def _read(export: Export, form: dict[str, Any]) -> Outcome:
    names = list(next(read_batches(export, Format(**form), [])).found)
    names = [name for name in dict.fromkeys(names) if name][:MOST_MAPPED_COLUMNS]
    # The texts themselves are let go: some of these files hold far more of them than bytes.
    batches = [
        replace(batch, columns=batch.columns.select([]))
        for batch in read_batches(export, Format(**form), names)
    ]
    n_lines = n_told = 0
    n_rows = _check_rows(batches)
    if form["type"] in TEXT:
        n_lines, n_told = count_lines(export.read(), form, batches)
    mapping = {
        "version": 1,
        "file": export.file_name,
        "format": form,
        "grain": "row",
        "data_class": "marketing",
        "optional": True,
        "record": {
            "key": {"row_number": True},
            "kind": "anonymous",
            "extra": {f"c{at}": {"from": name} for at, name in enumerate(names)},
        },
    }
    mapping["record"] |= {} if names else {"extra": {"c": {"is": "nothing"}}}
    given = Export("given", mapping, export.path, export.file_name, export.sha256, export.n_bytes)
    tables = dict(zip(OUTPUTS, read_sources([given], KEY), strict=True))
    [file] = tables["source_files"].to_arrow().to_pylist()
    rejected = tables["rejected"].to_arrow()
    assert file["n_rows"] == n_rows, "reading twice gives the same rows"
    assert file["n_accepted"] + file["n_rejected"] == n_rows, "a row is accepted or rejected"
    assert rejected.num_rows == file["n_rejected"], "every rejected row is listed"
    return Outcome(form["type"], "", n_rows, file["n_accepted"], file["n_rejected"], n_lines, n_told)


def _check_rows(batches: Sequence[Rows]) -> int:
    """Rows go on counting over the batches; each is accepted or set aside, once."""
    n_before = 0
    for batch in batches:
        accepted = np.unique(batch.row_number).tolist()
        rejected = [one.row_number for one in batch.rejects]
        expected = list(range(n_before + 1, n_before + batch.n_rows + 1))
        assert sorted(accepted + rejected) == expected, "a row is lost or told twice"
        n_before += batch.n_rows
    return n_before


def count_lines(data: bytes, form: dict[str, Any], batches: Sequence[Rows]) -> tuple[int, int]:
    """Physical lines of a text file, and those that are in the header, in a row, or blank."""
    held = [
        (int(at), int(n_bytes))
        for batch in batches
        if batch.byte_offset is not None and batch.byte_length is not None
        for at, n_bytes in zip(batch.byte_offset, batch.byte_length, strict=True)
    ]
    held += [
        (one.byte_offset, one.byte_length)
        for batch in batches
        for one in batch.rejects
        if one.byte_offset is not None and one.byte_length is not None
    ]
    held = sorted(set(held))
    for (at, n_bytes), (later, _) in pairwise(held):
        assert at + n_bytes <= later, "two rows share bytes of the file"
    first_row = held[0][0] if held else len(data)
    starts = np.array([at for at, _ in held], dtype=np.int64)
    ends = np.array([at + n_bytes for at, n_bytes in held], dtype=np.int64)
    header, n_lines, n_told = [], 0, 0
    for at, end, text in _lines(data, form["encoding"]):
        n_lines += 1
        place = int(np.searchsorted(starts, at, side="right")) - 1
        if not text.strip("\r\ufeff") or (place >= 0 and end <= ends[place]):
            n_told += 1
        elif form["type"] == "csv" and end <= first_row:
            header.append(text)
            n_told += 1
    if header:
        told = list(csv.reader(["\n".join(header)], delimiter=form["separator"]))
        assert len(told) == 1, "the header is one record"
    return n_lines, n_told


def _lines(data: bytes, encoding: str) -> Iterator[tuple[int, int, str]]:
    """First byte, end, and text of each line, without its end."""
    width = {"utf-16": 2, "utf-32": 4}.get(encoding, 1)
    order = "be" if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) else "le"
    own = encoding if width == 1 else f"{encoding}-{order}"
    line_end = "\n".encode(own)
    ends_by_return = line_end not in _aligned(data, line_end, width)
    if ends_by_return:
        line_end = "\r".encode(own)
    at = next((len(mark) for mark, _ in _MARKS if data.startswith(mark)), 0)
    while at < len(data):
        end = data.find(line_end, at)
        while end >= 0 and (end % width):
            end = data.find(line_end, end + 1)
        end = len(data) if end < 0 else end
        text = data[at:end].decode(own, "replace")
        n_return = len("\r".encode(own)) if text.endswith("\r") else 0
        yield at, end - n_return, text.rstrip("\r")
        at = end + width


def _aligned(data: bytes, line_end: bytes, width: int) -> list[bytes]:
    """Whether a line end stands anywhere, as a list that holds it or nothing."""
    at = data.find(line_end)
    while at >= 0 and at % width:
        at = data.find(line_end, at + 1)
    return [line_end] if at >= 0 else []
