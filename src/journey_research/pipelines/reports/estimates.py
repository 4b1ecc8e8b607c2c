"""A total or a rate over persons, how far chance may move it, and when two differ by more than that."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from .words import number, ranged

# Five figures are compared, so one is called changed only if chance would do that once in 100 (5 % / 5).
CALLED_CHANGED = 2.576
NINETY_FIVE = 1.96
FEWEST = 10  # of fewer a share is not told, and its range would be no help
TOO_FEW = "too few to say"


@dataclass(frozen=True)
class Estimate:
    """A number with its standard error; ``error`` is None where nothing was drawn by chance."""

    value: float | None
    error: float | None
    unit: str

    @property
    def in_words(self) -> str:
        if self.value is None or not self.error:
            return number(self.value, self.unit)
        low, high = self.value - NINETY_FIVE * self.error, self.value + NINETY_FIVE * self.error
        high = min(high, 1.0) if self.unit == "share" else high
        return ranged(self.value, max(low, 0.0), high, self.unit)


def change(now: Estimate, before: Estimate) -> str:
    """An arrow where two estimates differ by more than chance; a plain difference where chance has no part.

    Example:
        >>> change(Estimate(100, 5, "count"), Estimate(50, 4, "count"))
        '▲ up'
        >>> change(Estimate(100, 5, "count"), Estimate(95, 5, "count"))
        'within chance'
        >>> change(Estimate(110, None, "amount"), Estimate(100, None, "amount"))
        '+10.0%'
        >>> change(Estimate(None, None, "share"), Estimate(1, None, "share"))
        ''
    """
    if now.value is None or before.value is None:
        return ""
    step = now.value - before.value
    if step == 0:
        return "no change"
    if now.error is None or before.error is None:
        return f"{step / before.value:+.1%}" if before.value else ""
    if abs(step) <= CALLED_CHANGED * sqrt(now.error**2 + before.error**2):
        return "within chance"
    return "▲ up" if step > 0 else "▼ down"


def total(row: dict[str, Any] | None, unit: str) -> Estimate:
    """A total over persons: its variance is the sum of the persons' squares (persons come by chance)."""
    return Estimate(row["amount"], sqrt(row["amount_squares"]), unit) if row else Estimate(0.0, 0.0, unit)


def rate(row: dict[str, Any] | None) -> Estimate:
    """A ratio of two totals over persons, with the linearised error of a ratio.

    Source:
        Cochran (1977), Sampling Techniques, 6.3. Where nobody or everybody converted its error
        would be 0, so there it is that of one conversion more or less.
    """
    if not row or not row["base"]:
        return Estimate(None, None, "share")
    share = row["amount"] / row["base"]
    squares = row["amount_squares"] - 2 * share * row["products"] + share**2 * row["base_squares"]
    return Estimate(share, sqrt(max(squares, 1.0)) / row["base"], "share")
