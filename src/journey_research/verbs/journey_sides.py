"""The two groups that ``diff=`` compares.

Context: people compare two segments of the same events, two weeks, or two files. Choice: whatever is
given becomes two sets of events with names, and each question is asked of both in the same way. Given
up: more than two groups; a difference has an interval, a ranking of ten would need another method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from journey_research.engine import Table
from journey_research.errors import UserError

from .found_events import FoundEvents, need_known

Diff = FoundEvents | Mapping[str, FoundEvents] | tuple[Any, ...]
FIRST, SECOND = "first", "second"


@dataclass(frozen=True)
class Sides:
    """Two sets of events; a difference is the first less the second.

    Attributes:
        first: One set of events.
        second: The other.
        names: What a reader calls them.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a"], "what": ["look"], "day": ["2025-01-01"]})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> Sides(found, found, ("old", "new")).asked(lambda side: side.variants)["group"].tolist()
        ['first', 'second']
    """

    first: FoundEvents
    second: FoundEvents
    names: tuple[str, str]

    def asked(self, ask: Callable[[Any], pd.DataFrame]) -> pd.DataFrame:
        """The answers of both, one after the other, with the column ``group``."""
        sides = ((FIRST, self.first), (SECOND, self.second))
        return pd.concat([ask(side).assign(group=group) for group, side in sides], ignore_index=True)

    def need_events(self, names: Sequence[str]) -> None:
        """Refuse a name that no event of either side has."""
        need_known(names, [*self.first.events.to_pylist(), *self.second.events.to_pylist()])

    @property
    def steps(self) -> Table:
        """The events of both, with the column ``group``; whoever stands in both is two persons."""
        import pyarrow as pa
        import pyarrow.compute as pc

        one, other = self.first.steps.to_arrow(), self.second.steps.to_arrow()
        apart = pc.add(other["person"], pa.scalar(len(self.first.persons), other["person"].type))
        other = other.set_column(other.column_names.index("person"), "person", apart)
        both = [
            told.append_column("group", pa.array([group] * len(told), pa.string()))
            for group, told in ((FIRST, one), (SECOND, other))
        ]
        return Table.from_arrow(pa.concat_tables(both))


def part_sides(found: FoundEvents, diff: Diff) -> Sides:
    """The two groups that are meant.

    Args:
        found: The events that are asked.
        diff: ``(column, a, b)``: persons whose column of ``by`` is a, and those where it is b. Or other
            events: these less those. Or two of them, in a pair or under their names: ``{"May": a,
            "June": b}``.

    Returns:
        Both sides.

    Raises:
        UserError: It is none of these, or a side is empty.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "b"], "what": ["look", "buy"], "kind": ["old", "new"]})
        >>> told = events.assign(day="2025-01-01")
        >>> found = journeys(told, person="who", time="day", event="what", by=["kind"])
        >>> part_sides(found, ("kind", "old", "new")).names
        ('old', 'new')
    """
    if isinstance(diff, FoundEvents):
        return Sides(found, diff, ("these", "those"))
    if isinstance(diff, Mapping) and len(diff) == 2 and _are_events(list(diff.values())):
        (one, first), (other, second) = diff.items()
        return Sides(first, second, (str(one), str(other)))
    if isinstance(diff, tuple | list) and len(diff) == 2 and _are_events(list(diff)):
        return Sides(diff[0], diff[1], ("these", "those"))
    if isinstance(diff, tuple | list) and len(diff) == 3 and isinstance(diff[0], str):
        column, one, other = diff
        return Sides(found.where(**{column: one}), found.where(**{column: other}), (str(one), str(other)))
    raise UserError(
        "diff is nothing that can be compared",
        do="give (column, a, b), or another result of journeys(), or two under their names",
    )


def _are_events(values: list[Any]) -> bool:
    return all(isinstance(value, FoundEvents) for value in values)
