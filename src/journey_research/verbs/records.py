"""The records of a user's table: their ids, and the columns to compare."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from journey_research.errors import UserError

from .values import as_text, is_blank, need_columns


def check_records(
    frame: pd.DataFrame, id: str, fields: Sequence[str] | str | None, source: str | None = None
) -> tuple[list[str], list[str]]:
    """The ids as text and the columns to compare.

    Args:
        frame: n records.
        id: Column that names a record.
        fields: Columns to compare; all but the id and the source where not given.
        source: Column that says which source a record is of.

    Returns:
        n ids, and the names of the columns.

    Raises:
        UserError: A column is missing; an id is blank or stands twice; nothing is to be compared.

    Example:
        >>> check_records(pd.DataFrame({"key": [1, 2], "name": ["Ann", "Bo"]}), "key", None)
        (['1', '2'], ['name'])
    """
    if isinstance(fields, str):
        fields = [name.strip() for name in fields.split(",") if name.strip()]
    frame_columns = [str(name) for name in frame.columns]
    need_columns(frame_columns, [id, *(fields or [])])
    columns = (
        list(dict.fromkeys(fields))
        if fields is not None
        else [name for name in frame_columns if name not in (id, source)]
    )
    if not columns or columns == [id]:
        raise UserError("there is no column to compare", do="name at least one column beside the id")
    if id in columns:
        raise UserError("the id is among the fields", column=id, do="compare other columns than the id")
    blank = is_blank(frame[id])
    if blank.any():
        raise UserError(
            "id is blank", row=int(blank.to_numpy().argmax()) + 1, column=id, do="give every record an id"
        )
    ids = as_text(frame[id])
    repeated = ids.duplicated()
    if repeated.any():
        row = int(repeated.to_numpy().argmax()) + 1
        raise UserError("id stands more than once", row=row, column=id, do="give every record its own id")
    return ids.tolist(), columns
