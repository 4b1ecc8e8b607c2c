"""The kinds of value in a mapping, and whether a value is of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TEXT, NUMBER, TRUTH, LIST, NAMED = "text", "a whole number", "true or false", "a list", "names with values"
KINDS: dict[str, type | tuple[type, ...]] = {
    TEXT: str, NUMBER: int, TRUTH: bool, LIST: (list, tuple), NAMED: Mapping,
}  # fmt: skip
OF_TEXT = {"required", "columns", "join"}  # lists of columns


def shapes(above: str, told: Mapping[str, Any], expected: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What among ``told`` is of another kind than expected; ``above`` says where it stands."""
    for name, shape in expected.items():
        value = told.get(name)
        if value is None:
            if above and name in told:
                yield f"says '{above}{name}' without a value", "write one, or leave the word out"
            continue
        fits = isinstance(value, KINDS[shape]) and not (shape == NUMBER and isinstance(value, bool))
        if not fits:
            yield f"says '{above}{name}' in another shape", f"it is {shape}"
        elif name in OF_TEXT and not all(isinstance(one, str) for one in value):
            yield f"says '{above}{name}' in another shape", "it is a list of columns"


def named(told: Any) -> list[tuple[str, Any]]:
    """Names with their values; nothing where there are none."""
    return [(str(name), value) for name, value in told.items()] if isinstance(told, Mapping) else []


def listed(told: Any) -> list[Any]:
    """One thing or several, as a list."""
    if told is None:
        return []
    return list(told) if isinstance(told, list | tuple) else [told]
