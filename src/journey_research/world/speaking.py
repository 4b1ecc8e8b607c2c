"""Who speaks under which key: one main speaker a key, over all blocks.

Context: a shared mailbox or a junk identifier is used by people of many blocks, and the truth names one
person a key. Choice: each block keeps, per key, whoever uses it most; only keys that turn up in several
blocks are looked at again. They are found by a 64-bit hash, so the parent holds eight bytes a key, not
the keys. Given up: a runner-up in one block who leads over all blocks cannot be; people live in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather

from .exports.exporting import NO_SPEAKERS
from .simulation.block import Block


@dataclass(frozen=True)
class Speakers:
    """One block's keys, each with its main speaker.

    Attributes:
        path: Where they stand: ``source``, ``key``, ``person`` (name), ``n`` (rows); sorted by source, key.
        hashes: 64 bits for each of them, in order.
    """

    path: Path
    hashes: np.ndarray = field(repr=False)

    def read(self) -> pd.DataFrame:
        """The keys, with their hash."""
        frame: pd.DataFrame = feather.read_feather(self.path)
        return frame.assign(hash=self.hashes)


def main_speakers(spoken: Sequence[pd.DataFrame], block: Block) -> pd.DataFrame:
    """One row per source and key with its person: where several share a key, whoever uses it most.

    Args:
        spoken: ``source``, ``key``, ``person`` (row; -1 - n: robot n of the block), a row per use.
        block: Whose people they are.

    Returns:
        ``source, key, person`` (name), ``row`` (of people), ``n`` (uses), sorted by source and key.
        Where two use a key equally often, the one who stands first in the block.
    """
    told = pd.concat([NO_SPEAKERS, *(one for one in spoken if len(one))], ignore_index=True)
    uses = pa.table(
        {"source": told["source"].astype("str"), "key": told["key"].astype("str"), "row": told["person"]}
    )
    counted = uses.group_by(["source", "key", "row"]).aggregate([([], "count_all")]).to_pandas()
    counted = counted.rename(columns={"count_all": "n"})
    counted = counted.sort_values(["source", "key", "n", "row"], ascending=[True, True, False, True])
    main = counted.drop_duplicates(["source", "key"]).reset_index(drop=True)
    main["person"] = person_names(main["row"].to_numpy(), block)
    return main[["source", "key", "person", "row", "n"]]


def person_names(rows: np.ndarray, block: Block) -> np.ndarray:
    """Names of persons by their row in the block; below zero are its robots."""
    names = np.empty(len(rows), dtype=object)
    people = rows >= 0
    names[people] = block.people["person"].to_numpy()[rows[people]]
    names[~people] = [f"bot{block.number:05d}-{-1 - row}" for row in rows[~people].tolist()]
    return names


def keep_speakers(path: Path, main: pd.DataFrame) -> Speakers:
    """Put a block's main speakers on the disk."""
    kept = main[["source", "key", "person", "n"]].reset_index(drop=True)
    feather.write_feather(kept, str(path), compression="uncompressed")
    both = (main["source"] + "\n" + main["key"]).to_numpy(dtype=object)
    return Speakers(path, pd.util.hash_array(both, categorize=False))


def shared_keys(blocks: Iterable[Speakers]) -> dict[tuple[str, str], str]:
    """Keys that people of several blocks use, each with the person who uses it most.

    Returns:
        (source, key) -> person; where two use it equally often, the lower name.
    """
    blocks = list(blocks)
    hashes = np.concatenate([one.hashes for one in blocks]) if blocks else np.array([], "uint64")
    distinct, counts = np.unique(hashes, return_counts=True)
    repeated = distinct[counts > 1]
    if not len(repeated):
        return {}
    found = [one.read() for one in blocks if np.isin(one.hashes, repeated).any()]
    rows = pd.concat([frame[frame["hash"].isin(repeated)] for frame in found], ignore_index=True)
    rows = rows[rows.duplicated(["source", "key"], keep=False)]
    rows = rows.sort_values(["source", "key", "n", "person"], ascending=[True, True, False, True])
    first = rows.drop_duplicates(["source", "key"])
    return {
        (source, key): person
        for source, key, person in zip(first["source"], first["key"], first["person"], strict=True)
    }


def without_losers(one: Speakers, shared: dict[tuple[str, str], str]) -> pd.DataFrame:
    """A block's keys less those that somebody of another block uses more: ``source, key, person``."""
    frame = one.read()
    if not shared:
        return frame[["source", "key", "person"]]
    keys = list(zip(frame["source"].tolist(), frame["key"].tolist(), strict=True))
    persons = frame["person"].tolist()
    lost = [row for row, key in enumerate(keys) if shared.get(key, persons[row]) != persons[row]]
    return frame.drop(index=lost)[["source", "key", "person"]].reset_index(drop=True)
