"""DuckDB in memory, one connection a process, shut in to the folders it was told."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .functions import MACROS

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class DuckDBLimits:
    """What the engine may use.

    Attributes:
        memory_limit: As DuckDB spells it, ``"4GB"``; beyond it, it spills.
        threads: Number of threads; 0 lets DuckDB take every core.
        temp_directory: Where it spills; empty forbids spilling.
        folders: The only folders it may read or write.
    """

    memory_limit: str = "4GB"
    threads: int = 0
    temp_directory: str = ""
    folders: tuple[str, ...] = ()


_lock = threading.Lock()
_connection: duckdb.DuckDBPyConnection | None = None
_limits = DuckDBLimits()
_spilling: TemporaryDirectory[str] | None = None
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(MB|GB)", re.IGNORECASE)
_MEGABYTES = {"MB": 1, "GB": 1000}


def configure(limits: DuckDBLimits) -> None:
    """Set the engine's limits; the next statement opens a connection that keeps them.

    Tables hold no cursor, so the connection can be replaced between two statements.
    """
    global _connection, _limits
    with _lock:
        if limits == _limits and _connection is not None:
            return
        if _connection is not None:
            _connection.close()
        _connection, _limits = None, limits


def limit_memory(memory_limit: str) -> None:
    """Let the engine take no more than this, and spill what goes beyond into a folder of its own.

    For use without a project, whose settings say more. The folder is gone when the process ends.

    Args:
        memory_limit: As DuckDB spells it, ``"2GB"``, ``"500MB"``.

    Raises:
        ValueError: It is no amount of memory, or less than 100 MB, with which a sort may not end.

    Example:
        >>> limit_memory("2 apples")
        Traceback (most recent call last):
            ...
        ValueError: '2 apples' is no amount of memory from 100MB: write it like 500MB or 2GB
    """
    global _spilling
    told = _MEMORY.fullmatch(memory_limit)
    if told is None or float(told[1]) * _MEGABYTES[told[2].upper()] < 100:
        raise ValueError(f"{memory_limit!r} is no amount of memory from 100MB: write it like 500MB or 2GB")
    with _lock:
        _spilling = _spilling or TemporaryDirectory(prefix="journey_research_")
    configure(DuckDBLimits(memory_limit=memory_limit, temp_directory=_spilling.name))


def cursor() -> duckdb.DuckDBPyConnection:
    """A cursor of the process's connection; each thread and each statement takes its own."""
    global _connection
    with _lock:
        if _connection is None:
            _connection = _connect(_limits)
        return _connection.cursor()


def _connect(limits: DuckDBLimits) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": limits.memory_limit,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if limits.threads:
        config["threads"] = limits.threads
    connection = duckdb.connect(":memory:", config=config)
    for name, body in MACROS.items():
        connection.execute(f"create macro {name}{body}")
    connection.execute("set python_enable_replacements = false")
    connection.execute("set preserve_insertion_order = true")
    # In a notebook without ipywidgets it is off, and DuckDB refuses to be told so.
    if connection.sql("select current_setting('enable_progress_bar')").fetchall()[0][0]:
        connection.execute("set enable_progress_bar = false")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set temp_directory = '{_quoted(limits.temp_directory)}'")
    connection.execute("set temp_file_encryption = true")
    # Without this DuckDB 2.0 refuses to spill: it wants random numbers from an extension that is not
    # there. The keys of its own cipher live as long as the process, like what they hide.
    connection.execute("set force_mbedtls_unsafe = true")
    connection.execute(f"set allowed_directories = {_listed(limits.folders)}")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _listed(folders: Sequence[str]) -> str:
    inside = ", ".join(f"'{_quoted(str(Path(folder).resolve()))}/'" for folder in folders)
    return f"[{inside}]"
