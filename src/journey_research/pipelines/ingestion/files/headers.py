"""What a mapping calls a file's columns, and what the file's header and name tell of every row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.language.mapping_forms import Alias
from journey_research.pipelines.ingestion.mapping import SourceMapping


@dataclass(frozen=True)
class Headers:
    """How a file calls the mapping's columns.

    Attributes:
        of: Name in the mapping -> header in the file.
        constants: Name -> the value that every row of the file has.
    """

    of: Mapping[str, str]
    constants: Mapping[str, str]

    def renamed(self, table: pa.Table, n_rows: int) -> pa.Table:
        """The file's columns under the mapping's names, and the constant ones."""
        columns = {name: table[header] for name, header in self.of.items()}
        for name, value in self.constants.items():
            columns[name] = pa.repeat(pa.scalar(value, pa.string()), n_rows)
        # A table without columns forgets how many rows it has; this one remembers.
        return pa.table(columns) if columns else table.select([])


def headers_in(mapping: SourceMapping, found: Sequence[str], file_name: str) -> Headers:
    """Find the mapping's columns among the headers of a file, and what header and file name tell.

    Args:
        mapping: What the source says.
        found: The file's headers; they are looked at for aliases alone.
        file_name: Name of the file, without folders.

    Raises:
        UserError: The file's name does not tell what the mapping reads from it.
    """
    of = {name: header_of(name, mapping.aliases.get(name), found) for name in mapping.own_columns}
    return Headers(of, told_by_header(mapping.aliases, found) | _told_by_file_name(mapping, file_name))


def header_of(name: str, alias: Alias | None, found: Sequence[str]) -> str:
    """The header that a column has in a file: its own name before an alias, of two aliases the first.

    Example:
        >>> header_of("Spent", Alias(names=("Dépensé",)), ["Jour", "Dépensé"])
        'Dépensé'
    """
    if alias is None or name in found:
        return name
    return next((header for header in found if _is_called(alias, header)), name)


def told_by_header(aliases: Mapping[str, Alias], found: Sequence[str]) -> dict[str, str]:
    """Columns that say the same in every row because the header says it; silent groups are left out.

    Example:
        >>> told_by_header({"Spent": Alias(matches=r"Spent \\((\\w+)\\)", group="currency")}, ["Spent (EUR)"])
        {'currency': 'EUR'}
    """
    told: dict[str, str] = {}
    for alias in aliases.values():
        matched = [re.fullmatch(alias.matches, header) for header in found] if alias.group else []
        value = next((match[1] for match in matched if match is not None), None)
        if value is not None:
            told[alias.group] = value
    return told


def _told_by_file_name(mapping: SourceMapping, file_name: str) -> dict[str, str]:
    told = {}
    for column, pattern in mapping.from_file_name.items():
        match = re.search(pattern, file_name)
        if match is None or match[1] is None:
            raise UserError(
                "the file's name does not say what its source takes from it",
                file=file_name,
                column=column,
                do="name the file as it was exported, or change from_file_name in the mapping",
            )
        told[column] = match[1]
    return told


def _is_called(alias: Alias, header: str) -> bool:
    if alias.matches:
        return re.fullmatch(alias.matches, header) is not None
    return header in alias.names
