"""One person over all channels, and kinds of persons by what sets them apart. Data frames in, Axes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import as_written, shortened
from .difference_figures import Names, colour_of, is_sure
from .figures import MARKS, PALETTE, SOFT, canvas, legend_beside, said
from .heat_maps import heat_map
from .words import number, plain, things

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MOST_ACTIONS = 12
MOST_TRAITS = 12
CLEAR = 0.2  # standard deviations; Cohen (1988) calls less than that small


def timeline(
    told: pd.DataFrame,
    touch: tuple[str, str] = ("touch", "touches"),
    channel: tuple[str, str] = ("channel", "channels"),
) -> Axes:
    """One person's touches on their channels, a mark per kind of action; orders and conversions as lines.

    Args:
        told: Rows of one person of the contract ``PersonTimelines``: ``happened_at, happening`` (touch,
            order, conversion), ``channel, action, amount``. A conversion has no channel.
        touch: What a row is called, one and several.
        channel: What a line is called.
    """
    if told.empty:
        return said("Nothing is known of this person")
    told = told.sort_values(["happened_at", "channel", "action"], kind="stable", ignore_index=True)
    touches, orders = told[told["happening"] == "touch"], told[told["happening"] == "order"]
    conversions = told[told["happening"] == "conversion"]
    channels = list(pd.concat([touches, orders])["channel"].dropna().unique())
    title = f"{things(len(touches), *touch)} over {things(len(channels), *channel)}"
    if len(orders) or len(conversions):
        title += f", {things(len(orders), 'order')}, {things(len(conversions), 'conversion')}"
    axes = canvas(title, height=1.6 + 0.36 * max(len(channels), 2))
    height = {name: len(channels) - at for at, name in enumerate(channels)}
    for at in conversions["happened_at"]:
        axes.axvline(at, color=SOFT, linestyle=":", linewidth=1.2, zorder=1)
    counts = touches["action"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    for place, action in enumerate(counts.index[:MOST_ACTIONS]):
        mine = touches[touches["action"] == action]
        _marks(axes, mine, height, place, plain(str(action)))
    rest = touches[touches["action"].isin(counts.index[MOST_ACTIONS:])]
    if len(rest):
        _marks(axes, rest, height, MOST_ACTIONS, "other actions")
    if len(orders):
        axes.plot(
            orders["happened_at"], [height[name] for name in orders["channel"]], "*",
            markersize=15, color="#ffd43b", markeredgecolor="#1d2733", markeredgewidth=0.9,
            linestyle="", label="order", zorder=4,
        )  # fmt: skip
        for _, order in orders[orders["amount"].notna()].iterrows():
            axes.annotate(
                number(order["amount"], "amount"), (order["happened_at"], height[order["channel"]]), (0, 9),
                textcoords="offset points", ha="center", fontsize=8, color=SOFT,
            )  # fmt: skip
    if len(conversions):
        axes.plot([], [], color=SOFT, linestyle=":", linewidth=1.2, label="conversion")
    axes.set_yticks(list(height.values()), [shortened(plain(str(name))) for name in height])
    axes.set_ylim(0.4, len(channels) + 0.7)
    axes.set_xlabel("time (UTC)")
    _dates(axes, told["happened_at"])
    axes.grid(axis="x", visible=False)
    several = len(counts) > 1 or len(orders) or len(conversions)
    return as_written(legend_beside(axes) if several else axes)


def segment_profiles(segment_traits: pd.DataFrame, most: int = MOST_TRAITS) -> Axes:
    """What sets segments apart: how far a segment's mean lies from all others, in standard deviations.

    Args:
        segment_traits: Contract ``SegmentTraits``: ``segment, trait, difference, place``.
        most: Traits that are drawn: those that set some segment apart most.
    """
    known = segment_traits[segment_traits["difference"].notna()]
    if known.empty:
        return said("No segments that differ in a trait")
    strength = known.assign(size=known["difference"].abs()).groupby("trait")["size"].max().round(9)
    traits = list(strength.sort_values(ascending=False, kind="stable").index)
    wide = known.pivot(index="trait", columns="segment", values="difference").loc[traits[:most]]
    rest = f"; {len(traits) - most} weaker traits not drawn" if len(traits) > most else ""
    return heat_map(
        f"What sets {things(wide.shape[1], 'segment')} apart from all others{rest}", wide,
        [plain(str(trait)) for trait in wide.index], [plain(str(segment)) for segment in wide.columns],
        texts=wide.map(lambda value: "" if pd.isna(value) else f"{value:+.1f}".replace("-", "−")),
        sure=wide.abs() >= CLEAR, x="", y="", bar="standard deviations (grey: below 0.2)", scale=1.0,
    )  # fmt: skip


def segment_difference(compared: pd.DataFrame, names: Names, most: int = MOST_TRAITS) -> Axes:
    """Two segments, trait by trait: each difference with its interval, on a scale of its own.

    Segments that were made of these very traits differ in them by their making: the figure says how far,
    and not that it is a finding.

    Args:
        compared: ``trait, first, second, difference, low, high``, in the trait's own unit.
        names: What the segments are called.
        most: Traits that are drawn: those whose interval lies furthest from 0 for its width.
    """
    if compared.empty:
        return said("No trait that both segments show")
    width = (compared["high"] - compared["low"]).where(lambda told: told > 0, np.inf)
    order = (compared["difference"].abs() / width).round(9).sort_values(ascending=False, kind="stable").index
    shown = compared.loc[order[:most]].reset_index(drop=True)
    rest = f"; {len(compared) - most} nearer ones not drawn" if len(compared) > most else ""
    axes = canvas(
        f"The traits in which two segments lie furthest apart{rest}", height=1.5 + 0.36 * len(shown)
    )
    axes.axvline(0, color=SOFT, linewidth=1)
    for at, row in shown.assign(sure=is_sure(shown)).iterrows():
        height, reach = len(shown) - int(str(at)), max(abs(row["low"]), abs(row["high"])) or 1.0
        colour = colour_of(row["difference"], row["sure"])
        axes.hlines(height, row["low"] / reach, row["high"] / reach, color=colour, linewidth=3, alpha=0.6)
        axes.plot([row["difference"] / reach], [height], "o", color=colour, markersize=6)
        axes.annotate(
            f"{_short(row['first'])} and {_short(row['second'])}", (1.06, height), va="center", fontsize=9,
            color="#1d2733", annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(shown), 0, -1), [plain(str(trait)) for trait in shown["trait"]])
    axes.set_xlim(-1.03, 1.45)
    axes.set_xticks([0], ["0"])
    axes.set_xlabel(f"{shortened(names[0], 24)} less {shortened(names[1], 24)} (95 %), each on its own scale")
    axes.grid(axis="y", visible=False)
    return as_written(axes)


def _marks(axes: Axes, mine: pd.DataFrame, height: dict[Any, int], place: int, label: str) -> None:
    known = mine[mine["channel"].notna()]
    is_rest = place >= MOST_ACTIONS
    # A little apart, so that what happens at one instant does not hide each other.
    apart = 0.08 * (2 - place % 5)
    axes.plot(
        known["happened_at"], [height[name] + apart for name in known["channel"]],
        "." if is_rest else MARKS[place % 7], color=SOFT if is_rest else PALETTE[(place + place // 7) % 7],
        markersize=6, alpha=0.8, linestyle="", label=shortened(label, 22), zorder=3,
    )  # fmt: skip


def _dates(axes: Axes, at: pd.Series) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    if at.nunique() == 1:
        axes.set_xlim(at.iloc[0] - pd.Timedelta(hours=1), at.iloc[0] + pd.Timedelta(hours=1))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"
