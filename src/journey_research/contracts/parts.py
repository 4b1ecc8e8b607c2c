"""What came of one export, part by part: what ingestion writes and reads, wherever it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Part:
    """What came of one file.

    Attributes:
        about: What was noted of it: counts and so on.
        tables: Name -> Parquet file, or rows in memory; a table without rows is not there.
    """

    about: Mapping[str, Any]
    tables: Mapping[str, Path | pa.Table]


class PartWriter(Protocol):
    """A part being written, a batch at a time."""

    def add(self, name: str, rows: pa.Table) -> None:
        """Rows of one table, behind those that are there; all batches have the same columns."""

    def note(self, about: Mapping[str, Any]) -> None:
        """What is to be remembered of the part."""

    @property
    def written(self) -> Part:
        """The part, once it is there."""


class Parts(Protocol):
    """Where parts are kept."""

    def held(self, fingerprint: str) -> Part | None:
        """A part that is there already."""

    def writing(self, fingerprint: str) -> AbstractContextManager[PartWriter]:
        """``with`` this, a part is written; it is there when the block ends without an error."""

    def keep_only(self, fingerprints: Iterable[str]) -> int:
        """Remove all other parts and say how many they were."""


@dataclass
class WrittenPart:
    """A part that is being written and, in the end, is there."""

    about: dict[str, Any] = field(default_factory=dict)
    part: Part | None = None

    def note(self, about: Mapping[str, Any]) -> None:
        self.about |= about

    @property
    def written(self) -> Part:
        if self.part is None:
            raise RuntimeError("a part is there when its writing has ended")
        return self.part
