"""Parts of tables that outlive a run: folders of Parquet files, each there whole or not at all.

Context: a file that has not changed need not be read twice, and a run can be killed while it
writes. Choice: what comes of one file is one folder, named after a fingerprint of all that it
depends on; it is written under a name that ends in ``.unfinished`` and renamed. Given up: disk
space for a second copy of what the sources said, until its file is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from journey_research.contracts.parts import Part, WrittenPart

from .files import UNFINISHED, flush, flush_folder, read_json, remove_folder, write_json

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ABOUT = "about.json"
COMPRESSION = "zstd"
HEAD_ROWS = 10_000


class PartStore:
    """Parts in a folder of their own; two processes must not write into it at once.

    Args:
        folder: Where the parts lie; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def held(self, fingerprint: str) -> Part | None:
        home = self._folder / fingerprint
        try:
            about = read_json(home / ABOUT)
        except (FileNotFoundError, ValueError):
            return None
        return Part(about, {file.stem: file for file in sorted(home.glob("*.parquet"))})

    @contextmanager
    def writing(self, fingerprint: str) -> Iterator[_FolderWriter]:
        home = self._folder / fingerprint
        unfinished = self._folder / f"{fingerprint}.{os.getpid()}{UNFINISHED}"
        if unfinished.exists():
            remove_folder(unfinished)
        unfinished.mkdir(parents=True)
        writer = _FolderWriter(folder=unfinished)
        try:
            yield writer
            writer.close()
            if home.exists():  # one without its note is no part
                remove_folder(home)
            os.replace(unfinished, home)
            flush_folder(self._folder)
            writer.part = self.held(fingerprint)
        finally:
            writer.abandon()
            if unfinished.exists():
                remove_folder(unfinished)

    def keep_only(self, fingerprints: Iterable[str]) -> int:
        kept = set(fingerprints)
        gone = [one for one in self._inside() if one.name not in kept]
        for folder in gone:
            # Without its note it is no part, however far the removing comes.
            (folder / ABOUT).unlink(missing_ok=True)
            remove_folder(folder)
        return len(gone)

    def _inside(self) -> list[Path]:
        return sorted(self._folder.iterdir()) if self._folder.is_dir() else []


@dataclass
class _FolderWriter(WrittenPart):
    folder: Path = Path()
    _open: dict[str, pq.ParquetWriter] = field(default_factory=dict)

    def add(self, name: str, rows: pa.Table) -> None:
        import pyarrow.parquet as pq

        if not rows.num_rows:
            return
        if name not in self._open:
            self._open[name] = pq.ParquetWriter(
                self.folder / f"{name}.parquet",
                rows.schema,
                compression=COMPRESSION,
                use_dictionary=repetitive(rows),
                store_schema=False,
            )
        self._open[name].write_table(rows)

    def close(self) -> None:
        """End every file and have it on the disk, the note last."""
        names = list(self._open)
        self.abandon()
        for name in names:
            flush(self.folder / f"{name}.parquet")
        write_json(self.folder / ABOUT, self.about)

    def abandon(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def repetitive(rows: pa.Table) -> list[str]:
    """Columns whose values repeat, judged by the first rows; a dictionary of the others costs twice."""
    head = rows.slice(0, HEAD_ROWS)
    return [name for name in head.column_names if 2 * len(head[name].unique()) <= head.num_rows]
