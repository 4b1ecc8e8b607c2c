"""Blocks' parts become files, in the order of the blocks; then what needs all blocks is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from .block_files import (
    BlockDone,
    header_of,
    part_of,
    summed_clicks,
    surroundings,
    table_body,
    write_lines,
)
from .exports.exporters import all_exporters
from .exports.exporting import DailyExporter, Exporter, SheetExporter, TotalExporter, Totals
from .exports.workbook import write_workbook
from .simulation.calendar import chance_for
from .simulation.truth import summed
from .sizes import WorldSize
from .speaking import shared_keys, without_losers
from .writing import keep_on_disk

_COPIED = 4 << 20  # bytes at a time


class Assembly:
    """The files of a world while blocks come in.

    Args:
        folder: Where the files grow.
        parts: Where blocks leave their parts; each is removed when it is appended.
        size: Which world.
    """

    def __init__(self, folder: Path, parts: Path, size: WorldSize) -> None:
        self.folder, self.parts, self.size = folder, parts, size
        self.calendar, self.catalogue = surroundings(size.world_seed, size.weeks)
        self.rows: dict[str, int] = {}
        self.n_touchpoints = 0
        self._done: list[BlockDone] = []
        self._dirt: list[pd.DataFrame] = []

    def append(self, done: BlockDone) -> None:
        """Take the next block's parts."""
        number = len(self._done)
        before = pd.Series(self.rows, dtype="int64")
        offset = done.dirt["file"].map(before).fillna(0).astype("int64")
        self._dirt.append(done.dirt.assign(row=done.dirt["row"] + offset))
        for exporter in all_exporters():
            if isinstance(exporter, Exporter):
                self._append_part(exporter.file_name, number, header_of(exporter, self.calendar))
            elif isinstance(exporter, DailyExporter):
                for name in exporter.file_names(self.calendar):
                    self._append_part(f"{exporter.folder}/{name}", number, b"")
        for name, columns in done.listed.items():
            self._append_part(f"{name}.csv", number, _header(columns))
        for file_name, n_rows in done.rows.items():
            self.rows[file_name] = self.rows.get(file_name, 0) + n_rows
        self.n_touchpoints += done.n_touchpoints
        self._done.append(done)

    def _append_part(self, file_name: str, number: int, header: bytes) -> None:
        path, part = self.folder / file_name, part_of(self.parts, file_name, number)
        path.parent.mkdir(exist_ok=True)
        with path.open("ab") as whole, part.open("rb") as piece:
            if number == 0:
                whole.write(header)
            shutil.copyfileobj(piece, whole, _COPIED)
        part.unlink()

    def finish(self) -> tuple[dict[str, int], int, int]:
        """Write what needs all blocks; file name -> rows, source records, touchpoints."""
        for exporter in all_exporters():
            if isinstance(exporter, Exporter) and exporter.footer:
                with (self.folder / exporter.file_name).open("ab") as whole:
                    whole.write(exporter.footer)
            elif isinstance(exporter, DailyExporter):
                self._drop_empty_days(exporter)
            elif isinstance(exporter, TotalExporter):
                self._write_total(exporter)
            elif isinstance(exporter, SheetExporter):
                pieces = [part_of(self.parts, exporter.file_name, at) for at in range(len(self._done))]
                path = self.folder / exporter.file_name
                write_workbook(path, exporter.sheet, exporter.columns, pieces)
        for name in self._done[0].told:
            self._write_table(f"{name}.csv", summed(name, [one.told[name] for one in self._done]))
        shared = shared_keys(one.speakers for one in self._done)
        n_records = self._write_people(shared)
        self._write_judgements(shared)
        self._write_table("truth_dirt.csv", pd.concat(self._dirt)[["file", "row", "damage"]])
        shutil.rmtree(self.parts)
        for path in sorted(self.folder.rglob("*")):
            keep_on_disk(path)
        return self.rows, n_records, self.n_touchpoints

    def _drop_empty_days(self, exporter: DailyExporter) -> None:
        """A day on which nothing happened has no file."""
        for name in exporter.file_names(self.calendar):
            if not self.rows[f"{exporter.folder}/{name}"]:
                (self.folder / exporter.folder / name).unlink()
                del self.rows[f"{exporter.folder}/{name}"]

    def _write_total(self, exporter: TotalExporter) -> None:
        clicks = summed_clicks([one.clicks for one in self._done])
        totals = Totals(self.size.world_seed, self.calendar, self.catalogue, clicks)
        part = exporter.of_totals(totals)
        chance = chance_for(self.size.world_seed, f"dirt in {exporter.file_name}")
        rows = self.parts / "rows"
        n_rows, damaged = write_lines(rows, exporter, part, self.calendar, chance)
        footer = exporter.footer(totals) if callable(exporter.footer) else exporter.footer
        header = header_of(exporter, self.calendar)
        (self.folder / exporter.file_name).write_bytes(header + rows.read_bytes() + footer)
        self.rows[exporter.file_name] = n_rows
        self._dirt.append(damaged.assign(file=exporter.file_name))

    def _write_people(self, shared: dict[tuple[str, str], str]) -> int:
        names = ["source", "key", "person"]
        self._write_table("truth_people.csv", pd.DataFrame(columns=names, dtype="str"))
        with (self.folder / "truth_people.csv").open("ab") as whole:
            for one in self._done:
                told = without_losers(one.speakers, shared)
                whole.write(table_body(told))
                self.rows["truth_people.csv"] += len(told)
        return self.rows["truth_people.csv"]

    def _write_judgements(self, shared: dict[tuple[str, str], str]) -> None:
        """A reviewer is shown no key that means another person elsewhere."""
        judged = pd.concat([one.judgements for one in self._done], ignore_index=True)
        for side in "ab":
            keys = zip(judged[f"source_{side}"], judged[f"key_{side}"], strict=True)
            judged = judged[[key not in shared for key in keys]]
        self._write_table("reviewer_judgements.csv", judged.sort_values("judged_at", kind="stable"))

    def _write_table(self, file_name: str, table: pd.DataFrame) -> None:
        with (self.folder / file_name).open("wb") as whole:
            whole.write(_header(table.columns))
            whole.write(table_body(table))
        self.rows[file_name] = len(table)


def _header(columns: Iterable[str]) -> bytes:
    return ",".join(columns).encode() + b"\n"
