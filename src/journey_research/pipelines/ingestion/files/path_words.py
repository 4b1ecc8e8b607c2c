"""How a mapping names a value inside a nested row: ``a.b``, ``a[0].b``, ``a[k=v].b``.

``a[k=v]`` is the first element of the list ``a`` whose ``k`` reads ``v``. A column that is called
so in the file, dots and brackets in its very name, is that column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STEP = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d{1,9})\]|\[([^=\[\]]+)=([^\[\]]*)\]")


@dataclass(frozen=True)
class Element:
    """The element at a place of a list, counted from 0."""

    place: int


@dataclass(frozen=True)
class Where:
    """The first element of a list of records whose field reads a value."""

    field: str
    value: str


Step = str | Element | Where


def steps_of(name: str) -> tuple[Step, ...]:
    """The steps from a row to a value; a name that is no path is one step.

    Example:
        >>> steps_of("event_params[key=page_title].value.string_value")[1:]
        (Where(field='key', value='page_title'), 'value', 'string_value')
        >>> steps_of("a..b")
        ('a..b',)
    """
    steps: list[Step] = []
    reached = 0
    while reached < len(name):
        found = _STEP.match(name, reached)
        if found is None:
            return (name,)
        field, place, key, value = found.groups()
        steps.append(field if field is not None else Element(int(place)) if place else Where(key, value))
        reached = found.end()
    return tuple(steps) if steps and isinstance(steps[0], str) else (name,)
