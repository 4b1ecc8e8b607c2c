"""Names for records that tell nobody who they are, and are the same in every run with one key.

Context: tables outside the vault have to be joined on records, and a native key is often an
e-mail address. Choice: ``source:`` and a keyed BLAKE2b hash of the native key; without the key
nobody can try addresses until one fits. Given up: a lost key cannot be replaced without renaming
every record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

HEX_DIGITS = 20
LEAST_KEY_BYTES = 16


def pseudonym(source: str, native_key: str, key: bytes, kind: str = "record") -> str:
    """``source:`` and a keyed hash of the native key.

    Args:
        source: Name of the source.
        native_key: What the source calls the thing.
        key: The secret, 16 to 64 bytes.
        kind: What is named: the same native key gives other hashes for other kinds.

    Raises:
        ValueError: The key is too short or too long to keep a secret with.

    Example:
        >>> pseudonym("crm", "ada@example.org", b"0123456789abcdef") == record_id(
        ...     "crm", "ada@example.org", b"0123456789abcdef"
        ... )
        True
    """
    return f"{source}:{_hasher(source, key, kind)(native_key)}"


def record_id(source: str, native_key: str, key: bytes) -> str:
    """Name of a source record.

    Example:
        >>> record_id("crm", "17", b"0123456789abcdef")[:4]
        'crm:'
    """
    return pseudonym(source, native_key, key, "record")


def touch_id(source: str, native_key: str, key: bytes) -> str:
    """Name of a touch."""
    return pseudonym(source, native_key, key, "touch")


def order_id(source: str, native_key: str, key: bytes) -> str:
    """Name of an order."""
    return pseudonym(source, native_key, key, "order")


def consent_id(source: str, native_key: str, key: bytes) -> str:
    """Name of a statement of consent."""
    return pseudonym(source, native_key, key, "consent")


def pseudonyms(source: str, native_keys: pa.Array, key: bytes, kind: str = "record") -> pa.Array:
    """The same for a column; each distinct key is hashed once, a null stays null."""
    import pyarrow as pa

    encoded = native_keys.dictionary_encode()
    hashed = _hasher(source, key, kind)
    names = pa.array([f"{source}:{hashed(value)}" for value in encoded.dictionary.to_pylist()], pa.string())
    return names.take(encoded.indices)


def fingerprint(key: bytes) -> str:
    """What a manifest may hold of a key: enough to tell two keys apart, not enough to use one.

    Example:
        >>> len(fingerprint(b"0123456789abcdef"))
        16
    """
    _check(key)
    return hashlib.blake2b(b"fingerprint", key=key, digest_size=8, person=b"key").hexdigest()


def _hasher(source: str, key: bytes, kind: str) -> Callable[[str], str]:
    _check(key)
    # The source is hashed with the key value: two sources' equal keys must not show as equal.
    start = hashlib.blake2b(
        f"{source}\x1f".encode(), key=key, digest_size=HEX_DIGITS // 2, person=kind.encode()
    )

    def hashed(native_key: str) -> str:
        one = start.copy()
        one.update(native_key.encode("utf-8", "surrogatepass"))
        return one.hexdigest()

    return hashed


def _check(key: bytes) -> None:
    if not LEAST_KEY_BYTES <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError(f"the key has {len(key)} bytes; it needs {LEAST_KEY_BYTES} to 64")
