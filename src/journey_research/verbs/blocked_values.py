"""Values that say nothing of who somebody is: which they are, and a table without them.

Context: two records that agree in nothing but test@test.com are no more alike than two that are silent.
Choice: the list that a project's run ships with, in every column, for a user's columns have no known
names; and as there, addresses of a blocked name and numbers that end in seven equal digits. Given up: to
compare those whose name is on the list; they have other values.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from journey_research.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

# Signs between the digits of a phone number; with a point or colon, sums and midnights would end in noughts.
_SIGNS = r"[\s()+/-]*"
_SEVEN_EQUAL = rf"^[0-9\s()+/-]*(?:{'|'.join(f'(?:{digit}{_SIGNS}){{7}}' for digit in range(10))})$"


def read_blocked(blocked: Sequence[str] | str | Path | None) -> tuple[str, ...]:
    """The shipped values that say nothing, and further ones, in small letters.

    Args:
        blocked: Further values, or a file with one on each line.

    Returns:
        Sorted, none twice.

    Raises:
        UserError: The file cannot be read.

    Example:
        >>> {"test@test.com", "call me"} <= set(read_blocked(["Call me "]))
        True
    """
    from journey_research.pipelines.identity.evidence import BLOCKED_VALUES

    if isinstance(blocked, str | Path):
        path = Path(blocked)
        try:
            blocked = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise UserError(
                "the blocked values cannot be read", file=path.name, do="give a text file, one value a line"
            ) from None
    told = {str(value).strip().lower() for value in (*BLOCKED_VALUES, *(blocked or ()))}
    return tuple(sorted(told - {""}))


def leave_out_blocked(values: pd.DataFrame, blocked: Sequence[str]) -> pd.DataFrame:
    """What records hold, with nothing in place of values that say nothing: fit to be compared.

    Args:
        values: n rows; any columns.
        blocked: From ``read_blocked``.

    Returns:
        n rows, the same columns; those that hold no such value are the same objects.

    Example:
        >>> told = pd.DataFrame({"mail": ["Test@test.com", "noreply@a.example", "ann@a.example"],
        ...     "phone": ["0151 000-0000", "0170 1234567", "n/a"]})
        >>> leave_out_blocked(told, read_blocked(None)).notna().values.tolist()
        [[False, False], [False, True], [True, False]]
    """
    from journey_research.pipelines.identity.matching.threads import side_by_side

    found = side_by_side(lambda name: _say_nothing(values[name], blocked), values.columns)
    kept = {}
    for (name, column), says_nothing in zip(values.items(), found, strict=True):
        if says_nothing.any():  # as objects, for whole numbers among which one is missing become fractions
            column = (column if isinstance(column.dtype, pd.StringDtype) else column.astype(object)).mask(
                says_nothing
            )
        kept[name] = column
    return pd.DataFrame(kept, index=values.index)


def _say_nothing(column: pd.Series, blocked: Sequence[str]) -> np.ndarray:
    """n truth values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from journey_research.pipelines.identity.matching.fields import NOT_TEXT

    codes, distinct = pd.factorize(column.array, use_na_sentinel=True)
    if not isinstance(column.dtype, pd.StringDtype):
        distinct = [NOT_TEXT.sub("", _as_text(value)) for value in distinct]
    texts = pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(distinct, pa.large_string())))
    told: np.ndarray = pc.is_in(texts, value_set=pa.array(list(blocked), texts.type)).to_numpy(
        zero_copy_only=False
    )
    told |= _are_true(pc.match_substring_regex(texts, _SEVEN_EQUAL))
    at = np.flatnonzero(_are_true(pc.greater_equal(pc.find_substring(texts, "@"), 0)))
    if len(at):
        # Cutting at a length is far cheaper than looking for the sign in every address.
        addresses = texts.take(pa.array(at)).cast(pa.large_binary())
        names = {f"{value}@".encode() for value in blocked if "@" not in value}
        for length in sorted({len(name) for name in names}):
            of_length = pa.array(sorted(name for name in names if len(name) == length), addresses.type)
            told[at] |= _are_true(pc.is_in(pc.binary_slice(addresses, 0, length), value_set=of_length))
    return np.append(told, False)[codes]


def _as_text(value: Any) -> str:
    is_whole = isinstance(value, float) and value.is_integer()
    return f"{value:.0f}" if is_whole else str(value)


def _are_true(told: pa.Array) -> np.ndarray:
    known: np.ndarray = told.fill_null(False).to_numpy(zero_copy_only=False)
    return known
