"""Two values side by side, and which characters differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import pandas as pd

Piece = tuple[str, bool]
LONGEST_SHOWN = 400
_LEAST_ALIKE = 0.4


def compare_values(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two records field by field.

    Args:
        one: Field -> value, missing in any of pandas' spellings.
        other: The same fields.

    Returns:
        One entry per field that at least one of them fills, in the order of the fields: ``field``,
        ``left`` and ``right`` (pieces, null where blank), ``state`` (equal, differs, blank).
    """
    rows = []
    for field in one:
        left, right = as_shown(one[field]), as_shown(other[field])
        if left is None and right is None:
            continue
        state = "blank" if left is None or right is None else "equal" if left == right else "differs"
        pieces = mark_differences(left or "", right or "")
        rows.append(
            {
                "field": field,
                "left": None if left is None else pieces[0],
                "right": None if right is None else pieces[1],
                "state": state,
            }
        )
    return rows


def mark_differences(left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """Cut both texts into pieces that are alike and pieces that differ.

    Texts that have little in common differ as wholes: single letters found in both say nothing. So
    does a text beside a blank one not differ at all.

    Args:
        left: A text.
        right: Another.

    Returns:
        The pieces of each, in order; together they are the text.

    Example:
        >>> mark_differences("Jon Li", "John Li")
        ([('Jo', False), ('n Li', False)], [('Jo', False), ('h', True), ('n Li', False)])
        >>> mark_differences("Leipzig", "Ulm")
        ([('Leipzig', True)], [('Ulm', True)])
    """
    if not left or not right or left == right:
        return _whole(left, False), _whole(right, False)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return _whole(left, True), _whole(right, True)
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, from_left, to_left, from_right, to_right in matcher.get_opcodes():
        for told, text in zip(pieces, (left[from_left:to_left], right[from_right:to_right]), strict=True):
            if text:
                told.append((text, kind != "equal"))
    return pieces


def as_shown(value: Any) -> str | None:
    """A value as a reviewer sees it; None where it is missing or blank.

    Example:
        >>> as_shown(float("nan")) is None, as_shown(7), as_shown("  ") is None
        (True, '7', True)
    """
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    text = str(value)
    shown = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return shown if shown.strip() else None


def common_fields(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Fields that at least one record fills, in the order of the first."""
    names = list(records[0]) if records else []
    return [name for name in names if any(as_shown(one[name]) is not None for one in records)]


def _whole(text: str, differs: bool) -> list[Piece]:
    return [(text, differs)] if text else []
