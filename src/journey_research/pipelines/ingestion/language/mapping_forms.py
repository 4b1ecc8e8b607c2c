"""How files, times, numbers and headers are spelled, as a mapping says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMATS = ("csv", "jsonl", "json", "parquet", "xlsx", "sql")
TIME_FORMATS = ("iso", "date", "rfc2822", "epoch_seconds", "epoch_millis", "epoch_micros")
# Parts of a pattern that tell the time of day; without one a pattern spells a day.
_OF_THE_DAY = re.compile(r"%-?[HIMSfpXTRrcsz]")
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Format:
    """How a file is written. ``sheet`` is for XLSX, ``explode`` and ``rows_at`` for JSON, ``table``
    and ``query`` for SQL. ``skip_rows: auto`` looks for the header."""

    type: str
    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    skip_initial_space: bool = False
    skip_rows: int | str = 0
    sheet: str = ""
    explode: str = ""
    rows_at: str = ""
    table: str = ""
    query: str = ""


@dataclass(frozen=True)
class TimeForm:
    """How a column spells time.

    Attributes:
        format: ``iso``, ``epoch_seconds``, ``epoch_millis``, ``epoch_micros``, ``rfc2822``, ``date`` or
            a strptime pattern; several are tried in their order.
        zone: Where the clock stands when the text does not say.
        zone_from: A column that says it row by row, by an IANA name or as Rails calls it.
        join: Columns that make the text, joined by a space.
        always: The text itself, where a source tells no time at all; the mapping says it as ``is``.
    """

    format: str | tuple[str, ...]
    zone: str = ""
    zone_from: str = ""
    join: tuple[str, ...] = ()
    always: str = ""

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats, in the order in which they are tried."""
        return (self.format,) if isinstance(self.format, str) else self.format

    @property
    def is_made(self) -> bool:
        """Whether the file has no column of that name."""
        return bool(self.join or self.always)

    @property
    def is_date_only(self) -> bool:
        """Whether it tells days and never a time of day."""
        return all(is_day(one) for one in self.formats)


def is_day(time_format: str) -> bool:
    """Whether a format spells a day without a time.

    Example:
        >>> is_day("%d.%m.%Y"), is_day("iso")
        (True, False)
    """
    return time_format == "date" or ("%" in time_format and not _OF_THE_DAY.search(time_format))


@dataclass(frozen=True)
class NumberForm:
    """How a column spells numbers.

    Attributes:
        decimal: The decimal sign.
        divide_by: What the number is divided by.
        unit: ``minor`` for amounts in a currency's smallest unit.
        currency: Whose unit: an ISO code, or the column that says it.
        percent: Whether 12.5 means 0.125.
    """

    decimal: str = "."
    divide_by: int = 1
    unit: str = ""
    currency: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Alias:
    """Other headers of one column.

    Attributes:
        names: The other headers.
        matches: A regular expression of the header, in place of a list.
        group: Name of the column that holds what its first group matched, in every row.
    """

    names: tuple[str, ...] = ()
    matches: str = ""
    group: str = ""


def alias_of(said: Any) -> Alias:
    """An alias as it stands in a mapping: one name, several, or ``matches`` and ``group``."""
    if isinstance(said, Mapping):
        return Alias(matches=str(said["matches"]), group=str(said.get("group") or ""))
    return Alias(names=(said,) if isinstance(said, str) else tuple(said))


def time_form_of(said: Any) -> dict[str, Any]:
    """What a mapping says of a time, under the names of ``TimeForm``."""
    told = dict(said) if isinstance(said, Mapping) else {"format": said}
    for word in ("format", "join"):
        if isinstance(told.get(word), Sequence) and not isinstance(told[word], str):
            told[word] = tuple(told[word])
    if "is" in told:
        told["always"] = str(told.pop("is"))
        told.setdefault("format", "date" if _A_DAY.fullmatch(told["always"]) else "iso")
    return told
