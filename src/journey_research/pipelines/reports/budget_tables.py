"""Where money would be worth most: people's worth by channel, the plan for a week, and what it rests on."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table

from .tables import rows_of
from .words import NOT_KNOWN, Sentence, number, plain, ranged


def budget_answer(budget_plan: Table, budget_metrics: Table) -> Sentence:
    """What the plan is expected to bring, in one sentence.

    Args:
        budget_plan: Contract ``BudgetPlan``.
        budget_metrics: Contract ``Metrics``.
    """
    plan = rows_of(budget_plan, "select * from this order by channel")
    told = {row["metric"]: row for row in rows_of(budget_metrics, "select * from this")}
    gain, clicks = told.get("planned_gain_amount"), told.get("clicks_gain_amount")
    if not plan:
        return Sentence("No channel has spend in one currency, so there is no money to plan.")
    if gain is None or clicks is None or gain["value"] is None:
        return Sentence("No channel has spend in enough weeks, so each keeps what it has.")
    cost = sum(row["planned_amount"] for row in plan)
    best = ranged(gain["value"], gain["low"], gain["high"], "amount")
    by_clicks = ranged(clicks["value"], clicks["low"], clicks["high"], "amount")
    return Sentence(
        f"Of a week's {number(cost, 'amount')}, shared out by what the next unit brings, {best} more worth "
        f"a week is expected than as today; shared out by clicks, {by_clicks}. The ranges hold what weeks "
        "drawn again and the elasticity may do to it. Spend was never set by lot: a plan to test, no effect."
    )


def values_table(channel_values: Table) -> pd.DataFrame:
    """People by the channel that brought them first, and what they are worth; the most people first.

    Args:
        channel_values: Contract ``ChannelValues``.

    Returns:
        One row per channel that won somebody: ``channel, people won, worth of each, spent``.
    """
    rows = rows_of(channel_values, "select * from this where n_won > 0 order by n_won desc, channel")
    has_amounts = any(row["mean_worth_amount"] for row in rows)
    shown = [
        {
            "channel": plain(row["channel"]),
            "people won": number(row["n_won"]),
            "worth of each": ranged(row["mean_worth_amount"], row["low"], row["high"], "amount")
            if row["is_told"] and has_amounts
            else ("too few to say" if has_amounts else "no amounts told"),
            "spent": number(row["spent_amount"], "amount") if row["spent_amount"] else "-",
        }
        for row in rows
    ]
    return pd.DataFrame(shown, columns=["channel", "people won", "worth of each", "spent"])


def plan_table(budget_plan: Table) -> pd.DataFrame:
    """A week's money by channel: today, planned and by clicks, and what the next unit brings.

    Args:
        budget_plan: Contract ``BudgetPlan``.

    Returns:
        One row per channel with spend: ``channel, today, planned, by clicks, next unit brings today,
        and as planned, elasticity the weeks show``.
    """
    rows = rows_of(budget_plan, "select * from this order by planned_amount desc, channel")
    shown = [
        {
            "channel": plain(row["channel"]),
            "today": number(row["spent_amount"], "amount"),
            "planned": number(row["planned_amount"], "amount"),
            "by clicks": number(row["clicks_amount"], "amount"),
            "next unit brings today": _ranged(row, "marginal_return"),
            "and as planned": NOT_KNOWN if row["planned_return"] is None else f"{row['planned_return']:.2f}",
            "elasticity the weeks show": _ranged(row, "fitted"),
        }
        for row in rows
    ]
    return pd.DataFrame(
        shown,
        columns=[
            "channel", "today", "planned", "by clicks", "next unit brings today", "and as planned",
            "elasticity the weeks show",
        ],
    )  # fmt: skip


def _ranged(row: dict[str, float | None], name: str) -> str:
    value = row["fitted_elasticity"] if name == "fitted" else row[name]
    if value is None:
        return NOT_KNOWN
    return f"{value:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
