"""What a tool for journeys is given, and what it hands back; runs inside the tool's own environment.

Given: events (Parquet or CSV) and a task (JSON: names of the columns, gap, events of a funnel, number of
steps, and which tables are wanted). Handed back: the tables (CSV) and what sessions and transitions cost
(JSON: seconds, peak_mb, n_sessions). The clock runs from a pandas data frame in memory to sessions and
transition counts in memory; whatever a tool imports is imported, and used once, before. What takes less than
ten seconds is done three times, and the middle one counts.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

Tables = dict[str, pd.DataFrame]
SHORT_SECONDS = 10
FIRST_USE = pd.DataFrame(
    {
        "person": [1, 1, 2],
        "event": ["look", "buy", "look"],
        "time": pd.to_datetime(["2025-01-01 09:00", "2025-01-01 09:05", "2025-01-01 09:00"]),
    }
)


def run_task(
    count: Callable[[pd.DataFrame, dict[str, Any]], tuple[int, pd.DataFrame]],
    tell: Callable[[pd.DataFrame, dict[str, Any]], Tables],
) -> None:
    """Read events, count sessions and transitions against the clock, and make what else is wanted.

    Args:
        count: Events (``person, event, time``) and task in; number of sessions and
            ``from_event, to_event, count`` out.
        tell: Events and task in; further tables by name out.
    """
    folder = Path(sys.argv[1])
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    events = pd.read_parquet(folder / "events.parquet")
    count(FIRST_USE.copy(), task)
    before = read_peak_mb()
    seconds: list[float] = []
    while not seconds or (seconds[0] < SHORT_SECONDS and len(seconds) < 3):
        began = time.perf_counter()
        n_sessions, transitions = count(events, task)
        seconds.append(time.perf_counter() - began)
    cost = {
        "seconds": sorted(seconds)[len(seconds) // 2],
        "peak_mb": read_peak_mb(),
        "peak_before_mb": before,
        "n_sessions": n_sessions,
    }
    tables = {"transitions": transitions, **(tell(events, task) if task.get("is_told") else {})}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "cost.json").write_text(json.dumps(cost), encoding="utf-8")


def read_peak_mb() -> int:
    """Largest memory of this process so far, in MB; Linux is asked for that of the program itself."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return (own or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] // 1024


def long_steps(matrix: pd.DataFrame) -> pd.DataFrame:
    """Shares by event (index) and step (columns) as ``event, step, share``, without those of nobody."""
    told = matrix.rename_axis(index="event", columns="step").stack().rename("share").reset_index()
    return told[told["share"] > 0]
