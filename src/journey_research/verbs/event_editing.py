"""Events renamed, left out, or told once instead of again and again, before anything is asked of them.

Context: logs tell more than a question asks: ten kinds of one page, a ping every minute. Choice: each edit
gives new events and leaves the old ones as they are, so that a chain of edits can be read from left to
right; sessions are cut anew from what is left, for a silence is one between events that count. Given up:
edits of single persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from .event_codes import only_used
from .found_events import FoundEvents


class EditedEvents(FoundEvents):
    """Events that can be edited.

    Example:
        >>> import pandas as pd
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a"] * 4, "what": ["look", "look", "ping", "buy"]})
        >>> days = pd.date_range("2025-01-01", periods=4, freq="min")
        >>> found = journeys(events.assign(day=days), person="who", time="day", event="what")
        >>> found.without(["ping"]).collapsed().variants["path"].tolist()
        ['look > buy']
    """

    def rename(self, names: Mapping[Any, Any]) -> Self:
        """The same events under other names; those that share one are one kind of event.

        Args:
            names: Name now -> name then; others keep theirs.

        Returns:
            The renamed events; sessions are what they were.

        Raises:
            UserError: No event is called like one of ``names``.

        Example:
            >>> import pandas as pd
            >>> from journey_research.verbs.journeys import journeys
            >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["page1", "page2"], "day": "2025-01-01"})
            >>> found = journeys(events, person="who", time="day", event="what")
            >>> found.rename({"page1": "page", "page2": "page"}).variants["path"].tolist()
            ['page > page']
        """
        import pyarrow as pa

        told = {str(name): str(new) for name, new in names.items()}
        self.need_events(list(told))
        now = [told.get(name, name) for name in self.events.to_pylist()]
        # Code points, as the engine orders texts and as events were ordered when they were read.
        kinds = sorted(set(now))
        place = np.array([kinds.index(name) for name in now], dtype=np.int32)
        event = place[self._ordered["event"].to_numpy()]
        return self._named(event, pa.array(kinds, pa.string()))

    def without(self, events: Sequence[Any]) -> Self:
        """The events but for some kinds.

        Args:
            events: Kinds that are left out.

        Returns:
            The others; persons without one are left out, and sessions are cut anew.

        Raises:
            UserError: No event is called like one of them, or none is left.
        """
        left_out = {str(name) for name in ([events] if isinstance(events, str) else events)}
        self.need_events(sorted(left_out))
        is_kind = np.array([name not in left_out for name in self.events.to_pylist()], dtype=bool)
        kept = self._of_rows(is_kind[self._ordered["event"].to_numpy()], self.ends_us)
        event, names = only_used(kept._ordered["event"].to_numpy(), kept.events)
        return kept._named(event, names)

    def collapsed(self) -> Self:
        """Each run of one kind of event as its first.

        Returns:
            The events without those that a person had just done; sessions are cut anew.
        """
        person, event = (self._ordered[name].to_numpy() for name in ("person", "event"))
        is_new = np.ones(len(person), dtype=bool)
        is_new[1:] = (person[1:] != person[:-1]) | (event[1:] != event[:-1])
        return self._of_rows(is_new, self.ends_us)

    def _named(self, event: np.ndarray, events: Any) -> Self:
        """The same, with other numbers and names of its kinds of events."""
        import pyarrow as pa

        at = self._ordered.column_names.index("event")
        return self._with(self._ordered.set_column(at, "event", pa.array(event)), events, self.people)
