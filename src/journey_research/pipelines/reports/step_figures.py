"""Histories step by step: which share is at which event, and where two groups differ.

Data frames in, Axes out. Differences are signed and coloured, and grey where they may be chance; what is
left out for legibility is said in the title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from .chart_text import OVER, points, share_of, shortened
from .difference_figures import Names, how_many, is_sure
from .figures import said
from .heat_maps import heat_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 20


def step_matrix(told: pd.DataFrame) -> Axes:
    """The share of histories at each event, step by step; the busiest events, those over last.

    Args:
        told: ``step, event`` (null: over, or not begun), ``share``.
    """
    if told.empty:
        return said("No histories in these events")
    wide, left_out = busiest_rows(told.pivot(index="event", columns="step", values="share").fillna(0.0))
    title = f"{_most(told)}{left_out}"
    return heat_map(
        title, wide, _row_names(wide), [f"{step}" for step in wide.columns],
        texts=wide.map(lambda value: f"{100 * value:.0f}" if value >= 0.005 else ""),
        x=_x_of(wide), y="event", bar="% of histories at a step",
    )  # fmt: skip


def step_matrix_difference(compared: pd.DataFrame, names: Names) -> Axes:
    """Where two groups are at each step; only cells that differ beyond chance have a colour.

    Args:
        compared: ``step, event`` and what a comparison of shares returns.
        names: What the groups are called.
    """
    if compared.empty:
        return said("No step that both groups have")
    both: Any = compared.assign(
        size=compared["first_share"] + compared["second_share"], sure=is_sure(compared)
    ).pivot(index="event", columns="step")
    wide, left_out = busiest_rows(both["size"].fillna(0.0))
    difference, sure = (both[name].reindex_like(wide) for name in ("difference", "sure"))
    title = f"{how_many(compared, 'cells')}{left_out}"
    return heat_map(
        title, difference, _row_names(wide), [f"{step}" for step in wide.columns],
        texts=difference.map(lambda value: "" if pd.isna(value) else points(value)), sure=sure.eq(True),
        x=_x_of(wide), y="event", bar=f"{shortened(names[0], 16)} less {shortened(names[1], 16)}, points",
    )  # fmt: skip


def busiest_rows(wide: pd.DataFrame, most: int = MOST_ROWS) -> tuple[pd.DataFrame, str]:
    """The rows with the largest sums, largest first, the one without name last; and what is left out.

    Example:
        >>> wide = pd.DataFrame({1: [0.2, 0.7, 0.1]}, index=["look", "buy", None])
        >>> busiest_rows(wide, most=1)[0].index.tolist(), busiest_rows(wide, most=1)[1]
        (['buy', nan], '; 1 rarer event not drawn')
    """
    named = wide[wide.index.notna()]
    order = named.sum(axis=1).round(9).sort_values(ascending=False, kind="stable").index
    n_out = len(order) - most
    left_out = f"; {n_out:,} rarer event{'s' if n_out > 1 else ''} not drawn" if n_out > 0 else ""
    return pd.concat([named.loc[order[:most]], wide[wide.index.isna()]]), left_out


def _most(told: pd.DataFrame) -> str:
    named, begin = told[told["event"].notna()], ""
    if (told["step"] <= 0).any():
        begin = f"After {shortened(named.loc[named['step'] == 0, 'event'].iloc[0], 24)}, "
    first = named[named["step"] == 1]
    if first.empty:
        return f"{begin}nothing follows"
    top = first.sort_values("share", ascending=False, kind="stable").iloc[0]
    verb = "go on to" if begin else "begin at"
    return f"{begin}{share_of(top['share'])} {verb} {shortened(top['event'], 24)}"


def _row_names(wide: pd.DataFrame) -> list[str]:
    return [OVER if pd.isna(event) else str(event) for event in wide.index]


def _x_of(wide: pd.DataFrame) -> str:
    return "step" if int(min(wide.columns)) > 0 else "steps before and after (0: the first time)"
