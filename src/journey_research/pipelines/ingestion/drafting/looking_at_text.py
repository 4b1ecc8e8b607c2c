"""CSV and JSON, looked at: encoding, separator, quote, header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

from .looked import MOST_BEFORE, SAMPLE_ROWS, Looked, header_place, sized
from .nested import flattened, list_of_rows, lists_in

SEPARATORS, QUOTES = ",;\t|", "\"'"
HEAD_BYTES = 1 << 16  # by which an encoding is guessed
MOST_BYTES = 64 << 20  # a JSON document is looked at whole
JSON_LINES_NAMES = (".jsonl", ".ndjson")
JSON_NAMES = (".json", *JSON_LINES_NAMES)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),  # before UTF-16, whose mark they hold
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_SUM = re.compile(
    r"(?:grand |sub)?(?:total|totals|totale|summe|gesamt|gesamtsumme|razem|suma|somme)\b", re.IGNORECASE
)


def look_at_text(head: bytes, whole: bool, path: Path) -> Looked:
    """Look at a text file.

    Args:
        head: Its first bytes, unpacked.
        whole: Whether these are all.
        path: Where it is, for a document that has to be read whole.

    Raises:
        UserError: It holds no rows, is not what its name promises, or names no columns.
    """
    name = path.name
    if not whole and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]  # the last line may be cut
    encoding, unsure = _encoding(head, whole, name)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    if not text.strip():
        raise UserError("file holds no rows", file=name, do="ask the owner of the export for it")
    form: dict[str, Any] = {"type": "csv"}
    if encoding != "utf-8":
        form["encoding"] = encoding
    promised = Path(name.lower().removesuffix(".gz")).suffix
    looked = None
    if promised in JSON_NAMES or text.lstrip()[0] in "[{":
        looked = _json_lines(text, form, unsure, is_promised=promised in JSON_LINES_NAMES)
        looked = looked or _json(text if whole else _all_of(path, encoding), form, unsure, name)
    if looked is None and promised in JSON_NAMES:
        raise UserError("file is not JSON", file=name, do="ask the owner of the export for it")
    return looked or _csv(text, form, unsure, name)


def _json_lines(text: str, form: dict[str, Any], unsure: list[str], is_promised: bool) -> Looked | None:
    """Lines of which the first is an object, or any where the name promises such lines."""
    rows = [_loads(line) for line in islice(filter(str.strip, text.split("\n")), SAMPLE_ROWS)]
    objects = [row for row in rows if isinstance(row, Mapping)]
    if not objects or (not is_promised and not isinstance(rows[0], Mapping)):
        return None
    if len(rows) == 1 and not is_promised and list_of_rows(rows[0])[1]:
        return None  # one document on one line
    return Looked({**form, "type": "jsonl"}, *sized(flattened(objects)), unsure + lists_in(objects))


def _json(text: str, form: dict[str, Any], unsure: list[str], name: str) -> Looked | None:
    if (told := _loads(text)) is None:
        return None
    where, rows = list_of_rows(told)
    if not rows:
        raise UserError("file holds no list of rows", file=name, do="ask the owner of the export for it")
    form = {**form, "type": "json"} | ({"rows_at": where} if where else {})
    return Looked(form, *sized(flattened(rows[:SAMPLE_ROWS])), unsure + lists_in(rows))


def _csv(text: str, form: dict[str, Any], unsure: list[str], name: str) -> Looked:
    quote, separator = max(
        ((quote, separator) for quote in QUOTES for separator in SEPARATORS),
        key=lambda one: _fit(text, one[1], one[0]),
    )
    rows = list(islice(filter(any, _records(text, separator, quote)), SAMPLE_ROWS + MOST_BEFORE))
    width = Counter(map(len, rows)).most_common(1)[0][0] if rows else 0
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


def _records(text: str, separator: str, quote: str) -> Iterator[list[str]]:
    """What a lenient parser makes of a text; where it chokes it begins anew on the next line."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, quotechar=quote)
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            continue
        if row is None:
            return
        yield row


def _without_sums(body: list[list[str]], header: list[str]) -> tuple[list[list[str]], dict[str, list[str]]]:
    if len(body) > 1:
        for place, cell in enumerate(body[-1]):
            if _SUM.match(cell.strip()) and header[place] and cell not in [row[place] for row in body[:-1]]:
                return body[:-1], {header[place]: [cell.strip()]}
    return body, {}


def _all_of(path: Path, encoding: str) -> str:
    """A whole file as text; nothing where it is too large to be looked at so."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if is_packed else path.open("rb") as file:
        told = file.read(MOST_BYTES + 1)
    return told.decode(encoding, "replace").lstrip("\ufeff") if len(told) <= MOST_BYTES else ""


def _fit(text: str, separator: str, quote: str) -> tuple[float, int]:
    """How well a separator parts the text: the share of rows of the commonest width, and that width."""
    widths = Counter(map(len, islice(filter(None, _records(text, separator, quote)), 200)))
    width, n_rows = widths.most_common(1)[0] if widths else (1, 0)
    return (0.0, 1) if width < 2 else (n_rows / sum(widths.values()), width)


def _encoding(head: bytes, whole: bool, name: str) -> tuple[str, list[str]]:
    """The encoding of a text that begins so, and what is unsure of it."""
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return marked, []
    if b"\0" in head[:HEAD_BYTES]:
        # Western letters in UTF-16 have a nought beside them; without a mark the place tells the order.
        even, odd = head[:HEAD_BYTES:2].count(0), head[1:HEAD_BYTES:2].count(0)
        if max(even, odd) > 0.3 * min(len(head), HEAD_BYTES) / 2:
            encoding = "utf-16-be" if even > odd else "utf-16-le"
            return encoding, [f"the encoding was guessed from its noughts: {encoding}"]
    try:
        head.decode("utf-8")
        return "utf-8", []
    except UnicodeDecodeError as error:
        if not whole and error.start > len(head) - 4:  # a letter cut in two by the end of the sample
            return "utf-8", []
    from charset_normalizer import from_bytes

    best = from_bytes(
        head[:HEAD_BYTES],
        cp_isolation=["cp1252", "latin_1", "cp1250", "cp1251", "utf_16", "cp932", "gb18030"],
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
    text = head[:HEAD_BYTES].decode(encoding, "replace")
    beside = re.findall(r"(?<=[^\W\d_])[^\x00-\x7f]|[^\x00-\x7f](?=[^\W\d_])", text)
    return {one for one in beside if not one.isalpha() and not one.isspace()}


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
