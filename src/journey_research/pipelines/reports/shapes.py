"""The shapes that figures share: dots with ranges and heat maps, in the project's style.

Numbers are arrays that somebody computed; nothing is counted here. Names stand beside the picture and are
cut where they would push it aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .figures import PALETTE, canvas
from .words import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

INK = "#1d2733"
ROW_INCHES = 0.3


def tall(n_rows: int, header: float = 1.1) -> float:
    """Height of a figure with so many rows, in inches.

    Example:
        >>> tall(10)
        4.1
    """
    return round(header + ROW_INCHES * max(n_rows, 2), 2)


def dots(
    axes: Axes,
    names: Sequence[str],
    values: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    *,
    colours: str | Sequence[str] = PALETTE[0],
    mark: str = "o",
    label: str | None = None,
    shift: float = 0.0,
) -> Axes:
    """A row a name, the first on top: a dot and the range that chance may move it in.

    Args:
        axes: Where to draw.
        names: k names, in the order of the rows.
        values: k numbers.
        lows: k lower ends; nan draws no range.
        highs: k upper ends.
        colours: One colour, or k.
        mark: Shape of the dots.
        label: Name in a legend.
        shift: How far below its row a dot lies, so that two series do not hide each other.
    """
    heights = np.arange(len(names))[::-1] - shift
    tints = [colours] * len(names) if isinstance(colours, str) else list(colours)
    axes.hlines(heights, lows, highs, colors=tints, linewidth=3.5, alpha=0.4)
    axes.scatter(values, heights, c=tints, marker=mark, s=34, zorder=3, label=label)
    axes.set_yticks(np.arange(len(names))[::-1], [shortened(name) for name in names])
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.grid(axis="y", visible=False)
    return axes


def heat_map(
    title: str,
    cells: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    texts: Sequence[Sequence[str]],
    *,
    scale: str = "Blues",
    low: float | None = None,
    high: float | None = None,
    name_length: int = 28,
    tilts_columns: bool = False,
) -> Axes:
    """A grid of coloured cells with their numbers in them; a cell without a number stays empty.

    Args:
        title: The finding.
        cells: r x c numbers; nan is an empty cell.
        rows: r names.
        columns: c names.
        texts: r x c words to stand in the cells.
        scale: Matplotlib's colour scale; ``PuOr_r`` around 0.
        low: Number of the first colour; without it the smallest.
        high: Number of the last colour; without it the largest.
        name_length: Letters of a row's name, at most.
        tilts_columns: Whether the names of columns are long and stand aslant.
    """
    import matplotlib.pyplot as plt

    axes = canvas(title, height=tall(max(len(rows), 4), 1.9 if tilts_columns else 1.2))
    axes.grid(visible=False)
    low = float(np.nanmin(cells)) if low is None else low
    high = float(np.nanmax(cells)) if high is None else high
    high = high if high > low else low + 1.0
    shade = plt.get_cmap(scale)
    axes.pcolormesh(
        np.ma.masked_invalid(cells), cmap=shade, vmin=low, vmax=high, edgecolors="white", linewidth=1.5
    )
    size = 9.0 if len(columns) <= 10 else 8.0
    for r, line in enumerate(texts):
        for c, text in enumerate(line):
            if text:
                axes.text(c + 0.5, r + 0.5, text, ha="center", va="center", fontsize=size,
                          color=_readable(shade((cells[r, c] - low) / (high - low))))  # fmt: skip
    axes.invert_yaxis()
    axes.set_yticks(np.arange(len(rows)) + 0.5, [shortened(name, name_length) for name in rows])
    axes.set_xticks(np.arange(len(columns)) + 0.5, [shortened(name, 18) for name in columns])
    if tilts_columns:
        plt.setp(axes.get_xticklabels(), rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    return axes


def thousands(axes: Axes) -> Axes:
    """Counts on the axis below as a reader writes them."""
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    return axes


def per_cent(axes: Axes) -> Axes:
    """The axis below in per cent, from 0."""
    from matplotlib.ticker import PercentFormatter

    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1.0, decimals=None))
    return axes


def _readable(colour: Any) -> str:
    """Ink on light cells, white on dark ones."""
    red, green, blue = (float(part) for part in colour[:3])
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


def halo(text: Any) -> None:
    """White around a text, so that it is read on any ground.

    Args:
        text: A text of matplotlib.
    """
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
