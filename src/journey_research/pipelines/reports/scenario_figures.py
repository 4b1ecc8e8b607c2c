"""Scenarios as pictures: how often each was so, how long complaints wait, what is at stake at a step.

Where there is nothing to see a figure is None: the finding above it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .figures import PALETTE, SOFT, canvas
from .friction_tables import MEASURES, step_in_words
from .shapes import dots, per_cent, tall, thousands
from .words import number, plain, things

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_FIXES = 8


def scenario_shares(scenarios: Table) -> Axes | None:
    """Of the occasions of each scenario, the share in which it was so; too few occasions: no dot."""
    told = scenarios.query("select * from this order by scenario, figure").to_pandas()
    told = told[told["n_found"] > 0]
    if told.empty:
        return None
    axes = canvas("Of its occasions, how often it was so", height=tall(len(told), 1.2))
    kinds = {name: place for place, name in enumerate(dict.fromkeys(told["scenario"]))}
    colours = [PALETTE[kinds[name] % 6] for name in told["scenario"]]
    dots(axes, list(told["figure"]), told["found_share"], told["low"], told["high"], colours=colours)
    names = [
        f"{plain(row['scenario'])}: {plain(row['figure'])} ({number(row['n_found'])})"
        for row in told.to_dict("records")
    ]
    axes.set_yticks(np.arange(len(told))[::-1], names)
    axes.set_xlim(-0.01, 1.02)
    axes.set_xlabel("share of occasions (95 in 100; in brackets: occasions)")
    return per_cent(axes)


def response_spans(response_times: pd.DataFrame) -> Axes | None:
    """Complaints in public by how long their first answer took.

    Args:
        response_times: ``span, n``, in order; the last is without an answer.
    """
    told = response_times
    if told.empty or not told["n"].sum():
        return None
    within, n = int(told["n"].iloc[:3].sum()), int(told["n"].sum())
    axes = canvas(
        f"{number(within)} of {things(n, 'complaint')} in public are answered within a day",
        height=tall(len(told)),
    )
    heights = np.arange(len(told))[::-1]
    colours = [PALETTE[0]] * (len(told) - 1) + [PALETTE[5]]
    bars = axes.barh(heights, told["n"], color=colours, height=0.7)
    axes.bar_label(bars, labels=[number(n) for n in told["n"]], padding=4, color=SOFT, fontsize=9)
    axes.set_yticks(heights, list(told["span"]))
    axes.set_xlim(0, told["n"].max() * 1.12)
    axes.set_xlabel("complaints, by the time until the first answer on any channel")
    axes.grid(axis="y", visible=False)
    return axes


def fixes_at_stake(fixes: Table) -> Axes | None:
    """What is at stake at the steps that are worth a look; grey: too small to be sure."""
    told = fixes.query("select * from this order by fix_rank").to_pandas().head(N_FIXES)
    if told.empty:
        return None
    names = [f"{step_in_words(row['step'])}: {MEASURES[row['metric']]}" for row in told.to_dict("records")]
    axes = canvas(f"Most at stake where people {MEASURES[told['metric'].iloc[0]]}: "
                  f"{step_in_words(told['step'].iloc[0])}", height=tall(len(told), 1.1))  # fmt: skip
    colours = [PALETTE[0] if sure else SOFT for sure in told["is_declared"]]
    dots(
        axes,
        names,
        told["stake_amount"],
        told["stake_low_amount"],
        told["stake_high_amount"],
        colours=colours,
    )
    axes.set_yticks(np.arange(len(told))[::-1], names)
    axes.set_xlim(left=min(0.0, float(told["stake_low_amount"].min())))
    axes.set_xlabel("at stake in the time the data cover (95 in 100; grey: too small to be sure)")
    return thousands(axes)
