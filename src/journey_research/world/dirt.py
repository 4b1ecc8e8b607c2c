"""Dirt: rows of a written file, damaged as transfers and hands damage them.

It sees bytes and nothing else: not what the columns mean, not who will read them. The file's author
says which kinds of damage fit the file; a kind that finds nothing to damage in a row gives way to the
next. Rows that hold a line feed inside quotes are left alone, so a damaged row is always one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SHARE = 0.003
_FEWEST_ROWS = 120  # a smaller part of a file stays clean unless SHARE reaches a whole row

_DAYS = (
    (re.compile(rb"\b(\d{4})-\d{2}-\d{2}"), rb"\1-13-45"),
    (re.compile(rb"\b\d{2}\.\d{2}\.(\d{4})\b"), rb"45.13.\1"),
    (re.compile(rb"\b\d{1,2}/\d{1,2}/(\d{2,4})\b"), rb"13/45/\1"),
)
_DECIMAL = re.compile(rb'"?[^\w"]{0,4}\d[\d., \xa0\xc2\xe2\x80\xaf]*[.,]\d{2}"?')


def soil(
    rows: pa.Array,
    chance: np.random.Generator,
    kinds: Sequence[str],
    separator: bytes,
    share: float = SHARE,
    spared: np.ndarray | None = None,
) -> tuple[pa.Array, pd.DataFrame]:
    """Damage a share of a file's rows.

    Args:
        rows: n rows without line ends, text or bytes.
        chance: Where the dirt falls.
        kinds: Which damage fits the file, of :data:`KINDS`; none leaves the rows as they are.
        separator: Between two cells; empty for files that are not made of cells.
        share: Of the rows, 0 to 1, rounded down; one row at least when there are 120 or more.
        spared: n truth values: rows on which no dirt falls.

    Returns:
        The rows as bytes, as many as before, and ``row`` (1-based, ascending) with its ``damage``.

    Raises:
        KeyError: There is no such kind.

    Example:
        >>> kept, told = soil(pa.array(["7,2025-01-07"]), np.random.default_rng(0), ("day",), b",", 1.0)
        >>> kept.to_pylist(), told.to_dict("records")
        ([b'7,2025-13-45'], [{'row': 1, 'damage': 'day'}])
    """
    ways = {kind: KINDS[kind] for kind in kinds}
    whole = rows.cast(pa.binary())
    n = max(int(len(whole) * share), int(len(whole) >= _FEWEST_ROWS and share > 0))
    places, damage, replaced = [], [], []
    if ways and n:
        for at in np.sort(chance.choice(len(whole), size=n, replace=False)).tolist():
            row = whole[at].as_py()
            first = int(chance.integers(len(ways)))
            if b"\n" in row or b"\r" in row or (spared is not None and spared[at]):
                continue
            for kind in [*kinds[first:], *kinds[:first]]:
                broken = ways[kind](row, separator)
                if broken is not None and broken != row:
                    places.append(at)
                    damage.append(kind)
                    replaced.append(broken)
                    break
    mask = np.zeros(len(whole), dtype=bool)
    mask[places] = True
    if places:
        whole = pc.replace_with_mask(whole, pa.array(mask), pa.array(replaced, pa.binary()))
    told = pd.DataFrame(
        {"row": np.array(places, dtype="int64") + 1, "damage": np.array(damage, dtype=object)}
    )
    return whole, told


def soiled_cells(
    n_rows: int, columns: Sequence[str], chance: np.random.Generator, share: float = SHARE
) -> pd.DataFrame:
    """Cells of a sheet that hold a word where a date or a number belongs, in a share of its rows.

    Args:
        n_rows: Rows of the sheet.
        columns: Columns of dates and numbers; none leaves the sheet clean.
        chance: Where the dirt falls.
        share: As in :func:`soil`.

    Returns:
        ``row`` (1-based, ascending, each once), ``damage`` ("text"), ``column`` and ``text``.

    Example:
        >>> soiled_cells(1, ["Points"], np.random.default_rng(0), 1.0)["column"].tolist()
        ['Points']
    """
    n = max(int(n_rows * share), int(n_rows >= _FEWEST_ROWS and share > 0)) if columns else 0
    places = np.sort(chance.choice(n_rows, size=n, replace=False)) if n else np.array([], "int64")
    return pd.DataFrame(
        {
            "row": places.astype("int64") + 1,
            "damage": "text",
            "column": np.array(columns or [""], dtype=object)[chance.integers(0, max(1, len(columns)), n)],
            "text": np.array(["k.A.", "siehe Notiz", "???"], dtype=object)[chance.integers(0, 3, n)],
        }
    )


def _cells(row: bytes, separator: bytes) -> list[bytes]:
    """The cells of a row with their quotes; a separator inside quotes parts nothing."""
    cells, start, inside = [], 0, False
    for at in range(len(row)):
        letter = row[at : at + 1]
        if letter == b'"':
            inside = not inside
        elif letter == separator and not inside:
            cells.append(row[start:at])
            start = at + 1
    return [*cells, row[start:]]


def _day(row: bytes, separator: bytes) -> bytes | None:
    """Every day in the row becomes one that no calendar has."""
    del separator
    for pattern, impossible in _DAYS:
        row = pattern.sub(impossible, row)
    return row


def _number(row: bytes, separator: bytes) -> bytes | None:
    """Every decimal number gets letters where somebody's finger slipped."""
    if not separator:
        return None
    cells = _cells(row, separator)
    slipped = [re.sub(rb"\d(\D*)$", rb"lO\1", cell) if _DECIMAL.fullmatch(cell) else cell for cell in cells]
    return separator.join(slipped)


def _cut(row: bytes, separator: bytes) -> bytes | None:
    """The rest of the row never arrived."""
    if not separator:
        return row[: len(row) * 55 // 100].decode(errors="ignore").encode() or None
    cells = _cells(row, separator)
    return separator.join(cells[: (len(cells) + 1) // 2]) if len(cells) > 1 else None


def _extra(row: bytes, separator: bytes) -> bytes | None:
    """A separator stands inside a cell that nobody put into quotes."""
    cells = _cells(row, separator) if separator else []
    if len(cells) < 2:
        return None
    at = len(cells) // 2
    return separator.join([*cells[:at], b"", *cells[at:]])


def _quote(row: bytes, separator: bytes) -> bytes | None:
    """A quote opens a cell and nothing closes it on this line.

    The cell is not empty and not the last, so that no quote of a later line can close it in a row of
    the right width: what follows such a quote is a letter.
    """
    cells = _cells(row, separator) if separator else []
    for at, cell in enumerate(cells[:-1]):
        if cell and b'"' not in cell:
            return separator.join([*cells[:at], b'"' + cell, *cells[at + 1 :]])
    return None


def _bytes(row: bytes, separator: bytes) -> bytes | None:
    """One byte that is no letter in UTF-8, as from a program that writes another alphabet."""
    del separator
    letters = row.decode(errors="ignore")
    at = len(letters[: len(letters) // 2].encode())
    return row[:at] + b"\xff" + row[at:]


def _json(row: bytes, separator: bytes) -> bytes | None:
    """A brace, a colon or a quote is lost."""
    del separator
    for lost in (b'":', b'{"', b"}"):
        at = row.find(lost, len(row) // 3)
        broken = row[:at] + row[at + 1 :]
        if at >= 0 and not _is_object(broken):
            return broken
    return None


def _is_object(row: bytes) -> bool:
    try:
        return isinstance(json.loads(row), dict)
    except ValueError:
        return False


KINDS: dict[str, Callable[[bytes, bytes], bytes | None]] = {
    "day": _day,
    "number": _number,
    "cut": _cut,
    "extra": _extra,
    "quote": _quote,
    "bytes": _bytes,
    "json": _json,
}
