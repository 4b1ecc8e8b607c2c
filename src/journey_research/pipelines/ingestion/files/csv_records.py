"""Which lines of a CSV file are plain, and a strict parser for those that are not."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from journey_research.pipelines.ingestion.mapping import Format

from .text_lines import MOST_LINE_BYTES, NEWLINE, RETURN, Lines

CLOSED = "closes its quotes"
# A record whose quotes stay open reaches no further, so that no batch's end can change what it holds.
MOST_RECORD_BYTES = 1 << 20
csv.field_size_limit(MOST_LINE_BYTES)  # a long cell is no broken one


@dataclass(frozen=True)
class Judged:
    """What is known of each line before any is parted: masks over the lines.

    Attributes:
        blank: It holds nothing, or nothing but carriage returns: files that went through two systems
            end their lines in two of them.
        plain: A parser can only read it in one way.
        odd: It holds an odd number of quotes.
        utf8: It is UTF-8.
        odd_lines: The numbers of the odd lines.
    """

    blank: np.ndarray
    plain: np.ndarray
    odd: np.ndarray
    utf8: np.ndarray
    odd_lines: np.ndarray


@dataclass(frozen=True)
class Record:
    """One record that the strict parser looked at: its lines, and its fields or the broken rule."""

    first: int
    last: int
    fields: list[str] | None
    rule: str = ""


def judge(lines: Lines, form: Format) -> Judged:
    """Look at every line's quotes and line ends at once.

    A line is plain when its quotes open right after a separator and close right before one, so
    that a parser can only read it in one way.
    """
    buffer = np.frombuffer(lines.data, dtype=np.uint8)
    n_lines = len(lines.starts)
    odd, strange = np.zeros(n_lines, dtype=bool), np.zeros(n_lines, dtype=bool)
    blank = lines.ends == lines.starts
    if form.quote and form.quote.encode() in lines.data:
        odd, strange = _quotes(lines, buffer, form)
    if b"\r" in lines.data and lines.data.count(b"\r") != lines.data.count(b"\r\n"):
        returns = np.flatnonzero(buffer == RETURN)
        returns = returns[buffer[np.minimum(returns + 1, len(buffer) - 1)] != NEWLINE]
        line = np.searchsorted(lines.starts, returns, side="right") - 1
        strange[line] = True
        blank |= np.bincount(line, minlength=n_lines) == lines.ends - lines.starts
    return Judged(blank, ~odd & ~strange, odd, ~lines.not_utf8(), np.flatnonzero(odd))


def _quotes(lines: Lines, buffer: np.ndarray, form: Format) -> tuple[np.ndarray, np.ndarray]:
    """Lines with an odd number of quotes, and lines with a quote where no plain line has one."""
    starts, n_lines = lines.starts, len(lines.starts)
    separator, quote = ord(form.separator), ord(form.quote)
    quotes = np.flatnonzero(buffer == quote)
    line = np.searchsorted(starts, quotes, side="right") - 1
    n_quotes = np.bincount(line, minlength=n_lines)
    if form.skip_initial_space:  # the fast parser does not know the option
        return n_quotes % 2 == 1, n_quotes > 0
    before = np.cumsum(n_quotes) - n_quotes
    opening = (np.arange(len(quotes)) - before[line]) % 2 == 0
    left = buffer[np.maximum(quotes - 1, 0)]
    right = buffer[np.minimum(quotes + 1, len(buffer) - 1)]
    opens_field = (quotes == starts[line]) | (left == separator) | (left == quote)
    closes_field = (quotes + 1 == lines.ends[line]) | (right == separator) | (right == quote)
    strange = np.bincount(line[np.where(opening, ~opens_field, ~closes_field)], minlength=n_lines) > 0
    return n_quotes % 2 == 1, strange


def record_at(
    lines: Lines, judged: Judged, form: Format, first: int, width: int | None, is_end: bool = True
) -> Record | None:
    """The record that begins on a line: alone, or up to the next line that could close its quote.

    Returns:
        Nothing where the lines at hand are too few to tell; never so when ``is_end`` says that
        the file ends with them.
    """
    alone = _strictly(lines.text(first, first), form)
    if alone is None and judged.odd[first]:
        reach = int(lines.starts[first]) + MOST_RECORD_BYTES
        place = int(np.searchsorted(judged.odd_lines, first, side="right"))
        if place < len(judged.odd_lines):
            last = int(judged.odd_lines[place])
            if lines.ends[last] <= reach and judged.utf8[first : last + 1].all():
                together = _strictly(lines.text(first, last), form)
                if together is not None and len(together) == (width or len(together)):
                    return Record(first, last, together)
        elif not is_end and len(lines.data) <= reach:
            return None
    if alone is None:
        return Record(first, first, None, CLOSED)
    if width is not None and len(alone) != width:
        return Record(first, first, None, f"has {width} columns")
    return Record(first, first, alone)


def _strictly(text: str, form: Format) -> list[str] | None:
    """The fields of exactly one record, or nothing."""
    try:
        rows = list(
            csv.reader(
                [text],
                delimiter=form.separator,
                quotechar=form.quote or None,
                quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
                strict=True,
                skipinitialspace=form.skip_initial_space,
            )
        )
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
