"""The next week's money by channel: where the next unit would bring most, and how sure that is.

Context: people ask where the next euro goes. Choice: curves of worth by weekly spend (``curves``), the best
plan on them within bounds around today's spend, and beside it the plan by clicks. Intervals hold what drawing
the weeks again does and what the elasticity may be, whichever is wider off; two weeks fewer are drawn than
there are, for a dozen drawn whole are too sure of themselves. A plan chosen on the curves that judge it looks
better than it is: what plans of resamples promise on their own curves beyond what they bring on all weeks is
taken off. A channel with too few weeks or people keeps what it has. Given up: a causal word. Spend was never
set by lot, so a plan is a question for an experiment, and the table says so.

Source: Efron (1983), "Estimating the error rate of a prediction rule", for the optimism that is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .allocating import share_by_clicks, share_by_return
from .curves import Floats, fit_elasticity, marginal_return, scale_of, worth_of
from .rule import BudgetRule

PLAN = {
    "channel": "str", "n_weeks": "int64", "spent_amount": "float64", "variation": "float64",
    "scale": "float64", "elasticity": "float64",
    "fitted_elasticity": "float64", "fitted_low": "float64", "fitted_high": "float64",
    "marginal_return": "float64", "marginal_return_low": "float64", "marginal_return_high": "float64",
    "planned_amount": "float64", "planned_return": "float64", "clicks_amount": "float64",
    "is_told": "bool", "basis": "str",
}  # fmt: skip
CURVE = ("scale", "marginal_return", "marginal_return_low", "marginal_return_high")
FITTED = ("fitted_elasticity", "fitted_low", "fitted_high")
METRICS = {"metric": "str", "value": "float64", "low": "float64", "high": "float64", "n": "int64"}
ASSUMED = "height from the weeks, elasticity assumed: spend was not set by lot"
EVERY = [0.025, 0.975]
MOST_PLANS = 200  # resamples that a plan is made on, to see how much plans promise too much


def plan_budget(channel_weeks: Table, rule: BudgetRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves, marginal returns and the plan for one week.

    Args:
        channel_weeks: n rows, contract ``ChannelWeeks``.
        rule: Budget, bounds, and what a curve takes.

    Returns:
        Contract ``BudgetPlan``, one row per channel with spend, and contract ``Metrics``:
        ``planned_gain_amount`` and ``clicks_gain_amount``, what the plan and the plan by clicks are expected
        to bring in a week beyond today's spend, on the same curves.
    """
    weeks = channel_weeks.query("select * from this order by channel, week").to_pandas()
    paid = weeks[weeks["spent_amount"] > 0]
    names = sorted(paid["channel"].unique())
    if not names:
        return pd.DataFrame(columns=list(PLAN)).astype(PLAN), _gains(None, 0)
    all_weeks = np.array(sorted(weeks["week"].unique()))
    draws = np.random.default_rng(rule.budget_seed)
    drawn = draws.multinomial(
        max(len(all_weeks) - 2, 1), np.full(len(all_weeks), 1 / len(all_weeks)), rule.n_resamples
    )
    counts = np.concatenate([np.ones((1, len(all_weeks))), drawn])  # first the weeks as they are
    season = season_of(weeks, names, all_weeks)
    elasticities = (rule.elasticity, rule.elasticity_low, rule.elasticity_high)
    rows, scales = [], []
    for name in names:
        own = paid[paid["channel"] == name]
        at = np.searchsorted(all_weeks, own["week"])
        row, scale = _curve(own, season[at], counts[:, at], elasticities, len(all_weeks), rule)
        rows.append({"channel": name, "elasticity": rule.elasticity, "basis": ASSUMED, **row})
        scales.append(scale)
    plan = pd.DataFrame(rows)
    told, now = plan["is_told"].to_numpy(), plan["spent_amount"].to_numpy()
    clicks = np.array([paid.loc[paid["channel"] == name, "n_clicks"].sum() for name in names], dtype=float)
    planned, by_clicks, gains = now.copy(), now.copy(), None
    if told.any():
        budget = now.sum() if rule.weekly_budget is None else rule.weekly_budget
        bounds = rule.least_factor * now[told], rule.most_factor * now[told]
        least = now[~told].sum() + bounds[0].sum()
        if budget < least:  # everybody gives way alike
            planned = np.where(told, rule.least_factor * now, now) * budget / least
            by_clicks = planned.copy()
        else:
            free = budget - now[~told].sum()
            planned[told] = _best(plan["scale"].to_numpy()[told], rule, free, bounds)
            by_clicks[told] = share_by_clicks(clicks[told], free, *bounds)
        gains = [_gain(scales, elasticities, spent, now, told) for spent in (planned, by_clicks)]
        if budget >= least:
            optimism = _optimism(scales, now[told], told, free, bounds, rule)
            gains[0] = [gain - optimism for gain in gains[0]]
    plan["planned_amount"], plan["clicks_amount"] = planned, by_clicks
    plan["planned_return"] = marginal_return(plan["scale"].to_numpy(), rule.elasticity, planned)
    return plan[list(PLAN)].astype(PLAN), _gains(gains, int(plan["n_weeks"].max()))


def season_of(weeks: pd.DataFrame, paid: list[str], all_weeks: np.ndarray) -> Floats:
    """How much more than usual each week brought by channels that cost nothing; 1 where none brought any."""
    free = weeks[~weeks["channel"].isin(paid)].groupby("week")["worth_amount"].sum()
    brought = free.reindex(all_weeks, fill_value=0.0).to_numpy(dtype=float)
    if not (brought > 0).all():
        return np.ones(len(all_weeks))
    told: Floats = brought / brought.mean()
    return told


def _curve(
    own: pd.DataFrame,
    season: Floats,
    counts: Floats,
    elasticities: tuple[float, ...],
    n_weeks: int,
    rule: BudgetRule,
) -> tuple[dict[str, Any], list[Floats]]:
    """One channel's row, and its height at each elasticity, in the weeks as they are and in each resample."""
    spent, worth = own["spent_amount"].to_numpy(dtype=float), own["worth_amount"].to_numpy(dtype=float)
    now, variation = float(spent.sum() / n_weeks), float(spent.std() / spent.mean())
    is_told = bool(len(own) >= rule.min_weeks and own["n_credited"].sum() >= rule.min_won and worth.sum() > 0)
    row: dict[str, Any] = {
        "n_weeks": len(own), "spent_amount": now, "variation": variation, "is_told": is_told,
        **dict.fromkeys([*CURVE, *FITTED], np.nan),
    }  # fmt: skip
    if not is_told:
        return row, []
    counts = np.where((counts.sum(axis=1) > 0)[:, None], counts, 1.0)
    scales = [scale_of(spent, worth, season, counts, np.full(len(counts), e)) for e in elasticities]
    returns = [
        marginal_return(scale, e, np.full(len(scale), now))
        for scale, e in zip(scales, elasticities, strict=True)
    ]
    low, high = widest(returns)
    row |= {
        "scale": scales[0][0], "marginal_return": returns[0][0],
        "marginal_return_low": low, "marginal_return_high": high,
    }  # fmt: skip
    if variation >= rule.min_variation:
        fitted = fit_elasticity(spent, worth, season, counts)[1]
        least, most = np.quantile(fitted[1:], EVERY)
        row |= {"fitted_elasticity": fitted[0], "fitted_low": least, "fitted_high": most}
    return row, scales


def _gain(
    scales: list[list[Floats]], elasticities: tuple[float, ...], spent: Floats, now: Floats, told: Any
) -> list[Floats]:
    """What spends bring beyond today's, at each elasticity: in the weeks as they are and in resamples."""
    of_channels = [
        [
            worth_of(scale, e, spent[at]) - worth_of(scale, e, now[at])
            for scale, e in zip(scales[at], elasticities, strict=True)
        ]
        for at in np.flatnonzero(told)
    ]
    return list(np.sum(of_channels, axis=0))


def _best(scale: Floats, rule: BudgetRule, free: float, bounds: tuple[Floats, Floats]) -> Floats:
    return share_by_return(scale, np.full(len(scale), rule.elasticity), free, *bounds)


def _optimism(
    scales: list[list[Floats]],
    now: Floats,
    told: Any,
    free: float,
    bounds: tuple[Floats, Floats],
    rule: BudgetRule,
) -> float:
    """How much more plans promise on the curves they were made on than they bring on all weeks."""
    drawn = np.array([scales[at][0] for at in np.flatnonzero(told)])  # channels, resamples; first all weeks
    promised = []
    for own in drawn.T[1 : 1 + MOST_PLANS]:
        spent = _best(own, rule, free, bounds)
        gains = [
            (worth_of(scale, rule.elasticity, spent) - worth_of(scale, rule.elasticity, now)).sum()
            for scale in (own, drawn.T[0])
        ]
        promised.append(gains[0] - gains[1])
    return float(np.mean(promised))


def widest(drawn: Sequence[Floats]) -> tuple[float, float]:
    """The lowest and the highest end of several intervals, each of one figure and then its resamples."""
    ends = np.array([np.quantile(one[1:], EVERY) for one in drawn])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _gains(gains: list[list[Floats]] | None, n: int) -> pd.DataFrame:
    """What each plan brings beyond today's spend, with what sampling and the elasticity can do to it."""
    rows = []
    for at, name in enumerate(("planned_gain_amount", "clicks_gain_amount")):
        value = low = high = np.nan
        if gains is not None:
            value, (low, high) = float(gains[at][0][0]), widest(gains[at])
        rows.append((name, value, low, high, n))
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
