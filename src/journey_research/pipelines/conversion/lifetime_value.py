"""What is still expected of each person who ever bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from journey_research.engine import Table, run_sql

from .bg_nbd import alive_probability, expected_purchases, fit_bg_nbd
from .fitting import Fit, Floats
from .gamma_gamma import expected_amount, fit_gamma_gamma

Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LifetimeRule:
    """When there is enough to tell, and how far ahead to look.

    Attributes:
        horizon_weeks: Weeks after the run's as_of for which purchases are expected.
        min_repeat_buyers: Fewer persons than this who bought on two days, and nothing is said.
    """

    horizon_weeks: float = 39.0
    min_repeat_buyers: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.horizon_weeks < np.inf:
            raise ValueError(f"horizon_weeks is {self.horizon_weeks}; more than 0 weeks")
        if self.min_repeat_buyers < 1:
            raise ValueError(f"min_repeat_buyers is {self.min_repeat_buyers}; at least 1")


@dataclass(frozen=True)
class Histories:
    """Purchases of n customers up to the end, in the order of their names.

    Attributes:
        persons: n names.
        purchases: n numbers of repeat purchases; a day counts once.
        recency: n times from first to last purchase.
        age: n times from first purchase to the end.
        mean_amounts: n mean amounts of the repeat purchases; NaN without one.
    """

    persons: list[str]
    purchases: Floats
    recency: Floats
    age: Floats
    mean_amounts: Floats


def summarise_purchases(
    persons: list[str], days: Days, amounts: Floats, end: int, unit_days: float
) -> Histories:
    """Turn purchase days into what the models read.

    Args:
        persons: m names, sorted; one row per person and day.
        days: m day numbers, rising within a person.
        amounts: m amounts of the day.
        end: Last day of the calibration, which belongs to it.
        unit_days: Days in a unit of time.

    Returns:
        One entry per person.

    Example:
        >>> days, amounts = np.array([0, 7, 3]), np.array([5.0, 9.0, 1.0])
        >>> told = summarise_purchases(["a", "a", "b"], days, amounts, 14, 7.0)
        >>> told.purchases.tolist(), told.recency.tolist(), told.age.tolist()
        ([1.0, 0.0], [1.0, 0.0], [2.0, 1.5714285714285714])
    """
    if not persons:
        return Histories([], *(np.zeros(0) for _ in range(4)))
    names = np.array(persons, dtype=object)
    first = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    counts = np.diff(np.append(first, len(names)))
    again = (counts - 1).astype(float)
    spent = np.add.reduceat(amounts, first) - amounts[first]
    means = np.divide(spent, again, out=np.full(len(first), np.nan), where=again > 0)
    return Histories(
        names[first].tolist(),
        again,
        (days[first + counts - 1] - days[first]) / unit_days,
        (end - days[first]) / unit_days,
        means,
    )


def fit_amounts(told: Histories) -> Fit | None:
    """Gamma-Gamma of repeat buyers with a positive mean; None when their amounts cannot tell."""
    known = (told.purchases > 0) & (np.nan_to_num(told.mean_amounts) > 0)
    if known.sum() < 2 or np.ptp(told.mean_amounts[known]) == 0:
        return None
    return fit_gamma_gamma(told.purchases[known], told.mean_amounts[known])


def estimate_lifetime_values(orders: Table, people: Table, as_of: Table, rule: LifetimeRule) -> Table:
    """Expect purchases and amounts of each person after ``as_of``.

    Args:
        orders: n rows, contract ``Orders``.
        people: k rows, contract ``People``.
        as_of: 1 row, contract ``AsOf``.
        rule: Horizon, and how many repeat buyers it takes.

    Returns:
        Contract ``LifetimeValues``, one row per person with an order that stood. Empty with fewer
        repeat buyers than the rule asks for. ``expected_amount`` is undiscounted revenue, and null
        where amounts cannot tell.
    """
    told = summarise_purchases(*read_purchase_days(orders, people, as_of), 7.0)
    enough = int((told.purchases > 0).sum()) >= rule.min_repeat_buyers
    columns = _expect(told, rule.horizon_weeks) if enough else [np.zeros(0)] * 6
    names = ["n_purchases", "recency_weeks", "age_weeks", "alive_probability", "expected_purchases"]
    persons = pa.array(told.persons if enough else [], pa.string())
    arrays = [pa.array(column, from_pandas=True) for column in columns]
    weeks = pa.array(np.full(len(persons), rule.horizon_weeks))
    names = ["person_id", *names, "expected_amount", "horizon_weeks"]
    return Table.from_arrow(pa.table([persons, *arrays, weeks], names=names))


def read_purchase_days(orders: Table, people: Table, as_of: Table) -> tuple[list[str], Days, Floats, int]:
    """Who bought on which day for how much, up to ``as_of``.

    Args:
        orders: n rows, contract ``Orders``.
        people: k rows, contract ``People``.
        as_of: 1 row, contract ``AsOf``.

    Returns:
        m persons, sorted, one entry a person and day; m day numbers, rising within a person; m amounts; the
        day number of ``as_of``.
    """
    days = run_sql("purchase_days.sql", orders=orders, people=people, as_of=as_of).to_arrow()
    (end,) = as_of.query("select micros(max(as_of)) from this").first_row()
    return (
        days.column("person_id").to_pylist(),
        days.column("day_number").to_numpy().astype(np.int64),
        days.column("day_amount").to_numpy().astype(np.float64),
        0 if end is None else int(end) // 86_400_000_000,
    )


def _expect(told: Histories, horizon: float) -> list[Floats]:
    fit, amounts = fit_bg_nbd(told.purchases, told.recency, told.age), fit_amounts(told)
    history = told.purchases, told.recency, told.age
    bought = expected_purchases(fit, *history, horizon)
    spent = np.full(len(bought), np.nan)
    if amounts is not None:
        spent = bought * expected_amount(amounts, told.purchases, told.mean_amounts)
    alive = np.clip(alive_probability(fit, *history), 0, 1)
    return [*history, *(to_ten_digits(column) for column in (alive, bought, spent))]


def to_ten_digits(values: Floats) -> Floats:
    """Ten significant digits: the last ones differ between processors."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (9 - np.floor(np.log10(np.abs(values))))
        return np.where((values == 0) | ~np.isfinite(scale), values, np.round(values * scale) / scale)
