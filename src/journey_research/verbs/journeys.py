"""Events in; sessions, transitions, steps and variants out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from journey_research.engine.duckdb_engine import limit_memory
from journey_research.errors import DONE, UserError

from .durations import length_in_us
from .event_codes import usable_events
from .event_order import put_in_order
from .files import frame_writer, json_writer, need_columns, read_frame, write_folder
from .journey_plots import Plots
from .journey_segments import FoundSegments, Method, find_segments
from .kept_columns import values_of_persons

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


class Journeys(Plots):
    """What became of the events; ``repr`` is the summary.

    The tables (``sessions, transitions, step_matrix, variants, summary``) and ``where`` and ``between``
    are told by ``FoundEvents``, what can be asked by ``Questions``, and the pictures by ``Plots``.

    Example:
        >>> events = pd.DataFrame({"who": ["a", "a"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> found = journeys(events, person="who", time="day", event="what")
        >>> found.transitions.values.tolist(), found.summary["n_sessions"]
        ([['look', 'buy', 1, 0.0]], 1)
    """

    def segments(
        self,
        n_segments: int | None = None,
        *,
        method: Method = "shares",
        most: int = 6,
        n_states: int = 12,
        seed: int = 1,
    ) -> FoundSegments[Journeys]:
        """Kinds of persons who behave alike; see ``find_segments``.

        Args:
            n_segments: How many there are; without it, as many as the criteria say.
            method: ``"shares"``: by what they do; ``"chains"``: by what they do after what.
            most: Most segments tried.
            n_states: Kinds of events told apart, the commonest; the others are one.
            seed: Seed of samples, starts and resamples.

        Returns:
            The segments; ``.events`` are these events with the column ``segment``, for ``where`` and
            ``diff=("segment", a, b)``.
        """
        return find_segments(self, n_segments, method=method, most=most, n_states=n_states, seed=seed)


def journeys(
    frame: pd.DataFrame,
    *,
    person: str,
    time: str,
    event: str,
    by: str | Sequence[str] = (),
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
        by: Columns that say something of the person (a segment, a country), the same in all rows of one
            or missing; for ``where`` and ``diff``.
        gap: Longest silence inside a session: ``"45s"``, ``"30m"``, ``"1h30m"``, ``"1d"``. A
            silence of exactly this length does not end it.
        steps: Number of columns of the step matrix.
        memory: Most memory that the engine may take for step matrix, variants and questions, ``"2GB"``;
            beyond it, what is in between goes to the disk. Without it: 4 GB, and an error beyond. The
            events themselves, and putting them in order, take about 70 bytes each beside it.

    Returns:
        Sessions, transitions, step matrix and variants, each sorted by its key. A row without
        person, event or a readable time is set aside and counted in ``n_rejected``.

    Raises:
        UserError: A column is missing, no row can be used, a person has two values in a column of
            ``by``, or an option cannot be read.

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
    gap_us = length_in_us(gap)
    columns = [by] if isinstance(by, str) else list(by)
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
        raise UserError("--steps is a whole number from 1")
    if memory is not None:
        try:
            limit_memory(memory)
        except ValueError:
            raise UserError(
                "--memory is no amount of memory from 100MB", do="write it like 500MB or 2GB"
            ) from None
    need_columns([str(name) for name in frame.columns], [person, time, event, *columns])
    events, who, what, n_rejected = usable_events(frame[person], frame[time], frame[event])
    return Journeys(
        put_in_order(events, len(who)),
        who,
        what,
        gap_us=gap_us,
        n_steps=steps,
        n_rejected=n_rejected,
        people=values_of_persons(frame, person, columns, who),
    )


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
    parser.add_argument(
        "--memory", metavar="SIZE", help="most memory of the engine, like 2GB; beyond it, the disk is used"
    )
    parser.add_argument("--funnel", metavar="A,B,C", help="events: how many persons reach one after another")
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
    from .journey_files import plot_writers

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
    stages = [] if arguments.funnel is None else [stage.strip() for stage in arguments.funnel.split(",")]
    tables = {
        "sessions.csv": found.sessions,
        "transitions.csv": found.transitions,
        "step_matrix.csv": found.step_matrix,
        "variants.csv": found.variants,
        **({"funnel.csv": found.funnel(stages)} if stages else {}),
    }
    write_folder(
        arguments.out,
        {
            **{name: frame_writer(table, name) for name, table in tables.items()},
            "summary.json": json_writer(found.summary),
            **plot_writers(found, stages),
        },
    )
    print(f"{len(frame):,} rows read, results written", file=sys.stderr)  # last: an error is one line
    print(found)
    return DONE
