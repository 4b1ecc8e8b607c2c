"""A source's mapping after it was judged: which columns it reads, and what its rows yield."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.forms.currencies import CURRENCIES

from .mapping_forms import Alias, Format, NumberForm, TimeForm
from .mapping_words import BLOCKS, columns_read

# What a row may leave blank although the mapping must name it.
MAY_BE_BLANK = {("identifiers", "value"), ("same_as", "key"), ("member_of", "key")}


@dataclass(frozen=True)
class Block:
    """One thing that a row yields: ``touch``, ``order`` and so on.

    Attributes:
        kind: What is yielded.
        says: What stands under it in the mapping.
        number: Its place among the blocks of its kind; the first is 0.
    """

    kind: str
    says: Mapping[str, Any]
    number: int = 0

    def cells(self) -> Iterator[tuple[str, str, Any]]:
        """(name, how it is read, cell) of everything it reads from a row."""
        for name, how in BLOCKS[self.kind].items():
            if name in self.says and not how.startswith("word"):
                yield name, how.rstrip("?"), self.says[name]


@dataclass(frozen=True)
class SourceMapping:
    """All that is particular to one source; ``blocks`` is what its rows yield."""

    source: str
    version: int
    file: str
    format: Format
    grain: str
    data_class: str
    business_line: str | None = None
    legal_basis: str | None = None
    cadence: str | None = None
    phone_region: str | None = None
    folder: str | None = None
    url: str | None = None
    replaced_by: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    required: tuple[str, ...] = ()
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    from_file_name: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, Any] = field(default_factory=dict)
    leave_out: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, TimeForm] = field(default_factory=dict)
    numbers: Mapping[str, NumberForm] = field(default_factory=dict)
    fill: Mapping[str, Any] = field(default_factory=dict)
    lookup: tuple[Mapping[str, Any], ...] = ()
    expects: tuple[Mapping[str, Any], ...] = ()
    expects_breach: str = "stop"
    blocks: tuple[Block, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Every column it speaks of, whether read from its file, looked up or made of others."""
        told = [*self.required, *self.checks, *self.leave_out, *self.times, *self.numbers]
        for form in self.times.values():
            told += [*form.join, *([form.zone_from] if form.zone_from else [])]
        told += [form.currency for form in self.numbers.values() if _is_column(form.currency)]
        told += [self.fill["by"], *self.fill["columns"]] if self.fill else []
        told += [str(one["by"]) for one in self.lookup]
        for block in self.blocks:
            told += list(block.says.get("only") or {})
            told += [block.says["sample"]["by"]] if "sample" in block.says else []
            for _, how, cell in block.cells():
                told += columns_read(how, cell)
        return list(dict.fromkeys(told))

    @property
    def looked_up(self) -> set[str]:
        """Columns that stand in another file, in the file's name or header, or are made of others."""
        told = {name for one in self.lookup for name in one["take"]} | set(self.from_file_name)
        told |= {alias.group for alias in self.aliases.values() if alias.group}
        return told | {name for name, form in self.times.items() if form.is_made}

    @property
    def own_columns(self) -> list[str]:
        """Columns that are read from its file, by the names that the mapping calls them."""
        return [name for name in self.columns if name not in self.looked_up]

    @property
    def needed(self) -> list[str]:
        """Columns without which the file cannot be read: those said to be, and what each row must tell."""
        told = [*self.required, *([self.fill["by"]] if self.fill else [])]
        told += [str(one["by"]) for one in self.lookup]
        for block in self.blocks:
            told += [block.says["sample"]["by"]] if "sample" in block.says else []
            only = block.says.get("only") or {}
            for name, _, cell in block.cells():
                may = BLOCKS[block.kind][name].endswith("?") or (block.kind, name) in MAY_BE_BLANK
                for column in [] if may else _surely_read(cell, is_of_all=not only):
                    told += [] if column in only else self._parts(column)
        return [name for name in dict.fromkeys(told) if name not in self.looked_up]

    def _parts(self, column: str) -> list[str]:
        form = self.times.get(column)
        return list(form.join) if form is not None and form.join else [column]

    def yields(self, kind: str) -> list[Block]:
        """The blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]

    def time_form(self, column: str) -> TimeForm:
        """How a column spells time.

        Raises:
            UserError: The mapping does not say.
        """
        if column not in self.times:
            raise wrong(self.source, f"'{column}' is read as a time", "say its format under 'times'")
        return self.times[column]


def wrong(source: str, what: str, do: str) -> UserError:
    """The message for what a mapping should not say."""
    return UserError(f"the mapping of source '{source}' {what}", do=do)


def _surely_read(cell: Any, is_of_all: bool) -> list[str]:
    """Columns without which a cell is blank in every row; of a block for some rows, only plain ones count."""
    if isinstance(cell, str):
        return [cell]
    if is_of_all and isinstance(cell, list | tuple):
        return [name for part in cell for name in _surely_read(part, is_of_all)]
    if is_of_all and isinstance(cell, Mapping) and "from" in cell and not {"blank", "otherwise"} & set(cell):
        return [str(cell["from"])]
    return []


def _is_column(currency: str) -> bool:
    return bool(currency) and currency not in CURRENCIES
