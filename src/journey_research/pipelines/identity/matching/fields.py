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

from .quantities import QUANTITIES, is_quantity

LONGEST_VALUE = 256
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[a-z]{2,24}")
ASCII_SPACES = "[\t-\r\x1c-\x20]+"  # what str.split splits at
NOT_TEXT = re.compile("[\0\ud800-\udfff]")
# Under half a bit a column says nothing of who somebody is; under four bits it is a category.
LEAST_BITS, CATEGORY_BITS = 0.5, 4.0
MOST_ASKED = 10_000  # of the common values, and of the others, that tell what a column holds


@dataclass(frozen=True)
class Field:
    """One compared column and its kind: text, phrase, long, code, email, category, date, number or place."""

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


def fold_all(values: np.ndarray | pd.api.extensions.ExtensionArray) -> np.ndarray:
    """Values folded, as by ``fold``; texts of ASCII letters, nearly all there are, in one pass.

    Args:
        values: v values, object array or array of texts; none missing in the latter.

    Returns:
        v texts or None, object array.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    told = np.empty(len(values), dtype=object)
    if isinstance(values.dtype, pd.StringDtype):
        is_plain = pc.string_is_ascii(pa.array(values)).to_numpy(zero_copy_only=False)
    else:
        is_plain = np.array([isinstance(value, str) and value.isascii() for value in values], dtype=bool)
    for at in np.flatnonzero(~is_plain).tolist():
        told[at] = fold(values[at])
    plain = pc.utf8_slice_codeunits(pa.array(values[is_plain], pa.string()), 0, 4 * LONGEST_VALUE)
    texts = pc.replace_substring(pc.ascii_lower(plain), "\0", "")
    for _ in range(2):  # cutting may leave a space at the end
        texts = pc.ascii_trim(pc.replace_substring_regex(texts, ASCII_SPACES, " "), " ")
        texts = pc.utf8_slice_codeunits(texts, 0, LONGEST_VALUE)
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    told[is_plain] = texts.to_numpy(zero_copy_only=False)
    return told


def bits(counts: np.ndarray) -> float:
    """Shannon's entropy of a column, in bits, from the counts of its values."""
    shares = np.sort(counts) / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def some_of(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Some of v values that stand for all: the commonest, and of the others every second, third or so on.

    Args:
        counts: v numbers of records that hold each value, falling.

    Returns:
        Numbers of at most some 20,000 values, and how many records each stands for.

    Example:
        >>> some_of(np.array([3, 1, 1]))
        (array([0, 1, 2]), array([3, 1, 1]))
    """
    step = max(1, -(-(len(counts) - MOST_ASKED) // MOST_ASKED))
    asked = np.append(np.arange(min(MOST_ASKED, len(counts))), np.arange(MOST_ASKED, len(counts), step))
    return asked, counts[asked] * np.where(asked < MOST_ASKED, 1, step)


def kind_of(values: Sequence[str] | np.ndarray, counts: np.ndarray) -> str | None:
    """What a column holds.

    Args:
        values: v distinct folded values.
        counts: v numbers of records that hold each, falling where there are more than 10,000.

    Returns:
        A kind, or None where the column says too little to compare: fewer than two values, or
        under half a bit of them.

    Example:
        >>> kind_of(["ann@a.example", "bob@b.example"], np.array([1, 1]))
        'email'
        >>> kind_of(["04109", "10115"], np.array([1, 1])), kind_of(["de"], np.array([2]))
        ('code', None)
        >>> kind_of(["1999-12-31", "1.2.2000"], np.array([1, 1]))
        'date'
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if counts.sum() < 2 or (told_bits := bits(counts)) < LEAST_BITS:
        return None
    is_category = told_bits < CATEGORY_BITS and len(values) <= counts.sum() / 4
    asked, counts = some_of(counts)
    told = np.asarray(values, dtype=object)[asked]
    texts, n = pa.array(told, pa.string()), int(counts.sum())

    def summed(each: pa.Array) -> int:
        return int(np.dot(each.to_numpy(zero_copy_only=False).astype(np.int64), counts))

    if summed(pc.match_substring_regex(texts, f"^(?:{EMAIL.pattern})$")) >= 0.6 * n:
        return "email"
    letters = summed(pc.utf8_length(texts))
    if summed(pc.count_substring_regex(texts, r"\p{Nd}")) >= 0.3 * letters:
        for kind in QUANTITIES:
            if is_quantity(told, counts, kind):
                return kind
        return "code"
    if is_category:
        return "category"
    if letters > 60 * n:
        return "long"
    return "phrase" if summed(pc.count_substring(texts, " ")) >= 0.7 * n else "text"
