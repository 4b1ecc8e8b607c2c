"""Names for records that tell nobody who they are, and are the same in every run with one key.

Context: tables outside the vault have to be joined on records, and a native key is often an
e-mail address. Choice: ``source:`` and a keyed BLAKE2b hash of the native key; without the key
nobody can try addresses until one fits. Given up: a lost key cannot be replaced without renaming
every record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

HEX_DIGITS = 20
LEAST_KEY_BYTES, MOST_KEY_BYTES = 16, hashlib.blake2b.MAX_KEY_SIZE
_LOOKED_AT = 10_000


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
    one = _start(source, key, kind)
    one.update(native_key.encode("utf-8", "surrogatepass"))
    return f"{source}:{one.hexdigest()}"


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
    """The same for a column; a null stays null.

    Where keys repeat, each distinct one is hashed once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    head = native_keys[:_LOOKED_AT]
    if len(pc.unique(head)) * 2 > len(head):  # telling them apart would cost more than it spares
        names = pa.array(_hashed_all(native_keys.to_pylist(), source, key, kind), pa.string())
        return pc.binary_join_element_wise(f"{source}:", names, "")
    encoded = native_keys.dictionary_encode()
    names = pa.array(_hashed_all(encoded.dictionary.to_pylist(), source, key, kind), pa.string())
    return pc.binary_join_element_wise(f"{source}:", names, "").take(encoded.indices)


def fingerprint(key: bytes) -> str:
    """What a manifest may hold of a key: enough to tell two keys apart, not enough to use one.

    Example:
        >>> len(fingerprint(b"0123456789abcdef"))
        16
    """
    _check(key)
    return hashlib.blake2b(b"fingerprint", key=key, digest_size=8, person=b"key").hexdigest()


def _hashed_all(native_keys: Sequence[str | None], source: str, key: bytes, kind: str) -> list[str | None]:
    """Hashes of many keys. All of the loop is the hash itself: it was measured against HMAC in SQL."""
    start = _start(source, key, kind).copy
    told: list[str | None] = []
    add = told.append
    for native_key in native_keys:
        if native_key is None:
            add(None)
            continue
        one = start()
        one.update(native_key.encode())
        add(one.hexdigest())
    return told


def _start(source: str, key: bytes, kind: str) -> hashlib.blake2b:
    """The hash before the native key."""
    _check(key)
    # The source is hashed with the key value: two sources' equal keys must not show as equal.
    return hashlib.blake2b(
        f"{source}\x1f".encode(), key=key, digest_size=HEX_DIGITS // 2, person=kind.encode()
    )


def _check(key: bytes) -> None:
    if not LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes; it needs {LEAST_KEY_BYTES} to 64")
