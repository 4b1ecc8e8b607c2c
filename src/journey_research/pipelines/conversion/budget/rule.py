"""When anything is said of money, and how far from today's spend."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BudgetRule:
    """How the next week's money is planned.

    Attributes:
        weekly_budget: Amount to plan, in the currency of spend; None: what a week cost on average.
        least_factor: Least spend of a channel, in times of its average week.
        most_factor: Most spend of a channel, in the same.
        elasticity: Per cent by which worth rises where spend rises by one per cent: an assumption, until an
            experiment tells it for this business.
        elasticity_low: Least that may be true.
        elasticity_high: Most that may be true, below 1.
        min_weeks: Weeks with spend that a curve takes.
        min_variation: Standard deviation of the weekly spend over its mean that an elasticity fitted to
            the weeks takes: where spend never moved, nothing tells what moving it does.
        min_won: People won by a channel that an interval of their worth takes; and people credited to it,
            week by week, that a curve takes.
        n_resamples: Times weeks, and people, are drawn again.
        budget_seed: Seed of these draws.
    """

    weekly_budget: float | None
    least_factor: float
    most_factor: float
    elasticity: float
    elasticity_low: float
    elasticity_high: float
    min_weeks: int
    min_variation: float
    min_won: int
    n_resamples: int
    budget_seed: int

    def __post_init__(self) -> None:
        if self.weekly_budget is not None and not self.weekly_budget > 0:
            raise ValueError(f"weekly_budget is {self.weekly_budget}; an amount above 0, or null")
        if not 0 <= self.least_factor <= 1 <= self.most_factor:
            raise ValueError("least_factor is 0 to 1, and most_factor at least 1")
        if not 0 < self.elasticity_low <= self.elasticity <= self.elasticity_high < 1:
            raise ValueError("elasticity_low, elasticity and elasticity_high rise, above 0 and below 1")
        if self.min_weeks < 3 or self.min_won < 2 or self.n_resamples < 1:
            raise ValueError("min_weeks is at least 3, min_won 2 and n_resamples 1")
        if not self.min_variation > 0:
            raise ValueError(f"min_variation is {self.min_variation}; above 0")
