"""Events in; sessions, transitions, steps and variants out."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.engine.duckdb_engine import limit_memory
from journey_research.errors import DONE, UserError

from .event_codes import named, numbered, usable_events
from .event_order import find_sessions, put_in_order
from .files import frame_writer, json_writer, need_columns, read_frame, write_folder

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    import pyarrow as pa

_UNITS_US = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


class Journeys:
    """What became of the events; ``repr`` is the summary.

    A table is made when it is first asked for, and kept: ten million events are put in order once,
    and nobody waits for variants that are not looked at.

    Attributes:
        ordered: One row per event, as whole numbers: ``person, step, event, happened_at`` (microseconds),
            ``session, event_before, gap_us``.
        persons: The names behind the numbers of ``person``, sorted.
        events: The names behind the numbers of ``event``, sorted.

    Example:
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> found.transitions.values.tolist(), found.summary["n_sessions"]
        ([['look', 'buy', 1, 0.0]], 1)
    """

    def __init__(
        self, ordered: pa.Table, persons: pa.Array, events: pa.Array, n_rejected: int, n_steps: int
    ) -> None:
        self.ordered = Table.from_arrow(ordered)
        self.persons = persons
        self.events = events
        self._ordered = ordered
        self._n_rejected = n_rejected
        self._n_steps = n_steps

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """One row per session: ``person, session, started_at, ended_at, n_events``.

        Sessions of a person are numbered from 1; times are naive UTC.
        """
        sessions = pd.DataFrame(find_sessions(self._ordered))
        sessions["person"] = named(sessions["person"], self.persons)
        for column in ("started_at", "ended_at"):
            sessions[column] = sessions[column].astype("datetime64[us]")
        return sessions

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """One row per pair of events that directly follow each other in a person's history.

        Across sessions: ``from_event, to_event, count, median_seconds``.
        """
        table = run_sql("transitions.sql", ordered_events=self.ordered)
        transitions = _fetched(table, "from_event", "to_event")
        for column in ("from_event", "to_event"):
            transitions[column] = named(transitions[column], self.events)
        return transitions.rename(columns={"n": "count"})

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


def journeys(
    frame: pd.DataFrame,
    *,
    person: str,
    time: str,
    event: str,
    gap: str | timedelta = "30m",
    steps: int = 20,
    memory: str | None = None,
) -> Journeys:
    """Cut a table of events into sessions and count what follows what.

    Args:
        frame: n rows, one per event, in any order; events of one instant keep the order of rows.
        person: Column that says whose event it is; kept as text.
        time: Column of ISO 8601 times or datetimes; one without a zone is UTC.
        event: Column that says what happened.
        gap: Longest silence inside a session: ``"45s"``, ``"30m"``, ``"1h30m"``, ``"1d"``. A
            silence of exactly this length does not end it.
        steps: Number of columns of the step matrix.
        memory: Most memory that putting events in order may take, ``"2GB"``; beyond it, what is in
            between goes to the disk. Without it: 4 GB, and an error beyond.

    Returns:
        Sessions, transitions, step matrix and variants, each sorted by its key. A row without
        person, event or a readable time is set aside and counted in ``n_rejected``.

    Raises:
        UserError: A column is missing, no row can be used, or an option cannot be read.

    Source:
        Catledge and Pitkow (1995) for sessions by silence; van der Aalst (2016), "Process Mining",
        2nd ed., for directly-follows counts and variants.

    Example:
        >>> events = pd.DataFrame({
        ...     "who": ["a", "a", "a", "b"],
        ...     "when": ["2025-01-01 09:00", "2025-01-01 09:30", "2025-01-01 10:01", "2025-01-01 09:00"],
        ...     "what": ["look", "buy", "look", "look"],
        ... })
        >>> found = journeys(events, person="who", time="when", event="what")
        >>> found.sessions[["person", "session", "n_events"]].values.tolist()
        [['a', 1, 2], ['a', 2, 1], ['b', 1, 1]]
        >>> found
        4 events of 2 persons in 3 sessions
        median session: 1 events, 0 seconds
        2 transitions, 2 variants
        no row set aside
    """
    gap_us = _gap_in_us(gap)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise UserError("--steps is a whole number from 1")
    if memory is not None:
        try:
            limit_memory(memory)
        except ValueError:
            raise UserError(
                "--memory is no amount of memory from 100MB", do="write it like 500MB or 2GB"
            ) from None
    need_columns([str(name) for name in frame.columns], [person, time, event])
    events, who, what, n_rejected = usable_events(frame[person], frame[time], frame[event])
    return Journeys(put_in_order(events, gap_us), who, what, n_rejected, steps)


def _gap_in_us(gap: str | timedelta) -> int:
    """A length of time in microseconds.

    Example:
        >>> _gap_in_us("1h30m") // 60_000_000
        90
    """
    if isinstance(gap, str):
        parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhd])", gap.lower())
        if parts and re.fullmatch(r"\s*(\d+(\.\d+)?\s*[smhd]\s*)+", gap.lower()):
            length = round(sum(float(number) * _UNITS_US[unit] for number, unit in parts))
            if 0 < length < 2**62:
                return length
    elif isinstance(gap, timedelta) and not pd.isna(gap):
        length = gap // timedelta(microseconds=1)
        if length > 0:
            return length
    raise UserError("--gap is no length of time", do="write a number and s, m, h or d: 45s, 30m, 1h30m, 1d")


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


def add_arguments(parser: ArgumentParser) -> None:
    """The options of ``journey journeys``.

    Args:
        parser: Gets the options.

    Example:
        >>> from argparse import ArgumentParser
        >>> parser = ArgumentParser()
        >>> add_arguments(parser)
        >>> parser.parse_args("e.csv --person who --time day --event what --out found".split()).gap
        '30m'
    """
    parser.add_argument("events", metavar="events.csv", help="events: .csv, .csv.gz or .parquet")
    parser.add_argument("--person", required=True, metavar="COLUMN", help="whose event it is")
    parser.add_argument("--time", required=True, metavar="COLUMN", help="when; no zone means UTC")
    parser.add_argument("--event", required=True, metavar="COLUMN", help="what happened")
    parser.add_argument("--gap", default="30m", help="longest silence inside a session (default 30m)")
    parser.add_argument("--steps", type=int, default=20, help="columns of the step matrix (default 20)")
    parser.add_argument("--memory", metavar="SIZE", help="most memory, like 2GB; beyond it, the disk is used")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="folder for the tables and plots")


def run(arguments: Namespace) -> int:
    """``journey journeys``: read the file, write the folder, print the summary.

    Args:
        arguments: What ``add_arguments`` asks for.

    Returns:
        0.

    Raises:
        UserError: Something the user can mend; nothing is written then.

    Example:
        >>> import tempfile
        >>> from argparse import ArgumentParser
        >>> from pathlib import Path
        >>> parser = ArgumentParser()
        >>> add_arguments(parser)
        >>> options = "--person who --time day --event what --out".split()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     table = Path(folder, "events.csv")
        ...     _ = table.write_text("who,day,what\\na,2025-01-01,look\\n")
        ...     run(parser.parse_args([str(table), *options, folder]))
        ...     Path(folder, "variants.csv").read_text().splitlines()
        1 events of 1 persons in 1 sessions
        median session: 1 events, 0 seconds
        0 transitions, 1 variants
        no row set aside
        0
        ['path,persons', 'look,1']
    """
    from .journey_plots import plot_writers

    told = (arguments.person, arguments.time, arguments.event)
    frame = read_frame(arguments.events, needed=told, only=True)
    found = journeys(
        frame,
        person=arguments.person,
        time=arguments.time,
        event=arguments.event,
        gap=arguments.gap,
        steps=arguments.steps,
        memory=arguments.memory,
    )
    tables = {
        "sessions.csv": found.sessions,
        "transitions.csv": found.transitions,
        "step_matrix.csv": found.step_matrix,
        "variants.csv": found.variants,
    }
    write_folder(
        arguments.out,
        {
            **{name: frame_writer(table, name) for name, table in tables.items()},
            "summary.json": json_writer(found.summary),
            **plot_writers(found),
        },
    )
    print(f"{len(frame):,} rows read, results written", file=sys.stderr)  # last: an error is one line
    print(found)
    return DONE
