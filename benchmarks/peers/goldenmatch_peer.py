"""GoldenMatch with nothing configured: its automatic probabilistic matcher, and whatever it chooses."""

from collections.abc import Iterator
from typing import Any

import goldenmatch
import numpy as np
import pyarrow as pa
from goldenmatch.core.autoconfig import auto_configure_probabilistic_df
from peer_task import Found, run_task


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Clusters of one way of configuring itself, the task's ``way``."""
    table = records.select(task["fields"])
    config = auto_configure_probabilistic_df(table) if task["way"] == "probabilistic" else None
    result = goldenmatch.dedupe_df(table, config=config)
    cluster_of = np.arange(len(table)) - len(table)  # a record it does not name is alone
    for number, cluster in result.clusters.items():
        cluster_of[cluster["members"]] = number
    yield "default", records["id"].to_pylist(), cluster_of.tolist()


if __name__ == "__main__":
    run_task(find)
