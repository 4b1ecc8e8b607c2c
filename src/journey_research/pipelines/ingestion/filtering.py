"""Which rows a mapping means: by the values of their columns, or by a lasting sample."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import column_of, words_of


def matches(filters: Mapping[str, Any] | None, table: pa.Table) -> np.ndarray:
    """Rows whose columns hold one of the listed values; ``present`` asks for any value.

    ``true`` and ``false`` stand for all their spellings.
    """
    kept = np.ones(table.num_rows, dtype=bool)
    for name, allowed in (filters or {}).items():
        column = column_of(table, name)
        if allowed == "present":
            kept &= column.is_valid().to_numpy(zero_copy_only=False)
            continue
        listed = allowed if isinstance(allowed, list | tuple) else [allowed]
        words = [word for one in listed for word in words_of(one)]
        kept &= pc.is_in(column, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    return kept


def sampled(sample: Mapping[str, Any], table: pa.Table) -> np.ndarray:
    """Rows of a lasting sample: all rows with one value of ``by`` are in it together.

    ``share`` of the values are inside, chosen by ``seed``; ``keep: outside`` takes the others.
    """
    column = column_of(table, sample["by"])
    share, seed = float(sample["share"]), int(sample["seed"])
    encoded = column.dictionary_encode()
    inside = np.array(
        [_fraction(seed, value) < share for value in encoded.dictionary.to_pylist()], dtype=bool
    )
    known = column.is_valid().to_numpy(zero_copy_only=False)
    codes = encoded.indices.fill_null(0).to_numpy()
    taken = inside[codes] if len(inside) else np.zeros(len(column), dtype=bool)
    return known & (taken if sample.get("keep", "inside") == "inside" else ~taken)


def _fraction(seed: int, value: str) -> float:
    digest = hashlib.blake2b(f"{seed}:{value}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
