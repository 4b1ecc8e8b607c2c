"""Rows of a database as text, streamed and only ever read.

Context: SQLite files lie among the exports like any other file; other databases are asked over a
connection. Choice: SQLite through the standard library, a database whose ADBC driver is installed
through that, all else through SQLAlchemy. A value's text is what the same data exported as CSV
would hold. An address holds a password, so no message quotes what a driver says. Rows come in the
order that the database gives: a table by its primary key where SQLAlchemy asks, a query as its
``order by`` says.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import importlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

BATCH_ROWS = 1 << 14
# Drivers that hand over Arrow batches, by what an address begins with.
ARROW_DRIVERS = {"postgresql": "adbc_driver_postgresql.dbapi", "postgres": "adbc_driver_postgresql.dbapi"}
_SQLITE = b"SQLite format 3\0"
_ONLY_READ = {
    "sqlite": "pragma query_only = on",
    "postgresql": "set transaction read only",
    "mysql": "set transaction read only",
    "mariadb": "set transaction read only",
}

Batch = tuple[list[str], list[Sequence[Any]]]


@dataclass(frozen=True)
class Asked:
    """What a database is asked for: all of a table, or a query."""

    table: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        if bool(self.table) == bool(self.query):
            raise UserError(
                "a mapping of format sql says both a table and a query, or none of them",
                do="say format.table or format.query",
            )


def rows_of_file(path: Path, asked: Asked, file_name: str) -> Iterator[Batch]:
    """Names and columns of a SQLite file, batch by batch; at least one batch.

    Raises:
        UserError: The file is no SQLite database, or it waits for changes to be written into it.
    """
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) != _SQLITE:
            raise UserError(
                "file is no SQLite database", file=file_name, do="say 'url' in the mapping for any other"
            )
    waiting = [path.with_name(path.name + ending) for ending in ("-wal", "-journal")]
    if any(one.exists() and one.stat().st_size for one in waiting):
        raise UserError(
            "the database has changes that are not yet written into its file",
            file=file_name,
            do="close the program that writes it, or export a copy",
        )
    # `immutable`: not even a lock is written beside the file. Whoever asks for the next batch may be
    # another thread than the one before, one at a time.
    address = path.resolve().as_uri() + "?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True, check_same_thread=False)) as connection:
        connection.text_factory = bytes  # text that is no UTF-8 spoils its own row only
        connection.execute("pragma query_only = on")
        connection.execute("pragma trusted_schema = off")
        if asked.table:
            _refuse_missing(asked.table, _names_in(connection), file_name)
        query = asked.query or f"select * from {_quoted_table(asked.table)}"
        yield from _fetched(connection.execute(query))


def _names_in(connection: sqlite3.Connection) -> list[str]:
    """Tables and views of a SQLite file."""
    said = connection.execute("select name from sqlite_master where type in ('table', 'view') order by name")
    return [bytes(name).decode("utf-8", "replace") for (name,) in said]


def _refuse_missing(table: str, known: Sequence[str], file_name: str) -> None:
    bare = table.removeprefix("main.").strip('"')
    if bare.lower() in (one.lower() for one in known) or bare.startswith("sqlite_"):
        return
    near = difflib.get_close_matches(bare, known, 1)
    raise UserError(
        f"table '{table}' is missing",
        file=file_name,
        do=(f"did you mean '{near[0]}'? " if near else "") + f"there are {', '.join(known) or 'none'}",
    )


def rows_of_url(url: str, asked: Asked) -> Iterator[Batch]:
    """Names and columns of a database at an address, batch by batch; at least one batch."""
    driver = _arrow_driver(url)
    if driver is not None:
        with closing(driver.connect(url)) as connection, closing(connection.cursor()) as cursor:
            if url.startswith("postgres"):
                cursor.execute(_ONLY_READ["postgresql"])
            cursor.execute(asked.query or f"select * from {_quoted_table(asked.table)}")
            reader = cursor.fetch_record_batch()
            yield list(reader.schema.names), [[] for _ in reader.schema.names]
            for batch in reader:
                yield list(reader.schema.names), [column.to_pylist() for column in batch.columns]
        return
    import sqlalchemy

    engine = sqlalchemy.create_engine(_only_reading(url), hide_parameters=True, echo=False)
    try:
        with engine.connect() as connection:
            if engine.dialect.name in _ONLY_READ:
                connection.exec_driver_sql(_ONLY_READ[engine.dialect.name])
            query = asked.query or _table_query(engine, asked.table)
            streamed = connection.execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
            result = streamed.exec_driver_sql(query)
            names = list(result.keys())
            yield names, [[] for _ in names]
            while rows := result.fetchmany(BATCH_ROWS):
                yield names, list(zip(*rows, strict=True))
            connection.rollback()
    finally:
        engine.dispose()


class DigestOfRows:
    """Fingerprint of rows in their order, and the number of characters that their text has."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._names: list[str] = []
        self.n_bytes = 0

    def add(self, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
        """Take the rows of one batch; where batches end does not matter."""
        if self._names != list(names):
            self._names = list(names)
            self._digest.update(repr(self._names).encode())
        texts = [[text_of(value) for value in column] for column in columns]
        for row in zip(*texts, strict=True):
            self._digest.update(repr(row).encode("utf-8", "surrogatepass"))
            self.n_bytes += sum(len(text) for text in row if text is not None)

    @property
    def sha256(self) -> str:
        """As hexadecimal text."""
        return self._digest.hexdigest()


def text_of(value: Any) -> str | bytes | None:
    """A value as CSV would hold it; bytes where it is no text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            return bytes(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    return str(value)


def _fetched(cursor: sqlite3.Cursor) -> Iterator[Batch]:
    names = [column[0] for column in cursor.description or ()]
    yield names, [[] for _ in names]
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield names, list(zip(*rows, strict=True))


def _arrow_driver(url: str) -> Any:
    name = ARROW_DRIVERS.get(url.split(":", 1)[0])
    if name is None:
        return None
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def _only_reading(url: str) -> Any:
    """An address that makes no file where there is none: SQLite would."""
    import sqlalchemy

    told = sqlalchemy.make_url(url)
    if told.get_backend_name() != "sqlite" or not told.database or told.database.startswith("file:"):
        return told
    path = Path(told.database)
    if not path.is_file():
        raise FileNotFoundError
    return told.set(database=path.resolve().as_uri(), query={"mode": "ro", "uri": "true"})


def _table_query(engine: Any, table: str) -> str:
    import sqlalchemy

    *schema, name = table.split(".")
    quote = engine.dialect.identifier_preparer.quote
    keys = sqlalchemy.inspect(engine).get_pk_constraint(name, schema=".".join(schema) or None)
    order = ", ".join(quote(key) for key in keys["constrained_columns"])
    told = "select * from " + ".".join(quote(part) for part in (*schema, name))
    return f"{told} order by {order}" if order else told


def _quoted_table(table: str) -> str:
    return ".".join(_quoted(part) for part in table.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
