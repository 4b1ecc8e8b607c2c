"""JSON objects made a whole column at a time; a name without a value in a row is left out of that row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .text import Column, json_text, texts


def quoted(values: Column) -> pa.Array:
    """JSON strings; null and empty text stay null, to be left out.

    Example:
        >>> quoted(["a", "", None]).to_pylist()
        ['"a"', None, None]
    """
    column = texts(values)
    held = pc.fill_null(pc.not_equal(column, ""), False)
    return pc.if_else(held, json_text(column), pa.scalar(None, pa.string()))


def only_where(holds: np.ndarray, encoded: pa.Array | str) -> pa.Array:
    """JSON values in the rows that have them, null in the others.

    Example:
        >>> only_where(np.array([True, False]), "true").to_pylist()
        ['true', None]
    """
    return pc.if_else(pa.array(np.asarray(holds, dtype=bool)), encoded, pa.scalar(None, pa.string()))


def json_objects(fields: Mapping[str, pa.Array | str]) -> pa.Array:
    """One JSON object a row.

    Args:
        fields: Name -> n JSON values, or one for all rows, in the order in which they are written. A
            null is left out of its row. At least one is a column.

    Example:
        >>> json_objects({"kind": '"page"', "no": texts([1, 2]), "who": quoted(["Ada", ""])}).to_pylist()
        ['{"kind":"page","no":1,"who":"Ada"}', '{"kind":"page","no":2}']
    """
    always = [name for name, one in fields.items() if isinstance(one, str) or not one.null_count]
    pieces: list[pa.Array | str] = []
    for name, one in fields.items():
        label = f"{json_text([name])[0].as_py()}:"
        if name in always:
            pieces += [f",{label}", one]
            continue
        told = pc.binary_join_element_wise(f",{label}", texts(one), "")
        pieces.append(pc.fill_null(told, ""))
    body = pc.binary_join_element_wise(*pieces, "")
    return pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(body, 1), "}", "")
