"""What a run says of itself: enough to rebuild every number it made."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .files import sha256_of

PACKAGE = Path(__file__).resolve().parents[1]
LIBRARIES = ("dedupe", "duckdb", "kedro", "mlflow", "numpy", "pandas", "pyarrow", "scikit-learn", "sqlglot")
METRIC_TABLES = ("identity_metrics", "journey_metrics", "segment_metrics", "conversion_metrics")


def new_run_id() -> str:
    """Time, so that ids sort, and chance, so that two never meet."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-" + secrets.token_hex(3)


def sha256_of_document(document: Any) -> str:
    """Hash of a document's JSON, keys sorted as text.

    YAML reads ``No`` and ``1`` as keys of their own kinds; JSON's keys are text, so it is asked first.
    """
    told = json.loads(json.dumps(document, default=str))
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_of_code(project: Path) -> str:
    """Hash of what computes: the package's code and SQL, and the reports' notebooks."""
    files = [path for kind in ("*.py", "*.sql") for path in PACKAGE.rglob(kind)]
    notebooks = list((project / "notebooks").glob("*.ipynb"))
    digest = hashlib.sha256()
    for root, paths in ((PACKAGE, files), (project, notebooks)):
        for path in sorted(paths):
            digest.update(f"{path.relative_to(root).as_posix()}\0{sha256_of(path)}\n".encode())
    return digest.hexdigest()


def code_revision(project: Path) -> str | None:
    """The commit that is checked out, with ``+`` where files differ from it; None without git."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+"],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()


def flat(parameters: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Every parameter by its dotted path.

    Example:
        >>> list(flat({"journey_rule": {"max_gap_days": 14}, "engine": "duckdb"}))
        [('engine', 'duckdb'), ('journey_rule.max_gap_days', 14)]
    """
    for name, value in sorted(parameters.items()):
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def seeds_in(parameters: Mapping[str, Any], path: str = "") -> dict[str, int]:
    """Every parameter whose name ends in ``_seed``, by its dotted path."""
    found: dict[str, int] = {}
    for name, value in parameters.items():
        where = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            found |= seeds_in(value, where)
        elif name.endswith("_seed"):
            found[where] = value
    return dict(sorted(found.items()))


def surroundings(project: Path) -> dict[str, Any]:
    """What a run stands on that is not its data: code, lock, libraries, time zones."""
    lock = project / "requirements.lock"
    return {
        "code": sha256_of_code(project),
        "revision": code_revision(project),
        "lock": sha256_of(lock) if lock.is_file() else None,
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "tzdata": _version("tzdata"),
        "cores": os.cpu_count(),
    }


def figures_from(tables: Mapping[str, Any]) -> dict[str, float]:
    """Figure name -> number, from the metrics tables, the headlines and the log of persons.

    ``identity.run_number`` is the last run in that log: with it an earlier run's persons are asked for.

    Args:
        tables: Table name -> Parquet path, of the tables a run has.
    """
    import pyarrow.parquet as pq

    figures: dict[str, float] = {}
    for name in METRIC_TABLES:
        if name in tables:
            for row in pq.read_table(tables[name]).to_pylist():
                if row["value"] is not None:
                    figures[f"{name.removesuffix('_metrics')}.{row['metric']}"] = row["value"]
    if "headlines" in tables:
        for row in pq.read_table(tables["headlines"]).to_pylist():
            if row["value"] is not None:
                figures[f"headline.{row['headline']}"] = row["value"]
    if "person_events" in tables:
        numbers = pq.read_table(tables["person_events"], columns=["run_number"])["run_number"]
        figures["identity.run_number"] = numbers[-1].as_py() if len(numbers) else 0
    return dict(sorted(figures.items()))


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
