"""``journey recreate``: a run made again elsewhere, and compared."""

from __future__ import annotations

import argparse

from journey_research.errors import DONE, FAULT

from .project import project_root, workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey recreate``."""
    parser.add_argument("run_id", metavar="RUN_ID", help="the run, or 'current'")
    parser.add_argument("--env", default="demo", help="environment (demo)")


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from journey_research.runs.recreating import recreate

    names = recreate(project_root(), workspace_of(chosen.env), chosen.run_id)
    print("\n".join(names) or "equal")
    return FAULT if names else DONE
