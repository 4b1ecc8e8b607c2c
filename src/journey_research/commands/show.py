"""``journey show``: what a run says of itself."""

from __future__ import annotations

import argparse
import json
from typing import Any

from journey_research.errors import DONE

from .project import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey show``."""
    parser.add_argument(
        "run_id", nargs="?", default="current", metavar="RUN_ID", help="default: the current run"
    )
    parser.add_argument("--env", default="demo", help="environment (demo)")
    parser.add_argument("--json", action="store_true", help="as JSON; alone: the whole manifest")
    parser.add_argument("--files", action="store_true", help="every file: rows read = accepted + rejected")
    parser.add_argument(
        "--lineage",
        metavar="NAME",
        help="what a KPI, a figure of the week or a table comes from, file by file",
    )
    parser.add_argument(
        "--unused", action="store_true", help="mapped fields that no step of the pipeline uses"
    )


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from journey_research.runs.lineage import traced_in_words
    from journey_research.runs.showing import field_use_of, files_of, lineage_of, shown, unused_in_words

    workspace = workspace_of(chosen.env)
    manifest = workspace.manifest(chosen.run_id)
    if chosen.lineage:
        traced = lineage_of(manifest, workspace, chosen.lineage)
        print(_json(traced) if chosen.json else "\n".join(traced_in_words(traced)))
    elif chosen.unused:
        fields = field_use_of(manifest)
        print(_json(fields) if chosen.json else "\n".join(unused_in_words(fields)))
    elif chosen.files:
        print("\n".join(files_of(manifest, workspace)))
    elif chosen.json:
        print(_json(manifest))
    else:
        print(shown(manifest))
    return DONE


def _json(told: Any) -> str:
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)
