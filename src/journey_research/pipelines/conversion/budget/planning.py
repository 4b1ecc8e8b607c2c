"""The next week's money by channel: where the next unit would bring most, on curves of past weeks.

Context: people ask where the next euro goes. Choice: curves of worth by weekly spend, the best plan on them
within bounds around today's spend, and beside it the plan by clicks; intervals come from drawing the weeks
again. A channel whose weeks tell no curve keeps what it has. Given up: a causal word. Spend followed demand
and was never set by lot, so a plan is a question for an experiment, and the table says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .allocating import share_by_clicks, share_by_return
from .curves import Floats, fit_curves, marginal_return, worth_of
from .rule import BudgetRule

PLAN = {
    "channel": "str", "n_weeks": "int64", "spent_amount": "float64", "variation": "float64",
    "scale": "float64", "elasticity": "float64", "elasticity_low": "float64", "elasticity_high": "float64",
    "marginal_return": "float64", "marginal_return_low": "float64", "marginal_return_high": "float64",
    "planned_amount": "float64", "planned_return": "float64", "clicks_amount": "float64",
    "is_told": "bool", "basis": "str",
}  # fmt: skip
CURVE = (
    "scale", "elasticity", "elasticity_low", "elasticity_high",
    "marginal_return", "marginal_return_low", "marginal_return_high",
)  # fmt: skip
METRICS = {"metric": "str", "value": "float64", "low": "float64", "high": "float64", "n": "int64"}
ASSOCIATION = "association: spend was not set by lot"
EVERY = [0.025, 0.975]


def plan_budget(channel_weeks: pd.DataFrame, rule: BudgetRule) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves, marginal returns and the plan for one week.

    Args:
        channel_weeks: n rows, contract ``ChannelWeeks``.
        rule: Budget, bounds, and what a curve takes.

    Returns:
        Contract ``BudgetPlan``, one row per channel with spend, and contract ``Metrics``:
        ``planned_gain_amount`` and ``clicks_gain_amount``, what the plan and the plan by clicks are expected
        to bring in a week beyond today's spend, on the same curves.
    """
    weeks = channel_weeks.sort_values(["channel", "week"], kind="stable", ignore_index=True)
    paid = weeks[weeks["spent_amount"] > 0]
    names = sorted(paid["channel"].unique())
    if not names:
        return pd.DataFrame(columns=list(PLAN)).astype(PLAN), _gains(None, 0)
    all_weeks = np.array(sorted(weeks["week"].unique()))
    draws = np.random.default_rng(rule.budget_seed)
    drawn = draws.multinomial(len(all_weeks), np.full(len(all_weeks), 1 / len(all_weeks)), rule.n_resamples)
    counts = np.concatenate([np.ones((1, len(all_weeks))), drawn])  # first the weeks as they are
    season = season_of(weeks, names, all_weeks)
    rows, scales, elasticities = [], [], []
    for name in names:
        own = paid[paid["channel"] == name]
        at = np.searchsorted(all_weeks, own["week"])
        row, scale, elasticity = _curve(own, season[at], counts[:, at], rule)
        rows.append({"channel": name, "basis": ASSOCIATION, **row})
        scales.append(scale)
        elasticities.append(elasticity)
    plan = pd.DataFrame(rows)
    scale, elasticity = np.array(scales).T, np.array(elasticities).T  # resamples, channels
    told = plan["is_told"].to_numpy()
    now = plan["spent_amount"].to_numpy()
    clicks = np.array([paid.loc[paid["channel"] == name, "n_clicks"].sum() for name in names], dtype=float)
    planned, by_clicks = now.copy(), now.copy()
    if told.any():
        budget = now.sum() if rule.weekly_budget is None else rule.weekly_budget
        free = max(budget - now[~told].sum(), rule.least_factor * now[told].sum())
        bounds = rule.least_factor * now[told], rule.most_factor * now[told]
        planned[told] = share_by_return(scale[0, told], elasticity[0, told], free, *bounds)
        by_clicks[told] = share_by_clicks(clicks[told], free, *bounds)
    plan["planned_amount"], plan["clicks_amount"] = planned, by_clicks
    plan["planned_return"] = np.where(told, marginal_return(scale[0], elasticity[0], planned), np.nan)
    gains = None
    if told.any():
        gains = [
            (worth_of(scale, elasticity, spent) - worth_of(scale, elasticity, now))[:, told].sum(axis=1)
            for spent in (planned, by_clicks)
        ]
    metrics = _gains(gains, int(plan["n_weeks"].max()))
    return plan[list(PLAN)].astype(PLAN), metrics


def season_of(weeks: pd.DataFrame, paid: list[str], all_weeks: np.ndarray) -> Floats:
    """How much more than usual each week brought by channels that cost nothing; 1 where none brought any."""
    free = weeks[~weeks["channel"].isin(paid)].groupby("week")["worth_amount"].sum()
    brought = free.reindex(all_weeks, fill_value=0.0).to_numpy(dtype=float)
    if not (brought > 0).all():
        return np.ones(len(all_weeks))
    told: Floats = brought / brought.mean()
    return told


def _curve(
    own: pd.DataFrame, season: Floats, counts: Floats, rule: BudgetRule
) -> tuple[dict[str, Any], Floats, Floats]:
    """One channel's row, and its curve in the weeks as they are and in each resample."""
    spent, worth = own["spent_amount"].to_numpy(dtype=float), own["worth_amount"].to_numpy(dtype=float)
    now, variation = float(spent.mean()), float(spent.std() / spent.mean())
    row: dict[str, Any] = {
        "n_weeks": len(own), "spent_amount": now, "variation": variation,
        "is_told": bool(len(own) >= rule.min_weeks and variation >= rule.min_variation and worth.sum() > 0),
    }  # fmt: skip
    if not row["is_told"]:
        nothing = np.zeros(len(counts))
        return row | dict.fromkeys(CURVE, np.nan), nothing, nothing
    some = counts.sum(axis=1) > 0
    scale, elasticity = fit_curves(spent, worth, season, np.where(some[:, None], counts, 1.0))
    returns = marginal_return(scale, elasticity, np.full(len(scale), now))
    low, high = np.quantile(elasticity[1:], EVERY)
    least, most = np.quantile(returns[1:], EVERY)
    row |= {
        "scale": scale[0], "elasticity": elasticity[0], "elasticity_low": low, "elasticity_high": high,
        "marginal_return": returns[0], "marginal_return_low": least, "marginal_return_high": most,
    }  # fmt: skip
    return row, scale, elasticity


def _gains(gains: list[Floats] | None, n: int) -> pd.DataFrame:
    """What each plan brings beyond today's spend: in the weeks as they are, and its interval."""
    rows = []
    for at, name in enumerate(("planned_gain_amount", "clicks_gain_amount")):
        value = low = high = np.nan
        if gains is not None:
            value, (low, high) = float(gains[at][0]), np.quantile(gains[at][1:], EVERY)
        rows.append((name, value, low, high, n))
    return pd.DataFrame(rows, columns=list(METRICS)).astype(METRICS)
