"""A table's promise, compiled to one SQL count over the whole table.

Context: a contract has to hold for every row of tables of any size, and a failing value may be
somebody's name. Choice: the promise is written as a pandera model, which data scientists know
how to read, and compiled to one SQL statement that counts broken rows by rule; the answer holds
columns, rules and counts. Given up: pandera's own report, which prints the failing values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import pandera.pandas as pa

PersonalData = Literal["none", "pseudonymous", "personal"]

NONE: dict[str, PersonalData] = {"personal_data": "none"}
PSEUDONYMOUS: dict[str, PersonalData] = {"personal_data": "pseudonymous"}
PERSONAL: dict[str, PersonalData] = {"personal_data": "personal"}

SOURCE_NAME = r"^[a-z][a-z0-9_]*$"
SOURCE_KEY = r"^[a-z][a-z0-9_]*:.+$"
SHA256 = r"^[0-9a-f]{64}$"

Bool: TypeAlias = bool
Int: TypeAlias = int
Float: TypeAlias = float
Text: TypeAlias = str
Instant: TypeAlias = pa.Timestamp
Day: TypeAlias = pa.Date
Money: TypeAlias = pa.Decimal

_SQL_TYPES = {
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "float": "DOUBLE",
    "str": "VARCHAR",
    "string": "VARCHAR",
    "datetime": "TIMESTAMP",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "decimal": "DECIMAL(18,2)",
}


@dataclass(frozen=True)
class Rule:
    """One countable rule: ``broken`` is SQL that is true for a row that breaks it."""

    column: str
    text: str
    broken: str


@dataclass(frozen=True)
class TableContract:
    """What a table promises: columns, types, key, and rules for each column.

    Attributes:
        model: The promise as a pandera model; column order is the order in the file.
        key: Columns that name a row; the table is written in their order.
        vault: Whether the table may hold personal values, and so lives in the vault.
    """

    model: type[pa.DataFrameModel]
    key: tuple[str, ...]
    vault: bool = False

    @cached_property
    def _columns(self) -> dict[str, Any]:
        return dict(self.model.to_schema().columns)

    @property
    def name(self) -> str:
        return self.model.__name__

    @property
    def columns(self) -> dict[str, str]:
        """Column name -> SQL type, in the order of the file."""
        return {name: _sql_type(column.dtype) for name, column in self._columns.items()}

    @property
    def personal_data(self) -> dict[str, PersonalData]:
        """Column name -> ``none``, ``pseudonymous`` or ``personal``."""
        return {name: column.metadata["personal_data"] for name, column in self._columns.items()}

    @property
    def rules(self) -> list[Rule]:
        found = []
        for name, column in self._columns.items():
            quoted = f'"{name}"'
            if not column.nullable:
                found.append(Rule(name, "is present", f"{quoted} is null"))
            for check in column.checks:
                found.append(_rule(name, quoted, check))
        return found

    def select(self, source: str) -> str:
        """SQL that casts ``source`` (a name or a bracketed query) to the promised columns, in key order."""
        listed = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in self.columns.items())
        return f"select {listed} from {source} order by {_quoted(self.key)}"

    def count_broken(self, source: str) -> str:
        """SQL of one row: n_rows, then one count for each rule, then the number of repeated keys."""
        counts = [f"count(*) filter (where {rule.broken})" for rule in self.rules]
        keys = _quoted(self.key)
        repeated = f"(select count(*) from (select {keys} from {source} group by all having count(*) > 1))"
        return f"select {', '.join(['count(*)', *counts, repeated])} from {source}"

    def findings(self, counts: tuple[int, ...]) -> list[str]:
        """Sentences for what ``count_broken`` found; empty when the promise is kept."""
        n_rows, *broken, repeated = counts
        said = [
            f"{rule.column} {rule.text}: broken by {n:,} of {n_rows:,} rows"
            for rule, n in zip(self.rules, broken, strict=True)
            if n
        ]
        if repeated:
            said.append(f"key ({', '.join(self.key)}) is unique: {repeated:,} keys stand more than once")
        return said


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _sql_type(dtype: Any) -> str:
    text = str(dtype).lower()
    for start, kind in _SQL_TYPES.items():
        if text.startswith(start):
            return kind
    raise TypeError(f"no SQL type for {dtype}")


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def _rule(name: str, quoted: str, check: Any) -> Rule:
    """A pandera check as SQL; nulls are judged by ``is present`` alone."""
    stats = check.statistics or {}
    kind = check.name
    if kind in ("greater_than_or_equal_to", "ge"):
        low = _literal(stats["min_value"])
        return Rule(name, f"is at least {low}", f"{quoted} < {low}")
    if kind in ("greater_than", "gt"):
        low = _literal(stats["min_value"])
        return Rule(name, f"is more than {low}", f"{quoted} <= {low}")
    if kind in ("less_than_or_equal_to", "le"):
        high = _literal(stats["max_value"])
        return Rule(name, f"is at most {high}", f"{quoted} > {high}")
    if kind == "isin":
        allowed = ", ".join(_literal(value) for value in stats["allowed_values"])
        return Rule(name, f"is one of {allowed}", f"{quoted} not in ({allowed})")
    if kind == "str_matches":
        pattern = stats["pattern"]
        pattern = pattern if isinstance(pattern, str) else pattern.pattern
        return Rule(name, f"matches {pattern}", f"not regexp_matches({quoted}, {_literal(pattern)})")
    raise TypeError(f"{name}: no SQL for the check '{kind}'")
