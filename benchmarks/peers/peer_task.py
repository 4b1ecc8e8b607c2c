"""What a peer is given, and what it hands back; runs inside the peer's own environment.

Given: records (Parquet: ``id`` and the fields, text, blanks null) and a task (JSON: fields, seed, labels
or null, and what the peer alone needs). Handed back: clusters (CSV: variant, id, cluster) and what it
cost (JSON: seconds, peak_mb, failed, told). The clock runs from records in memory to the first clusters
in memory; other variants of them are made after it has stopped.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

Found = tuple[str, Sequence[str], Sequence[Any]]


def run_task(find: Callable[[pa.Table, dict[str, Any]], Iterator[Found]], refusals: Any = ()) -> None:
    """Read what is asked, find clusters, write them and their cost.

    Args:
        find: Records and task in; name of the variant, ids and clusters out, for each variant. What it
            leaves in the task under ``told`` is handed back.
        refusals: Errors by which the tool says no in words that may be shown.
    """
    folder = Path(sys.argv[1])
    records = pq.read_table(folder / "records.parquet")
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    failed, parts, cost = None, [], {}
    began = time.perf_counter()
    try:
        for variant, ids, clusters in find(records, task):
            cost = cost or {"seconds": time.perf_counter() - began, "peak_mb": read_peak_kb() // 1024}
            names = [str(cluster) for cluster in clusters]
            parts.append(pa.table({"variant": [variant] * len(names), "id": list(ids), "cluster": names}))
    except refusals as refusal:
        failed = f"refused: {refusal}"
    cost = cost or {"seconds": time.perf_counter() - began, "peak_mb": read_peak_kb() // 1024}
    if parts:
        pc.write_csv(pa.concat_tables(parts), folder / "clusters.csv")
    cost |= {"failed": failed, "told": task.get("told", {})}
    (folder / "cost.json").write_text(json.dumps(cost), encoding="utf-8")


def read_cpu_seconds() -> float:
    """Processor time of this process and of those it waited for; others on the machine hardly change it."""
    return sum(os.times()[:4])


def read_peak_kb() -> int:
    """Largest memory of this process or any it waited for, in kB.

    ``ru_maxrss`` of a process counts what its parent held when it was started, so Linux is asked for
    that of the program itself; the processes it started were no larger at their start than it was.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return max(children, *(own or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
