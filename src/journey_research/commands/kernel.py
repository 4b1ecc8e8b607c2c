"""``journey kernel``: a kernel for Jupyter that opens with ``catalog`` ready."""

from __future__ import annotations

import argparse

from journey_research.errors import DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey kernel``."""
    parser.add_argument("action", choices=["install"])
    parser.add_argument("--prefix", help="where Jupyter lies (default: this Python's own)")
    parser.add_argument("--user", action="store_true", help="for all of this user's JupyterLabs")


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from journey_research.kernel import install_kernel

    print(f"kernel 'journey_research' installed in {install_kernel(prefix=chosen.prefix, user=chosen.user)}")
    return DONE
