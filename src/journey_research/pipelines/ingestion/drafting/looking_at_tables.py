"""Parquet files, databases and workbooks, looked at: they say themselves how they are written."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from journey_research.contracts.databases import Asked, rows_of_file, text_of
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files.parquet_format import open_parquet
from journey_research.pipelines.ingestion.files.xlsx_format import filled_rows, sheets_of

from .looked import MOST_BEFORE, SAMPLE_ROWS, Looked, header_place, sized
from .nested import cell_text, flattened, lists_in


def look_at_parquet(path: Path) -> Looked:
    """The first rows of a Parquet file.

    Raises:
        UserError: It is broken, or not what it says of itself.
    """
    with path.open("rb") as source:
        batch = next(open_parquet(source, path.name).iter_batches(SAMPLE_ROWS), None)
        rows = batch.to_pylist() if batch is not None else []
    return Looked({"type": "parquet"}, *sized(flattened(rows)), lists_in(rows))


def look_at_database(path: Path) -> Looked:
    """The largest table or view of an SQLite file.

    Raises:
        UserError: It has none.
    """

    def cells(query: str) -> list[list[str | None]]:
        """Columns of the first rows, as text."""
        told = list(islice(rows_of_file(path, Asked(query=query), path.name), 2))[-1]
        return [[cell_text(text_of(value)) for value in column[:SAMPLE_ROWS]] for column in told[1]]

    [tables] = cells(
        "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' "
        "order by name"
    )
    if not tables:
        raise UserError("database holds no table", file=path.name, do="export it again")
    quoted = {str(one): '"' + str(one).replace('"', '""') + '"' for one in tables}
    sizes = {one: int(cells(f"select count(*) from {quoted[one]}")[0][0] or 0) for one in quoted}
    table = max(quoted, key=lambda one: (sizes[one], one))
    names, _ = next(rows_of_file(path, Asked(table=table), path.name))
    columns = dict(zip(names, cells(f"select * from {quoted[table]} limit {SAMPLE_ROWS}"), strict=True))
    listed = f"the database has {len(quoted)} tables and views ({', '.join(quoted)}); this is the largest"
    unsure = [listed] if len(quoted) > 1 else []
    return Looked({"type": "sql", "table": table}, *sized(columns), unsure)


def look_at_workbook(path: Path) -> Looked:
    """The longest sheet of a workbook.

    Raises:
        UserError: It cannot be opened, holds no rows, or names no columns.
    """
    sheets = sheets_of(path.read_bytes(), path.name)
    filled = {title: list(islice(filled_rows(sheets[title], path.name), SAMPLE_ROWS + 1)) for title in sheets}
    title = max(filled, key=lambda one: len(filled[one]))
    if not filled[title]:
        raise UserError("workbook holds no rows", file=path.name, do="ask the owner of the export for it")
    start = header_place(filled[title][: MOST_BEFORE + 1])
    if start is None:
        raise UserError(
            "the first row names no columns", file=path.name, do="put a row with their names before the first"
        )
    header, *body = filled[title][start:]
    names = [str(cell).strip() if cell is not None else "" for cell in header]
    columns = {
        name: [cell_text(row[place]) if place < len(row) else None for row in body]
        for place, name in enumerate(names)
        if name
    }
    unsure = [f"the workbook has {len(filled)} sheets; this is the longest"] if len(filled) > 1 else []
    form: dict[str, Any] = {"type": "xlsx", "sheet": title}
    if start:
        form["skip_rows"] = start
        unsure.append(f"{start} rows stand before what looks like the header")
    return Looked(form, columns, len(body), unsure)
