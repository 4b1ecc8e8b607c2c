"""One block's part of every file, made in whichever process and put into a folder of its own."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .dirt import soil, soiled_cells
from .exports.exporters import all_exporters
from .exports.exporting import DailyExporter, Exporter, Part, SheetExporter, SheetPart, TotalExporter
from .exports.text import csv_lines
from .exports.text_times import day_numbers
from .exports.workbook import sheet_rows
from .reviewing import judge_pairs, pairs_wanted
from .simulation.block import Block
from .simulation.calendar import Calendar, chance_for
from .simulation.catalogue import Catalogue, make_catalogue
from .simulation.living import make_block
from .simulation.truth import LISTED, truths
from .sizes import WorldSize
from .speaking import Speakers, keep_speakers, main_speakers

TextExporter = Exporter | DailyExporter | TotalExporter


@dataclass(frozen=True)
class BlockDone:
    """What the whole world has to know of one block.

    Attributes:
        rows: File name -> rows of its part.
        n_touchpoints: Rows that tell of a contact.
        clicks: ``campaign, day, clicks``.
        dirt: ``file, row, damage``, rows counted within the part.
        speakers: Who is behind which key.
        judgements: What the reviewer answered about its records.
        told: Truth that is summed over the blocks, by the table's name.
        listed: Columns of each table of truth whose part is written, by the table's name.
    """

    rows: dict[str, int]
    n_touchpoints: int
    clicks: pd.DataFrame
    dirt: pd.DataFrame
    speakers: Speakers
    judgements: pd.DataFrame
    told: dict[str, pd.DataFrame]
    listed: dict[str, list[str]]


@lru_cache(maxsize=1)
def surroundings(world_seed: int, weeks: int) -> tuple[Calendar, Catalogue]:
    """The calendar and the catalogue of a world; made once in each process."""
    calendar = Calendar(weeks)
    return calendar, make_catalogue(world_seed, calendar)


def part_of(folder: Path, file_name: str, number: int) -> Path:
    """Where one block's part of a file stands until it is appended."""
    return folder / f"{number:05d}" / file_name.replace("/", "__")


def write_block(folder: Path, size: WorldSize, number: int) -> BlockDone:
    """Make a block and write its part of every file.

    Args:
        folder: Where parts go; the block's own folder is made in it.
        size: Which world.
        number: Which block of it.
    """
    calendar, catalogue = surroundings(size.world_seed, size.weeks)
    persons = size.blocks[number]
    block = make_block(number, persons, size.world_seed, calendar, catalogue, size.without)
    (folder / f"{number:05d}").mkdir(parents=True)
    rows: dict[str, int] = {}
    dirt, spoken, n_touchpoints = [], [], 0
    for exporter in all_exporters():
        if isinstance(exporter, TotalExporter):
            continue
        for file_name, part in _parts(exporter, block):
            path = part_of(folder, file_name, number)
            chance = chance_for(size.world_seed, f"dirt in {file_name}", number)
            if isinstance(exporter, SheetExporter):
                rows[file_name], damaged = _write_sheet(path, exporter, part, chance)
            else:
                rows[file_name], damaged = write_lines(path, exporter, part, calendar, chance)
            dirt.append(damaged.assign(file=file_name)[["file", "row", "damage"]])
            spoken.append(part.speakers)
            n_touchpoints += part.counts.get("touchpoints", 0)
    main = main_speakers(spoken, block)
    told = truths(block, main[main["row"] >= 0])
    listed = {name: told.pop(name) for name in LISTED}
    for name, table in listed.items():
        part_of(folder, f"{name}.csv", number).write_bytes(table_body(table))
        rows[f"{name}.csv"] = len(table)
    return BlockDone(
        rows,
        n_touchpoints,
        clicks_in(block),
        pd.concat(dirt, ignore_index=True),
        keep_speakers(part_of(folder, "speakers", number), main),
        judge_pairs(block, main, pairs_wanted(size.persons, persons)),
        told,
        {name: list(table.columns) for name, table in listed.items()},
    )


def _parts(exporter: Exporter | DailyExporter | SheetExporter, block: Block) -> list[tuple[str, Any]]:
    if not isinstance(exporter, DailyExporter):
        return [(exporter.file_name, exporter.of_block(block))]
    days = exporter.of_block(block)
    names = exporter.file_names(block.calendar)
    if strange := set(days) - set(names):
        raise ValueError(f"{exporter.folder} has no file for {len(strange)} of its days")
    return [(f"{exporter.folder}/{name}", days.get(name, Part(pa.array([], pa.string())))) for name in names]


def write_lines(
    path: Path, exporter: TextExporter, part: Part, calendar: Calendar, chance: np.random.Generator
) -> tuple[int, pd.DataFrame]:
    """Write a part's lines, dirt included; give their number and what was damaged."""
    header = b"" if isinstance(exporter, DailyExporter) else header_of(exporter, calendar)
    rows, damaged = soil(part.lines, chance, exporter.dirt, separator_of(header), spared=part.leaned_on)
    body = body_of(rows, exporter.line_end, exporter.encoding)
    if isinstance(exporter, DailyExporter):
        body = gzip.compress(body, compresslevel=1, mtime=0)
    path.write_bytes(body)
    return len(rows), damaged


def _write_sheet(
    path: Path, exporter: SheetExporter, part: SheetPart, chance: np.random.Generator
) -> tuple[int, pd.DataFrame]:
    damaged = soiled_cells(len(part.rows), exporter.dirt, chance)
    path.write_bytes(sheet_rows(part.rows, exporter.columns, damaged))
    return len(part.rows), damaged


def header_of(exporter: Exporter | TotalExporter, calendar: Calendar) -> bytes:
    """The bytes before the first row."""
    return exporter.header(calendar) if callable(exporter.header) else exporter.header


def separator_of(header: bytes) -> bytes:
    """What parts the cells of a file: the sign its header holds most of; nothing for JSON lines.

    Example:
        >>> separator_of(b"Datum;Betrag, EUR;Ort\\r\\n"), separator_of(b"")
        (b';', b'')
    """
    counts = {sign: header.count(sign) for sign in (b",", b";", b"\t")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else b""


def body_of(rows: pa.Array, line_end: bytes, encoding: str) -> bytes | memoryview:
    """Rows, each with its line end, in the file's encoding; a letter it does not know becomes ``?``."""
    if not len(rows):
        return b""
    whole, end = rows.cast(pa.binary()), pa.scalar(line_end, pa.binary())
    ended = pc.binary_join_element_wise(whole, end, pa.scalar(b"", pa.binary()))
    _, offsets, data = ended.buffers()
    first, last = np.frombuffer(offsets, "int32", len(ended) + 1)[[0, -1]].tolist()
    body = memoryview(data)[first:last]
    return body if encoding == "utf-8" else bytes(body).decode().encode(encoding, errors="replace")


def table_body(table: pd.DataFrame) -> bytes | memoryview:
    """The rows of a table as a CSV file has them, without header; a missing value is an empty cell."""
    columns = [pa.array(table[name], from_pandas=True) for name in table.columns]
    return body_of(csv_lines(columns), b"\n", "utf-8")


def clicks_in(block: Block) -> pd.DataFrame:
    """Visits that a campaign brought, by campaign and day; robots left out."""
    touches = block.touches
    brought = (touches["campaign"] >= 0) & (touches["visit"] >= 0) & ~touches["is_bot"].astype(bool)
    visits = touches.loc[brought, ["visit", "campaign", "at_ms"]].drop_duplicates("visit")
    day = day_numbers(visits["at_ms"].to_numpy(), block.calendar.start_ms)
    return summed_clicks([visits.assign(day=day, clicks=1)])


def summed_clicks(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Clicks of all blocks together: ``campaign, day, clicks``, sorted by campaign and day."""
    whole = pd.concat(parts).groupby(["campaign", "day"])["clicks"].sum()
    return whole.reset_index()
