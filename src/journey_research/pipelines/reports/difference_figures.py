"""Two groups beside each other: each one's figure, and the difference with its interval.

Context: two bars side by side make every difference look like one. Choice: a difference has its own
panel and interval, and what may be chance is grey: where the interval holds 0, or where so many were
looked at that one as large would turn up (``q_value`` above 5 %). Given up: the intervals of the two
figures themselves, which would invite comparing them by eye.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .chart_text import as_written, points, shortened
from .figures import MARKS, PALETTE, SOFT, canvas, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNSURE = "#c5ccd3"
FALSE_SHARE = 0.05
Names = tuple[str, str]


def is_sure(compared: pd.DataFrame) -> pd.Series:
    """Which differences are more than chance.

    Args:
        compared: ``low, high`` of a difference and, where several were looked at, ``q_value``.

    Returns:
        Truth values: the interval is on one side of 0, and ``q_value`` at most 5 %.

    Example:
        >>> is_sure(pd.DataFrame({"low": [0.1, -0.1], "high": [0.3, 0.1], "q_value": [0.01, 0.9]})).tolist()
        [True, False]
    """
    sure = (compared["low"] > 0) | (compared["high"] < 0)
    return sure & (compared["q_value"] <= FALSE_SHARE) if "q_value" in compared.columns else sure


def how_many(compared: pd.DataFrame, things: str) -> str:
    """The finding of a comparison, in a few words.

    Example:
        >>> how_many(pd.DataFrame({"low": [0.1, -0.1], "high": [0.3, 0.1]}), "stages")
        '1 of 2 stages differ beyond chance'
    """
    n = int(is_sure(compared).sum())
    return f"{n if n else 'None'} of {len(compared)} {things} differ beyond chance"


def colour_of(difference: float, sure: bool) -> str:
    """The colour of whose share is the larger one, or grey."""
    if not sure:
        return UNSURE
    return PALETTE[0] if difference > 0 else PALETTE[5]


def side_by_side(compared: pd.DataFrame, labels: Sequence[Any], names: Names, things: str, of: str) -> Axes:
    """Each group's share, and the difference with its interval; one line a cell, the first at the top.

    Args:
        compared: k rows ``first_share, second_share, difference, low, high`` and perhaps ``q_value``.
        labels: k names of the lines.
        names: What the two groups are called.
        things: What a line is, in the plural.
        of: What the shares are of.
    """
    if compared.empty:
        return said(f"No {things} that both groups have")
    axes = canvas(how_many(compared, things), panels=2, height=1.7 + 0.36 * len(compared))
    figure: Any = axes.figure
    heights = range(len(compared), 0, -1)
    axes.hlines(
        heights, compared["first_share"], compared["second_share"], color=UNSURE, linewidth=2, zorder=1
    )
    for place, side in ((0, "first"), (5, "second")):
        axes.plot(
            compared[f"{side}_share"], heights, MARKS[place], color=PALETTE[place], markersize=7,
            label=names[0 if side == "first" else 1], linestyle="",
        )  # fmt: skip
    axes.set_yticks(list(heights), [shortened(label, 34) for label in labels])
    axes.set_xlim(0, _beyond(compared[["first_share", "second_share"]].to_numpy().max()))
    axes.xaxis.set_major_formatter(_per_cent())
    axes.set_xlabel(f"share of {of}")
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9.5)
    forest(figure.axes[1], compared, list(heights))
    figure.axes[1].set_xlabel(f"{shortened(names[0], 18)} less {shortened(names[1], 18)}, points (95 %)")
    figure.axes[1].set_yticks(list(heights), [""] * len(compared))
    for panel in figure.axes:
        panel.set_ylim(0.4, len(compared) + 0.6)
        panel.grid(axis="y", visible=False)
    return as_written(axes)


def forest(axes: Axes, compared: pd.DataFrame, heights: Sequence[float], scale: float = 100.0) -> None:
    """Differences with their intervals as points on lines, grey where they may be chance."""
    sure = is_sure(compared)
    axes.axvline(0, color=SOFT, linewidth=1)
    rows = zip(heights, compared["difference"], compared["low"], compared["high"], sure, strict=True)
    for height, difference, low, high, known in rows:
        colour = colour_of(difference, known)
        axes.hlines(height, scale * low, scale * high, color=colour, linewidth=3, alpha=0.6)
        axes.plot([scale * difference], [height], "o", color=colour, markersize=6)
        axes.annotate(
            points(difference) if scale == 100 else "", (scale * difference, height), (0, 5),
            textcoords="offset points", ha="center", color=SOFT, fontsize=8.5,
        )  # fmt: skip
    axes.margins(x=0.08)


def _beyond(top: float) -> float:
    return min(1.03, 1.08 * float(top)) if top > 0 else 1.0


def _per_cent() -> Any:
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1.0, decimals=None)
