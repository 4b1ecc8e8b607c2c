"""What a column holds, read from its values, and the one spelling in which values are compared."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

LONGEST_VALUE = 256
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[a-z]{2,24}")
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
    decomposed = unicodedata.normalize("NFKD", str(value)[: 4 * LONGEST_VALUE]).casefold()
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(kept.split())[:LONGEST_VALUE].strip() or None


def _bits(values: Sequence[str]) -> float:
    counts = np.array(sorted(Counter(values).values()), dtype=float)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def kind_of(values: Iterable[str]) -> str | None:
    """What a column holds, from its folded values.

    Returns:
        A kind, or None where the column says too little to compare: fewer than two values, or
        under half a bit of them.

    Example:
        >>> kind_of(["ann@a.example", "bob@b.example"]), kind_of(["04109", "10115"]), kind_of(["de", "de"])
        ('email', 'code', None)
    """
    told = sorted(values)
    if len(told) < 2 or _bits(told) < LEAST_BITS:
        return None
    if sum(EMAIL.fullmatch(value) is not None for value in told) >= 0.6 * len(told):
        return "email"
    letters = sum(len(value) for value in told)
    digits = sum(sign.isdigit() for value in told for sign in value)
    if digits >= 0.3 * letters:
        return "code"
    if _bits(told) < CATEGORY_BITS and len(set(told)) <= len(told) / 4:
        return "category"
    if letters > 60 * len(told):
        return "long"
    return "phrase" if sum(value.count(" ") + 1 for value in told) >= 2.4 * len(told) else "text"


def find_fields(values: pd.DataFrame, columns: Sequence[str], least_filled_share: float = 0.0) -> list[Field]:
    """The columns worth comparing, each with its kind.

    Args:
        values: n folded records; None where silent.
        columns: Candidates, in the order wanted.
        least_filled_share: Columns filled in a smaller share of the records are left out.

    Returns:
        Fields in the order of ``columns``.

    Example:
        >>> frame = pd.DataFrame({"name": ["ann lee", "bob ray"], "land": ["de", "de"]})
        >>> find_fields(frame, ["name", "land"])
        [Field(name='name', kind='text')]
    """
    found = []
    for column in columns:
        told = [value for value in values[column] if value is not None]
        if not told or len(told) < least_filled_share * len(values):
            continue
        kind = kind_of(told)
        if kind is not None:
            found.append(Field(column, kind))
    return found


def fold_frame(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The named columns with every value folded; other columns are left out."""
    folded = {name: pd.Series([fold(value) for value in frame[name]], dtype=object) for name in columns}
    return pd.DataFrame(folded, columns=list(columns))
