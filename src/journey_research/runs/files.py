"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNFINISHED = ".unfinished"


def write_whole(path: Path, write: Callable[[Path], None], *, mode: int | None = None) -> None:
    """Let ``write`` fill a temporary file beside ``path``, flush it to the disk, and rename it.

    A process killed at any instant leaves the old file or the new one, and perhaps a file whose
    name ends in ``.unfinished``, which the next run sweeps.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        write(unfinished)
        flush(unfinished)
        if mode is not None:
            unfinished.chmod(mode)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    flush_folder(path.parent)


def write_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write a text file whole; UTF-8, lines end in a line feed."""

    def write(to: Path) -> None:
        to.write_bytes(text.encode("utf-8"))

    write_whole(path, write, mode=mode)


def write_json(path: Path, document: Any) -> None:
    """Write a JSON document whole; keys sorted, so that equal documents are equal bytes."""
    write_text(path, json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, as hexadecimal text."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def remove_folder(folder: Path, *, seconds: float = 5.0) -> None:
    """Remove a folder although a process that nobody waits for may still be writing into it.

    Raises:
        OSError: It is still there after so many seconds.
    """
    until = time.monotonic() + seconds
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        if time.monotonic() > until:
            raise OSError(f"{folder.name} cannot be removed: a process is writing into it")
        time.sleep(0.1)


def lock_file(handle: int, *, wait: bool = False) -> None:
    """Lock an open file for this process; the lock goes when the file is closed, however that happens.

    Raises:
        OSError: Another process holds it and we do not wait.
    """
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def flush(path: Path) -> None:
    """Have a file on the disk."""
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def flush_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
