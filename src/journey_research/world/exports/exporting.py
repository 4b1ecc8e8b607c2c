"""What an exporter is: one vendor's file, made block by block, and who speaks in it.

Three kinds. An :class:`Exporter` makes lines of text, a :class:`SheetExporter` rows of a workbook, both
from one block of persons at a time and in any process; a :class:`TotalExporter` needs sums over all
blocks (what a platform charges for all clicks of a day) and runs once, when every block is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from journey_research.world.simulation.block import Block
    from journey_research.world.simulation.calendar import Calendar
    from journey_research.world.simulation.catalogue import Catalogue

NO_SPEAKERS = pd.DataFrame(
    {"source": pd.Series(dtype="str"), "key": pd.Series(dtype="str"), "person": pd.Series(dtype="int64")}
)


def speakers_of(
    source: str, keys: pa.Array | pd.Series | Sequence[str], persons: np.ndarray | Sequence[int]
) -> pd.DataFrame:
    """Which native key of a source is which person, a row per line of the file that says so.

    Args:
        source: The name under which a reader will know the file, without date or sequence parts.
        keys: The native key of each line, as written; lines without one are null and fall out.
        persons: Row of the block's people of each line; -1 - n is the block's robot n.

    Returns:
        ``source``, ``key``, ``person``; lines of equal key and person may repeat, and are counted.
    """
    frame = pd.DataFrame({"key": pd.Series(_texts(keys)), "person": np.asarray(persons, dtype="int64")})
    frame.insert(0, "source", source)
    return frame[frame["key"].notna()].reset_index(drop=True)


def _texts(keys: pa.Array | pd.Series | Sequence[str]) -> pd.Series | Sequence[str]:
    return keys.to_pandas() if isinstance(keys, pa.Array | pa.ChunkedArray) else keys


@dataclass(frozen=True)
class Part:
    """One block's share of a file.

    Attributes:
        lines: n strings, one a row as a reader counts rows, without line end (line feeds inside quotes
            are part of the row); no nulls.
        speakers: ``source``, ``key``, ``person``, see :func:`speakers_of`.
        counts: What the rows are, for the world's own summary: ``{"touchpoints": rows that tell of a
            contact}``. Source records need no count: they are the distinct keys of the speakers.
        leaned_on: n truth values: rows without which other rows cannot be read (an order's first row). No
            dirt falls on them, so that a damaged row costs one row. None: every row stands for itself.
    """

    lines: pa.Array
    speakers: pd.DataFrame = field(default_factory=NO_SPEAKERS.copy)
    counts: Mapping[str, int] = field(default_factory=dict)
    leaned_on: np.ndarray | None = None


@dataclass(frozen=True)
class SheetPart:
    """One block's rows of a workbook; cells are text, numbers, dates or nothing (None, NaN, NaT)."""

    rows: pd.DataFrame
    speakers: pd.DataFrame = field(default_factory=NO_SPEAKERS.copy)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """What is known when every block is made.

    Attributes:
        world_seed: Names the world.
        calendar: Its weeks.
        catalogue: Its products, stores and campaigns.
        clicks: ``campaign`` (row of the catalogue's campaigns), ``day`` (0-based), ``clicks``: visits of
            people (no robots) that a campaign brought; one row per pair with at least one, sorted.
    """

    world_seed: int
    calendar: Calendar
    catalogue: Catalogue
    clicks: pd.DataFrame


@dataclass(frozen=True)
class Exporter:
    """A file of text.

    Attributes:
        file_name: As the vendor names it; may hold a folder.
        header: What stands before the first row, line end included (empty for JSON lines); a function
            of the calendar where it tells the dates.
        of_block: One block's rows.
        footer: What stands after the last row.
        encoding: Of the rows, "utf-8" or "latin-1".
        line_end: After each row.
        dirt: Kinds of damage that make a row of this file unreadable or break one of its typed values,
            see ``dirt.KINDS``. None: the file stays clean.
    """

    file_name: str
    header: bytes | Callable[[Calendar], bytes]
    of_block: Callable[[Block], Part]
    footer: bytes = b""
    encoding: str = "utf-8"
    line_end: bytes = b"\n"
    dirt: tuple[str, ...] = ()


@dataclass(frozen=True)
class DailyExporter:
    """A folder of gzipped files of text, one for each day.

    Attributes:
        folder: Where the files stand.
        file_names: Every file of a calendar, in order, without the folder; a day on which nothing
            happened has none in the end.
        of_block: File name -> that block's rows.
        encoding: As in :class:`Exporter`.
        line_end: As in :class:`Exporter`.
        dirt: As in :class:`Exporter`.
    """

    folder: str
    file_names: Callable[[Calendar], Sequence[str]]
    of_block: Callable[[Block], Mapping[str, Part]]
    encoding: str = "utf-8"
    line_end: bytes = b"\n"
    dirt: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetExporter:
    """A workbook with one sheet.

    Attributes:
        file_name: As the vendor names it, ending in ``.xlsx``.
        sheet: Name of the sheet.
        columns: Its header, in order.
        of_block: One block's rows, with these columns.
        dirt: Columns of dates or numbers in which a damaged cell holds a text instead.
    """

    file_name: str
    sheet: str
    columns: Sequence[str]
    of_block: Callable[[Block], SheetPart]
    dirt: tuple[str, ...] = ()


@dataclass(frozen=True)
class TotalExporter:
    """A file of text that needs every block; attributes as in :class:`Exporter`."""

    file_name: str
    header: bytes | Callable[[Calendar], bytes]
    of_totals: Callable[[Totals], Part]
    footer: bytes | Callable[[Totals], bytes] = b""
    encoding: str = "utf-8"
    line_end: bytes = b"\n"
    dirt: tuple[str, ...] = ()


AnyExporter = Exporter | DailyExporter | SheetExporter | TotalExporter
