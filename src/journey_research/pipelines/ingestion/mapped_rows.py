"""What rows yielded, under canonical names; native keys become pseudonyms here and end."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from . import mapped_events, mapped_records
from .language.mapping_words import VALUE_FIELDS
from .making import Made
from .mapped_schemas import MAPPED, TOLD_AT
from .mapping import SourceMapping
from .naming import Naming
from .promising import promises_of
from .yielding import Yielded

__all__ = ["MAPPED", "mapped", "newest_at"]

_MAKERS = {**mapped_records.MAKERS, **mapped_events.MAKERS}


def mapped(mapping: SourceMapping, yielded: list[Yielded], key: bytes, file_id: str) -> dict[str, pa.Table]:
    """What one batch of one file says, under canonical names.

    Args:
        mapping: The source's mapping.
        yielded: What the batch's rows yielded, without those that were set aside.
        key: The secret that pseudonyms are made with.
        file_id: Name of the file among all that are read; orders carry it, because an order that
            stands in several files is taken from the last.

    Returns:
        A table for each name in ``MAPPED``, some without rows. Nothing but the arguments is read, so
        the same batch gives the same tables.
    """
    naming = Naming(mapping, key, file_id)
    parts: dict[str, list[pa.Table]] = {name: [MAPPED[name].empty_table()] for name in MAPPED}
    record = next((one for one in yielded if one.block.kind == "record"), None)
    ids = None if record is None else naming.own(record.values["key"], "record")
    for block in yielded:
        # What does not apply is dropped first: names are dear.
        one, mine = block, ids
        if not block.applies.all():
            one, mine = (
                block.only(block.applies),
                None if ids is None else ids.filter(pa.array(block.applies)),
            )
        made = _MAKERS[one.block.kind](naming, one, mine)
        parts[made.table].append(_table(made))
        parts["lost_values"].append(_lost(mapping, one))
    if record is not None:
        held = {field: record.values[field] for field in VALUE_FIELDS if field in record.values}
        if held:
            told = {"record_id": ids, "seen_at": record.values.get("recorded_at"), **held}
            parts["record_values"].append(_table(Made("record_values", told, record.applies)))
    parts["promises"].append(promises_of(mapping))
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def newest_at(tables: Mapping[str, pa.Table]) -> datetime.datetime | None:
    """The newest instant that mapped rows tell of, UTC; nothing where they tell none."""
    told = [pc.max(tables[name][column]).as_py() for name, column in TOLD_AT.items() if name in tables]
    return max((one for one in told if one is not None), default=None)


def _table(made: Made) -> pa.Table:
    """Columns by their schema, the rows to which the block applies."""
    schema, n_rows = MAPPED[made.table], len(made.applies)
    filled = {}
    for field in schema:
        column = made.columns.get(field.name)
        filled[field.name] = pa.nulls(n_rows, field.type) if column is None else column
    told = pa.table(filled, schema=schema)
    return told if made.applies.all() else told.filter(pa.array(made.applies))


def _lost(mapping: SourceMapping, one: Yielded) -> pa.Table:
    """How many values of a block's rows had no form, and why."""
    rows = []
    for field, reasons in sorted(one.lost.items()):
        counted = pc.value_counts(reasons.filter(pa.array(one.applies)).drop_null())
        rows += [
            {"source": mapping.source, "field": field, "reason": told["values"], "n_rows": told["counts"]}
            for told in sorted(counted.to_pylist(), key=_by_reason)
        ]
    return pa.Table.from_pylist(rows, schema=MAPPED["lost_values"])


def _by_reason(told: Mapping[str, str]) -> str:
    return told["values"]
