"""The header of a CSV file: on a line that is said, or the first that holds the columns required."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.mapping import Format

from . import rows
from .csv_records import Judged, record_at
from .text_lines import Lines

AUTO = "auto"
MOST_LINES_BEFORE = 50


@dataclass(frozen=True)
class Header:
    """Names of the columns.

    Attributes:
        names: In the order of the file, without space around them.
        n_lines: Lines up to its end, with those before it.
    """

    names: list[str]
    n_lines: int

    def refuse_repeated(self, wanted: Sequence[str], file_name: str) -> None:
        """Stop where a column stands twice."""
        rows.refuse_repeated(self.names, wanted, file_name)


def find_header(
    lines: Lines, judged: Judged, form: Format, file_name: str, required: Sequence[str], is_end: bool
) -> Header | None:
    """The header of the file that begins with these lines; nothing where more are needed to tell.

    Raises:
        UserError: There is none, or it cannot be read.
    """
    if form.skip_rows == AUTO:
        return _header_with(lines, judged, form, file_name, required, is_end)
    for number in np.flatnonzero(~judged.blank):
        if number < int(form.skip_rows):
            continue
        if not judged.utf8[number]:
            raise UserError(
                f"encoding is not {form.encoding}",
                file=file_name,
                do="say the right one in the mapping, as format.encoding",
            )
        record = record_at(lines, judged, form, int(number), None, is_end)
        if record is None:
            return None
        if record.fields is None:
            raise UserError("the header cannot be read", file=file_name, rule=f"header {record.rule}")
        return Header([name.strip() for name in record.fields], record.last + 1)
    if not is_end:
        return None
    raise UserError("file has no header", file=file_name, do="ask the owner of the export for it")


def _header_with(
    lines: Lines, judged: Judged, form: Format, file_name: str, required: Sequence[str], is_end: bool
) -> Header | None:
    """The first of the first lines that holds every column required."""
    n_looked = min(MOST_LINES_BEFORE, len(lines.starts))
    for number in range(n_looked):
        if judged.blank[number] or not judged.utf8[number]:
            continue
        record = record_at(lines, judged, form, number, None, is_end)
        if record is None:
            return None
        names = [name.strip() for name in record.fields or []]
        if record.fields is not None and required and set(required) <= set(names):
            return Header(names, record.last + 1)
    if n_looked < MOST_LINES_BEFORE and not is_end:
        return None
    raise UserError(
        f"none of the first {MOST_LINES_BEFORE} lines holds the columns required",
        file=file_name,
        do=f"the header is known by {', '.join(required) or 'no column'}; "
        "ask the owner of the export, or say 'skip_rows' as a number",
    )
