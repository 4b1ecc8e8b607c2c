"""A user's exports, found by their mappings and fingerprinted; never written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset

from journey_research.contracts.exports import Export, export_of
from journey_research.errors import UserError


class SourceFiles(AbstractDataset[None, list[Export]]):
    """All files of all sources of an environment.

    ``bind`` tells it the mappings; ``load`` finds the files. A mapping may name a folder of its
    own; otherwise its files lie in ``raw``.

    Args:
        raw: Folder of the environment's exports.
        metadata: Grain and so on, for people and tests.
    """

    def __init__(self, raw: str, metadata: dict[str, Any] | None = None) -> None:
        self._raw = Path(raw)
        self._sources: Mapping[str, Mapping[str, Any]] | None = None
        self.metadata = metadata

    def bind(self, view: Any) -> None:
        """Take the mappings, source name -> mapping, from ``view.sources``."""
        self._sources = view.sources

    def load(self) -> list[Export]:
        """Every export, sorted by source and file name.

        Raises:
            UserError: A file that a mapping names is missing, or no mapping was told.
        """
        if self._sources is None:
            raise UserError(
                "no source mappings were told",
                do="run it through 'journey run' or 'kedro run', which read conf/<env>/sources",
            )
        found = []
        for source, mapping in sorted(self._sources.items()):
            found.extend(self._exports(source, mapping or {}))
        return sorted(found, key=lambda export: (export.source, export.file_name))

    def inputs(self) -> dict[str, str]:
        """File name -> sha256 of every file that a run reads; what a manifest keeps."""
        told: dict[str, str] = {}
        for export in self.load():
            for one in (export, *export.beside.values()):
                told[f"{one.source}/{one.file_name}"] = one.sha256
        return dict(sorted(told.items()))

    def save(self, data: None) -> NoReturn:
        """Refused: exports are only ever read."""
        raise UserError("exports are only read, never written")

    def _exports(self, source: str, mapping: Mapping[str, Any]) -> list[Export]:
        folder = Path(mapping.get("folder") or self._raw)
        pattern = str(mapping.get("file") or "")
        if not pattern:
            raise UserError(
                f"the mapping of source '{source}' names no file", do="add a line 'file: ...' to it"
            )
        paths = sorted(path for path in folder.glob(pattern) if path.is_file()) if folder.is_dir() else []
        if not paths and not mapping.get("optional"):
            raise UserError(
                "file is missing",
                file=pattern,
                do=f"put it into the folder of exports, or mark the mapping of source '{source}' as optional: true",
            )
        beside = {
            name: self._beside(source, mapping, folder, name)
            for name in sorted({str(lookup["file"]) for lookup in mapping.get("lookup") or []})
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
        return self._raw.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"raw": str(self._raw), "sources": sorted(self._sources or {})}
