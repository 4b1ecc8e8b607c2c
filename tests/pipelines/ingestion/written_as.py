"""The same rows of text, written as each format that ingestion reads."""

import csv
import json
import sqlite3
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq

SHEET, TABLE = "Rows", "rows of text"


def write_csv(path, columns, rows):
    """A comma between cells, quotes where they are needed; a missing value is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(columns)
        lines.writerows([[row.get(name) for name in columns] for row in rows])


def write_jsonl(path, columns, rows):
    """An object a line; a missing value is not there, and what is none is null."""
    del columns
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_json(path, columns, rows):
    """One list of objects; a name with dots is a path through objects."""
    del columns
    told = [nested(row) for row in rows]
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def write_parquet(path, columns, rows):
    """Columns of text."""
    pq.write_table(pa.table({name: _texts(rows, name) for name in columns}), path)


def write_xlsx(path, columns, rows):
    """A sheet of text cells; a blank cell is none."""
    import openpyxl

    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet(SHEET)
    sheet.append(list(columns))
    for row in rows:
        sheet.append([row.get(name) or None for name in columns])
    workbook.save(path)


def write_sql(path, columns, rows):
    """A table of SQLite, columns of text, rows in their order."""
    names = ['"' + name.replace('"', '""') + '"' for name in columns]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f'create table "{TABLE}" ({", ".join(f"{name} text" for name in names)})')
        database.executemany(
            f'insert into "{TABLE}" values ({", ".join("?" for _ in names)})',
            [[row.get(name) for name in columns] for row in rows],
        )


# Format as a mapping says it, ending of the file, who writes it.
FORMATS = {
    "csv": ({"type": "csv"}, ".csv", write_csv),
    "jsonl": ({"type": "jsonl"}, ".jsonl", write_jsonl),
    "nested json": ({"type": "json"}, ".json", write_json),
    "parquet": ({"type": "parquet"}, ".parquet", write_parquet),
    "xlsx": ({"type": "xlsx", "sheet": SHEET}, ".xlsx", write_xlsx),
    "sql": ({"type": "sql", "table": TABLE}, ".sqlite", write_sql),
}


def nested(row):
    """``{"a.b": 1, "a.c": 2}`` as ``{"a": {"b": 1, "c": 2}}``."""
    told = {}
    for name, value in row.items():
        *above, last = name.split(".")
        here = told
        for step in above:
            here = here.setdefault(step, {})
        here[last] = value
    return told


def _texts(rows, name):
    return pa.array([row.get(name) for row in rows], pa.string())
