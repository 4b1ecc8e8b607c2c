"""Rows as every format gives them: named text columns, and what could not be parted into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from journey_research.errors import UserError

IS_TEXT = "is UTF-8 text"


@dataclass(frozen=True)
class Reject:
    """A row set aside: where it stands and the first rule it broke. Never its text."""

    row_number: int
    byte_offset: int | None
    byte_length: int | None
    column: str | None
    rule: str


@dataclass(frozen=True)
class Rows:
    """What a file holds, or a batch of it.

    Attributes:
        columns: m rows of text columns, an absent cell is null.
        row_number: m numbers, the first row after the header is 1; a row that was exploded
            stands several times.
        byte_offset: m places of the rows in the file, or none where rows are no runs of bytes.
        byte_length: m lengths, without the line's end.
        n_rows: Rows in the batch, accepted or not.
        rejects: Rows that could not be parted into columns.
        found: Names of the columns in the file, where it names them.
    """

    columns: pa.Table
    row_number: np.ndarray
    byte_offset: np.ndarray | None
    byte_length: np.ndarray | None
    n_rows: int
    rejects: list[Reject] = field(default_factory=list)
    found: Sequence[str] = ()


def missing_column(file_name: str, column: str, found: Sequence[str], wanted: Sequence[str]) -> UserError:
    """The message for a column that a source cannot do without.

    Names are listed only when the mapping knows one of them: the first line of a file without a
    header holds somebody's data.
    """
    if any(name in wanted for name in found):
        has = "the file has " + ", ".join(f"'{name}'" for name in found[:40])
    else:
        has = f"the mapping knows none of its {len(found)} columns, so it may have no header"
    return UserError(
        "column is missing",
        file=file_name,
        column=column,
        do=f"{has}; ask the owner of the export, or change the mapping",
    )


def refuse_repeated(names: Sequence[str], wanted: Sequence[str], file_name: str) -> None:
    """Stop at a header that names a column twice; told by its place where it may be a value."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name and name in seen:
            raise UserError(
                "column stands twice" if name in wanted else f"column {place + 1} repeats another's name",
                file=file_name,
                column=name if name in wanted else None,
                do="ask for an export that names it once",
            )
        seen.add(name)


def columns_from(values: dict[str, list[str | None]], wanted: Sequence[str]) -> pa.Table:
    """Lists as text columns, in the order wanted."""
    return pa.table({name: pa.array(values[name], pa.string()) for name in wanted})
