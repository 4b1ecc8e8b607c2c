"""Identity on made-up worlds that nobody has tuned for: F1 beside exact match on normalised fields."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.projects import new_project


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Make a world, read it, find its people, hold them against the truth; once for each seed.

    Args:
        arguments: ``--persons N`` (1000), ``--world_seeds 1,2,3``; ``--without_judgements``: nobody has
            judged a pair, so identifiers and values alone teach.

    Returns:
        One row per world. ``named``: records that carry a name; ``all``: cookies and e-mail addresses too.

    Raises:
        RuntimeError: A run failed.
    """
    parser = argparse.ArgumentParser(prog="demo_identity")
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--world_seeds", default="1,2,3")
    parser.add_argument("--without_judgements", action="store_true")
    chosen = parser.parse_args(list(arguments))
    rows = []
    for seed in chosen.world_seeds.split(","):
        with tempfile.TemporaryDirectory(prefix="demo-identity-") as folder:
            project = new_project(Path(folder).resolve() / "project", chosen.persons, world_seed=int(seed))
            project.settings["JOURNEY_MLRUNS"] = "off"
            if chosen.without_judgements:
                for file in (project.data / "00_raw").glob("reviewer_judgements*"):
                    file.unlink()
            ended = project.journey("run", "--pipelines", "ingestion,identity")
            if ended.returncode:
                raise RuntimeError(ended.stderr[-500:])
            shown = json.loads(project.journey("show", "--json").stdout)
            figures, timings = shown["figures"], shown["timings"]
            rows.append(
                {
                    "world_seed": int(seed),
                    "judgements": int(figures["identity.n_judgements"]),
                    "records": int(figures["identity.n_records"]),
                    "f1_named": figures["identity.pairwise_f1_named"],
                    "exact_match_f1_named": figures["identity.exact_match_f1_named"],
                    "precision_named": figures["identity.pairwise_precision_named"],
                    "recall_named": figures["identity.pairwise_recall_named"],
                    "f1_all": figures["identity.pairwise_f1"],
                    "exact_match_f1_all": figures["identity.exact_match_f1"],
                    "identity_seconds": sum(
                        node["wall_seconds"] for node in timings if node["stage"] == "identity"
                    ),
                }
            )
    return rows
