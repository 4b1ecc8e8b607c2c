"""Records as columns of codes: each distinct value stands once, a record holds its number.

Context: names, towns and post codes repeat, so what is known of a value need not be found out for
each record that holds it. Choice: a column's distinct values by falling frequency, numbered from
0, and null as -1; of two numbers the smaller is the commoner value. All that identity computes
per value (spelling, predicates, likeness) it computes once, and hands out by number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from .fields import Field, fold, kind_of
from .whole_names import find_partings, part_names

MISSING = -1


@dataclass(frozen=True)
class ValueColumn:
    """One compared column of n records.

    Attributes:
        name: Its name.
        kind: What it holds; see ``fields``.
        values: v distinct folded values, object array, by falling frequency, then by text.
        counts: v numbers of records that hold each, int64.
        codes: n numbers of the records' values, int32; -1 where a record is silent.
    """

    name: str
    kind: str
    values: np.ndarray
    counts: np.ndarray
    codes: np.ndarray

    @property
    def field(self) -> Field:
        """Its name and kind."""
        return Field(self.name, self.kind)

    def of(self, records: np.ndarray) -> ValueColumn:
        """The same column for some of the records; values and counts stay those of all."""
        return ValueColumn(self.name, self.kind, self.values, self.counts, self.codes[records])


def fold_column(given: pd.Series) -> np.ndarray:
    """n values folded, each distinct one once; None where a record is silent."""
    codes, raw = pd.factorize(given.to_numpy(dtype=object), use_na_sentinel=True)
    folded = np.array([*(fold(value) for value in raw), None], dtype=object)
    told: np.ndarray = folded[codes]
    return told


def encode_column(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct values, their counts, and each record's code; see ``ValueColumn``.

    Args:
        cells: n folded values, None where a record is silent.

    Example:
        >>> values, counts, codes = encode_column(np.array(["ann", "bob", "ann", None], dtype=object))
        >>> values.tolist(), counts.tolist(), codes.tolist()
        (['ann', 'bob'], [2, 1], [0, 1, 0, -1])
    """
    found, values = pd.factorize(cells, use_na_sentinel=True)
    counts = np.bincount(found[found >= 0], minlength=len(values))
    texts = values.astype(str)
    order = np.lexsort([texts, -counts]) if len(values) else np.zeros(0, dtype=np.int64)
    place = np.full(len(values) + 1, MISSING, dtype=np.int32)
    place[order] = np.arange(len(values), dtype=np.int32)
    return texts[order].astype(object), counts[order].astype(np.int64), place[found]


def encode(
    frame: pd.DataFrame, fields: Sequence[Field], partings: Mapping[str, tuple[str, str]] | None = None
) -> list[ValueColumn]:
    """The compared columns of n records, in the order of the fields.

    Args:
        frame: n records; any spelling.
        fields: The columns.
        partings: Whole names to part first; those that the frame does not have are passed over.
    """
    wholes = {whole: parts for whole, parts in (partings or {}).items() if whole in frame}
    names = dict.fromkeys([*(one.name for one in fields), *wholes, *chain.from_iterable(wholes.values())])
    folded = part_names({name: fold_column(frame[name]) for name in names}, wholes)
    return [ValueColumn(one.name, one.kind, *encode_column(folded[one.name])) for one in fields]


def find_fields(
    frame: pd.DataFrame, names: Sequence[str], least_filled_share: float = 0.0
) -> tuple[list[Field], dict[str, tuple[str, str]]]:
    """The columns worth comparing, each with its kind, and the whole names to part.

    Args:
        frame: n records; any spelling.
        names: Candidates, in the order wanted.
        least_filled_share: Columns filled in a smaller share of the records are left out.
    """
    folded = {name: fold_column(frame[name]) for name in names}
    encoded = {name: encode_column(cells) for name, cells in folded.items()}
    kinds = {name: kind_of(values.tolist(), counts) for name, (values, counts, _) in encoded.items()}
    partings = find_partings({name: folded[name] for name in names if kinds[name] in ("text", "phrase")})
    taken = {part for parts in partings.values() for part in parts}
    return [
        Field(name, kind)
        for name in names
        if (kind := kinds[name]) is not None
        and name not in partings
        and (name in taken or int(encoded[name][1].sum()) >= least_filled_share * len(frame))
    ], partings


def find_columns(
    frame: pd.DataFrame, names: Sequence[str], least_filled_share: float = 0.0
) -> list[ValueColumn]:
    """The columns worth comparing, encoded; see ``find_fields``."""
    return encode(frame, *find_fields(frame, names, least_filled_share))


def repeated_rows(columns: Sequence[ValueColumn]) -> np.ndarray:
    """For each of n records the first record that holds the same values in all columns."""
    n = len(columns[0].codes)
    row = np.zeros(n, dtype=np.int64)
    for column in columns:
        _, row = np.unique(row * (len(column.values) + 1) + column.codes + 1, return_inverse=True)
    first = np.full(int(row.max()) + 1 if n else 0, n, dtype=np.int64)
    np.minimum.at(first, row, np.arange(n))
    return first[row]
