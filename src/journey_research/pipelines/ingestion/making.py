"""What one block of a mapping gives a table, before its columns are put into their schema."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from .yielding import Yielded

Columns = dict[str, pa.Array | None]


class Made(NamedTuple):
    """Rows for one table: its name, its columns as far as they are told, and which rows are meant."""

    table: str
    columns: Columns
    applies: np.ndarray


def said(one: Yielded, *without: str) -> Columns:
    """What a block says under the names that its table has for it, without its keys and times."""
    return {name: column for name, column in one.values.items() if name not in ("key", "when", *without)}


def in_all(text: str | None, one: Yielded) -> pa.Array:
    """One text in every row of a block."""
    return pa.repeat(pa.scalar(text, pa.string()), len(one.applies))
