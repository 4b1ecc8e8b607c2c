"""Sessions and transition counts of a million and ten million events, beside retentioneering and pm4py.

Every tool gets the same events as a pandas data frame in memory and is timed until it has sessions (a
silence of 30 minutes) and the counts of which event directly follows which. Ours makes the median time of
each pair as well; what a tool asks of the frame first (pm4py: persons as text) is in its time. The events
are made up: 20 a person in sessions of about five, over 90 days, in random order, with 13 names; no two of
a person are at one instant, so that there is one right answer. Persons are whole numbers, or text. Runs of
less than ten seconds are done three times, whatever the tool, and the middle one counts.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.identity_quality import make_environment

PEERS = Path(__file__).resolve().parent / "peers"
PACKAGES = {
    "ours": (),
    "retentioneering": ("retentioneering==5.2.4",),
    "pm4py": ("pm4py==2.7.23", "pyarrow"),
}
PER_PERSON, PER_SESSION, N_NAMES, N_DAYS = 20, 5, 13, 90
_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Counted:
    """What a tool made of a task, or why it made nothing."""

    seconds: float | None = None
    peak_mb: int | None = None
    n_sessions: int | None = None
    tables: dict[str, pd.DataFrame] | None = None
    failed: str = ""


def make_events(n: int, seed: int, is_text: bool = False) -> pd.DataFrame:
    """So many events: ``person`` (whole numbers, or text), ``event`` (text), ``time`` (microseconds)."""
    chance = np.random.default_rng(seed)
    n_sessions = max(n // PER_SESSION, 1)
    session = np.sort(chance.integers(0, n_sessions, n))
    person = chance.integers(0, max(n // PER_PERSON, 1), n_sessions)[session]
    gaps = chance.exponential(120e6, n).astype(np.int64) + 1
    is_first = np.r_[True, session[1:] != session[:-1]]
    passed = np.cumsum(gaps)
    begun = np.maximum.accumulate(np.where(is_first, passed, 0))
    at = chance.integers(0, N_DAYS * _DAY_US, n_sessions)[session] + passed - begun
    event = np.array([f"event_{number}" for number in range(N_NAMES)])[chance.integers(0, N_NAMES, n)]
    order = chance.permutation(n)
    events = pd.DataFrame(
        {
            "person": person[order],
            "event": pd.Series(event[order], dtype="str"),
            "time": pd.Timestamp("2024-01-01") + pd.to_timedelta(at[order], unit="us"),
        }
    )
    events = events[~events.duplicated(["person", "time"])].reset_index(drop=True)
    return events.assign(person="p" + events["person"].astype("str")) if is_text else events


def count_events(tool: str, events: Path, task: dict[str, Any], limit_seconds: int) -> Counted:
    """Give a tool a file of events and wait for it; whatever goes wrong is told in the answer."""
    try:
        python = make_environment(f"journeys_{tool}", PACKAGES[tool])
    except RuntimeError as problem:
        return Counted(failed=f"not run: {problem}")
    with tempfile.TemporaryDirectory(prefix="journeys-peer-") as name:
        folder = Path(name)
        (folder / "events.parquet").symlink_to(events.resolve())
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        (folder / "home").mkdir()
        try:
            ended = subprocess.run(
                [str(python), "-W", "ignore", str(PEERS / f"journeys_{tool}_peer.py"), name],
                cwd=folder / "home",
                env={**os.environ, "HOME": str(folder / "home"), "PYTHONHASHSEED": "0"},
                capture_output=True,
                text=True,
                timeout=limit_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Counted(failed=f"stopped: not done after {limit_seconds:,} seconds")
        if ended.returncode:
            print(ended.stderr[-2000:], file=sys.stderr)
            kind = (ended.stderr.strip().splitlines() or ["no message"])[-1].split(":")[0]
            return Counted(failed=f"crashed: {kind}")
        cost = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
        tables = {path.stem: pd.read_csv(path) for path in sorted(folder.glob("*.csv"))}
    return Counted(cost["seconds"], cost["peak_mb"], cost["n_sessions"], tables)


def same_counts(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two tables of transitions count the same."""
    keys = ["from_event", "to_event"]
    both = [told.set_index(keys)["count"].astype(int).sort_index() for told in (one, other)]
    return both[0].equals(both[1])


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Count the same events with every tool.

    Args:
        arguments: ``--sizes N,N,...`` (1000000,10000000), ``--tools A,B`` (ours, retentioneering, pm4py),
            ``--memory SIZE`` (500MB): ours once more at the largest size with so much for the engine,
            ``--text``: persons are text, ``--seed N``, ``--limit_seconds N`` (900) for each run.

    Returns:
        One row per size and tool. ``ratio`` is its seconds over ours in the same run; ``exponent`` the
        slope of the seconds' logarithm over that of the events from the size before; ``peak_mb`` the
        largest memory of the process, the data frame included; ``is_equal`` whether sessions and
        transition counts are the same as ours.
    """
    parser = argparse.ArgumentParser(prog="journeys_scale")
    parser.add_argument("--sizes", default="1000000,10000000")
    parser.add_argument("--tools", default="ours,retentioneering,pm4py")
    parser.add_argument("--memory", default="500MB")
    parser.add_argument("--text", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit_seconds", type=int, default=900)
    chosen = parser.parse_args(list(arguments))
    sizes = sorted(int(size) for size in chosen.sizes.split(","))
    rows: list[dict[str, Any]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="journeys-events-") as name:
            events = Path(name, "events.parquet")
            make_events(size, chosen.seed, chosen.text).to_parquet(events, index=False)
            tasks = [(tool, {"gap": "30m"}) for tool in chosen.tools.split(",")]
            if size == sizes[-1] and chosen.memory:
                tasks.append(("ours", {"gap": "30m", "memory": chosen.memory}))
            ours: Counted | None = None
            for tool, task in tasks:
                print(f"{size:,} events: {tool}", file=sys.stderr, flush=True)
                found = count_events(tool, events, task, chosen.limit_seconds)
                label = f"{tool}, {task['memory']}" if "memory" in task else tool
                rows.append(_row(rows, size, label, found, ours))
                ours = ours or (found if tool == "ours" else None)
    return rows


def _row(
    before: list[dict[str, Any]], size: int, tool: str, found: Counted, ours: Counted | None
) -> dict[str, Any]:
    same_tool = [row for row in before if row["tool"] == tool and row["seconds"]]
    exponent = None
    if found.seconds and same_tool:
        times = math.log(found.seconds / same_tool[-1]["seconds"])
        exponent = round(times / math.log(size / same_tool[-1]["events"]), 3)
    is_equal = None
    if ours is not None and ours.tables and found.tables:
        is_equal = found.n_sessions == ours.n_sessions and same_counts(
            found.tables["transitions"], ours.tables["transitions"]
        )
    return {
        "events": size,
        "tool": tool,
        "seconds": None if found.seconds is None else round(found.seconds, 3),
        "ratio": round(found.seconds / ours.seconds, 2) if ours and ours.seconds and found.seconds else None,
        "exponent": exponent,
        "peak_mb": found.peak_mb,
        "sessions": found.n_sessions,
        "is_equal": "-" if is_equal is None else "yes" if is_equal else "no",
        "note": found.failed,
    }
