"""A table or a query of a database to text columns; see ``contracts.databases`` for the reading.

Rows of a database are no runs of bytes, so rejects have no offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from journey_research.contracts.databases import Asked, Batch, text_of
from journey_research.contracts.exports import Export
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.mapping import Format

from .rows import IS_TEXT, Reject, Rows, refuse_repeated
from .text_encodings import is_text


def read_sql(export: Export, form: Format, wanted: Sequence[str]) -> Iterator[Rows]:
    """Columns of a table or a query as text, batch by batch; see ``formats.read_batches``."""
    n_before = 0
    for names, columns in _told(export, Asked(form.table, form.query)):
        if not n_before:
            refuse_repeated(names, wanted, export.file_name)
        rows = _rows(names, columns, wanted, n_before)
        n_before += rows.n_rows
        yield rows


def _told(export: Export, asked: Asked) -> Iterator[Batch]:
    """The batches of a database, whose own errors quote addresses, queries and values."""
    try:
        yield from export.asked(asked)
    except UserError:
        raise
    except Exception as error:
        raise UserError(
            f"the database cannot be read ({type(error).__name__})",
            file=export.file_name,
            do="check where it is, who may read it, and the table or query in the mapping",
        ) from None


def _rows(names: list[str], columns: list[Sequence[Any]], wanted: Sequence[str], n_before: int) -> Rows:
    n_rows = len(columns[0]) if columns else 0
    place = {name: at for at, name in reversed(list(enumerate(names)))}
    told: dict[str, pa.Array] = {}
    spoilt = np.zeros(n_rows, dtype=bool)
    for name in wanted:
        if name not in place:
            told[name] = pa.nulls(n_rows, pa.string())
            continue
        texts = [text_of(value) for value in columns[place[name]]]
        broken = [at for at, text in enumerate(texts) if not is_text(text)]
        for at in broken:
            spoilt[at], texts[at] = True, None
        told[name] = pa.array(texts, pa.string())
    numbers = np.arange(n_before + 1, n_before + n_rows + 1)
    table = pa.table(told)
    rejects = [Reject(number, None, None, None, IS_TEXT) for number in numbers[spoilt].tolist()]
    return Rows(
        table.filter(pa.array(~spoilt)) if rejects else table,
        numbers[~spoilt],
        None,
        None,
        n_rows,
        rejects,
        names,
    )
