"""pm4py on the same task: its directly-follows counts; sessions are its user's, in pandas."""

from typing import Any

import pandas as pd
import pm4py
from event_task import Tables, run_task

COLUMNS = {"case_id_key": "person", "activity_key": "event", "timestamp_key": "time"}


def count(events: pd.DataFrame, task: dict[str, Any]) -> tuple[int, pd.DataFrame]:
    """Sessions by a silence, and directly-follows counts; its case is the person, as text."""
    events = events.assign(person=events["person"].astype("str"))
    ordered = events.sort_values(["person", "time"], kind="stable", ignore_index=True)
    is_new = ordered["person"].ne(ordered["person"].shift())
    is_new |= ordered["time"].diff() > pd.Timedelta(task["gap"])
    ordered["session"] = is_new.cumsum()
    graph, _, _ = pm4py.discover_dfg(ordered, **COLUMNS)
    counts = pd.DataFrame(
        [(before, after, n) for (before, after), n in graph.items()],
        columns=["from_event", "to_event", "count"],
    )
    return int(ordered["session"].iloc[-1]), counts


def tell(events: pd.DataFrame, task: dict[str, Any]) -> Tables:
    """Nothing more: it has neither step matrix nor funnel."""
    return {}


if __name__ == "__main__":
    run_task(count, tell)
