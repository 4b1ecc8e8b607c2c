"""``journey_research.journeys`` on the same task as its peers; runs in the project's environment."""

from typing import Any

import pandas as pd
from event_task import Tables, long_steps, run_task

import journey_research

COLUMNS = {"person": "person", "time": "time", "event": "event"}


def count(events: pd.DataFrame, task: dict[str, Any]) -> tuple[int, pd.DataFrame]:
    """Sessions and transitions, with the median time of each."""
    found = journey_research.journeys(events, **COLUMNS, gap=task["gap"], memory=task.get("memory"))
    return len(found.sessions), found.transitions


def tell(events: pd.DataFrame, task: dict[str, Any]) -> Tables:
    """Step matrix and funnel."""
    found = journey_research.journeys(events, **COLUMNS, gap=task["gap"], steps=task["steps"])
    tables = {"steps": long_steps(found.step_matrix.set_index("event"))}
    if task["funnel"]:
        funnel = found.funnel(task["funnel"]).rename(columns={"stage": "event", "n": "n_persons"})
        tables["funnel"] = funnel[["event", "n_persons"]]
    return tables


if __name__ == "__main__":
    run_task(count, tell)
