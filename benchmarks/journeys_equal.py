"""Transitions, steps and funnel of real logs beside retentioneering and pm4py: the same counts or not.

The click log of a shop goes to retentioneering, three logs of service desks to pm4py, each in an
environment of its own. Events of one instant keep the order of their rows.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.journeys_scale import Counted, count_events, same_counts

SHARED = Path(os.environ.get("JOURNEY_SHARED", "../shared"))


@dataclass(frozen=True)
class Log:
    """A log, the columns that tell person, time and event, the peer, and what is asked of both."""

    file: str
    columns: tuple[str, str, str]
    peer: str
    funnel: tuple[str, ...] = ()


_CASE = ("case:concept:name", "time:timestamp", "concept:name")
LOGS = {
    "simple_shop": Log(
        "retentioneering_simple_shop/simple-onlineshop.csv.gz",
        ("user_id", "timestamp", "event"),
        "retentioneering",
        ("catalog", "cart", "delivery_choice", "payment_choice", "payment_done"),
    ),
    "helpdesk": Log("service_desk_logs/Helpdesk.parquet", _CASE, "pm4py"),
    "incidents": Log("service_desk_logs/bpi_challenge_2013_incidents.parquet", _CASE, "pm4py"),
    "closed_problems": Log("service_desk_logs/BPI_Challenge_2013_closed_problems.parquet", _CASE, "pm4py"),
}


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Ask ours and the peer for the same tables of each log.

    Args:
        arguments: ``--logs a,b`` (all), ``--steps N`` (20), ``--limit_seconds N`` (300) for each tool.

    Returns:
        One row per log and table: how many cells or rows each has, and whether they are equal (shares
        to 1e-9).

    Raises:
        RuntimeError: The logs are not there, or a tool failed.
    """
    parser = argparse.ArgumentParser(prog="journeys_equal")
    parser.add_argument("--logs", default=",".join(LOGS))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--limit_seconds", type=int, default=300)
    chosen = parser.parse_args(list(arguments))
    rows: list[dict[str, Any]] = []
    for name in chosen.logs.split(","):
        log = LOGS[name]
        path = SHARED / "data" / log.file
        if not path.is_file():
            raise RuntimeError(f"{log.file} is not there; JOURNEY_SHARED names the folder that holds data/")
        told = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        person, time, event = (told[column] for column in log.columns)
        time = pd.to_datetime(time, utc=True).dt.tz_localize(None).astype("datetime64[us]")
        task = {"gap": "30m", "is_told": True, "steps": chosen.steps, "funnel": list(log.funnel)}
        with tempfile.TemporaryDirectory(prefix="journeys-log-") as folder:
            events = Path(folder, "events.parquet")
            pd.DataFrame({"person": person, "event": event, "time": time}).to_parquet(events, index=False)
            ours, peer = (
                count_events(tool, events, task, chosen.limit_seconds) for tool in ("ours", log.peer)
            )
        rows += _rows(name, log.peer, ours, peer)
    return rows


def _rows(log: str, peer: str, ours: Counted, theirs: Counted) -> list[dict[str, Any]]:
    if ours.tables is None or theirs.tables is None:
        raise RuntimeError(f"{log}: ours {ours.failed or 'done'}, {peer} {theirs.failed or 'done'}")
    rows = []
    for table in sorted(theirs.tables):
        mine, other = ours.tables[table], theirs.tables[table]
        is_equal = same_counts(mine, other) if table == "transitions" else same_values(mine, other)
        rows.append(
            {
                "log": log,
                "table": table,
                "peer": peer,
                "rows": len(mine),
                "peer_rows": len(other),
                "total": _total(mine),
                "peer_total": _total(other),
                "is_equal": "yes" if is_equal else "no",
            }
        )
    rows.append(
        {
            "log": log,
            "table": "sessions",
            "peer": peer,
            "rows": ours.n_sessions,
            "peer_rows": theirs.n_sessions,
            "total": float(ours.n_sessions or 0),
            "peer_total": float(theirs.n_sessions or 0),
            "is_equal": "yes" if ours.n_sessions == theirs.n_sessions else "no",
        }
    )
    return rows


def same_values(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two tables hold the same numbers (to 1e-9) under the same keys, in any order."""
    names = list(one.columns)
    both = [told[names].astype(dict.fromkeys(names[:-1], str)) for told in (one, other)]
    ordered = [told.set_index(names[:-1])[names[-1]].astype(float).sort_index() for told in both]
    return bool(ordered[0].index.equals(ordered[1].index) and ((ordered[0] - ordered[1]).abs() < 1e-9).all())


def _total(table: pd.DataFrame) -> float:
    return float(table[table.columns[-1]].sum() if "count" not in table else table["count"].sum())
