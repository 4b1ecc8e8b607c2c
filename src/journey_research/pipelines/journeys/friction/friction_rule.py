"""What counts as a step of an effort, and how much resistance is worth a word."""

from __future__ import annotations

from dataclasses import dataclass

CASES = ("session", "journey")


@dataclass(frozen=True)
class FrictionRule:
    """How steps are found, how friction at them is measured, and when it is declared.

    Attributes:
        friction_seed: Seed of the folds and the resamples of persons.
        n_resamples: Times the persons are drawn again for an interval.
        case: What one effort is: ``"session"`` or ``"journey"``.
        paged_action: The action that is many steps, one for each page told (``content_id``).
        contact_actions: Actions by which customers ask for help: steps of their own, and what a forced
            change of channel leads to.
        least_goal_share: A step is on the way to the goal if at least this share of the cases that reach
            the goal pass it, 0 to 1;
        least_lift: and if they pass it at least so many times as often as the other cases.
        least_together_share: Two steps are of one process if at least this share of the cases that reach
            the goal by one of them pass both.
        least_cases: Fewer cases are too few to say.
        least_excess_share: The smallest share beyond the usual that is worth repairing, 0 to 1; what is
            declared is surely larger.
        false_discovery_rate: Of what is declared, at most this share is expected to be chance.
        repeat_days: Who comes to the same step again so soon, and has not reached the goal, repeats.
        switch_hours: A contact so soon after a step belongs to it.
        long_wait_ratio: A wait is long if it is more than so many times the process's median.
        history_days: Earlier cases count as history of the person for so long.
        max_fitted_cases: Cases that the likeness to buyers is learnt from, at most.
    """

    friction_seed: int
    n_resamples: int
    case: str
    paged_action: str
    contact_actions: tuple[str, ...]
    least_goal_share: float
    least_lift: float
    least_together_share: float
    least_cases: int
    least_excess_share: float
    false_discovery_rate: float
    repeat_days: int
    switch_hours: int
    long_wait_ratio: float
    history_days: int
    max_fitted_cases: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "contact_actions", tuple(self.contact_actions))
        if self.case not in CASES:
            raise ValueError(f"case is '{self.case}'; choose one of {', '.join(CASES)}")
        for name in (
            "least_goal_share", "least_together_share", "least_excess_share", "false_discovery_rate",
        ):  # fmt: skip
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it lies between 0 and 1")
        for name in (
            "n_resamples", "least_cases", "repeat_days", "switch_hours", "history_days", "max_fitted_cases",
        ):  # fmt: skip
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it is more than 0")
        for name in ("least_lift", "long_wait_ratio"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is at least 1")
