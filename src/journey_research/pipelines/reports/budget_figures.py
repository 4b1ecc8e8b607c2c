"""Curves of worth by spend, with today's spend and the plan on them. Tables in, Axes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journey_research.engine import Table

from .figures import MARKS, PALETTE, SOFT, canvas, legend_beside
from .words import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_CURVES = 6


def spend_curves(budget_plan: Table, channel_weeks: Table) -> Axes | None:
    """Worth a week by spend: the assumed curve, the weeks it was laid through, today's spend and the plan.

    None where no channel has spend in enough weeks: the sentence above it says so.

    Args:
        budget_plan: Contract ``BudgetPlan``.
        channel_weeks: Contract ``ChannelWeeks``.
    """
    told = budget_plan.query(
        "select * from this where is_told order by spent_amount desc, channel"
    ).to_pandas()
    if told.empty:
        return None
    weeks = channel_weeks.query("select * from this where spent_amount > 0").to_pandas()
    moved = told["planned_amount"] - told["spent_amount"]
    up = str(told["channel"].iloc[int(moved.to_numpy().argmax())])
    title = f"By what the next unit brings, more money goes to {plain(up)}"
    axes = canvas(title if moved.max() > 0.005 else "By what the next unit brings, money stays where it is")
    for place, (_, row) in enumerate(told.head(MOST_CURVES).iterrows()):
        colour, mark = PALETTE[place], MARKS[place]
        own = weeks[weeks["channel"] == row["channel"]]
        axes.plot(own["spent_amount"], own["worth_amount"], mark, color=colour, alpha=0.25, markersize=4)
        reach = (
            row["spent_amount"],
            row["planned_amount"],
            own["spent_amount"].min(),
            own["spent_amount"].max(),
        )
        spent = np.linspace(min(reach), max(reach), 60)
        curve = row["scale"] * spent ** row["elasticity"]
        axes.plot(spent, curve, color=colour, linewidth=2, label=plain(str(row["channel"])))
        at = np.array([row["spent_amount"], row["planned_amount"]])
        on = row["scale"] * at ** row["elasticity"]
        axes.plot(at[:1], on[:1], "o", color="white", markeredgecolor=colour, markersize=9, zorder=4)
        axes.plot(at[1:], on[1:], "o", color=colour, markersize=9, zorder=4)
    axes.plot([], [], "o", color="white", markeredgecolor=SOFT, markersize=9, label="today")
    axes.plot([], [], "o", color=SOFT, markersize=9, label="planned")
    axes.plot([], [], "o", color=SOFT, alpha=0.35, markersize=4, label="a week")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("spend in a week")
    axes.set_ylabel("worth credited in a week")
    return legend_beside(axes)
