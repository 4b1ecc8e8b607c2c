"""Run a benchmark: ``python benchmarks/run.py NAME``; without a name, list them.

An entry is a module of this folder with a docstring of one line and a function
``measure(arguments) -> list[dict]``: the list is the table that is printed, a row a dictionary,
the same keys in every row. The result is also written to ``benchmarks/results/NAME.json``, with
what it was measured on beside it: a figure without its machine says nothing.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LIBRARIES = ("dedupe", "duckdb", "kedro", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "sqlglot")


def main(arguments: Sequence[str]) -> int:
    """List the entries, or measure one; returns the exit code."""
    listed = entries()
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: python benchmarks/run.py NAME [options]\n")
        for name, text in listed.items():
            print(f"  {name:<16}{text}")
        return 0
    name, rest = arguments[0], list(arguments[1:])
    if name not in listed:
        print(f"there is no benchmark '{name}'; there are: {', '.join(listed)}", file=sys.stderr)
        return 2
    try:
        rows = importlib.import_module(f"benchmarks.{name}").measure(rest)
    except RuntimeError as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 1
    print(as_table(rows))
    print(f"\nwritten to {write(name, rest, rows).relative_to(FOLDER.parent)}")
    return 0


def entries() -> dict[str, str]:
    """Name of each entry and the first line of its docstring, without importing any of them."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").splitlines()[0]
    return found


def as_table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as text in columns; numbers to the right."""
    if not rows:
        return "nothing was measured"
    names = list(rows[0])
    cells = [[_spelled(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[at]) for row in cells)) for at, name in enumerate(names)]
    is_number = [isinstance(rows[0][name], int | float) for name in names]

    def line(words: Sequence[str]) -> str:
        padded = (
            word.rjust(width) if right else word.ljust(width)
            for word, width, right in zip(words, widths, is_number, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(names), line(["-" * width for width in widths]), *map(line, cells)])


def _spelled(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 2 else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def write(name: str, arguments: Sequence[str], rows: Sequence[dict[str, Any]]) -> Path:
    """Write ``results/NAME.json``: the figures, and beside them what they were measured on."""
    document = {
        "benchmark": name,
        "arguments": list(arguments),
        "figures": list(rows),
        "measured_on": {
            "date": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "system": platform.system(),
            "python": platform.python_version(),
            **{library: _version(library) for library in LIBRARIES},
        },
    }
    path = FOLDER / "results" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(path)
    return path


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent))
    sys.exit(main(sys.argv[1:]))
