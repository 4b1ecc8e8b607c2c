"""The cells of a column by number: each distinct text stands once, also while texts are still respelt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

SILENT = -1  # the number of no text


class Cells(NamedTuple):
    """n cells of v distinct texts.

    Attributes:
        values: v distinct texts, object array, in no order; some may be held by no cell.
        codes: n numbers of the cells' texts, -1 where a cell is silent.
    """

    values: np.ndarray
    codes: np.ndarray

    @classmethod
    def of(cls, texts: np.ndarray) -> Cells:
        """The cells of n texts, None where a cell is silent.

        Example:
            >>> Cells.of(np.array(["ann", None, "ann"], dtype=object)).codes.tolist()
            [0, -1, 0]
        """
        codes, values = pd.factorize(texts, use_na_sentinel=True)
        return cls(values, codes)

    @property
    def texts(self) -> np.ndarray:
        """n texts, object array, None where a cell is silent."""
        told: np.ndarray = np.array([*self.values, None], dtype=object)[self.codes]
        return told

    @property
    def counts(self) -> np.ndarray:
        """v numbers of cells that hold each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    def held(self) -> Cells:
        """The same cells without texts that none of them holds."""
        kept = np.flatnonzero(self.counts)
        place = np.full(len(self.values) + 1, SILENT)
        place[kept] = np.arange(len(kept))
        return Cells(self.values[kept], place[self.codes])

    def respelt(self, texts: np.ndarray | Sequence[str | None]) -> Cells:
        """The same cells with other texts, v of them or None, in place of the values.

        Example:
            >>> told = Cells.of(np.array(["Ann", "ann ", "?"], dtype=object)).respelt(["ann", "ann", None])
            >>> told.values.tolist(), told.codes.tolist()
            (['ann'], [0, 0, -1])
        """
        place, values = pd.factorize(np.array([*texts, None], dtype=object)[:-1], use_na_sentinel=True)
        return Cells(values, np.append(place, SILENT)[self.codes])

    def filled(self, other: Cells) -> Cells:
        """The same cells, and where one is silent the other's.

        Example:
            >>> one, other = (Cells.of(np.array(cells, dtype=object)) for cells in (["a", None], ["b", "a"]))
            >>> one.filled(other).texts.tolist()
            ['a', 'a']
        """
        place, values = pd.factorize(np.concatenate([self.values, other.values]))
        own, others = (
            np.append(place[: len(self.values)], SILENT),
            np.append(place[len(self.values) :], SILENT),
        )
        return Cells(values, np.where(self.codes >= 0, own[self.codes], others[other.codes]))
