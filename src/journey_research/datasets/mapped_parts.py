"""What came of each export file, kept in the vault so that the next run reads only what is new."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset

from journey_research.errors import UserError, VaultClosed
from journey_research.runs.parts import PartStore

from .bound import Bound


class MappedParts(Bound, AbstractDataset[None, PartStore]):
    """The store of mapped parts of one environment; it holds people's data.

    Loading hands out the store to the run that is going on: the workspace's lock sees to it that
    there is one such run. A workspace of its own, as ``journey recreate`` makes, has a store of
    its own.

    Args:
        path: Its folder inside the vault.
        metadata: Grain and personal data, for readers of the catalog.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self.metadata = metadata

    def load(self) -> PartStore:
        """The store.

        Raises:
            UserError: This session only reads.
            VaultClosed: The vault's door is shut.
        """
        if not self.view.door.is_open:
            raise VaultClosed(
                "the mapped parts hold people's data and open only for nodes of ingestion",
                do="use 'records' or 'touches', which hold pseudonyms",
            )
        if not self.view.writes:
            raise UserError("this session only reads tables", do="start a run: journey run")
        return PartStore(self.view.workspace.vault / self._relative)

    def save(self, data: None) -> NoReturn:
        """Refused: reading the exports fills the store."""
        raise TypeError("mapped parts are written where exports are read, never saved")

    @property
    def _relative(self) -> Path:
        return self.view.relative(self._path)

    def _describe(self) -> dict[str, Any]:
        return {"path": Path(self._path).name}
