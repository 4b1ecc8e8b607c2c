"""The mappings that a project holds, to compare a new file with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def known_mappings(conf: Path | None) -> dict[str, dict[str, Any]]:
    """All mappings under ``conf/<env>/sources``, by source; ``demo``'s stand before the others'.

    Files that cannot be read are passed over: whoever runs their environment is told.
    """
    found: dict[str, dict[str, Any]] = {}
    folders = sorted(conf.glob("*/sources"), key=lambda one: (one.parent.name != "demo", one)) if conf else []
    for path in (path for folder in folders for path in sorted(folder.glob("*.yml"))):
        try:
            told = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, OSError):
            continue
        for source, says in told.items() if isinstance(told, dict) else ():
            if isinstance(says, dict) and not str(source).startswith("truth_"):
                found.setdefault(str(source), says)
    return found
