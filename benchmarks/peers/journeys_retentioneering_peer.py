"""retentioneering on the same task: its sessions by time-out, and its transition counts."""

import os
from typing import Any

os.environ["RETENTIONEERING_NO_TRACK"] = "1"

import pandas as pd
from event_task import Tables, long_steps, run_task
from retentioneering import Eventstream

SCHEMA = {"path_cols": ["person"], "event_col": "event", "timestamp_col": "time"}
ENDS = ["path_start", "path_end"]  # events of its own, at either end of each path


def count(events: pd.DataFrame, task: dict[str, Any]) -> tuple[int, pd.DataFrame]:
    """Sessions and transitions; without those from and to its own start and end."""
    stream = Eventstream(events, schema=SCHEMA)
    sessions = stream.split_sessions(timeout=task["gap"]).to_dataframe()["session_id"].nunique()
    matrix = stream.transition_graph_data(edge_weight="count").drop(index=ENDS, columns=ENDS, errors="ignore")
    counts = matrix.rename_axis(index="from_event", columns="to_event").stack().rename("count").reset_index()
    return int(sessions), counts[counts["count"] > 0]


def tell(events: pd.DataFrame, task: dict[str, Any]) -> Tables:
    """Step matrix and funnel; its step 0 is the start, and its rows of start and end are its own."""
    stream = Eventstream(events, schema=SCHEMA)
    matrix = stream.step_matrix_data(max_steps=task["steps"]).drop(index=ENDS, errors="ignore")
    matrix = matrix.drop(columns=[column for column in matrix if int(column) == 0])
    funnel = pd.DataFrame(stream.funnel_data(steps=task["funnel"])["steps"])
    return {
        "steps": long_steps(matrix),
        "funnel": funnel.rename(columns={"step": "event", "unique_paths": "n_persons"})[
            ["event", "n_persons"]
        ],
    }


if __name__ == "__main__":
    run_task(count, tell)
