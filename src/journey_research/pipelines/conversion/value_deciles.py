"""Whether what is expected of customers comes: the model held against a time it never saw.

Context: lifetime values lie ahead of the data, so nobody can check them yet. Choice: the same models are
fitted anew on the first part of the time and asked for the last part, which has come; customers are put into
tenths by what was expected of them, so that a model that is right on average and wrong for the best customers
shows. Given up: a window as long as the horizon of the values themselves, which the data do not hold, and the
model's own uncertainty: the intervals are those of what came.

Source: Fader, Hardie and Lee (2005) hold their model against 39 weeks that they left out, by the number of
earlier purchases; Malthouse and Blattberg (2005), J. Interactive Marketing 19(1), 2-16, judge forecasts of
value by tenths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table

from .bg_nbd import expected_purchases, fit_bg_nbd
from .fitting import Floats
from .gamma_gamma import expected_amount
from .lifetime_value import Days, fit_amounts, read_purchase_days, summarise_purchases, to_ten_digits

COLUMNS = {
    "measure": "str", "tenth": "int64", "n": "int64", "expected": "float64", "observed": "float64",
    "low": "float64", "high": "float64", "held_out_weeks": "float64",
}  # fmt: skip
NONE_SEEN_AT_MOST = 3.688879454113936  # events that may stand behind 0 seen: -log(0.025), exact Poisson
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HoldOutRule:
    """Which time is held out, and how many customers it takes to say anything.

    Attributes:
        held_out_share: Share of the days from the first purchase to the run's as_of that is held out.
        min_repeat_buyers: Fewer persons than this who bought on two days before, and nothing is said.
        min_customers: Fewer customers than this in a tenth, and only what was expected of them is told.
        n_draws: Times the customers of a tenth are drawn again.
        hold_out_seed: Seed of these draws.
    """

    held_out_share: float = 0.25
    min_repeat_buyers: int = 20
    min_customers: int = 30
    n_draws: int = 400
    hold_out_seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.held_out_share < 1:
            raise ValueError(f"held_out_share is {self.held_out_share}; between 0 and 1")
        for name in ("min_repeat_buyers", "min_customers", "n_draws"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; at least 1")


def judge_lifetime_values(orders: Table, people: Table, as_of: Table, rule: HoldOutRule) -> pd.DataFrame:
    """Expect the last part of the time from the first, and hold it against what came.

    Args:
        orders: n rows, contract ``Orders``.
        people: k rows, contract ``People``.
        as_of: 1 row, contract ``AsOf``.
        rule: What is held out, and how many customers it takes.

    Returns:
        Contract ``ValueDeciles``: a row per measure (``purchases``, and ``amount`` where amounts can tell)
        and tenth of the customers, by rising expectation; means a customer. Customers are persons with an
        order before the time held out. Empty with fewer repeat buyers than the rule asks for.
    """
    persons, days, amounts, last = read_purchase_days(orders, people, as_of)
    if not persons:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    first = int(days.min())
    end = first + int((last - first) * (1 - rule.held_out_share))
    before = days <= end
    told = summarise_purchases(
        [person for person, is_kept in zip(persons, before, strict=True) if is_kept],
        days[before], amounts[before], end, 7.0,
    )  # fmt: skip
    if int((told.purchases > 0).sum()) < rule.min_repeat_buyers or last <= end:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    history, weeks = (told.purchases, told.recency, told.age), (last - end) / 7.0
    said = expected_purchases(fit_bg_nbd(*history), *history, weeks)
    came, brought = _held_out(told.persons, persons, days, amounts, end)
    rows = _tenths("purchases", to_ten_digits(said), came, 1.0, rule)
    spending = fit_amounts(told)
    if spending is not None and came.sum():
        worth = to_ten_digits(said * expected_amount(spending, told.purchases, told.mean_amounts))
        if np.isfinite(worth).all():
            rows += _tenths("amount", worth, brought, float(brought.sum() / came.sum()), rule)
    return pd.DataFrame(
        [(*row, weeks) for row in rows], columns=list(COLUMNS)
    ).astype(COLUMNS)  # fmt: skip


def _held_out(
    known: list[str], persons: list[str], days: Days, amounts: Floats, end: int
) -> tuple[Floats, Floats]:
    """Purchase days and amounts of known customers after the end."""
    place = {person: at for at, person in enumerate(known)}
    later = [(place[person], at) for at, person in enumerate(persons) if days[at] > end and person in place]
    whom, which = (
        np.array(column, dtype=np.int64) for column in (zip(*later, strict=True) if later else ([], []))
    )
    return (
        np.bincount(whom, minlength=len(known)).astype(float),
        np.bincount(whom, amounts[which], minlength=len(known)).astype(float),
    )


def _tenths(
    measure: str, said: Floats, came: Floats, unit: float, rule: HoldOutRule
) -> list[tuple[str, int, int, float, float, float, float]]:
    """Rows of a measure; equal expectations keep the order of the customers' names.

    Args:
        measure: Its name.
        said: n expectations.
        came: n figures that came.
        unit: What one purchase brings: 0 seen may stand for 3.7 of them.
        rule: See there.
    """
    random, rows = np.random.default_rng(rule.hold_out_seed), []
    for tenth, part in enumerate(np.array_split(np.argsort(said, kind="stable"), 10), start=1):
        n, seen = len(part), came[part]
        if not n:
            continue
        told = float(seen.mean()), *_interval(seen, unit, random, rule.n_draws)
        rows.append(
            (
                measure,
                tenth,
                n,
                float(said[part].mean()),
                *(told if n >= rule.min_customers else (np.nan,) * 3),
            )
        )
    return rows


def _interval(seen: Floats, unit: float, random: np.random.Generator, n_draws: int) -> tuple[float, float]:
    """95 % range of a mean a customer, by drawing customers again; of nothing seen the exact Poisson bound.

    Example:
        >>> low, high = _interval(np.zeros(100), 1.0, np.random.default_rng(1), 50)
        >>> low, round(high, 3)
        (0.0, 0.037)
    """
    if not seen.any():
        return 0.0, NONE_SEEN_AT_MOST * unit / len(seen)
    drawn = seen[random.integers(0, len(seen), (n_draws, len(seen)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return min(float(low), float(seen.mean())), max(float(high), float(seen.mean()))
