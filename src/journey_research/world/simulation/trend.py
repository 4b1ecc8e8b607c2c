"""How demand changes from week to week: it grows, then falls in a known week and goes on falling."""

from __future__ import annotations

import numpy as np

from .calendar import Calendar

GROWTH, DECLINE, FALL = 0.04, 0.04, 0.72  # a week before the break; a week after it; at once


def break_week(calendar: Calendar) -> int:
    """The week (from 0) in which the weekly rate of orders stops growing and falls.

    Example:
        >>> break_week(Calendar(12))
        8
    """
    return calendar.weeks * 2 // 3


def weekly_factor(calendar: Calendar) -> np.ndarray:
    """By how much each week's rate of orders differs from the first's.

    Example:
        >>> weekly_factor(Calendar(4)).round(4).tolist()
        [1.0, 1.04, 0.7488, 0.7188]
    """
    week, turn = np.arange(calendar.weeks), break_week(calendar)
    before = (1 + GROWTH) ** np.minimum(week, max(turn - 1, 0))
    return np.where(week < turn, before, before * FALL * (1 - DECLINE) ** (week - turn))
