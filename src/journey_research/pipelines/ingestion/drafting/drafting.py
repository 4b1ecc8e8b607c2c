"""A mapping to review, made from what a file looks like and from the mappings that are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from journey_research.contracts.exports import export_of
from journey_research.pipelines.ingestion.files.formats import read_batches
from journey_research.pipelines.ingestion.mapping import SourceMapping, read_mapping

from .blocks import draft_blocks, draft_spellings
from .draft import MOST_TOLD, Draft
from .guessing import guess
from .looked import Looked
from .looking import look_at

KNOWN_ENOUGH = 0.8  # share of a known mapping's columns that a file of the same vendor has


def draft_mapping(path: Path, known: Mapping[str, Mapping[str, Any]], source: str = "") -> Draft:
    """Draft the mapping of a file.

    Args:
        path: The file.
        known: Mappings to compare with: name -> mapping.
        source: What to call it; by default the file's name without dates and numbers.

    Returns:
        A draft that ``read_mapping`` accepts.

    Raises:
        UserError: The file is nothing that can be looked at, or that ingestion would read.
    """
    looked = look_at(path)
    name = source or source_name(path.name)
    draft = _like_known(looked, known, name, path.name) or _guessed(looked, name, path.name)
    draft.n_rows = looked.n_rows
    for what in looked.unsure:
        draft.doubt("format", what)
    if not looked.n_rows:
        draft.doubt("format", "the file holds no rows, so nothing is known of its columns")
    mapping = read_mapping(draft.source, draft.says)
    _begin_to_read(path, draft, mapping, list(looked.columns))
    parts = {part for form in mapping.times.values() for part in (*form.join, form.zone_from)}
    used = parts | set(replace(mapping, required=(), times={}, numbers={}).columns)
    if unread := [one for one in looked.columns if one not in used]:
        more = f" and {len(unread) - MOST_TOLD} more" if len(unread) > MOST_TOLD else ""
        listed = ", ".join(f"'{one}'" for one in unread[:MOST_TOLD])
        draft.doubt("columns", f"nothing reads {listed}{more}")
    return draft


def _begin_to_read(path: Path, draft: Draft, mapping: SourceMapping, columns: list[str]) -> None:
    """What ingestion would refuse is told now, in its own words: a draft has to read the file it is of."""
    required = [name for name in mapping.required if name not in mapping.aliases]
    next(read_batches(export_of(draft.source, draft.says, path), mapping.format, columns, required))


def source_name(file_name: str) -> str:
    """A file's name as the name of a source.

    Example:
        >>> source_name("Leads Export 2025-03-01.csv.gz"), source_name("7.csv")
        ('leads_export', 'source_7')
    """
    stem = file_name.split(".")[0].lower()
    words = re.sub(r"[^a-z0-9]+", "_", stem).strip("_")
    bare = re.sub(r"(?:_\d+)+$", "", words)
    return bare if bare and bare[0].isalpha() else f"source_{words}".rstrip("_")


def _pattern(file_name: str) -> str:
    """A file's name with what changes from export to export left open."""
    stem, *endings = file_name.split(".")
    bare = re.sub(r"[\s_-]*\d[\d\s_-]*$", "", stem)
    return f"{bare or stem}*.{'.'.join(endings)}" if endings else f"{bare or stem}*"


def _like_known(
    looked: Looked, known: Mapping[str, Mapping[str, Any]], name: str, file_name: str
) -> Draft | None:
    best: tuple[float, int, str] | None = None
    for source, says in sorted(known.items()):
        try:
            mapping = read_mapping(source, says)
        except Exception:  # a mapping of the project that is broken is told when it is run
            continue
        if mapping.format.type != looked.form["type"]:
            continue
        wanted = [one for one in mapping.columns if one not in mapping.looked_up]
        here = [one for one in wanted if one in looked.columns]
        fits = len(here) / len(wanted) if wanted else 0.0
        if fits >= KNOWN_ENOUGH and all(one in looked.columns for one in mapping.required):
            best = max(best or (0.0, 0, ""), (fits, len(here), source))
    if best is None:
        return None
    says = {word: value for word, value in known[best[2]].items() if word != "folder"}
    says["file"] = _pattern(file_name)
    written = dict(says["format"]) if isinstance(says["format"], Mapping) else {"type": says["format"]}
    says["format"] = {**written, **looked.form}
    draft = Draft(name, says, like=best[2])
    if best[0] < 1:
        draft.doubt("required", f"{1 - best[0]:.0%} of the columns that mapping knows are not in this file")
    return draft


def _guessed(looked: Looked, name: str, file_name: str) -> Draft:
    told = {column: guess(column, cells) for column, cells in looked.columns.items()}
    says: dict[str, Any] = {"version": 1, "file": _pattern(file_name)}
    says["format"] = looked.form if len(looked.form) > 1 else looked.form["type"]
    draft = Draft(name, says)
    says["grain"] = "row"
    draft.doubt("grain", "say what one row is: a contact, a visit, a line of an order")
    says["data_class"] = "marketing"
    draft.doubt(
        "data_class", "transactional, marketing, social, demographic, support, consent, inventory or sensor?"
    )
    says["cadence"] = "weekly"
    draft.doubt("cadence", "how often does a new file come?")
    draft_spellings(draft, told, looked)
    draft_blocks(draft, told)
    for column, one in told.items():
        if one.unsure and one.kind not in ("time", "number"):
            draft.doubt("columns", f"'{column}': {one.unsure}")
    return draft
