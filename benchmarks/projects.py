"""A project in a folder of its own: this repository's configuration and a made-up world of any size."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Project:
    """A folder in which ``journey`` works, and what to set around it."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def journey(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own and wait for it."""
        return subprocess.run(
            [sys.executable, "-m", "journey_research.command", *arguments],
            cwd=self.root,
            env={**os.environ, **self.settings, **settings},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command and do not wait; its process group can be killed whole."""
        return subprocess.Popen(
            [sys.executable, "-m", "journey_research.command", *arguments],
            cwd=self.root,
            env={**os.environ, **self.settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def manifest(self, environment: str = "demo") -> dict[str, Any]:
        shown = self.journey("show", "--env", environment, "--json")
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)

    def hashes(self, environment: str = "demo") -> dict[str, str]:
        return {name: made["sha256"] for name, made in self.manifest(environment)["outputs"].items()}

    @property
    def data(self) -> Path:
        return self.root / "data" / "demo"

    def copy(self, to: Path) -> "Project":
        shutil.copytree(self.root, to, symlinks=True)
        return Project(to, dict(self.settings))


def new_project(root: Path, persons: int, world_seed: int = 1) -> Project:
    """A project with this repository's configuration and a world of ``persons`` people."""
    for name in ("conf", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("scratch", ".*"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy2(ROOT / name, root / name)
    (root / "src").mkdir()  # Kedro looks for it; the package is imported from where it is installed
    project = Project(root)
    made = project.journey("world", "--persons", str(persons), "--seed", str(world_seed))
    assert made.returncode == 0, made.stderr
    return project
