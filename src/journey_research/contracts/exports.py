"""A user's export, found and fingerprinted: what the catalog hands to ingestion."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Export:
    """One file of one source, with what the source says about itself.

    Attributes:
        source: Name of the source, as its mapping is called.
        mapping: The mapping as it was read, before anybody judged it.
        path: Where the file lies; it is only ever read.
        file_name: Its name without folders; the only name that may be told.
        sha256: Fingerprint of its bytes.
        n_bytes: Its size, in bytes.
        beside: Files of the same folder that the mapping looks things up in, by name.
    """

    source: str
    mapping: Mapping[str, Any]
    path: Path
    file_name: str
    sha256: str
    n_bytes: int
    beside: Mapping[str, Export] = field(default_factory=dict)

    def read(self) -> bytes:
        """The bytes of the file."""
        return self.path.read_bytes()


def export_of(source: str, mapping: Mapping[str, Any], path: Path) -> Export:
    """Fingerprint one file.

    Raises:
        OSError: The file cannot be read.
    """
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            n_bytes += len(block)
    return Export(source, mapping, path, path.name, digest.hexdigest(), n_bytes)
