"""What people are worth whom each channel brought first, and what channels cost and were credited by week.

Context: likes and clicks say what a channel is busy with, not what its people bring. Choice: a person is
worth what it brought so far and what is still expected of it (``lifetime_values``); it was won by the channel
of its first known touch, and its worth is shared evenly by all touches up to its first conversion. Given up:
who won people before the data begins, which no table says, and what would have happened without a channel,
which takes an experiment.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from .rule import BudgetRule

VALUES = {
    "channel": "str", "n_won": "int64", "mean_worth_amount": "float64", "low": "float64", "high": "float64",
    "worth_amount": "float64", "spent_amount": "float64", "is_told": "bool",
}  # fmt: skip


def value_channels(
    journey_touches: Table,
    outcomes: Table,
    lifetime_values: Table,
    spend: Table,
    as_of: Table,
    rule: BudgetRule,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Worth of the people won by each channel, and costs and credited worth by channel and week.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``.
        lifetime_values: k rows, contract ``LifetimeValues``; empty where too few bought twice: people are
            then worth what they brought.
        spend: s rows, contract ``Spend``; in several currencies, none is told.
        as_of: The instant the run looks from; one row.
        rule: How many people an interval takes, and the seed.

    Returns:
        Contracts ``ChannelValues`` and ``ChannelWeeks``.
    """
    won = run_sql(
        "won_people.sql",
        journey_touches=journey_touches,
        outcomes=outcomes,
        lifetime_values=lifetime_values,
        as_of=as_of,
    )
    weeks = run_sql(
        "channel_weeks.sql", journey_touches=journey_touches, won_people=won, spend=spend, as_of=as_of
    )
    told = weeks.query("select * from this order by channel, week").to_pandas()
    people = won.query("select channel, worth_amount from this order by channel, person_id").to_arrow()
    channel = people.column("channel").to_numpy(zero_copy_only=False)
    worth = people.column("worth_amount").to_numpy()
    cost = told.groupby("channel")["spent_amount"].sum().to_dict()
    draws = np.random.default_rng(rule.budget_seed)
    rows = []
    for name in sorted({*channel.tolist(), *cost}):
        own = worth[channel == name]
        low, high = np.nan, np.nan
        if is_told := len(own) >= rule.min_won:
            means = [own[draws.integers(0, len(own), len(own))].mean() for _ in range(rule.n_resamples)]
            low, high = np.quantile(means, [0.025, 0.975])
        rows.append(
            {
                "channel": name, "n_won": len(own), "mean_worth_amount": own.mean() if is_told else np.nan,
                "low": low, "high": high, "worth_amount": float(own.sum()),
                "spent_amount": cost.get(name, 0.0), "is_told": is_told,
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(VALUES)).astype(VALUES), told
