"""One environment's folder: raw files, runs, the pointer to the current one, the vault, the lock.

Context: a run can be killed at any instant, two can be started at once, and notebooks read while
one is going on. Choice: a run writes into its own folder and becomes current by replacing one
small file; whatever has no manifest, or a manifest that was never current, is litter that the
next run sweeps under the lock. Given up: disk space for the last few runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from journey_research.errors import UserError

from .files import UNFINISHED, lock_file, read_json, remove_folder, write_text

CURRENT = "current"


@dataclass(frozen=True)
class Workspace:
    """The folder ``data/<environment>``.

    Attributes:
        root: The folder itself.
        environment: The environment it belongs to.
    """

    root: Path
    environment: str

    @classmethod
    def of(cls, project: Path, environment: str) -> Workspace:
        """The environment's workspace; ``JOURNEY_WORKSPACE`` puts it elsewhere."""
        elsewhere = os.environ.get("JOURNEY_WORKSPACE")
        root = Path(elsewhere) if elsewhere else project / "data" / environment
        return cls(root.resolve(), environment)

    @property
    def raw(self) -> Path:
        """Where the sources' files lie; ``JOURNEY_RAW`` reads them from elsewhere."""
        elsewhere = os.environ.get("JOURNEY_RAW")
        return Path(elsewhere).resolve() if elsewhere else self.root / "00_raw"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def spill(self) -> Path:
        return self.root / "spill"

    @property
    def pointer(self) -> Path:
        return self.root / CURRENT

    def run_folder(self, run_id: str) -> Path:
        return self.runs / run_id

    def vault_folder(self, run_id: str) -> Path:
        return self.vault / "runs" / run_id

    def manifest_path(self, run_id: str) -> Path:
        return self.run_folder(run_id) / "manifest.json"

    def current_run_id(self) -> str | None:
        """The run that readers see; None before the first."""
        try:
            return self.pointer.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifest(self, run_id: str = CURRENT) -> dict[str, Any]:
        """What a run says of itself.

        Raises:
            UserError: There is no such run.
        """
        wanted = self.current_run_id() if run_id == CURRENT else run_id
        if wanted is None:
            raise UserError(
                f"environment '{self.environment}' has no finished run",
                do=f"make one: journey run --env {self.environment}",
            )
        try:
            manifest: dict[str, Any] = read_json(self.manifest_path(wanted))
        except FileNotFoundError:
            raise UserError(
                f"environment '{self.environment}' keeps no run {wanted}",
                do=f"it keeps: {', '.join(self.kept_run_ids()) or 'none'}",
            ) from None
        except ValueError:
            raise UserError(
                f"the manifest of run {wanted} is spoilt", file="manifest.json", do="restore it from a copy"
            ) from None
        return manifest

    def kept_run_ids(self) -> list[str]:
        """Runs with a manifest, oldest first (a run id begins with its time)."""
        if not self.runs.is_dir():
            return []
        return sorted(folder.name for folder in self.runs.iterdir() if (folder / "manifest.json").is_file())

    def publish(self, run_id: str) -> None:
        """Make a run the one that readers see."""
        write_text(self.pointer, run_id + "\n")

    def published_run_ids(self) -> list[str]:
        """Runs that are or were current, newest first, as far back as they are kept."""
        found: list[str] = []
        run_id = self.current_run_id()
        while run_id and run_id not in found and self.manifest_path(run_id).is_file():
            found.append(run_id)
            run_id = read_json(self.manifest_path(run_id)).get("previous")
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for one run; the lock goes with the process, however it ends.

        Raises:
            UserError: Another run holds it.
        """
        handle = self.take_lock()
        try:
            yield
        finally:
            os.close(handle)

    def take_lock(self) -> int:
        """Take the lock and return the open file that holds it."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock_file(handle)
        except OSError:
            os.close(handle)
            raise UserError(
                f"another run is going on in environment '{self.environment}'",
                do="wait for it to end, or stop it",
            ) from None
        return handle

    def sweep(self) -> int:
        """Remove what killed runs have left; call it only under the lock.

        Returns:
            Number of folders and files removed.

        Raises:
            UserError: The pointer names a run that is not there; every run would look like litter.
        """
        current = self.current_run_id()
        if current and not self.manifest_path(current).is_file():
            raise UserError(
                f"the pointer of environment '{self.environment}' names a run that is not there",
                file=CURRENT,
                do=f"write one of these into it, or remove it: {', '.join(self.kept_run_ids()) or 'none'}",
            )
        published = self.published_run_ids()
        # An older run may have gone while one before it still holds tables that are carried forward.
        stays = {*published, *self._named_by(published)}
        litter: list[Path] = [self.spill] if self.spill.exists() else []
        for run_id in {folder.name for home in (self.runs, self.vault / "runs") for folder in _inside(home)}:
            if run_id in stays or self._has_failed(run_id):
                continue
            litter += [
                folder for folder in (self.run_folder(run_id), self.vault_folder(run_id)) if folder.exists()
            ]
        for path in litter:
            remove_folder(path)
        unfinished = list(self.root.rglob(f"*{UNFINISHED}"))
        for path in unfinished:
            remove_folder(path) if path.is_dir() else path.unlink(missing_ok=True)
        return len(litter) + len(unfinished)

    def retire(self, keep_runs: int) -> list[str]:
        """Remove published runs beyond the newest ``keep_runs`` and failed runs before them.

        A folder stays as long as a kept manifest names a file in it.

        Returns:
            The ids of the runs removed.
        """
        published = self.published_run_ids()
        kept = published[:keep_runs]
        named = self._named_by(kept)
        oldest = min(kept, default="")
        removed = []
        for run_id in self.kept_run_ids():
            goes = run_id in published[keep_runs:] or (run_id not in published and run_id < oldest)
            if not goes or run_id in named:
                continue
            # The manifest goes first: a folder without one is litter to the next run.
            self.manifest_path(run_id).unlink()
            for folder in (self.run_folder(run_id), self.vault_folder(run_id)):
                remove_folder(folder)
            removed.append(run_id)
        return removed

    def _named_by(self, run_ids: list[str]) -> set[str]:
        """Runs whose folders hold an output that one of these manifests names."""
        outputs = [output for run_id in run_ids for output in self.manifest(run_id)["outputs"].values()]
        return {Path(output["file"]).parts[-3] for output in outputs}

    def _has_failed(self, run_id: str) -> bool:
        path = self.manifest_path(run_id)
        return path.is_file() and read_json(path).get("status") == "failed"


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
