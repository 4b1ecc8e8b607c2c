"""A folder that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A folder to fill that takes its name only when the block ends well.

    Args:
        folder: The name it gets. An older world of the same file names is replaced.
        names: File names that will be written.

    Raises:
        UserError: ``folder`` holds something that is no file of a world.
    """
    from journey_research.errors import UserError

    kept = []
    if folder.exists():
        strangers = sorted(p.name for p in folder.iterdir() if p.name not in names and p.name[0] != ".")
        if strangers or not folder.is_dir():
            raise UserError(
                f"the folder {folder.name} holds {len(strangers)} files that are not a world's",
                do="name an empty folder or move them away",
            )
        kept = [path for path in folder.iterdir() if path.name[0] == "." and path.is_file()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    unfinished = folder.parent / f".{folder.name}.unfinished-{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        yield unfinished
        for path in kept:
            shutil.copy2(path, unfinished / path.name)
        if folder.exists():
            older = folder.parent / f".{folder.name}.older-{os.getpid()}"
            os.rename(folder, older)
            os.rename(unfinished, folder)
            shutil.rmtree(older)
        else:
            os.rename(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left beside the folder; a living run's work stays."""
    for litter in folder.parent.glob(f".{folder.name}.*-*"):
        kind, _, process = litter.name.rpartition("-")
        if kind.endswith((".unfinished", ".older")) and process.isdigit() and not _is_alive(int(process)):
            shutil.rmtree(litter, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def keep_on_disk(path: Path) -> None:
    """Push a finished file to the disk."""
    if path.is_file():
        with path.open("rb") as written:
            os.fsync(written.fileno())
