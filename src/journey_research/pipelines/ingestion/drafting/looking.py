"""How a file seems to be written, and its first rows as text under the names it gives them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

from .nested import cell_text, flattened, list_of_rows, lists_in

SAMPLE_BYTES = 1 << 19
SAMPLE_ROWS = 2000
SEPARATORS, QUOTES = ",;\t|", "\"'"
MOST_BEFORE = 50  # lines before a header, as the reader allows
FULL_ENOUGH = 0.6
MOST_BYTES = 64 << 20  # a JSON document is looked at whole
_NO_NAME = re.compile(r"@|^\s*[-+(]?[\d.,:/\s%-]+\)?\s*$|\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{2,4}")
_PERSONAL = re.compile(r"\S@\S|\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{2,4}")
_SUM = re.compile(
    r"(?:grand |sub)?(?:total|totals|totale|summe|gesamt|gesamtsumme|razem|suma|somme)\b", re.IGNORECASE
)
GZIP, ZIP, PARQUET, SQLITE = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"SQLite format 3\x00"


@dataclass(frozen=True)
class Looked:
    """What was seen of a file.

    Attributes:
        form: The mapping's ``format``.
        columns: Name -> the sample's values, null where the file is silent.
        n_rows: Rows in the sample.
        unsure: What could be otherwise, in sentences.
        leave_out: Column -> words by which rows of sums are known.
    """

    form: dict[str, Any]
    columns: dict[str, list[str | None]]
    n_rows: int
    unsure: list[str] = field(default_factory=list)
    leave_out: dict[str, list[str]] = field(default_factory=dict)


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
            return _parquet(path)
        if head.startswith(SQLITE):
            return _sqlite(path)
        if head.startswith(ZIP):
            return _workbook(path)
    except UserError:
        raise
    except Exception:  # broken files of these kinds fail in many ways, all the user's to mend
        raise UserError("file cannot be read to its end", file=path.name, do="export it again") from None
    whole = len(head) < SAMPLE_BYTES
    if head.startswith(GZIP):
        head, whole = _unpacked(path)
    return _text(head, whole, path)


def _unpacked(path: Path) -> tuple[bytes, bool]:
    try:
        with gzip.open(path) as file:
            head = file.read(SAMPLE_BYTES)
    except (OSError, EOFError, zlib.error):
        raise UserError("file cannot be unpacked", file=path.name, do="export it again") from None
    return head, len(head) < SAMPLE_BYTES


def _text(head: bytes, whole: bool, path: Path) -> Looked:
    name = path.name
    if not whole and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]  # the last line may be cut
    encoding, unsure = _encoding(head, name)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    lines = text.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if not first:
        raise UserError("file holds no rows", file=name, do="ask the owner of the export for it")
    form: dict[str, Any] = {"type": "csv"}
    if encoding != "utf-8":
        form["encoding"] = encoding
    is_document = whole and text.strip() == first and not re.search(r"\.(?:jsonl|ndjson)\b", name.lower())
    if first.startswith("{") and _is_object(first) and not (is_document and list_of_rows(_loads(first))[1]):
        rows = [_loads(line) for line in islice((one for one in lines if one.strip()), SAMPLE_ROWS)]
        columns = flattened([row for row in rows if isinstance(row, Mapping)])
        return Looked({**form, "type": "jsonl"}, *_sized(columns), unsure + lists_in(rows))
    if first[0] in "[{" and (told := _loads(text if whole else _all_of(path, encoding))) is not None:
        where, rows = list_of_rows(told)
        if not rows:
            raise UserError("file holds no list of rows", file=name, do="ask the owner of the export for it")
        form |= {"type": "json"} | ({"rows_at": where} if where else {})
        return Looked(form, *_sized(flattened(rows[:SAMPLE_ROWS])), unsure + lists_in(rows))
    return _csv(text, form, unsure, name)


def _csv(text: str, form: dict[str, Any], unsure: list[str], name: str) -> Looked:
    quote, separator = max(
        ((quote, separator) for quote in QUOTES for separator in SEPARATORS),
        key=lambda one: _fit(text, one[1], one[0]),
    )
    reader = csv.reader(io.StringIO(text), delimiter=separator, quotechar=quote)
    rows = [row for row in reader if any(row)][: SAMPLE_ROWS + MOST_BEFORE]
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    start = header_place([row if len(row) == width else [] for row in rows[: MOST_BEFORE + 1]])
    if start is None:
        raise UserError(
            "the first row names no columns", file=name, do="put a line with their names before the first row"
        )
    header = [cell.strip() for cell in rows[start]]
    if separator != ",":
        form["separator"] = separator
    if quote != QUOTES[0]:
        form["quote"] = quote
    if start:
        form["skip_rows"] = "auto"
        unsure.append(f"{start} lines stand before what looks like the header")
    if len(set(filter(None, header))) < len([one for one in header if one]):
        raise UserError(
            "a column stands twice in the header", file=name, do="ask for an export that names it once"
        )
    body = [row for row in rows[start + 1 :] if len(row) == width][:SAMPLE_ROWS]
    body, leave_out = _without_sums(body, header)
    if leave_out:
        unsure.append("the last row looks like a row of sums, so it is left out")
    if any(len(row) != width for row in rows[start + 1 :]):
        unsure.append("some rows have another number of columns; they would be set aside")
    columns = {
        column: [row[place].strip() or None for row in body] for place, column in enumerate(header) if column
    }
    return Looked(form, columns, len(body), unsure, leave_out)


def header_place(rows: Sequence[Sequence[Any]]) -> int | None:
    """The row that names the columns: the first that is about as full as the fullest, and holds names.

    Example:
        >>> header_place([["Report of May", "", ""], ["Id", "Name", "Sum"], ["7", "Ada", "1"]])
        1
    """
    n_filled = [sum(cell is not None and str(cell).strip() != "" for cell in row) for row in rows]
    full = [place for place, n in enumerate(n_filled) if n and n >= FULL_ENOUGH * max(n_filled)]
    named = [place for place in full if not any(_NO_NAME.search(str(cell or "")) for cell in rows[place])]
    if not full or (full[0] not in named and any(_PERSONAL.search(str(cell)) for cell in rows[full[0]])):
        return None  # a row of data: its values would be taken for names
    lettered = any(letter.isalpha() for cell in rows[(named or full)[0]] for letter in str(cell or ""))
    return (named or full)[0] if lettered else None


def _without_sums(body: list[list[str]], header: list[str]) -> tuple[list[list[str]], dict[str, list[str]]]:
    if len(body) > 1:
        for place, cell in enumerate(body[-1]):
            if _SUM.match(cell.strip()) and header[place] and cell not in [row[place] for row in body[:-1]]:
                return body[:-1], {header[place]: [cell.strip()]}
    return body, {}


def _all_of(path: Path, encoding: str) -> str:
    """A whole file as text; nothing where it is too large to be looked at so."""
    opened = gzip.open if path.open("rb").read(2) == GZIP else open
    with opened(path, "rb") as file:
        told = file.read(MOST_BYTES + 1)
    return told.decode(encoding, "replace").removeprefix("\ufeff") if len(told) <= MOST_BYTES else ""


def _fit(text: str, separator: str, quote: str) -> tuple[float, int]:
    """How well a separator parts the text: the share of rows of the commonest width, and that width."""
    try:
        widths = Counter(
            len(row)
            for row in islice(csv.reader(io.StringIO(text), delimiter=separator, quotechar=quote), 200)
            if row
        )
    except csv.Error:
        return (0.0, 0)
    width, n_rows = widths.most_common(1)[0] if widths else (1, 0)
    return (0.0, 1) if width < 2 else (n_rows / sum(widths.values()), width)


def _encoding(head: bytes, name: str) -> tuple[str, list[str]]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    try:
        head.decode("utf-8")
        return "utf-8", []
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # a letter cut in two by the end of the sample
            return "utf-8", []
    from charset_normalizer import from_bytes

    best = from_bytes(
        head[:65536], cp_isolation=["cp1252", "latin_1", "cp1250", "cp1251", "utf_16", "cp932", "gb18030"]
    ).best()
    if best is None:
        raise UserError("file is in no encoding that could be told", file=name, do="export it as UTF-8")
    encoding = "cp1252" if best.encoding in ("latin_1", "cp1252") else best.encoding
    if encoding == "cp1252" and len(_signs_in_words(head, encoding)) > 1 + len(
        _signs_in_words(head, "cp1250")
    ):
        encoding = "cp1250"  # Polish and Czech letters are signs in Western Europe's code page
    return encoding, [f"the encoding was guessed from a few letters: {encoding}"]


def _signs_in_words(head: bytes, encoding: str) -> set[str]:
    """What stands beside a letter and is none, though it is not ASCII."""
    text = head[:65536].decode(encoding, "replace")
    beside = re.findall(r"(?<=[^\W\d_])[^\x00-\x7f]|[^\x00-\x7f](?=[^\W\d_])", text)
    return {one for one in beside if not one.isalpha() and not one.isspace()}


def _parquet(path: Path) -> Looked:
    import pyarrow.parquet as pq

    batch = next(pq.ParquetFile(path).iter_batches(SAMPLE_ROWS), None)
    rows = batch.to_pylist() if batch is not None else []
    return Looked({"type": "parquet"}, *_sized(flattened(rows)), lists_in(rows))


def _sqlite(path: Path) -> Looked:
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = [
            row[0]
            for row in base.execute(
                "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' "
                "order by name"
            )
        ]
        if not tables:
            raise UserError("database holds no table", file=path.name, do="export it again")
        sizes = {one: base.execute(f'select count(*) from "{one}"').fetchone()[0] for one in tables}
        table = max(tables, key=lambda one: (sizes[one], one))
        found = base.execute(f'select * from "{table}" limit {SAMPLE_ROWS}')
        names = [one[0] for one in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
    finally:
        base.close()
    listed = f"the database has {len(tables)} tables and views ({', '.join(tables)}); this is the largest"
    unsure = [listed] if len(tables) > 1 else []
    return Looked({"type": "sql", "table": table}, *_sized(flattened(rows)), unsure)


def _workbook(path: Path) -> Looked:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    filled = {sheet.title: list(islice(_rows(sheet), SAMPLE_ROWS + 1)) for sheet in book.worksheets}
    title = max(filled, key=lambda one: len(filled[one]))
    if not filled[title]:
        raise UserError("workbook holds no rows", file=path.name, do="ask the owner of the export for it")
    start = header_place(filled[title][: MOST_BEFORE + 1])
    if start is None:
        raise UserError(
            "the first row names no columns", file=path.name, do="put a row with their names before the first"
        )
    header, *body = filled[title][start:]
    names = [str(cell).strip() if cell is not None else "" for cell in header]
    columns = {
        name: [cell_text(row[place]) if place < len(row) else None for row in body]
        for place, name in enumerate(names)
        if name
    }
    unsure = [f"the workbook has {len(filled)} sheets; this is the longest"] if len(filled) > 1 else []
    form: dict[str, Any] = {"type": "xlsx", "sheet": title}
    if start:
        form["skip_rows"] = start
        unsure.append(f"{start} rows stand before what looks like the header")
    return Looked(form, columns, len(body), unsure)


def _rows(sheet: Any) -> Iterable[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return (row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row))


def _sized(columns: dict[str, list[str | None]]) -> tuple[dict[str, list[str | None]], int]:
    return columns, max((len(cells) for cells in columns.values()), default=0)


def _is_object(line: str) -> bool:
    return isinstance(_loads(line), Mapping)


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
