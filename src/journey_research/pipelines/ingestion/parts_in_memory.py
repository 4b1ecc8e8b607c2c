"""Parts in memory, and one table over the parts of many files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from journey_research.contracts.parts import Part, WrittenPart
from journey_research.engine import Table

if TYPE_CHECKING:
    import pyarrow as pa


class PartsInMemory:
    """Parts for as long as the process lives: for small exports that nobody wants to keep."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def held(self, fingerprint: str) -> Part | None:
        return self._parts.get(fingerprint)

    @contextmanager
    def writing(self, fingerprint: str) -> Iterator[_MemoryWriter]:
        import pyarrow as pa

        writer = _MemoryWriter()
        yield writer
        tables = {name: pa.concat_tables(rows) for name, rows in writer.rows.items()}
        self._parts[fingerprint] = writer.part = Part(writer.about, tables)

    def keep_only(self, fingerprints: Iterable[str]) -> int:
        kept = set(fingerprints)
        gone = [one for one in self._parts if one not in kept]
        for one in gone:
            del self._parts[one]
        return len(gone)


@dataclass
class _MemoryWriter(WrittenPart):
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add(self, name: str, rows: pa.Table) -> None:
        if rows.num_rows:
            self.rows.setdefault(name, []).append(rows)


def table_of(parts: Iterable[Part], name: str, schema: pa.Schema) -> Table:
    """One table over many parts; without any it has the schema and no row."""
    import pyarrow as pa

    found = [part.tables[name] for part in parts if name in part.tables]
    files = [one for one in found if isinstance(one, Path)]
    if files:
        return Table.from_parquet(*files)
    return Table.from_arrow(pa.concat_tables([schema.empty_table(), *found]))
