"""What was seen of a file, and where its header is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SAMPLE_ROWS = 2000
MOST_BEFORE = 50  # lines before a header, as the reader allows
FULL_ENOUGH = 0.6
_NO_NAME = re.compile(r"@|^\s*[-+(]?[\d.,:/\s%-]+\)?\s*$|\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{2,4}")
_PERSONAL = re.compile(r"\S@\S|\d{4}-\d\d-\d\d|\d\d[./]\d\d[./]\d{2,4}")


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


def sized(columns: dict[str, list[str | None]]) -> tuple[dict[str, list[str | None]], int]:
    """Columns, and how many rows they have."""
    return columns, max((len(cells) for cells in columns.values()), default=0)
