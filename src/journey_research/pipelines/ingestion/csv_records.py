"""Which lines of a CSV file are plain, and a strict parser for those that are not."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from .mapping import Format
from .text_lines import Lines

CLOSED = "closes its quotes"
NEWLINE, RETURN = ord("\n"), ord("\r")


@dataclass(frozen=True)
class Judged:
    """What is known of each line before any is parted: masks over the lines."""

    blank: np.ndarray
    n_fields: np.ndarray
    plain: np.ndarray
    odd: np.ndarray
    utf8: np.ndarray


@dataclass(frozen=True)
class Record:
    """One record that the strict parser looked at: its lines, and its fields or the broken rule."""

    first: int
    last: int
    fields: list[str] | None
    rule: str = ""


def judge(lines: Lines, form: Format) -> Judged:
    """Look at every line's quotes, separators and line ends at once.

    A line is plain when its quotes open right after a separator and close right before one, so
    that a parser can only read it in one way.
    """
    buffer = np.frombuffer(lines.data, dtype=np.uint8)
    starts, n_lines = lines.starts, len(lines.starts)
    separator, quote = ord(form.separator), ord(form.quote) if form.quote else -1
    quotes = np.flatnonzero(buffer == quote)
    line = np.searchsorted(starts, quotes, side="right") - 1
    n_quotes = np.bincount(line, minlength=n_lines)
    before = np.cumsum(n_quotes) - n_quotes
    opening = (np.arange(len(quotes)) - before[line]) % 2 == 0

    left = buffer[np.maximum(quotes - 1, 0)]
    right = buffer[np.minimum(quotes + 1, len(buffer) - 1)]
    opens_field = (quotes == starts[line]) | (left == separator) | (left == quote)
    closes_field = (quotes + 1 == lines.ends[line]) | (right == separator) | (right == quote)
    strange = np.bincount(line[np.where(opening, ~opens_field, ~closes_field)], minlength=n_lines) > 0

    returns = np.flatnonzero(buffer == RETURN)
    returns = returns[buffer[np.minimum(returns + 1, len(buffer) - 1)] != NEWLINE]
    strange[np.searchsorted(starts, returns, side="right") - 1] = True

    separators = np.flatnonzero(buffer == separator)
    its_line = np.searchsorted(starts, separators, side="right") - 1
    outside = (np.searchsorted(quotes, separators) - before[its_line]) % 2 == 0
    n_fields = np.bincount(its_line[outside], minlength=n_lines) + 1
    odd = n_quotes % 2 == 1
    plain = ~odd & ~strange
    if form.skip_initial_space:
        plain[:] = False  # pyarrow does not know the option
    return Judged(lines.ends == starts, n_fields, plain, odd, ~lines.not_utf8())


def record_at(lines: Lines, judged: Judged, form: Format, first: int, width: int | None) -> Record:
    """The record that begins on a line: alone, or up to the next line that could close its quote."""
    alone = _strictly(lines.text(first, first), form)
    if alone is None and judged.odd[first]:
        following = np.flatnonzero(judged.odd[first + 1 :])
        last = first + 1 + int(following[0]) if len(following) else first
        if last > first and judged.utf8[first : last + 1].all():
            together = _strictly(lines.text(first, last), form)
            if together is not None and len(together) == (width or len(together)):
                return Record(first, last, together)
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
