"""Which rows of a batch keep their source's rules, and what they yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checking import breaches
from .files.rows import Reject, Rows
from .filtering import matches
from .mapping import SourceMapping
from .yielding import Yielded, file_rows, yield_blocks


@dataclass(frozen=True)
class Kept:
    """A batch after its rules.

    Attributes:
        yielded: What the rows that are left yield.
        rejects: Rows set aside, in the order of the file.
        accepted: Which of the rows that were parted are left.
        n_rows: Rows in the batch.
        n_left_out: Rows that the mapping leaves out.
    """

    yielded: list[Yielded]
    rejects: list[Reject]
    accepted: np.ndarray
    n_rows: int
    n_left_out: int


def keep(rows: Rows, mapping: SourceMapping, file_name: str, is_left_out: bool = False) -> Kept:
    """Hold the rows against the rules; rows that the mapping leaves out are held against none.

    Args:
        rows: Some rows of a file, under the mapping's names; all parts of a row that was exploded.
        mapping: What the source says.
        file_name: Name of the file.
        is_left_out: The file as a whole is left out: another one stands in its place.
    """
    table, n_parted = rows.columns, len(rows.row_number)
    out = np.full(n_parted, is_left_out)
    if mapping.leave_out and not is_left_out:
        out = matches(mapping.leave_out, table)
    judged = file_rows(mapping, table, rows.row_number, file_name)
    yielded = yield_blocks(mapping, judged)
    told: list[tuple[str | None, str]] = []
    first = np.full(n_parted, np.iinfo(np.int32).max, dtype=np.int32)
    for number, breach in enumerate(breaches(mapping, judged, yielded)):
        told.append((breach.column, breach.rule))
        # Rules come in the order in which they are told: the first that a row breaks stays.
        broken = np.flatnonzero(breach.broken)
        first[broken] = np.minimum(first[broken], number)
    broken = np.flatnonzero((first < len(told)) & ~out)
    rejects = [*rows.rejects, *_rejects(rows, broken, first, told)]
    clean = ~out
    if len(broken):
        clean &= ~np.isin(rows.row_number, rows.row_number[broken])
    return Kept(
        yielded if clean.all() else [one.only(clean) for one in yielded],
        sorted(rejects, key=lambda one: one.row_number),
        clean,
        rows.n_rows,
        len(np.unique(rows.row_number[out])),
    )


def _rejects(
    rows: Rows, broken: np.ndarray, first: np.ndarray, told: list[tuple[str | None, str]]
) -> list[Reject]:
    """A row that was exploded is set aside once, with the first rule that any part of it broke."""
    by_rule = broken[np.lexsort((first[broken], rows.row_number[broken]))]
    numbers, places = np.unique(rows.row_number[by_rule], return_index=True)
    rejects = []
    for row, place in zip(numbers.tolist(), by_rule[places].tolist(), strict=True):
        offset = None if rows.byte_offset is None else int(rows.byte_offset[place])
        length = None if rows.byte_length is None else int(rows.byte_length[place])
        rejects.append(Reject(row, offset, length, *told[first[place]]))
    return rejects
