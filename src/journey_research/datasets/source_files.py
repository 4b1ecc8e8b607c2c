"""A user's exports, found by their mappings and fingerprinted; never written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset

from journey_research.contracts.exports import Export, export_of
from journey_research.errors import UserError

from .bound import Bound


class SourceFiles(Bound, AbstractDataset[None, list[Export]]):
    """All files of all sources of an environment.

    ``bind`` tells it the mappings; ``load`` finds the files. A mapping may name a folder of its
    own (seen from the project's root); otherwise its files lie in the workspace's ``00_raw``.

    Args:
        metadata: Grain and so on, for people and tests.
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> list[Export]:
        """Every export, sorted by source and file name.

        Raises:
            UserError: A file that a mapping names is missing, or no mapping was told.
        """
        found = []
        for source, mapping in sorted(self.view.sources.items()):
            found.extend(self._exports(source, mapping or {}))
        for export in found:
            for one in (export, *export.beside.values()):
                self.view.inputs[f"{one.source}/{one.file_name}"] = one.sha256
        return sorted(found, key=lambda export: (export.source, export.file_name))

    def save(self, data: None) -> NoReturn:
        """Refused: exports are only ever read."""
        raise UserError("exports are only read, never written")

    def _exports(self, source: str, mapping: Mapping[str, Any]) -> list[Export]:
        if not isinstance(mapping, Mapping):
            raise UserError(
                f"the mapping of source '{source}' is no mapping",
                do="write names and values under it, as in 'file: orders.csv'",
            )
        own = mapping.get("folder")
        folder = self.view.project / str(own) if own else self.view.raw
        pattern = str(mapping.get("file") or "")
        if not pattern:
            raise UserError(
                f"the mapping of source '{source}' names no file", do="add a line 'file: ...' to it"
            )
        if Path(pattern).is_absolute():
            raise UserError(
                f"the mapping of source '{source}' names a file by its whole path",
                do="name the file as it lies in the folder of exports, and another folder as 'folder: ...'",
            )
        paths = sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []
        if not paths and not mapping.get("optional"):
            raise UserError(
                "file is missing",
                file=pattern,
                do=f"put it into the folder of exports, or say 'optional: true' in the mapping of '{source}'",
            )
        beside = {
            name: self._beside(source, mapping, folder, name)
            for name in sorted({str(lookup["file"]) for lookup in _lookups(mapping)})
            if paths
        }
        return [
            Export(one.source, one.mapping, one.path, one.file_name, one.sha256, one.n_bytes, beside)
            for one in (self._fingerprinted(source, mapping, path) for path in paths)
        ]

    def _beside(self, source: str, mapping: Mapping[str, Any], folder: Path, name: str) -> Export:
        if not (folder / name).is_file():
            raise UserError(
                "file is missing", file=name, do=f"the mapping of source '{source}' looks things up in it"
            )
        return self._fingerprinted(source, mapping, folder / name)

    @staticmethod
    def _fingerprinted(source: str, mapping: Mapping[str, Any], path: Path) -> Export:
        try:
            return export_of(source, mapping, path)
        except OSError:
            raise UserError("file cannot be read", file=path.name, do="check who may read it") from None

    def _exists(self) -> bool:
        return bool(self._view and self._view.sources)

    def _describe(self) -> dict[str, Any]:
        return {"sources": sorted(self._view.sources) if self._view else []}


def _lookups(mapping: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Lookups that name a file; ingestion says what is wrong with the others."""
    told = mapping.get("lookup")
    return (
        [one for one in told if isinstance(one, Mapping) and "file" in one] if isinstance(told, list) else []
    )
