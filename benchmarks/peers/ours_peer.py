"""``journey_research.resolve`` on the same task as its peers; runs in the project's environment."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
from peer_task import Found, run_task

import journey_research
from journey_research.errors import UserError


def find(records: pa.Table, task: dict[str, Any]) -> Iterator[Found]:
    """Persons, with or without labels."""
    labels = task["labels"]
    told = None if labels is None else pd.DataFrame(labels, columns=["id_a", "id_b", "answer"])
    resolved = journey_research.resolve(
        records.to_pandas(), id="id", fields=task["fields"], labels=told, seed=task["seed"]
    )
    yield "default", resolved.persons["id"].tolist(), resolved.persons["person_id"].tolist()


if __name__ == "__main__":
    run_task(find, UserError)
