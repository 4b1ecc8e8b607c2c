"""One heat map for all figures that need one: shares, or differences whose unsure cells are grey."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import as_written, shortened
from .figures import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EMPTY = "#f3f5f7"
GREY = "#dfe3e7"
MOST_TEXTS = 500
MOST_WRAPPED = 6  # columns whose names have room for several lines


def heat_map(
    title: str,
    values: pd.DataFrame,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    texts: pd.DataFrame,
    x: str,
    y: str,
    bar: str,
    unknown: pd.DataFrame | None = None,
    sure: pd.DataFrame | None = None,
    below_first: float | None = None,
    scale: float = 100.0,
) -> Axes:
    """Cells coloured by their value and written upon.

    Args:
        title: The finding.
        values: r times c values; NaN where there is none.
        rows: r names.
        columns: c names.
        texts: r times c texts of the cells.
        x: What columns are.
        y: What rows are.
        bar: What the colours are.
        unknown: r times c truth values: hatched, too early to say.
        sure: r times c truth values; given, the values are differences, and the other cells are grey.
        below_first: The value at which colours end; larger values are the darkest. Without it, the largest.
        scale: What values are multiplied with where they are written at the colour bar.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.patches import Rectangle

    # Short names leave room, long ones take it: both have to be read.
    axes = canvas(title, height=1.7 + 0.32 * len(rows))
    figure: Any = axes.figure
    shown = values.to_numpy(dtype=float) * scale
    known = np.isfinite(shown)
    if sure is None:
        top = scale * below_first if below_first else (shown[known].max() if known.any() else 1.0)
        colours: Any = LinearSegmentedColormap.from_list("share", ["#ffffff", "#56B4E9", "#0b3c5d"])
        span: dict[str, Any] = {"vmin": 0.0, "vmax": float(top) or 1.0}
    else:
        is_sure = sure.to_numpy(dtype=bool) & known
        top = np.abs(shown[is_sure]).max() if is_sure.any() else 1.0
        # Orange for less and blue for more, as of the two groups elsewhere.
        colours = LinearSegmentedColormap.from_list("difference", ["#D55E00", "#ffffff", "#0072B2"])
        span = {"vmin": -float(top), "vmax": float(top)}
        known &= is_sure
    axes.set_facecolor(EMPTY)
    if sure is not None:
        for row, column in np.argwhere(np.isfinite(shown) & ~known):
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=GREY, edgecolor="none"))
    image = axes.imshow(np.ma.masked_array(shown, ~known), cmap=colours, aspect="auto", **span)
    if known.any():
        figure.colorbar(image, ax=axes, pad=0.01, fraction=0.04).set_label(bar, fontsize=9)
    if shown.size <= MOST_TEXTS:
        _write(axes, shown, texts, known if sure is not None else np.isfinite(shown), span)
    if unknown is not None:
        for row, column in np.argwhere(unknown.to_numpy(dtype=bool)):
            axes.add_patch(
                Rectangle(
                    (column - 0.5, row - 0.5), 1, 1, facecolor="none", edgecolor="#b4bdc6", hatch="///",
                    linewidth=0, label="too early",
                )
            )  # fmt: skip
    names = [shortened(name, 22) for name in columns]
    is_few = len(columns) <= MOST_WRAPPED
    if is_few:
        names = ["\n".join(wrap(shortened(name, 60), 72 // len(columns))) for name in columns]
    axes.set_xticks(range(len(columns)), names)
    if not is_few and max((len(name) for name in columns), default=0) > 4:
        axes.tick_params(axis="x", rotation=40)
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
    axes.set_yticks(range(len(rows)), [shortened(name, 30) for name in rows])
    axes.set(xlabel=x, ylabel=y)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return as_written(axes)


def _write(axes: Axes, shown: Any, texts: pd.DataFrame, known: Any, span: dict[str, float]) -> None:
    small = 8 if shown.shape[1] <= 16 else 6.5
    for (row, column), text in np.ndenumerate(texts.to_numpy(dtype=object)):
        if not text or not known[row, column]:
            continue
        strength = abs(shown[row, column]) / span["vmax"]
        colour = "white" if strength > 0.55 else "#5b6876"
        axes.text(column, row, text, ha="center", va="center", fontsize=small, color=colour)
