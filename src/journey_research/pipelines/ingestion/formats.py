"""A file's bytes to named text columns and the rows that could not be parted into them.

Every format keeps every row: a row is among the columns or among the rejects, never neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from journey_research.contracts.exports import Export
from journey_research.errors import UserError

from .binary_formats import read_parquet, read_xlsx
from .csv_format import read_csv
from .json_format import read_json
from .mapping import Format
from .rows import Rows

READERS = {
    "csv": read_csv,
    "json": read_json,
    "jsonl": read_json,
    "parquet": read_parquet,
    "xlsx": read_xlsx,
}


def read_rows(export: Export, form: Format, wanted: Sequence[str]) -> Rows:
    """Read a file as text.

    Args:
        export: The file.
        form: How it is written.
        wanted: Columns to hand on; one that the file does not have is all null.

    Raises:
        UserError: The file as a whole cannot be read: it is empty, in another encoding or
            format, or a column name stands twice.
    """
    data = export.read()
    if not data:
        raise UserError("file is empty", file=export.file_name, do="ask the owner of the export for it")
    return READERS[form.type](data, form, wanted, export.file_name)
