"""``journey map``: a new export looked at, and its mapping drafted."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from journey_research.errors import DONE, UserError

from .project import project_root


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``journey map``."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="the export to look at")
    parser.add_argument(
        "--source", default="", help="what to call the source (default: from the file's name)"
    )
    parser.add_argument(
        "--out", help="file to write, as in conf/<env>/sources/<source>.yml (default: print it)"
    )
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of mappings instead")


def run(chosen: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    if chosen.schema:
        from journey_research.pipelines.ingestion.drafting.mapping_schema import mapping_schema

        print(json.dumps(mapping_schema(), indent=1))
        return DONE
    if not chosen.file:
        raise UserError("no file is named", do="as in: journey map export.csv")
    from journey_research.pipelines.ingestion.drafting.drafting import draft_mapping
    from journey_research.pipelines.ingestion.drafting.known import known_mappings

    draft = draft_mapping(Path(chosen.file), known_mappings(_conf_folder()), chosen.source)
    if not chosen.out:
        print(draft.text, end="")
        return DONE
    out = Path(chosen.out)
    if out.exists():
        raise UserError(
            "the file is there already", file=out.name, do="move it away, or choose another --out"
        )
    try:
        out.write_text(draft.text, encoding="utf-8")
    except OSError:
        raise UserError("the file cannot be written", file=out.name, do="check its folder") from None
    n_doubts = sum(len(one) for one in draft.unsure.values())
    like = f", like the known source '{draft.like}'" if draft.like else ""
    print(f"drafted '{draft.source}' from {draft.n_rows:,} rows{like}; {n_doubts} lines are marked unsure")
    return DONE


def _conf_folder() -> Path | None:
    """The project's ``conf``, where there is a project: a draft can be made anywhere."""
    try:
        return project_root() / "conf"
    except UserError:
        return None
