"""Where we meet, as pictures: interactions beside spend, what contacts are for, contradictions by week.

Where there is nothing to see a figure is None: the finding above it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from journey_research.engine import Table

from .figures import PALETTE, canvas
from .shapes import dots, heat_map, per_cent, tall
from .words import begun, listed, number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_CHANNELS, N_TOOLS = 14, 10


def interactions_and_spend(channel_shares: Table) -> Axes | None:
    """Share of interactions beside shares of spend and of advertising seen, by channel; shiny ones in red."""
    told = channel_shares.query(
        "select * from this where level = 'channel' and base = 'all' and interaction_share is not null "
        "order by interaction_share desc, name"
    ).to_pandas()
    if len(told) < 2:
        return None
    costs = told["spend_share"].notna() | told["attention_share"].notna()
    told = told[costs | (told.index < N_CHANNELS - costs.sum())]
    shiny = [plain(name) for name in told.loc[told["is_shiny"], "name"]]
    first = told.iloc[0]
    share = number(first["interaction_share"], "share")
    title = f"{plain(first['name']).capitalize()} has {share} of interactions"
    if shiny:
        title = begun(f"{listed(shiny)}: more spent or shown than people give")
    axes = canvas(title, height=tall(len(told), 1.6))
    names = list(told["name"])
    dots(axes, names, told["interaction_share"], told["low"], told["high"], label="interactions (95 in 100)")
    heights = np.arange(len(told))[::-1]
    for column, label, colour, mark in (
        ("spend_share", "spend", PALETTE[5], "D"),
        ("attention_share", "advertising seen", PALETTE[1], "^"),
    ):
        if told[column].notna().any():
            axes.scatter(told[column], heights, color=colour, marker=mark, s=34, label=label, zorder=3)
    for is_shiny, name in zip(told["is_shiny"], axes.get_yticklabels(), strict=True):
        if is_shiny:
            name.set_color(PALETTE[5])
            name.set_fontweight("bold")
    axes.set_xlim(left=-0.01)
    axes.set_xlabel("share of all channels")
    axes.figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=9.5
    )
    return per_cent(axes)


def contradictions_over_time(contradictions_by_week: pd.DataFrame) -> Axes | None:
    """Pairs of messages that exclude each other, by week; those of two teams on top.

    Args:
        contradictions_by_week: ``week_at, n_pairs, n_across_owners``, every week there.
    """
    told = contradictions_by_week
    if told.empty:
        return None
    weeks = told["week_at"]
    across = told["n_across_owners"].sum() / told["n_pairs"].sum()
    much = "All" if across == 1 else f"{number(across, 'share')} of"
    axes = canvas(f"{much} {number(told['n_pairs'].sum())} contradictions are between two teams", height=2.8)
    within = told["n_pairs"] - told["n_across_owners"]
    axes.bar(weeks, within, width=5, color=PALETTE[4], label="within a team")
    axes.bar(weeks, told["n_across_owners"], bottom=within, width=5, color=PALETTE[5], label="two teams")
    axes.set_xlabel("week from (UTC)")
    axes.set_ylabel("pairs of messages")
    axes.set_xticks(weeks[:: max(1, len(weeks) // 8)])
    axes.set_xticklabels([f"{week:%d %b}" for week in weeks[:: max(1, len(weeks) // 8)]])
    axes.grid(axis="x", visible=False)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9.5)
    return axes


def tools_by_role(roles_by_tool: pd.DataFrame) -> Axes | None:
    """Of the touches that serve each end, how many are of which tool.

    Args:
        roles_by_tool: Touches by tool (rows) and role (columns).
    """
    counts = roles_by_tool.head(N_TOOLS)
    if len(counts) < 2:
        return None
    totals = roles_by_tool.sum(axis=0)
    grid = (counts / totals).to_numpy(dtype=float)
    row, column = (int(place) for place in np.unravel_index(int(grid.argmax()), grid.shape))
    share = number(grid.max(), "share")
    title = f"Of touches to {counts.columns[column]}, {share} are {plain(counts.index[row])}"
    texts = [[f"{100 * share:.0f}" if share >= 0.005 else "" for share in line] for line in grid]
    names = [f"{role} ({number(totals[role])})" for role in counts.columns]
    axes = heat_map(title, grid, [plain(tool) for tool in counts.index], names, texts, low=0.0, high=1.0)
    axes.set_xlabel("what the contact is for (touches); per cent of a column")
    return axes
