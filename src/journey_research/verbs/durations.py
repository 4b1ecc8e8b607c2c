"""Lengths of time as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

import pandas as pd

from journey_research.errors import UserError

_UNITS_US = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


def length_in_us(told: str | timedelta, option: str = "--gap") -> int:
    """A length of time in microseconds.

    Args:
        told: ``"45s"``, ``"30m"``, ``"1h30m"``, ``"1d"``, or a timedelta.
        option: What the message calls it.

    Returns:
        Whole microseconds, more than 0.

    Raises:
        UserError: It is no length of time.

    Example:
        >>> length_in_us("1h30m") // 60_000_000
        90
    """
    if isinstance(told, str):
        parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhd])", told.lower())
        if parts and re.fullmatch(r"\s*(\d+(\.\d+)?\s*[smhd]\s*)+", told.lower()):
            length = round(sum(float(number) * _UNITS_US[unit] for number, unit in parts))
            if 0 < length < 2**62:
                return length
    elif isinstance(told, timedelta) and not pd.isna(told):
        length = told // timedelta(microseconds=1)
        if length > 0:
            return length
    raise UserError(
        f"{option} is no length of time", do="write a number and s, m, h or d: 45s, 30m, 1h30m, 1d"
    )
