"""One batch of JSON rows being filled, a chunk of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from .json_columns import JsonColumns, NotText
from .rows import IS_TEXT, Reject, Rows


class JsonBatch:
    """Columns, row numbers and rejects of a batch; ``found`` goes on over the batches of a file."""

    def __init__(self, wanted: Sequence[str], found: dict[str, None]) -> None:
        self.wanted, self.found = wanted, found
        self.chunks: list[list[pa.Array]] = []
        self.numbers: list[int] = []
        self.rejects: dict[int, str] = {}

    def add(self, columns: JsonColumns, rows: Sequence[dict[str, Any]], numbers: Sequence[int]) -> None:
        """Take rows; those whose cells are no text are set aside."""
        if not rows:
            return
        try:
            chunk = columns.of(rows)
        except NotText as error:
            self.rejects |= {numbers[at]: IS_TEXT for at in error.rows}
            kept = [at for at in range(len(rows)) if at not in error.rows]
            self.add(columns, [rows[at] for at in kept], [numbers[at] for at in kept])
            return
        self.chunks.append(chunk.columns)
        self.numbers.extend([numbers[at] for at in chunk.row])
        for name in chunk.found:
            self.found.setdefault(name)

    def rows(
        self, n_rows: int, place_of: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]] | None
    ) -> Rows:
        """The batch as it is; places are looked up by row number."""
        columns = {
            name: pa.chunked_array([chunk[at] for chunk in self.chunks], pa.string())
            for at, name in enumerate(self.wanted)
        }
        numbers = np.array(self.numbers, dtype=np.int64)
        told = sorted(self.rejects.items())
        offset = length = None
        rejects = [Reject(number, None, None, None, rule) for number, rule in told]
        if place_of is not None:
            offset, length = place_of(numbers)
            places = zip(*place_of(np.array([number for number, _ in told], dtype=np.int64)), strict=True)
            rejects = [
                Reject(number, int(at), int(n_bytes), None, rule)
                for (number, rule), (at, n_bytes) in zip(told, places, strict=True)
            ]
        return Rows(pa.table(columns), numbers, offset, length, n_rows, rejects, list(self.found))
