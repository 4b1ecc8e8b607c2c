"""Sources that are no files of this machine: folders behind an address, and databases.

An address is opened only if the configuration names it: a mapping is a text that people hand on,
and must not make this machine call somebody on its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from journey_research.contracts.databases import Asked, DigestOfRows, rows_of_url
from journey_research.contracts.distant_exports import DatabaseExport, RemoteExport
from journey_research.contracts.exports import Export
from journey_research.errors import UserError

_BLOCK = 1 << 20


def is_address(folder: str) -> bool:
    """Whether a folder is behind an address: ``s3://shop/exports``."""
    return "://" in folder


def remote_exports(
    source: str,
    mapping: Mapping[str, Any],
    folder: str,
    pattern: str,
    beside: Sequence[str],
    allowed: Sequence[str],
) -> tuple[list[Export], dict[str, Export]]:
    """Files behind an address, sorted by name, and those that are looked things up in.

    Args:
        source: Name of the source.
        mapping: What it says.
        folder: The address.
        pattern: Which of its files.
        beside: Names of other files of that folder.
        allowed: Addresses that the configuration lets us open, with all that lies below them.

    Raises:
        UserError: The address is not allowed or cannot be opened.
    """
    if not _is_allowed(folder, allowed):
        raise UserError(
            f"the mapping of source '{source}' names a folder that is not on this machine",
            do="add its address to 'remote_folders' in parameters_ingestion.yml if it is meant",
        )
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(folder.rstrip("/"))
        # A listing that was kept from before may be old.
        system.invalidate_cache()
        scheme, root = folder.split("://", 1)[0], str(root).rstrip("/")
        met = sorted(path for path in system.glob(f"{root}/{pattern}") if system.isfile(path))
        names = {str(path)[len(root) :].lstrip("/"): f"{scheme}://{str(path).lstrip('/')}" for path in met}
        there = {
            name: f"{scheme}://{root.lstrip('/')}/{name}"
            for name in beside
            if system.isfile(f"{root}/{name}")
        }
        exports = [_fingerprinted(source, mapping, name, address) for name, address in names.items()]
        held = {name: _fingerprinted(source, mapping, name, address) for name, address in there.items()}
    except UserError:
        raise
    except Exception as error:  # each system has errors of its own, which quote the address
        raise UserError(
            f"the folder of source '{source}' cannot be opened ({type(error).__name__})",
            do="check its address, who may read it, and that the driver for it is installed",
        ) from None
    return exports, held


def database_export(source: str, mapping: Mapping[str, Any]) -> Export:
    """The rows of a database as an export; reading them once tells their fingerprint.

    Raises:
        UserError: The mapping does not say what to ask, or the database cannot be read.
    """
    form = mapping.get("format")
    if not isinstance(form, Mapping) or form.get("type") != "sql":
        raise UserError(
            f"the mapping of source '{source}' names a url but no format sql",
            do="say 'format: {type: sql, table: ...}'",
        )
    asked = Asked(str(form.get("table") or ""), str(form.get("query") or ""))
    name, digest = asked.table or "query", DigestOfRows()
    try:
        for names, columns in rows_of_url(str(mapping["url"]), asked):
            digest.add(names, columns)
    except Exception as error:  # drivers quote the address, the query and values
        raise UserError(
            f"the database of source '{source}' cannot be read ({type(error).__name__})",
            do="check its address, its table or query, and that its driver is installed "
            "(pip install 'journey_research[sql]' brings PostgreSQL's)",
        ) from None
    return DatabaseExport(source, mapping, Path(name), name, digest.sha256, digest.n_bytes)


def _is_allowed(folder: str, allowed: Sequence[str]) -> bool:
    # '::' chains systems, and '..' leaves the folder that was allowed.
    if "::" in folder or ".." in folder.split("/"):
        return False
    return any(
        folder == one.rstrip("/") or folder.startswith(one.rstrip("/") + "/") for one in allowed if one
    )


def _fingerprinted(source: str, mapping: Mapping[str, Any], name: str, address: str) -> Export:
    told = RemoteExport(source, mapping, Path(name), name, "", 0, address=address)
    digest, n_bytes = hashlib.sha256(), 0
    with told.packed() as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            n_bytes += len(block)
    return RemoteExport(source, mapping, Path(name), name, digest.hexdigest(), n_bytes, address=address)
