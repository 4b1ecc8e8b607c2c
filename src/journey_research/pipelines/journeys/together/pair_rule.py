"""Which contacts make a pair of channels, and when it is worth a word that they go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class PairRule:
    """How pairs of channels are looked for.

    Attributes:
        within_days: The first channel stands so many days before the second, at most; its day counts.
        horizon_days: Days from the second contact's on in which a conversion counts.
        max_days: Days looked back over, at most.
        least_persons: Persons who have both, and of whom some day has both, at least; fewer are too few.
        least_conversions: Conversions that days with both would have if nothing hung together, at least.
        closing_channels: Where people go to buy once they have decided. A contact there is part of the
            conversion, so nothing is said of it as the second of a pair.
        false_discovery_rate: Of what is declared, at most this share is expected to be chance.
    """

    within_days: int
    horizon_days: int
    max_days: int
    least_persons: int
    least_conversions: float
    closing_channels: Sequence[str]
    false_discovery_rate: float

    def __post_init__(self) -> None:
        for name in ("within_days", "horizon_days", "max_days", "least_persons"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it is more than 0")
        if self.least_conversions < 0:
            raise ValueError(f"least_conversions is {self.least_conversions}; it is not below 0")
        if isinstance(self.closing_channels, str):
            raise ValueError("closing_channels is a list of channels")
        if not 0 < self.false_discovery_rate < 1:
            raise ValueError(f"false_discovery_rate is {self.false_discovery_rate}; it lies between 0 and 1")
