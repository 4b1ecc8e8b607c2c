"""Who gives up at a step although they came to reach the goal: friction, told apart from looking around.

Context: a quarter leave at the cart and a third at the payment, and nobody tells which of the two is wrong:
at the cart people look at prices, at the payment they may be stopped. A rate alone cannot say it, whatever
it is compared with. Choice: a natural exit sorts out those who did not come for the goal; an obstacle stops
those who did. So the leavers of a step are a mixture of two kinds whose looks are known: cases that reach
the goal, and cases that leave at the process's first exit. From the mean of one score in the three groups
follows the share among the leavers who look like buyers. Only these count as friction, and only these are
at stake. Given up: friction at the first exit itself, which cannot be told from looking around; and
obstacles that stop just those who look least like buyers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .friction_rule import FrictionRule
from .likeness import Floats, likeness_to_buyers

LEAST_SEPARATION = 4.0  # standard errors between the two known kinds; nearer, they look alike


@dataclass(frozen=True)
class GivenUp:
    """What is known of one step's leavers: each a value and its resamples.

    Attributes:
        excess: Share of the cases at the step that give up there although they look like buyers.
        goals: Goals at stake: reached, if nobody who came for them gave up here.
        amount: The same in money.
        is_told: Whether there were enough cases, and kinds that differ, to say any of it.
    """

    excess: Floats
    goals: Floats
    amount: Floats
    is_told: bool


def give_up(cases: pd.DataFrame, numbers: list[int], rule: FrictionRule) -> dict[int, GivenUp]:
    """For each step of one process, how many give up although they look like buyers.

    Args:
        cases: n rows of ``leaving_cases`` of one process, ordered by case.
        numbers: The step numbers of the process, ascending.
        rule: How many cases are too few, and the seed.

    Returns:
        By step number. The first entry of each array is the estimate, the others are of the persons
        drawn again. Values may lie below 0 by chance, so that a test of them is honest.

    Source:
        A two-component mixture with known components, as in Elkan and Noto (2008), "Learning classifiers
        from only positive and unlabeled data"; persons drawn again by Poisson weights, Chamandy et al.
        (2012), "Estimating uncertainty for massive data streams".
    """
    nothing = np.full(rule.n_resamples + 1, np.nan)
    untold = {number: GivenUp(nothing, nothing, nothing, False) for number in numbers}
    left = cases["left_number"].to_numpy(np.float64, na_value=np.nan)
    is_buyer = cases["is_goal"].to_numpy(np.int64) == 1
    n_left = {number: int(((left == number) & ~is_buyer).sum()) for number in numbers}
    exits = [number for number in numbers if n_left[number] >= rule.least_cases]
    if not exits or is_buyer.sum() < rule.least_cases:
        return untold
    is_looker = (left == exits[0]) & ~is_buyer
    score = likeness_to_buyers(
        cases, is_buyer, is_looker, rule.least_cases, rule.history_days, rule.max_fitted_cases,
        rule.friction_seed,
    )  # fmt: skip
    amount = cases["goal_amount"].to_numpy(np.float64, na_value=0.0)
    groups = [is_buyer, *((left == number) & ~is_buyer for number in numbers)]
    sums = _resampled(
        cases["person_id"],
        [group.astype(np.float64) for group in groups]
        + [group * score for group in groups]
        + [is_buyer * np.nan_to_num(amount)],
        rule,
    )
    counts, scores, worth = sums[: len(groups)], sums[len(groups) : -1], sums[-1]
    means = [_ratio(one, count) for one, count in zip(scores, counts, strict=True)]
    first = 1 + numbers.index(exits[0])
    between = means[0] - means[first]
    if not between[0] > LEAST_SEPARATION * np.nanstd(between[1:]):
        return untold
    kin = [_ratio(mean - means[first], between) for mean in means[1:]]
    amount_each = _ratio(worth, counts[0])
    found, far, beyond = dict(untold), counts[0].copy(), counts[0].copy()
    for at in range(len(numbers) - 1, -1, -1):  # far: cases that get to the step; beyond: buyers past it
        number, leavers = numbers[at], counts[at + 1]
        far = far + leavers
        buyers = np.nan_to_num(kin[at]) * leavers
        stopped = np.clip(buyers, 0.0, leavers)
        goals = stopped * _ratio(counts[0], beyond)
        if n_left[number] >= rule.least_cases and number != exits[0]:
            found[number] = GivenUp(_ratio(buyers, far), goals, goals * amount_each, True)
        beyond = beyond + stopped
    return found


def _resampled(persons: pd.Series, values: list[Floats], rule: FrictionRule) -> list[Floats]:
    """Sums of each column over all cases, then over each draw of persons."""
    names, of = np.unique(persons.to_numpy(str), return_inverse=True)
    by_person = [np.bincount(of, weights=value, minlength=len(names)) for value in values]
    chance = np.random.default_rng(rule.friction_seed)
    found = [np.empty(rule.n_resamples + 1) for _ in values]
    for draw in range(rule.n_resamples + 1):
        weights = chance.poisson(1.0, len(names)) if draw else np.ones(len(names))
        for one, own in zip(found, by_person, strict=True):
            one[draw] = float((weights * own).sum())
    return found


def _ratio(a: Floats, b: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(b > 0, a / b, np.nan))
