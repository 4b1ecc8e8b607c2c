"""What a user's events are: in order, counted, and smaller where only some are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.errors import UserError

from .event_codes import named, numbered, only_used
from .event_order import find_sessions, place_events
from .event_pairs import count_transitions
from .values import to_instants

if TYPE_CHECKING:
    import pyarrow as pa

Moment = str | pd.Timestamp


class FoundEvents:
    """Events in order; ``repr`` is the summary.

    A table is made when it is first asked for, and kept: ten million events are put in order once,
    and nobody waits for variants that are not looked at.

    Attributes:
        ordered: One row per event, as whole numbers: ``person, event, happened_at`` (microseconds), ``step,
            session``.
        persons: The names behind the numbers of ``person``, sorted.
        events: The names behind the numbers of ``event``, sorted; those of the whole, also where only
            some persons are left.
        people: One row per person, in their order, with the columns of ``by``.
        steps: One row per event, as the questions read them: ``person`` (its number), ``step, event``
            (its name), ``happened_at`` (microseconds), ``session``.
        ends_us: Until when persons were watched, in microseconds.

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> found.transitions.values.tolist(), found.summary["n_sessions"]
        ([['look', 'buy', 1, 0.0]], 1)
    """

    def __init__(
        self,
        ordered: pa.Table,
        persons: pa.Array,
        events: pa.Array,
        *,
        gap_us: int,
        n_steps: int,
        n_rejected: int = 0,
        people: pd.DataFrame | None = None,
        ends_us: int | None = None,
    ) -> None:
        self.persons = persons
        self.events = events
        self.people = pd.DataFrame(index=range(len(persons))) if people is None else people
        self.ends_us = int(ordered["happened_at"].to_numpy().max()) if ends_us is None else ends_us
        self._ordered = ordered
        self._gap_us = gap_us
        self._n_rejected = n_rejected
        self._n_steps = n_steps

    @cached_property
    def ordered(self) -> Table:
        """The events as whole numbers, with their places."""
        return Table.from_arrow(_beside(self._ordered, self._places))

    @cached_property
    def _places(self) -> pa.Table:
        return place_events(self._ordered, self._gap_us)

    @cached_property
    def steps(self) -> Table:
        """The events as the questions read them."""
        import pyarrow as pa

        # A column of numbers and the names once: the engine reads it as text, and no text is copied.
        event = pa.DictionaryArray.from_arrays(self._ordered["event"].combine_chunks(), self.events)
        told = _beside(self._ordered.select(["person", "happened_at"]), self._places)
        return Table.from_arrow(told.append_column("event", event))

    def where(self, persons: Iterable[Any] | None = None, /, **columns: Any) -> Self:
        """Only some persons, with all their events.

        Args:
            persons: Who is kept, as ``persons`` spells them; others than there are do no harm.
            columns: Columns of ``by``, each with the value that is kept, or a list of values.

        Returns:
            The same of these persons. Steps and sessions are what they were.

        Raises:
            UserError: A column was not named in ``by``, or nobody is left.

        Example:
            >>> from journey_research.verbs.journeys import journeys
            >>> events = pd.DataFrame({"who": ["a", "b"], "what": ["look", "buy"], "kind": ["old", "new"]})
            >>> told = events.assign(day="2025-01-01")
            >>> found = journeys(told, person="who", time="day", event="what", by=["kind"])
            >>> found.where(kind="old").persons.to_pylist(), found.where(["b"]).persons.to_pylist()
            (['a'], ['b'])
        """
        is_kept = np.ones(len(self.persons), bool)
        if persons is not None:
            if isinstance(persons, str):
                persons = [persons]
            kept = {str(name) for name in persons}
            is_kept &= np.array([name in kept for name in self.persons.to_pylist()], bool)
        for column, value in columns.items():
            self.need_by(column)
            values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
            is_kept &= self.people[column].isin(values).to_numpy()
        return self._of_rows(is_kept[self._ordered["person"].to_numpy()], self.ends_us)

    def between(self, start: Moment | None = None, end: Moment | None = None) -> Self:
        """Only the events of a span of time.

        Args:
            start: The first instant that is kept, ISO 8601 or a timestamp; without a zone it is UTC.
            end: The first instant that is not.

        Returns:
            The same of these events: steps are counted from the first that is kept, and persons without
            one are left out.

        Raises:
            UserError: An instant cannot be read, or no event is left.

        Example:
            >>> from journey_research.verbs.journeys import journeys
            >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"],
            ...                        "day": ["2025-01-01", "2025-01-02"]})
            >>> found = journeys(events, person="who", time="day", event="what")
            >>> found.between(start="2025-01-02").variants.values.tolist()
            [['buy', 1]]
        """
        at = self._ordered["happened_at"].to_numpy()
        is_kept, ends_us = np.ones(len(at), bool), self.ends_us
        if start is not None:
            is_kept &= at >= _instant_us(start, "start")
        if end is not None:
            is_kept &= at < _instant_us(end, "end")
            ends_us = min(ends_us, _instant_us(end, "end"))
        return self._of_rows(is_kept, ends_us)

    def codes(self, column: str) -> np.ndarray:
        """One number per event, person by person in order: of its ``person``, or of its ``event``."""
        told: np.ndarray = self._ordered[column].to_numpy()
        return told

    def with_people(self, **columns: Any) -> Self:
        """The same events, with more columns of their persons.

        Args:
            columns: Name -> one value per person, in the order of ``persons``.
        """
        return self._with(self._ordered, self.events, self.people.assign(**columns))

    def _with(self, ordered: pa.Table, events: pa.Array, people: pd.DataFrame) -> Self:
        """As many events of the same persons, but for what is given."""
        return type(self)(
            ordered,
            self.persons,
            events,
            gap_us=self._gap_us,
            n_steps=self._n_steps,
            n_rejected=self._n_rejected,
            people=people,
            ends_us=self.ends_us,
        )

    def need_by(self, column: str) -> None:
        """Refuse a column that was not named in ``by``."""
        if column not in self.people.columns:
            names = ", ".join(str(name) for name in self.people.columns)
            raise UserError(
                "column is not kept per person",
                column=column,
                do=f"name it in by=[...] of journeys(); there are: {names or 'none'}",
            )

    def need_events(self, names: Sequence[str]) -> None:
        """Refuse a name that no event has."""
        need_known(names, self.events.to_pylist())

    def _of_rows(self, is_kept: np.ndarray, ends_us: int) -> Self:
        import pyarrow as pa

        if not is_kept.any():
            raise UserError("no event is left", do="choose other persons or another span of time")
        person, event, at = (
            self._ordered[name].to_numpy()[is_kept] for name in ("person", "event", "happened_at")
        )
        codes, persons = only_used(person, self.persons)
        return type(self)(
            pa.table({"person": codes, "event": event, "happened_at": at}),
            persons,
            self.events,
            gap_us=self._gap_us,
            n_steps=self._n_steps,
            people=self.people.iloc[np.unique(person)].reset_index(drop=True),
            ends_us=ends_us,
        )

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row per session: ``person, session, started_at, ended_at, n_events``.

        Sessions of a person are numbered from 1; times are naive UTC.
        """
        sessions = pd.DataFrame(find_sessions(self._ordered, self._gap_us))
        sessions["person"] = named(sessions["person"], self.persons)
        for column in ("started_at", "ended_at"):
            sessions[column] = sessions[column].astype("datetime64[us]")
        return sessions

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """One row per pair of events that directly follow each other in a person's history.

        Across sessions: ``from_event, to_event, count, median_seconds``.
        """
        transitions = count_transitions(self._ordered, len(self.events))
        for column in ("from_event", "to_event"):
            transitions[column] = named(transitions[column], self.events)
        return transitions

    @cached_property
    def step_matrix(self) -> pd.DataFrame:
        """One row per event: ``event`` and a column per step, ``1`` to the last.

        The share of all persons whose event of that number it is.
        """
        counts = _fetched(
            run_sql("steps.sql", ordered_events=self.ordered, steps=self._n_steps), "event", "step"
        )
        return _step_matrix(counts, self.events, self._n_steps, len(self.persons))

    @cached_property
    def variants(self) -> pd.DataFrame:
        """One row per distinct history: ``path`` (events with ``' > '`` between), ``persons``."""
        names = Table.from_arrow(numbered(self.events))
        return _fetched(run_sql("variants.sql", ordered_events=self.ordered, event_names=names), "path")

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Counts of events, persons, sessions and rejected rows, and what a session is like.

        ``n_events, n_persons, n_sessions, n_rejected, events_per_session_median,
        seconds_per_session_median``.
        """
        seconds = (self.sessions["ended_at"] - self.sessions["started_at"]).dt.total_seconds()
        return {
            "n_events": int(self.sessions["n_events"].sum()),
            "n_persons": len(self.persons),
            "n_sessions": len(self.sessions),
            "n_rejected": self._n_rejected,
            "events_per_session_median": float(self.sessions["n_events"].median()),
            "seconds_per_session_median": float(seconds.median()),
        }

    def __repr__(self) -> str:
        told = self.summary
        rejected = f"{told['n_rejected']:,} rows set aside: person, time or event is missing or unreadable"
        return "\n".join(
            [
                f"{told['n_events']:,} events of {told['n_persons']:,} persons "
                f"in {told['n_sessions']:,} sessions",
                f"median session: {told['events_per_session_median']:g} events, "
                f"{told['seconds_per_session_median']:g} seconds",
                f"{len(self.transitions):,} transitions, {len(self.variants):,} variants",
                rejected if told["n_rejected"] else "no row set aside",
            ]
        )


def need_known(names: Iterable[str], events: Iterable[str]) -> None:
    """Refuse names that are not among those of events.

    Args:
        names: Names that are asked for.
        events: Names that there are.

    Raises:
        UserError: One is not among them.

    Example:
        >>> need_known(["buy"], ["buy", "look"])
    """
    known = set(events)
    for name in names:
        if name not in known:
            raise UserError(f"no event is called {name!r}", do="look at .events, what there are")


def _beside(first: pa.Table, *others: pa.Table) -> pa.Table:
    """Tables of as many rows as one, side by side."""
    for other in others:
        for name in other.column_names:
            if name not in first.column_names:
                first = first.append_column(name, other[name])
    return first


def _instant_us(moment: Moment, name: str) -> int:
    return int(to_instants(pd.Series([moment]), name).astype("datetime64[us]").astype("int64").iloc[0])


def _fetched(table: Table, *keys: str) -> pd.DataFrame:
    import duckdb

    try:
        in_order = table.query(f"select * from this order by {', '.join(keys)}").to_arrow()
    except duckdb.OutOfMemoryException:
        raise UserError("a table does not fit into the memory given", do="give --memory more") from None
    frame: pd.DataFrame = in_order.to_pandas()
    return frame


def _step_matrix(counts: pd.DataFrame, what: pa.Array, steps: int, n_persons: int) -> pd.DataFrame:
    """Counts of persons by event and step, as shares of all persons; one row per event."""
    shares = np.zeros((len(what), steps))
    shares[counts["event"], counts["step"] - 1] = counts["n"] / n_persons
    matrix = pd.DataFrame(shares, columns=[str(step) for step in range(1, steps + 1)])
    matrix.insert(0, "event", what.to_pandas())
    return matrix
