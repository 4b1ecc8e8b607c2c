"""A fresh workspace on the made-up world, for entries that run the pipeline."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
JOURNEY = str(Path(sys.executable).with_name("journey.exe" if os.name == "nt" else "journey"))


@contextmanager
def fresh_workspace() -> Iterator[tuple[dict[str, str], Path]]:
    """Environment variables that put a run in an empty folder, and that folder.

    The raw world is the project's own where it is there, else it is written first, outside
    of what is timed.
    """
    with tempfile.TemporaryDirectory(prefix="journey-benchmark-") as folder:
        root = Path(folder)
        raw = PROJECT / "data" / "demo" / "00_raw"
        if not raw.is_dir():
            raw = root / "world"
            subprocess.run(
                [JOURNEY, "world", "--out", str(raw)], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL
            )
        workspace = root / "workspace"
        workspace.mkdir()
        yield (
            {
                **os.environ,
                "JOURNEY_WORKSPACE": str(workspace),
                "JOURNEY_RAW": str(raw),
                "JOURNEY_MLRUNS": str(root / "mlruns"),
                "PYTHONUTF8": "1",
            },
            workspace,
        )
