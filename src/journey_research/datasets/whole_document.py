"""A small JSON document, such as a trained model, there whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from journey_research.runs.files import read_json, write_json

from .bound import Bound


class WholeDocument(Bound, AbstractDataset[dict[str, Any], dict[str, Any]]):
    """A JSON document that crosses a node's border; keys are sorted, numbers keep all digits.

    Args:
        path: Where it lies inside a run: ``04_conversion/propensity_model.json``.
        metadata: Grain and personal data, for readers of the catalog.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = path
        self.metadata = metadata

    def load(self) -> dict[str, Any]:
        document: dict[str, Any] = read_json(self.view.path_to_read(self._path))
        return document

    def save(self, data: dict[str, Any]) -> None:
        write_json(self.view.path_to_write(self._path), data)
        self.view.note_written(self._path, 1)

    def _describe(self) -> dict[str, Any]:
        return {"document": Path(self._path).stem}
