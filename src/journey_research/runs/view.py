"""What a dataset is told about where it stands: the run it reads, the run it writes, the vault's door.

Tables are read from the run that a manifest names, and written into the run that is going on.
The pointer is resolved once per session, so that a reader sees one run's tables and never a
mixture.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from journey_research.errors import UserError, VaultClosed

from .files import read_json, sha256_of
from .workspace import CURRENT, Workspace

VAULT_STAGES = frozenset({"ingestion", "identity", "erasure"})
BEGUN = "begun.json"
PAST = "past"


class VaultDoor:
    """Shut, until somebody with a reason opens it, in one thread and for one piece of work."""

    def __init__(self) -> None:
        self._state = threading.local()

    @property
    def is_open(self) -> bool:
        return bool(getattr(self._state, "depth", 0))

    def open(self, purpose: str) -> None:
        if purpose not in VAULT_STAGES | {"review"}:
            raise VaultClosed(
                f"personal values are not for '{purpose}'",
                do="ask ingestion or identity for a column that holds no personal value",
            )
        self._state.depth = getattr(self._state, "depth", 0) + 1

    def close(self) -> None:
        self._state.depth = max(0, getattr(self._state, "depth", 0) - 1)

    @contextmanager
    def opened_for(self, purpose: str) -> Iterator[None]:
        """Open the door for one ``with`` block; ``"review"`` is how a review of pairs is let in."""
        self.open(purpose)
        try:
            yield
        finally:
            self.close()


@dataclass
class RunView:
    """One session's sight of a workspace.

    Attributes:
        project: Root folder of the project.
        workspace: The environment's folder.
        run_id: The run that is read; ``"current"`` follows the pointer, once.
        writes: Whether this session writes that run.
        carried: Writing a part of the graph: outputs of the previous run that stay.
        before: All outputs of the previous run, of which this one may read some as its own past.
        sources: Source name -> mapping.
        remote_folders: Addresses that mappings may name as folders.
        door: The vault's door.
        key: The pseudonym key, once it has been used.
        inputs: File name -> hash of what was read.
        pasts: Name of an output -> hash and rows of what it was in the previous run, where it was read.
        written: Name -> hash, rows and file of what was written.
        reports: Name -> page made for readers.
    """

    project: Path
    workspace: Workspace
    run_id: str = CURRENT
    writes: bool = False
    carried: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    before: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    remote_folders: tuple[str, ...] = ()
    door: VaultDoor = field(default_factory=VaultDoor)
    key: bytes = b""
    inputs: dict[str, str] = field(default_factory=dict)
    pasts: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        return self.workspace.environment

    @property
    def raw(self) -> Path:
        return self.workspace.raw

    @property
    def shared(self) -> Path:
        """The folder of real data sets: ``JOURNEY_SHARED``, else beside the project."""
        return Path(os.environ.get("JOURNEY_SHARED", self.project.parent / "shared"))

    @property
    def run_folder(self) -> Path:
        return self.workspace.run_folder(self.run_id)

    def relative(self, path: str) -> Path:
        """A dataset's path inside a run; Kedro has put the project's root in front of it."""
        given = Path(path)
        return given.relative_to(self.project) if given.is_absolute() else given

    def path_to_write(self, path: str, *, vault: bool = False) -> Path:
        """Where a dataset of this run is written.

        Raises:
            UserError: This session only reads.
        """
        if not self.writes:
            raise UserError(
                "this session only reads tables",
                do="change a node or a parameter and start a run: journey run",
            )
        home = self.workspace.vault_folder(self.run_id) if vault else self.run_folder
        return home / self.relative(path)

    def path_to_read(self, path: str, *, vault: bool = False) -> Path:
        """Where a dataset is read from: this run's own file, else what it carries forward.

        Raises:
            UserError: No run has made it.
            VaultClosed: It holds personal values and the door is shut.
        """
        name = Path(path).stem
        if vault and not self.door.is_open:
            raise VaultClosed(
                f"'{name}' holds people's data and opens only for nodes of ingestion, identity and erasure",
                do="use 'records' or 'people', which hold pseudonyms; "
                "a review of pairs is let in by view.door.opened_for('review')",
            )
        home = self.workspace.vault_folder if vault else self.workspace.run_folder
        if self.writes:
            own = home(self.run_id) / self.relative(path)
            if name in self.written and own.is_file():
                return own
        outputs = self._outputs
        if name in outputs:
            return self.workspace.root / str(outputs[name]["file"])
        if (
            not self.writes
            and self.run_id != CURRENT
            and (own := home(self.run_id) / self.relative(path)).is_file()
        ):
            return own
        raise UserError(
            f"no run of environment '{self.environment}' has made '{name}'",
            do=f"make it: journey run --env {self.environment}",
        )

    @cached_property
    def _outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """Outputs by name, as the manifest that this session reads names them."""
        if self.writes:
            return self.carried
        begun = self.run_folder / BEGUN
        if self.run_id != CURRENT and begun.is_file():
            # The run is still going on: its own files come first, then what it carries forward.
            carried: dict[str, dict[str, Any]] = read_json(begun)["carried"]
            return carried
        outputs: dict[str, dict[str, Any]] = self.workspace.manifest(self.run_id)["outputs"]
        return outputs

    def read_past(self, name: str) -> Path | None:
        """The file of an output as the previous run left it, noted as an input; None: it left none.

        Raises:
            UserError: This session only reads, or the file is gone or is not what that run wrote.
        """
        if not self.writes:
            raise UserError(
                "what a run read of the run before is an input of that run alone",
                do=f"load '{name}': it begins with it",
            )
        output = self.before.get(name)
        if output is None:
            return None
        path = self.workspace.root / str(output["file"])
        if not path.is_file() or sha256_of(path) != output["sha256"]:
            raise UserError(
                f"'{name}' of the run before is gone or was changed",
                file=path.name,
                do=f"restore it from a copy, or write the id of the run before that into '{CURRENT}'",
            )
        self.pasts[name] = {"sha256": output["sha256"], "rows": output["rows"]}
        self.inputs[f"{PAST}/{name}"] = str(output["sha256"])
        return path

    def note_written(self, path: str, rows: int, *, vault: bool = False) -> None:
        """Remember an output of this run, with the hash of its bytes and what it began with."""
        file = self.path_to_write(path, vault=vault)
        self.written[file.stem] = {
            "sha256": sha256_of(file),
            "rows": rows,
            "file": file.relative_to(self.workspace.root).as_posix(),
        }
        if past := self.pasts.get(file.stem):
            self.written[file.stem]["past"] = past

    def note_report(self, name: str, file: Path) -> None:
        """Remember a page this run has made for readers."""
        self.reports[name] = file.relative_to(self.workspace.root).as_posix()
