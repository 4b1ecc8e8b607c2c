"""``journey show``: what a run says of itself."""

from __future__ import annotations

import argparse
import json

from journey_research.errors import DONE

from .project import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey show``."""
    parser.add_argument(
        "run_id", nargs="?", default="current", metavar="RUN_ID", help="default: the current run"
    )
    parser.add_argument("--env", default="demo", help="environment (demo)")
    parser.add_argument("--json", action="store_true", help="the whole manifest as JSON")
    parser.add_argument("--files", action="store_true", help="every file: rows read = accepted + rejected")


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from journey_research.runs.showing import files_of, shown

    workspace = workspace_of(chosen.env)
    manifest = workspace.manifest(chosen.run_id)
    if chosen.files:
        print("\n".join(files_of(manifest, workspace)))
    elif chosen.json:
        print(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        print(shown(manifest))
    return DONE
