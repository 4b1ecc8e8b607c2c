"""A user's exports, found by their mappings and fingerprinted; never written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from kedro.io import AbstractDataset

from journey_research.contracts.exports import Export, export_of, unreadable
from journey_research.errors import UserError

from .bound import Bound
from .distant_sources import database_export, is_address, remote_exports

_WILD = re.compile(r"[*?\[]")


class SourceFiles(Bound, AbstractDataset[None, list[Export]]):
    """All files of all sources of an environment.

    ``bind`` tells it the mappings; ``load`` finds the files. A mapping may name a folder of its
    own (seen from the project's root, or an address that ``remote_folders`` allows); otherwise
    its files lie in the workspace's ``00_raw``. ``file`` may be a pattern over folders:
    ``ga4_events/events_*.jsonl.gz``, ``**/*.csv``. A database that is no file is named by ``url``.

    Args:
        metadata: Grain and so on, for people and tests.
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        self.metadata = metadata

    def load(self) -> list[Export]:
        """Every export, sorted by source and file name.

        Raises:
            UserError: A file that a mapping names is missing, or no mapping was told.
        """
        found = []
        for source, mapping in sorted(self.view.sources.items()):
            found.extend(self._exports(source, mapping or {}))
        for export in found:
            for one in (export, *export.beside.values()):
                self.view.inputs[f"{one.source}/{one.file_name}"] = one.sha256
        return sorted(found, key=lambda export: (export.source, export.file_name))

    def save(self, data: None) -> NoReturn:
        """Refused: exports are only ever read."""
        raise UserError("exports are only read, never written")

    def _exports(self, source: str, mapping: Mapping[str, Any]) -> list[Export]:
        if not isinstance(mapping, Mapping):
            raise UserError(
                f"the mapping of source '{source}' is no mapping",
                do="write names and values under it, as in 'file: orders.csv'",
            )
        if mapping.get("url"):
            return [database_export(source, mapping)]
        own = str(mapping.get("folder") or "")
        pattern = _pattern(source, mapping)
        beside = sorted({str(lookup["file"]) for lookup in _lookups(mapping)})
        if is_address(own):
            exports, held = remote_exports(source, mapping, own, pattern, beside, self.view.remote_folders)
        else:
            folder = self.view.project / own if own else self.view.raw
            paths = _found(folder, pattern)
            exports = [_fingerprinted(source, mapping, path, _name(path, folder)) for path in paths]
            held = {
                name: _fingerprinted(source, mapping, folder / name, name)
                for name in beside
                if paths and (folder / name).is_file()
            }
        if not exports and not mapping.get("optional"):
            raise UserError(
                "file is missing",
                file=pattern,
                do=f"put it into the folder of exports, or say 'optional: true' in the mapping of '{source}'",
            )
        for name in beside if exports else []:
            if name not in held:
                raise UserError(
                    "file is missing", file=name, do=f"the mapping of source '{source}' looks things up in it"
                )
        return _with_replaced([replace(one, beside=held) for one in exports], mapping.get("replaced_by"))

    def _exists(self) -> bool:
        return bool(self._view and self._view.sources)

    def _describe(self) -> dict[str, Any]:
        return {"sources": sorted(self._view.sources) if self._view else []}


def _lookups(mapping: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Lookups that name a file; ingestion says what is wrong with the others."""
    told = mapping.get("lookup")
    return (
        [one for one in told if isinstance(one, Mapping) and "file" in one] if isinstance(told, list) else []
    )


def _pattern(source: str, mapping: Mapping[str, Any]) -> str:
    """Which files a mapping means, as it says it.

    Raises:
        UserError: It does not say, or names a file by its whole path.
    """
    pattern = str(mapping.get("file") or "")
    if not pattern:
        raise UserError(f"the mapping of source '{source}' names no file", do="add a line 'file: ...' to it")
    if Path(pattern).is_absolute():
        raise UserError(
            f"the mapping of source '{source}' names a file by its whole path",
            do="name the file as it lies in the folder of exports, and another folder as 'folder: ...'",
        )
    return pattern


def _found(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder that a pattern means, sorted; other folders are none.

    Raises:
        UserError: What it means is a folder, or no file that could be read: a link to nothing.
    """
    if not folder.is_dir():
        return []
    try:
        is_wild = _WILD.search(pattern)
        met = sorted(folder.glob(pattern)) if is_wild else [folder / pattern]
    except (OSError, ValueError, NotImplementedError):
        # pathlib's words for a folder that cannot be listed, for "**" beside other signs, and for a drive.
        raise UserError("file pattern cannot be understood", file=pattern, do="use * and ** alone") from None
    files = []
    for path in met:
        if path.is_file():
            files.append(path)
        elif not os.path.lexists(path):
            continue
        elif not path.is_dir():
            raise unreadable(_name(path, folder))
        elif not is_wild:
            raise UserError(
                "file is a folder", file=pattern, do=f"say 'file: {pattern}/*' to read what is in it"
            )
    return files


def _name(path: Path, folder: Path) -> str:
    return PurePosixPath(os.path.relpath(path, folder)).as_posix()


def _fingerprinted(source: str, mapping: Mapping[str, Any], path: Path, file_name: str) -> Export:
    try:
        return export_of(source, mapping, path, file_name)
    except OSError:
        raise unreadable(file_name) from None


def _with_replaced(exports: Sequence[Export], rule: Mapping[str, Any] | None) -> list[Export]:
    """Tell of each file whether another that is there stands in its place.

    ``match`` is a regular expression of the replaced file's name, ``by`` the other's name made of
    its groups. Folders and endings play no part: ``events_intraday_20250101.jsonl`` gives way to
    ``events_20250101.jsonl.gz``.
    """
    if not rule:
        return list(exports)
    stems = {_stem(one): one.file_name for one in reversed(exports)}
    told = []
    try:
        for one in exports:
            renamed = re.sub(str(rule["match"]), str(rule["by"]), _stem(one), count=1)
            by = stems.get(renamed)
            told.append(replace(one, replaced_by=by if by != one.file_name else None))
    except (re.error, KeyError, TypeError, IndexError):
        raise UserError(
            "'replaced_by' in a mapping cannot be understood",
            do=r"say match: a regular expression, and by: a name with its groups as \1",
        ) from None
    return told


def _stem(export: Export) -> str:
    return export.base_name.split(".", 1)[0]
