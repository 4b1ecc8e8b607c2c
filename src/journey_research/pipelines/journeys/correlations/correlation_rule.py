"""Which measures are held beside each other, how far apart in time, and when it is worth a word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CorrelationRule:
    """How correlations across sources are looked for.

    Attributes:
        max_weeks: Weeks looked back over, at most.
        max_lag_weeks: One measure may follow the other by up to so many weeks; 0: the same week only.
        least_persons: Persons who have a measure, and both of a pair, at least; fewer are too few to say.
        max_measures: The measures that most persons have, at most.
        max_persons: Persons drawn, at most.
        false_discovery_rate: Of what is declared, at most this share is expected to be chance,
            whatever hangs together.
    """

    max_weeks: int
    max_lag_weeks: int
    least_persons: int
    max_measures: int
    max_persons: int
    false_discovery_rate: float

    def __post_init__(self) -> None:
        for name in ("max_weeks", "least_persons", "max_measures", "max_persons"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it is more than 0")
        if not 0 <= self.max_lag_weeks < self.max_weeks:
            raise ValueError(f"max_lag_weeks is {self.max_lag_weeks}; it lies from 0 to below max_weeks")
        if not 0 < self.false_discovery_rate < 1:
            raise ValueError(f"false_discovery_rate is {self.false_discovery_rate}; it lies between 0 and 1")
