"""Records as columns of codes: each distinct value stands once, a record holds its number.

Context: names, towns and post codes repeat, so what is known of a value need not be found out for
each record that holds it. Choice: a column's distinct values by falling frequency, numbered from
0, and null as -1; of two numbers the smaller is the commoner value. All that identity computes
per value (spelling, predicates, likeness) it computes once, and hands out by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from .cells import SILENT, Cells
from .fields import Field, fold_all, kind_of
from .predicate_keys import PREDICATES, Keys, keys_of
from .quantities import QUANTITIES, find_places, parts_of, spell
from .threads import side_by_side
from .whole_names import find_partings, part_names
from .words import WordCounts

LEAST_TOLD, MANY_WORDS = 2, 4
WORDY = ("phrase", "long")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class ValueColumn:
    """One compared column of n records.

    Attributes:
        name: Its name.
        kind: What it holds; see ``fields``.
        values: v distinct folded values, object array, by falling frequency, then by text.
        counts: v numbers of records that hold each, int64.
        codes: n numbers of the records' values, int32; -1 where a record is silent.
        known_keys: Predicate -> the values' keys, found once; see ``predicate_keys``.
        known_words: By which words are rare, where the values are some of more; else their own.
    """

    name: str
    kind: str
    values: np.ndarray
    counts: np.ndarray
    codes: np.ndarray
    known_keys: dict[str, Keys] = field(default_factory=dict, repr=False, compare=False)
    known_words: WordCounts | None = field(default=None, repr=False, compare=False)

    @property
    def field(self) -> Field:
        """Its name and kind."""
        return Field(self.name, self.kind)

    def of(self, records: np.ndarray) -> ValueColumn:
        """The same column for some of the records; values and counts stay those of all."""
        return replace(self, codes=self.codes[records])

    @cached_property
    def words(self) -> WordCounts:
        """How many of the values hold a word."""
        return WordCounts(self.values) if self.known_words is None else self.known_words

    def keys(self, predicate: str) -> Keys:
        """The values' keys by a predicate, found once."""
        if predicate not in self.known_keys:
            counts = self.words if predicate == "rareWords" else None
            self.known_keys[predicate] = keys_of(self.values, predicate, counts)
        return self.known_keys[predicate]

    @property
    def words_if_rare(self) -> WordCounts | None:
        """``words`` where they count for keys, for columns of some of the values."""
        return self.words if "rareWords" in PREDICATES[self.kind] else None


def fold_column(given: pd.Series) -> Cells:
    """n values folded, each distinct one once; silent where nothing is left."""
    codes, raw = pd.factorize(given.array, use_na_sentinel=True)
    is_text = isinstance(raw.dtype, pd.StringDtype)
    return Cells(raw, codes).respelt(fold_all(raw if is_text else np.asarray(raw, dtype=object)))


def fold_columns(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, Cells]:
    """Columns folded, by their names; ``a + b`` is a place of which two columns hold a coordinate each."""
    names = list(names)
    return dict(zip(names, side_by_side(lambda name: _fold_named(frame, name), names), strict=True))


def _fold_named(frame: pd.DataFrame, name: str) -> Cells:
    if name in frame or len(parts_of(name)) == 1:
        return fold_column(frame[name])
    north, east = (fold_column(frame[part]).texts for part in parts_of(name))
    both = np.flatnonzero(~(pd.isna(north) | pd.isna(east)))
    texts = np.full(len(frame), None, dtype=object)
    texts[both] = [f"{a}, {b}" for a, b in zip(north[both], east[both], strict=True)]
    return Cells.of(texts)


def spell_column(cells: Cells, kind: str) -> Cells:
    """Folded cells in the spelling of their kind; see ``quantities.spell``."""
    return cells.respelt(spell(cells.values, kind)) if kind in QUANTITIES else cells


def encode_column(cells: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct values, their counts, and each record's code; see ``ValueColumn``.

    Args:
        cells: n folded cells.

    Example:
        >>> cells = Cells.of(np.array(["bob", "ann", "ann", None], dtype=object))
        >>> values, counts, codes = encode_column(cells)
        >>> values.tolist(), counts.tolist(), codes.tolist()
        (['ann', 'bob'], [2, 1], [1, 0, 0, -1])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = cells.held()
    counts = cells.counts
    told = pa.table({"count": counts, "text": pa.array(cells.values, pa.string())})
    order = pc.sort_indices(told, [("count", "descending"), ("text", "ascending")]).to_numpy()
    place = np.full(len(counts) + 1, SILENT, dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return cells.values[order], counts[order].astype(np.int64), place[cells.codes]


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
    folded = part_names(fold_columns(frame, names), wholes)
    return [
        ValueColumn(one.name, one.kind, *encode_column(spell_column(folded[one.name], one.kind)))
        for one in fields
    ]


def find_columns(
    frame: pd.DataFrame, names: Sequence[str], least_filled_share: float = 0.0
) -> tuple[list[ValueColumn], dict[str, tuple[str, str]]]:
    """The columns worth comparing, encoded, and the whole names that were parted.

    Args:
        frame: n records; any spelling.
        names: Candidates, in the order wanted.
        least_filled_share: Columns filled in a smaller share of the records are left out.
    """
    folded = fold_columns(frame, names)
    for place, coordinates in find_places(names).items():
        cells = fold_columns(frame, [place])[place]
        if kind_of(*encode_column(cells)[:2]) == "place":
            folded = {name: folded[name] for name in folded if name not in coordinates} | {place: cells}
    names = list(folded)
    encoded = dict(zip(names, side_by_side(encode_column, folded.values()), strict=True))
    kinds = {name: kind_of(values, counts) for name, (values, counts, _) in encoded.items()}
    counted = {
        name: dict(zip(encoded[name][0].tolist(), encoded[name][1].tolist(), strict=True))
        for name in names
        if kinds[name] in ("text", "phrase")
    }
    partings = find_partings(counted)
    parted = part_names(folded, partings, counted)
    taken = {part for parts in partings.values() for part in parts}
    columns = []
    for name in names:
        kind, counts = kinds[name], encoded[name][1]
        if kind is None or name in partings:
            continue
        if name in taken:
            columns.append(ValueColumn(name, kind, *encode_column(parted[name])))
        elif int(counts.sum()) >= least_filled_share * len(frame):
            is_spelt = kind not in QUANTITIES
            told = encoded[name] if is_spelt else encode_column(spell_column(folded[name], kind))
            columns.append(ValueColumn(name, kind, *told))
    return columns, partings


def extended(
    columns: Sequence[ValueColumn],
    frame: pd.DataFrame,
    partings: Mapping[str, tuple[str, str]],
) -> list[ValueColumn]:
    """Columns with further records at their end; what is known of a value stays what it was.

    Values that nobody held before are numbered on and count as one record each.

    Args:
        columns: Of n records.
        frame: m further records with the same columns; any spelling.
        partings: Whole names that were parted.

    Returns:
        The columns of n + m records.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wholes = {whole: parts for whole, parts in partings.items() if whole in frame}
    known = {
        column.name: dict(zip(column.values.tolist(), column.counts.tolist(), strict=True))
        for column in columns
        if any(column.name in parts for parts in wholes.values())
    }
    names = dict.fromkeys([*(column.name for column in columns), *wholes])
    folded = part_names(fold_columns(frame, names), wholes, known)
    told = []
    for column in columns:
        values, codes = spell_column(folded[column.name], column.kind).held()
        # The few new values are hashed, not the many known ones.
        found = pc.index_in(pa.array(column.values, pa.string()), value_set=pa.array(values, pa.string()))
        held = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
        place = np.full(len(values), SILENT, dtype=np.int32)
        place[found.drop_null().to_numpy()] = held
        new = np.flatnonzero(place < 0)
        place[new] = len(column.values) + np.arange(len(new), dtype=np.int32)
        told.append(
            ValueColumn(
                column.name,
                column.kind,
                np.concatenate([column.values, values[new]]),
                np.concatenate([column.counts, np.ones(len(new), dtype=np.int64)]),
                np.concatenate([column.codes, np.append(place, SILENT).astype(np.int32)[codes]]),
                known_words=column.words_if_rare,
            )
        )
    return told


def tells_enough(columns: Sequence[ValueColumn]) -> np.ndarray:
    """Whether each of n records tells enough to be compared by likeness.

    One value alone says too little, but for a text of four words or more, as a title is; where there is only
    one column, whatever it tells has to do.

    Example:
        >>> title = ["sony turntable belt drive", "sony turntable"]
        >>> frame = pd.DataFrame({"title": title, "price": [None, None]})
        >>> tells_enough(encode(frame, [Field("title", "phrase"), Field("price", "number")])).tolist()
        [True, False]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    told = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        worth = np.ones(len(column.values) + 1, dtype=np.int64)
        worth[SILENT] = 0
        if column.kind in WORDY:
            n_spaces = pc.count_substring(pa.array(column.values, pa.string()), " ")
            worth[:-1] += n_spaces.to_numpy(zero_copy_only=False) >= MANY_WORDS - 1
        told += worth[column.codes]
    enough: np.ndarray = told >= min(LEAST_TOLD, len(columns))
    return enough


def repeated_rows(columns: Sequence[ValueColumn]) -> np.ndarray:
    """For each of n records the first record that holds the same values in all columns."""
    n = len(columns[0].codes)
    told = np.zeros(n, dtype=np.uint64)
    for column in columns:
        told = (told ^ (told >> np.uint64(29))) * _MULTIPLIER + (column.codes + 1).astype(np.uint64)
    _, place, row = np.unique(told, return_index=True, return_inverse=True)
    first: np.ndarray = place[row]  # the index that unique returns is the first
    is_equal = np.ones(n, dtype=bool)
    for column in columns:  # two rows of one number may differ, if hardly ever
        is_equal &= column.codes == column.codes[first]
    return np.where(is_equal, first, np.arange(n))
