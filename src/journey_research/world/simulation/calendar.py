"""The world's own time and chance: a fixed end, and one generator of chance for each purpose."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

ZONE = "Europe/Berlin"
WORLD_END = pd.Timestamp("2025-03-30T22:00:00")  # UTC; midnight in Berlin on the day the clocks change
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
END_MS = int(WORLD_END.timestamp()) * 1000

# Share of visits, calls and orders by hour of the day in winter time.
_HOURS = np.array(
    [1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3, 4, 5, 5.5, 5.5, 6, 5.5, 5, 5, 5.5, 6, 7, 8, 9, 8, 5, 2.5]
)


@dataclass(frozen=True)
class Calendar:
    """The weeks in which things happen.

    Attributes:
        weeks: Number of weeks up to the world's end.

    Example:
        >>> Calendar(weeks=12).days
        84
    """

    weeks: int

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise ValueError(f"weeks is {self.weeks}; a world lasts at least 1 week")

    @property
    def days(self) -> int:
        """Days in the world."""
        return 7 * self.weeks

    @property
    def start_ms(self) -> int:
        """First instant of the world, a midnight in Berlin, in milliseconds since 1970 UTC."""
        midnight = pd.Timestamp(WORLD_END, tz="UTC").tz_convert(ZONE) - pd.DateOffset(days=self.days)
        return int(midnight.timestamp()) * 1000

    @property
    def end_ms(self) -> int:
        """First instant after the world, in milliseconds since 1970 UTC."""
        return END_MS

    def moments(self, chance: np.random.Generator, n: int, day: np.ndarray | None = None) -> np.ndarray:
        """Draw ``n`` instants in the world, by day evenly, by hour as people are awake (ms, UTC).

        Args:
            chance: Where they are drawn from.
            n: How many.
            day: The day of each, from 0, where it is known.
        """
        day = chance.integers(0, self.days, n) if day is None else day
        hour = chance.choice(24, size=n, p=_HOURS / _HOURS.sum())
        at_ms = self.start_ms + day * DAY_MS + hour * HOUR_MS + chance.integers(0, HOUR_MS, n)
        return np.where(at_ms >= END_MS, at_ms - DAY_MS, at_ms)  # the last day has 23 hours


def chance_for(world_seed: int, purpose: str, block: int = 0) -> np.random.Generator:
    """The generator of chance for one purpose in one block, so that a change in one place moves no other.

    Example:
        >>> bool(chance_for(1, "phones").random() == chance_for(1, "phones").random())
        True
    """
    return np.random.default_rng([world_seed, zlib.crc32(purpose.encode()), block])


def utc(at_ms: np.ndarray) -> pd.DatetimeIndex:
    """Instants with their zone, from milliseconds."""
    return pd.DatetimeIndex(np.asarray(at_ms, dtype="int64").astype("datetime64[ms]")).tz_localize("UTC")


def iso(at_ms: np.ndarray) -> list[str]:
    """Instants as ISO 8601 text in UTC with milliseconds and ``Z``.

    Example:
        >>> iso(np.array([0]))
        ['1970-01-01T00:00:00.000Z']
    """
    whole = utc(at_ms).strftime("%Y-%m-%dT%H:%M:%S")
    return [f"{text}.{int(ms) % 1000:03d}Z" for text, ms in zip(whole, at_ms, strict=True)]


def local(at_ms: np.ndarray, form: str) -> list[str]:
    """Instants as text on the shop's wall clock, in ``strftime``'s form."""
    return list(utc(at_ms).tz_convert(ZONE).strftime(form))


def identity_numbers(chance: np.random.Generator, n: int) -> list[str]:
    """``n`` random identifiers in the form of a UUID."""
    drawn = chance.integers(0, 256, (n, 16), dtype="uint8")
    texts = [bytes(row).hex() for row in drawn]
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}" for t in texts]
