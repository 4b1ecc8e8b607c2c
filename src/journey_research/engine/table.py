"""A table that is not computed yet.

Context: a node hands on tables that may be larger than memory, Kedro copies what it hands on,
and two threads may hold the same one. Choice: a table is text, bound parameters and the tables
that it reads from, composed as common table expressions when somebody fetches; it holds no
cursor and no view. Given up: a table that is fetched twice is computed twice, so nodes save
through ``WholeTable``, which computes once.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import duckdb_engine

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

MOST_ROWS_IN_PANDAS = 100_000
# Rows that lie in a file or in memory are read again by each who wants them; left to itself the engine
# copies them for a query that names them twice.
_MATERIALIZED = {True: "", False: "not materialized "}
_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, eq=False)
class Table:
    """A promise to compute a table: SQL over other tables, a Parquet file, or Arrow data.

    Make one with ``run_sql``, ``Table.from_parquet``, ``Table.from_arrow`` or
    ``Table.from_pandas``; fetch it with ``to_arrow`` or ``to_pandas``.

    Attributes:
        sql: A query in DuckDB's spelling that reads from the names in ``inputs``.
        inputs: The tables it reads from, by the name the query calls them.
        parameters: Values of its ``$names``.
        arrow: Data already in memory, instead of a query.
    """

    sql: str = ""
    inputs: Mapping[str, Table] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    arrow: pa.Table | None = None

    def __repr__(self) -> str:
        kind = "in memory" if self.arrow is not None else "not computed yet"
        return f"Table({kind}; to_pandas() fetches it)"

    @classmethod
    def from_parquet(cls, *paths: str | Path) -> Table:
        """The table in one Parquet file, or in several with the same columns; read when it is fetched."""
        told = [str(path) for path in paths]
        return cls(
            "select * from read_parquet($path)", parameters={"path": told[0] if len(told) == 1 else told}
        )

    @classmethod
    def from_arrow(cls, data: pa.Table) -> Table:
        """A table that is already in memory."""
        return cls(arrow=data)

    @classmethod
    def from_pandas(cls, frame: pd.DataFrame) -> Table:
        """A data frame, without its index."""
        import pyarrow as pa

        return cls(arrow=pa.Table.from_pandas(frame, preserve_index=False))

    def query(self, sql: str, **parameters: Any) -> Table:
        """Another table from this one, called ``this`` in the SQL."""
        return Table(sql, {"this": self}, parameters)

    def relation(self) -> duckdb.DuckDBPyRelation:
        """The query bound to a cursor of its own; it runs when the relation is fetched."""
        cursor = duckdb_engine.cursor()
        rendering = _Rendering(self)
        sql = rendering.statement()
        for name, data in rendering.arrows.items():
            cursor.register(name, data)
        return cursor.sql(sql, params=rendering.parameters or None)

    def to_arrow(self) -> pa.Table:
        """All rows, as Arrow."""
        return self.relation().to_arrow_table()

    def to_batches(self, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """All rows, a batch at a time."""
        yield from self.relation().to_arrow_reader(rows)

    def first_row(self) -> tuple[Any, ...]:
        """The first row, as a tuple; for queries that make one."""
        return tuple(self.relation().limit(1).fetchall()[0])

    def to_pandas(self, expected_rows: int | None = None) -> pd.DataFrame:
        """All rows as a data frame.

        Args:
            expected_rows: The most rows the caller is ready for; needed above 100,000.

        Raises:
            ValueError: There are more rows than that.
        """
        import pyarrow as pa

        most = MOST_ROWS_IN_PANDAS if expected_rows is None else expected_rows
        reader = self.relation().to_arrow_reader(MOST_ROWS_IN_PANDAS)
        batches, n_rows = [], 0
        for batch in reader:
            n_rows += batch.num_rows
            if n_rows > most:
                raise ValueError(
                    f"more than the {most:,} rows expected: summarise in SQL, "
                    "or say how many there may be: to_pandas(expected_rows=...)"
                )
            batches.append(batch)
        return pa.Table.from_batches(batches, reader.schema).to_pandas()

    def count(self) -> int:
        """Number of rows."""
        return int(self.query("select count(*) from this").first_row()[0])

    @property
    def columns(self) -> list[str]:
        """Column names, in order."""
        return list(self.relation().columns)


class _Rendering:
    """One statement being put together.

    Names of parameters and Arrow data are made unique. A query that is read more than once stands
    once, at the top, so that the engine computes it once; a file that is read more than once does
    not, so that each reader fetches only its own columns.
    """

    def __init__(self, table: Table) -> None:
        self.parameters: dict[str, Any] = {}
        self.arrows: dict[str, pa.Table] = {}
        self._table = table
        self._arrow_names: dict[int, str] = {}
        self._readers: Counter[int] = Counter()
        self._shared: dict[int, str] = {}
        self._shared_sql: dict[str, str] = {}
        self._count_readers(table)

    def statement(self) -> str:
        """The whole statement."""
        sql = self._query(self._table)
        if not self._shared_sql:
            return sql
        shared = ", ".join(f"{name} as (\n{query}\n)" for name, query in self._shared_sql.items())
        return f"with {shared} select * from (\n{sql}\n)"

    def _count_readers(self, table: Table) -> None:
        for read in table.inputs.values():
            self._readers[id(read)] += 1
            if self._readers[id(read)] == 1:
                self._count_readers(read)

    def _render(self, table: Table) -> str:
        if not table.inputs or self._readers[id(table)] < 2:
            return self._query(table)
        if id(table) not in self._shared:
            # What it reads itself comes to stand before it.
            query = self._query(table)
            self._shared[id(table)] = f"shared_{len(self._shared) + 1}"
            self._shared_sql[self._shared[id(table)]] = query
        return f"select * from {self._shared[id(table)]}"

    def _query(self, table: Table) -> str:
        if table.arrow is not None:
            return f"select * from {self._arrow_name(table.arrow)}"
        # Line ends around each query: its last line may end in a comment.
        inputs = [
            f"{name} as {_MATERIALIZED[bool(read.inputs)]}(\n{self._render(read)}\n)"
            for name, read in table.inputs.items()
        ]
        body = _PARAMETER.sub(lambda found: self._bind(table, found[1]), table.sql.strip().rstrip(";"))
        if not inputs:
            return body
        return f"with {', '.join(inputs)} select * from (\n{body}\n)"

    def _arrow_name(self, data: pa.Table) -> str:
        name = self._arrow_names.setdefault(id(data), f"arrow_{len(self._arrow_names)}")
        self.arrows[name] = data
        return name

    def _bind(self, table: Table, name: str) -> str:
        if name not in table.parameters:
            raise KeyError(f"the query wants ${name}, which it was not given")
        value = table.parameters[name]
        unique = name
        number = 1
        while unique in self.parameters and self.parameters[unique] is not value:
            number += 1
            unique = f"{name}_{number}"
        self.parameters[unique] = value
        return f"${unique}"


def run_sql(file_name: str, /, **arguments: Any) -> Table:
    """The table that a ``.sql`` file beside the calling module makes.

    Args:
        file_name: ``"sessions.sql"``; one query in DuckDB's spelling, named after its table.
        arguments: Tables by the name the query reads them under; everything else is bound
            to the ``$name`` of the same name.

    Returns:
        A table that is not computed yet.

    Raises:
        KeyError: The query wants a ``$name`` that is not given.
    """
    beside = Path(sys._getframe(1).f_globals["__file__"]).parent
    sql = without_comments((beside / file_name).read_text(encoding="utf-8"))
    inputs = {name: value for name, value in arguments.items() if isinstance(value, Table)}
    parameters = {name: value for name, value in arguments.items() if name not in inputs}
    wanted = set(_PARAMETER.findall(sql))
    if missing := wanted - set(parameters):
        raise KeyError(f"{file_name} wants {sorted(missing)}, which it was not given")
    return Table(sql, inputs, {name: parameters[name] for name in sorted(wanted)})


def without_comments(sql: str) -> str:
    """The statement without its comment lines."""
    return "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
