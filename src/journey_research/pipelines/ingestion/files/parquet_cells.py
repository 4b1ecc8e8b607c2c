"""Values of a Parquet file: the way to those that are nested, and their text."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .path_words import Element, Step, steps_of


def reach(batch: pa.RecordBatch | pa.Table, name: str) -> pa.Array | None:
    """The values at the end of a path; nothing where no step leads there."""
    names = batch.schema.names
    steps: tuple[Step, ...] = (name,) if name in names else steps_of(name)
    if steps[0] not in names:
        return None
    column: pa.Array | None = batch.column(names.index(steps[0]))
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    for step in steps[1:]:
        column = _stepped(column, step)
        if column is None:
            return None
    return column


def _stepped(column: pa.Array, step: Step) -> pa.Array | None:
    if isinstance(step, str):
        if not pa.types.is_struct(column.type) or column.type.get_field_index(step) < 0:
            return None
        return pc.struct_field(column, step)
    if pa.types.is_map(column.type):
        # A map is a list of its keys and values; where it is null it holds none.
        parts = pa.StructArray.from_arrays([column.keys, column.items], ["key", "value"])
        column = pa.ListArray.from_arrays(column.offsets, parts)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        return None
    elements, owner = pc.list_flatten(column), pc.list_parent_indices(column).to_numpy()
    if isinstance(step, Element):
        starts = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else np.zeros(0, dtype=bool)
        place = np.arange(len(owner)) - np.maximum.accumulate(np.where(starts, np.arange(len(owner)), 0))
        chosen = np.flatnonzero(place == step.place)
    else:
        told = _stepped(elements, step.field)
        if told is None:
            return None
        text, _ = as_text(told, len(elements))
        equal = np.flatnonzero(pc.fill_null(pc.equal(text, step.value), False).to_numpy(zero_copy_only=False))
        _, first = np.unique(owner[equal], return_index=True)
        chosen = equal[first]
    places = np.full(len(column), -1)
    places[owner[chosen]] = chosen
    return elements.take(pa.array(places, mask=places < 0))


def as_text(column: pa.Array | None, n_rows: int) -> tuple[pa.Array, np.ndarray]:
    """A column as text, and the rows whose value is none."""
    fine = np.zeros(n_rows, dtype=bool)
    if column is None or pa.types.is_null(column.type):
        return pa.nulls(n_rows, pa.string()), fine
    if pa.types.is_dictionary(column.type):
        column.validate(full=True)  # a broken file may name values that it does not hold
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_nested(kind):
        return _spelled(column.to_pylist()), fine
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _decoded(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            return _decoded(column.cast(pa.binary()))
    return column.cast(pa.string()), fine


def _decoded(column: pa.Array) -> tuple[pa.Array, np.ndarray]:
    texts: list[str | None] = []
    broken = np.zeros(len(column), dtype=bool)
    for at, value in enumerate(column.to_pylist()):
        try:
            texts.append(None if value is None else value.decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(None)
            broken[at] = True
    return pa.array(texts, pa.string()), broken


def _spelled(values: list[Any]) -> pa.Array:
    """Lists and records as JSON, so that nobody has to read Python."""
    texts = [
        None if one is None else json.dumps(one, default=str, ensure_ascii=False, sort_keys=True)
        for one in values
    ]
    return pa.array(texts, pa.string())
