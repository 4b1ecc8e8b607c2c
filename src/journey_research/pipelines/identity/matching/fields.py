"""What a column holds, read from its values, and the one spelling in which values are compared."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

LONGEST_VALUE = 256
DATE = re.compile(r"\d{4}[-./]?[01]?\d[-./]?[0-3]?\d|[0-3]?\d[-./][01]?\d[-./](?:\d\d)?\d\d")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[a-z]{2,24}")
NOT_TEXT = re.compile("[\0\ud800-\udfff]")
# Under half a bit a column says nothing of who somebody is; under four bits it is a category.
LEAST_BITS, CATEGORY_BITS = 0.5, 4.0


@dataclass(frozen=True)
class Field:
    """One compared column and its kind: text, phrase, long, code, email or category."""

    name: str
    kind: str


def fold(value: Any) -> str | None:
    """A value in the one spelling that is compared: small letters, no accents, single spaces.

    Args:
        value: Anything; a missing value in any of pandas' spellings.

    Returns:
        At most 256 characters, or None where nothing is left.

    Example:
        >>> fold("  Zoë   MÜLLER ")
        'zoe muller'
        >>> fold("  ") is None
        True
    """
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    # Neither has a spelling in arrays of text: a zero byte ends one, half a surrogate pair is no UTF-8.
    text = NOT_TEXT.sub("", str(value)[: 4 * LONGEST_VALUE])
    if text.isascii():
        return " ".join(text.lower().split())[:LONGEST_VALUE].strip() or None
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(kept.split())[:LONGEST_VALUE].strip() or None


def bits(counts: np.ndarray) -> float:
    """Shannon's entropy of a column, in bits, from the counts of its values."""
    shares = np.sort(counts) / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def kind_of(values: Sequence[str], counts: np.ndarray) -> str | None:
    """What a column holds.

    Args:
        values: v distinct folded values.
        counts: v numbers of records that hold each.

    Returns:
        A kind, or None where the column says too little to compare: fewer than two values, or
        under half a bit of them.

    Example:
        >>> kind_of(["ann@a.example", "bob@b.example"], np.array([1, 1]))
        'email'
        >>> kind_of(["04109", "10115"], np.array([1, 1])), kind_of(["de"], np.array([2]))
        ('code', None)
    """
    n = int(counts.sum())
    if n < 2 or bits(counts) < LEAST_BITS:
        return None

    def summed(told: list[int]) -> int:
        return int(np.dot(told, counts))

    if summed([EMAIL.fullmatch(value) is not None for value in values]) >= 0.6 * n:
        return "email"
    letters = summed([len(value) for value in values])
    if summed([sum(map(str.isdigit, value)) for value in values]) >= 0.3 * letters:
        return "code"
    if bits(counts) < CATEGORY_BITS and len(values) <= n / 4:
        return "category"
    if letters > 60 * n:
        return "long"
    return "phrase" if summed([value.count(" ") + 1 for value in values]) >= 1.7 * n else "text"
