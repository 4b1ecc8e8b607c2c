"""From channel to channel, as pictures: what follows what, who hops, whom channels reach.

Where there is nothing to see a figure is None: the finding above it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journey_research.engine import Table

from .figures import PALETTE, SOFT, canvas
from .moving_tables import ALL_CHANNELS
from .shapes import dots, heat_map, per_cent, tall
from .words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_CHANNELS = 12
N_PAIRS = 10


def channel_moves(transitions: Table) -> Axes | None:
    """Which channel the next touch of a journey is in, by the channel of this one; the busiest channels."""
    told = transitions.query("select * from this order by from_channel, to_channel").to_pandas()
    if told.empty:
        return None
    total = told.groupby("from_channel")["n_transitions"].sum().reset_index()
    order = total.sort_values(["n_transitions", "from_channel"], ascending=[False, True]).head(N_CHANNELS)
    channels = order["from_channel"].tolist()
    if len(channels) < 2:
        return None
    counts = told.pivot(index="from_channel", columns="to_channel", values="n_transitions").fillna(0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    shares = shares.reindex(index=channels, columns=channels, fill_value=0.0)
    grid = shares.to_numpy()
    elsewhere = np.where(np.eye(len(channels), dtype=bool), -1.0, grid)
    row, column = np.unravel_index(int(elsewhere.argmax()), elsewhere.shape)
    title = (
        f"Likeliest change: {number(elsewhere.max(), 'share')} of touches in {plain(channels[row])} are "
        f"followed by {plain(channels[column])}"
    )
    texts = [[f"{100 * share:.0f}" if share >= 0.005 else "" for share in line] for line in grid]
    names = [f"{plain(channel)} ({number(n)})" for channel, n in order.itertuples(index=False)]
    axes = heat_map(title, grid, names, channels, texts, low=0.0, high=1.0, tilts_columns=len(channels) > 4)
    axes.set_xlabel("channel of the next touch (per cent of a row)")
    axes.set_ylabel("this touch (touches)")
    return axes


def hops_by_channel(hop_rates: Table) -> Axes | None:
    """How often the next touch is in another channel, by the channel of this one."""
    told = hop_rates.query("select * from this order by hop_share desc, channel").to_pandas()
    channels = told[told["channel"] != ALL_CHANNELS]
    if len(channels) < 2:
        return None
    every = told[told["channel"] == ALL_CHANNELS].iloc[0]
    busiest = channels.nlargest(N_CHANNELS, "n_followed").sort_values(
        ["hop_share", "channel"], ascending=[False, True]
    )
    axes = canvas(
        f"{number(every['hop_share'], 'share')} of touches are followed by one in another channel",
        height=tall(len(busiest), 1.2),
    )
    names = [f"{plain(channel)} ({number(n)})" for channel, n in zip(
        busiest["channel"], busiest["n_followed"], strict=True)]  # fmt: skip
    dots(axes, names, busiest["hop_share"], busiest["low"], busiest["high"])
    axes.axvline(every["hop_share"], color=SOFT, linestyle="--", linewidth=1)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("share of touches that a touch in another channel follows (95 in 100; dashed: all)")
    return per_cent(axes)


def reach_of_channels(channel_reach: Table) -> Axes | None:
    """Whom each channel reaches, and how many all channels down to it reach together."""
    told = channel_reach.query("select * from this order by rank").to_pandas().head(N_CHANNELS)
    if len(told) < 2:
        return None
    last = told.iloc[-1]
    title = f"{plain(told['channel'].iloc[0]).capitalize()} adds most persons"
    if len(told) > 1:
        title += f"; the first {len(told)} channels reach {number(last['reached_share'], 'share')}"
    axes = canvas(title, height=tall(len(told), 1.2))
    names = list(told["channel"])
    dots(axes, names, told["reach_share"], told["low"], told["high"], label="this channel")
    dots(axes, names, told["reached_share"], told["reached_low"], told["reached_high"],
         colours=PALETTE[1], mark="D", label="with those above")  # fmt: skip
    axes.scatter(told["only_share"], np.arange(len(told))[::-1], marker="|", s=90, color=PALETTE[2],
                 label="this channel alone", zorder=3)  # fmt: skip
    axes.set_xlim(-0.01, 1.02)
    axes.set_xlabel(f"share of {number(told['n_all_persons'].iloc[0])} persons (95 in 100)")
    axes.figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=9.5
    )
    return per_cent(axes)


def pairs_together(channel_pairs: Table) -> Axes | None:
    """Conversions that go with two channels beyond each alone, the surest on top; grey: may be chance."""
    told = channel_pairs.query(
        "select * from this order by p_value, first_channel, second_channel limit $n", n=N_PAIRS
    ).to_pandas()
    if told.empty:
        return None
    n_sure = int(told["is_declared"].sum())
    title = "No two channels surely do more together than alone"
    if n_sure:
        first = told.iloc[0]
        names = plain(first["first_channel"]).capitalize(), plain(first["second_channel"])
        title = f"{names[0]}, then {names[1]}: more together than alone"
    axes = canvas(title, height=tall(len(told), 1.6))
    rows = told.to_dict("records")
    labels = [
        f"{plain(row['first_channel'])}, then {plain(row['second_channel'])} ({number(row['n_persons'])})"
        for row in rows
    ]
    colours = [PALETTE[0] if sure else SOFT for sure in told["is_declared"]]
    values, lows, highs = (1000 * told[name] for name in ("together_rate", "low", "high"))
    dots(axes, labels, values, lows, highs, colours=colours, label="in this order (95 in 100)")
    heights = np.arange(len(told))[::-1]
    axes.set_yticks(heights, labels)
    axes.scatter(
        1000 * told["reverse_rate"], heights, facecolors="none", edgecolors=PALETTE[1], marker="D", s=30,
        label="in the other order", zorder=2,
    )  # fmt: skip
    axes.axvline(0.0, color=SOFT, linewidth=1)
    axes.set_xlabel("conversions per 1,000 days with both, beyond each alone (in brackets: persons)")
    axes.figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=9.5
    )
    return axes
