"""The names that things get outside the vault: pseudonyms in place of native keys."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from journey_research.privacy.pseudonyms import pseudonyms

from .cells import BETWEEN
from .mapping import SourceMapping
from .yielding import Yielded


class Naming:
    """Names for what one file of one source tells of.

    Args:
        mapping: The source's mapping.
        key: The secret that pseudonyms are made with.
        file_id: Name of the file.
    """

    def __init__(self, mapping: SourceMapping, key: bytes, file_id: str) -> None:
        self.mapping, self.key, self.file_id = mapping, key, file_id
        self.source = mapping.source

    def own(self, keys: pa.Array, kind: str) -> pa.Array:
        """Names of what the source itself keeps."""
        return pseudonyms(self.source, keys, self.key, kind)

    def numbered(self, one: Yielded, kind: str) -> pa.Array:
        """The same where a row may yield several of a kind, one by each block: each gets its own."""
        keys = one.values["key"]
        if one.block.number:
            keys = pc.binary_join_element_wise(keys, str(one.block.number), BETWEEN)
        return self.own(keys, kind)

    def of(self, sources: pa.Array, keys: pa.Array, kind: str = "record") -> pa.Array:
        """Names of what sources keep that are told row by row."""
        told: pa.Array = pa.nulls(len(keys), pa.string())
        for source in pc.unique(sources.drop_null()).to_pylist():
            here = pc.fill_null(pc.equal(sources, source), False)
            names = pseudonyms(source, pc.if_else(here, keys, None), self.key, kind)
            told = pc.if_else(here, names, told)
        return told

    def party(self, one: Yielded, name: str, kind: str = "record") -> pa.Array | None:
        """Names of another's records or orders, where the block tells of one."""
        if name not in one.values:
            return None
        return self.of(one.values[f"{name}.source"], one.values[name], kind)
