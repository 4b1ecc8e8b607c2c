"""A mapping being drafted, and how it is written down with its doubts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from journey_research.errors import printable

MOST_TOLD = 20  # columns that a draft lists


@dataclass
class Draft:
    """A mapping being drafted.

    Attributes:
        source: The name it will stand under.
        says: The mapping.
        unsure: Word of the mapping -> what to look at.
        like: Name of the known mapping that it was taken from; empty where none fits.
        n_rows: Rows looked at.
    """

    source: str
    says: dict[str, Any]
    unsure: dict[str, list[str]] = field(default_factory=dict)
    like: str = ""
    n_rows: int = 0

    def doubt(self, word: str, what: str) -> None:
        """Note what has to be looked at."""
        if what:
            # It becomes a comment of one line, and may name a column that holds anything.
            self.unsure.setdefault(word, []).append(printable(what))

    @property
    def text(self) -> str:
        """The draft as YAML, with its doubts as comments."""
        lines = [f"# Draft of a mapping, from {self.n_rows:,} rows of the file. Read it before you use it."]
        if self.like:
            lines.append(f"# Its columns are those of the known source '{self.like}', whose mapping this is.")
        lines.append(f"{self.source}:")
        for word, value in self.says.items():
            lines += [f"  # unsure: {what}" for what in self.unsure.get(word, [])]
            lines += [f"  {line}" for line in _written(word, value)]
        for word in self.unsure.keys() - self.says.keys():
            lines += [f"  # unsure: {what}" for what in self.unsure[word]]
        return "\n".join(lines) + "\n"


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: a draft is there to be read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(word: str, value: Any) -> list[str]:
    """One word of a mapping as YAML; short lists and names on one line."""
    nested = isinstance(value, dict | list)
    told = yaml.dump(
        {word: value},
        Dumper=_Plain,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=None if nested and any(map(_deep, _inside(value))) else False,
    )
    if nested and not any(map(_deep, _inside(value))):
        inline = yaml.dump(
            value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000, default_flow_style=True
        )
        if len(inline) < 100:
            told = f"{word}: {inline}"
    return told.rstrip("\n").split("\n")


def _inside(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _deep(value: Any) -> bool:
    return isinstance(value, dict | list)
