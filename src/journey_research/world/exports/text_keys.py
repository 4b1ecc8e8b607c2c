"""Keys as vendors make them: from our numbers, the same every time, without any order to be seen.

A key is the number passed through a mixing function with a salt that names the purpose: two purposes
give unrelated keys, one purpose gives equal numbers equal keys in every block and process.

Source:
    splitmix64's finaliser, Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa

from .text_columns import Column, fixed_width

_HEX = np.frombuffer(b"0123456789abcdef", "uint8")
_LETTERS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "uint8")


def mixed(numbers: Column, purpose: str) -> np.ndarray:
    """n numbers as n 64-bit numbers that look drawn at random; different numbers stay different."""
    salt = np.uint64(zlib.crc32(purpose.encode()) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    with np.errstate(over="ignore"):
        x = np.asarray(numbers).astype("int64").astype("uint64") + salt + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)))


def _hex_digits(numbers: Column, purpose: str, digits: int) -> np.ndarray:
    """n x digits letters of base 16."""
    words = -(-digits // 16)
    columns = [mixed(numbers, f"{purpose} {at}" if at else purpose) for at in range(words)]
    big = np.stack(columns, axis=1).astype(">u8").view("uint8").reshape(len(columns[0]), 8 * words)
    halves = np.stack([big >> 4, big & 15], axis=2).reshape(len(big), 16 * words)
    return np.asarray(_HEX[halves[:, :digits]])


def uuids(numbers: Column, purpose: str) -> pa.Array:
    """A UUID (version 4 to look at) for each number.

    Example:
        >>> uuids([1, 2, 1], "cookie").to_pylist()[0][14]
        '4'
    """
    digits = _hex_digits(numbers, purpose, 32).copy()
    digits[:, 12] = ord("4")
    digits[:, 16] = _HEX[8 + digits[:, 16] % 4]
    dash = np.full((len(digits), 1), ord("-"), "uint8")
    places = [digits[:, :8], dash, digits[:, 8:12], dash, digits[:, 12:16], dash, digits[:, 16:20], dash]
    return fixed_width(np.concatenate([*places, digits[:, 20:]], axis=1))


def hex_ids(numbers: Column, purpose: str, digits: int = 16) -> pa.Array:
    """``digits`` letters of base 16 for each number; below 16 digits two numbers may meet."""
    return fixed_width(_hex_digits(numbers, purpose, digits))


def letter_ids(numbers: Column, purpose: str, letters: int = 11) -> pa.Array:
    """``letters`` (at most 22) of 0-9A-Za-z for each number, as Stripe's or YouTube's keys look."""
    x = mixed(numbers, purpose)
    found = []
    for at in range(letters):
        if at == 11:
            x = mixed(numbers, f"{purpose} more")
        found.append(_LETTERS[(x % np.uint64(62)).astype("int64")])
        x = x // np.uint64(62)
    return fixed_width(np.stack(found, axis=1))


def digit_ids(numbers: Column, purpose: str, digits: int = 10) -> pa.Array:
    """``digits`` (at most 18) decimal digits for each number, the first not 0; two numbers may meet."""
    low, span = 10 ** (digits - 1), 9 * 10 ** (digits - 1)
    return pa.array((mixed(numbers, purpose) % np.uint64(span)).astype("int64") + low).cast(pa.string())


def shares(numbers: Column, purpose: str) -> np.ndarray:
    """A number from 0 to below 1 for each number: a chance that belongs to it for good."""
    return (mixed(numbers, purpose) >> np.uint64(11)) / float(1 << 53)
