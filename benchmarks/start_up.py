"""How long until something happens: ``journey --help``, and ``journey run`` to its first node."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.workspaces import JOURNEY, PROJECT, fresh_workspace

PROCESSES = 5


def measure(arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Medians over five fresh processes each, in seconds.

    Args:
        arguments: Further options of ``journey run``.

    Returns:
        Two rows: what was started, how often, and its median, fastest and slowest seconds.

    Raises:
        RuntimeError: A process ended before it came so far.
    """
    helped, started = [], []
    for _ in range(PROCESSES):
        began = time.perf_counter()
        subprocess.run([JOURNEY, "--help"], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        helped.append(time.perf_counter() - began)
    for _ in range(PROCESSES):
        with fresh_workspace() as (variables, _workspace):
            started.append(_until_first_node([JOURNEY, "run", *arguments], variables))
    return [_row("journey --help", helped), _row("journey run, to its first node", started)]


def _until_first_node(command: Sequence[str], variables: Mapping[str, str]) -> float:
    """Seconds until a line with the word "started" appears; the process is killed then."""
    began = time.perf_counter()
    running = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    try:
        for line in running.stdout:
            if "started" in line:
                return time.perf_counter() - began
        raise RuntimeError(f"'{' '.join(command[1:])}' ended before its first node started")
    finally:
        running.kill()
        running.wait()


def _row(name: str, seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "what": name,
        "processes": len(seconds),
        "median_seconds": round(statistics.median(seconds), 3),
        "fastest_seconds": round(min(seconds), 3),
        "slowest_seconds": round(max(seconds), 3),
    }
