"""Histories as bars and curves: funnel, whole histories, waits, cohorts, reach. Data frames in, Axes out.

Each figure takes what the function of the same question returns, and its ``_difference`` what the
comparison of two groups returns. Nothing is computed here that is not the picture; an empty table gives
Axes with a sentence. Transition graph, step matrix and Sankey are in ``graph_figures``, ``step_figures``
and ``sankey_figures``, one person and segments in ``person_figures``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .chart_text import as_written, lasting, points, share_of, shortened
from .difference_figures import Names, forest, how_many, is_sure, side_by_side
from .figures import PALETTE, SOFT, canvas, said
from .heat_maps import heat_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WHISKER: dict[str, Any] = {"ecolor": "#1d2733", "elinewidth": 1.2, "capsize": 3}


def funnel(told: pd.DataFrame) -> Axes:
    """Persons at each stage as bars with intervals; how many go on, and how long that takes.

    Args:
        told: ``stage, n, first_share, first_low, first_high, previous_share, median_seconds``, one row a
            stage, in order.
    """
    if told.empty or not told["n"].iloc[0]:
        return said("Nobody is at the first stage of this funnel")
    lost = 1 - told["previous_share"].iloc[1:].fillna(1.0)
    title = f"{share_of(told['first_share'].iloc[-1])} of those at the first stage reach the last"
    if len(lost) and lost.max() > 0:
        worst = told["stage"].iloc[1 + int(lost.to_numpy().argmax())]
        title += f"; most are lost before {shortened(worst, 24)}"
    axes = canvas(title, height=1.5 + 0.62 * len(told))
    heights = np.arange(len(told), 0, -1)
    shares = told["first_share"].to_numpy()
    axes.barh(
        heights, shares, height=0.56, color=PALETTE[0],
        xerr=[shares - told["first_low"], told["first_high"] - shares], error_kw=WHISKER,
    )  # fmt: skip
    for height, (_, row) in zip(heights, told.iterrows(), strict=True):
        axes.annotate(
            f"{row['n']:,.0f}   {share_of(row['first_share'])}", (row["first_high"], height), (8, 0),
            textcoords="offset points", va="center", fontsize=10, color="#1d2733",
        )  # fmt: skip
    for height, (_, row) in zip(heights[1:], told.iloc[1:].iterrows(), strict=True):
        if pd.notna(row["previous_share"]):
            wait = f", median {lasting(row['median_seconds'])}" if pd.notna(row["median_seconds"]) else ""
            axes.annotate(
                f"{share_of(row['previous_share'])} go on{wait}", (0, height + 0.5), (4, 0),
                textcoords="offset points", va="center", fontsize=8.5, color=SOFT,
            )  # fmt: skip
    axes.set_yticks(heights, [shortened(stage) for stage in told["stage"]])
    axes.set_xlim(0, 1.22)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xlabel("share of those at the first stage (95 %)")
    axes.grid(axis="y", visible=False)
    return as_written(axes)


def funnel_difference(compared: pd.DataFrame, names: Names) -> Axes:
    """A funnel of two groups, stage by stage.

    Args:
        compared: What the comparison of two funnels returns.
        names: What the groups are called.
    """
    return side_by_side(compared, compared["stage"].tolist(), names, "stages", "those at the first stage")


def variants(told: pd.DataFrame) -> Axes:
    """The commonest whole histories as bars with intervals, each under its path.

    Args:
        told: ``path, share, low, high, n``, the commonest first.
    """
    if told.empty:
        return said("No histories in these events")
    axes = canvas(
        f"The {len(told)} commonest histories are {share_of(told['share'].sum())} of all",
        height=1.3 + 0.5 * len(told),
    )
    heights = np.arange(len(told), 0, -1)
    shares = told["share"].to_numpy()
    axes.barh(
        heights, shares, height=0.36, color=PALETTE[0],
        xerr=[shares - told["low"], told["high"] - shares], error_kw=WHISKER,
    )  # fmt: skip
    for height, path, high, n in zip(heights, told["path"], told["high"], told["n"], strict=True):
        axes.annotate(
            shortened(path, 95), (0, height + 0.2), (2, 2), textcoords="offset points", fontsize=8.5
        )
        axes.annotate(
            f"{n:,}", (high, height), (6, 0), textcoords="offset points", va="center", color=SOFT, fontsize=9
        )
    axes.set_yticks(heights, [str(rank) for rank in range(1, len(told) + 1)])
    axes.set_ylim(0.5, len(told) + 0.75)
    axes.set_xlim(0, 1.15 * float(told["high"].max()))
    axes.xaxis.set_major_formatter(_per_cent())
    axes.set_xlabel("share of persons with exactly this history (95 %)")
    axes.grid(axis="y", visible=False)
    return as_written(axes)


def variants_difference(compared: pd.DataFrame, names: Names) -> Axes:
    """The commonest histories of two groups.

    Args:
        compared: ``path`` and what a comparison of shares returns.
        names: What the groups are called.
    """
    return side_by_side(compared, compared["path"].tolist(), names, "histories", "persons")


def waiting(curve: pd.DataFrame, median: pd.DataFrame, event: str) -> Axes:
    """The share that has done something by each day, with its band.

    Args:
        curve: ``days, share, low, high, n_at_risk``, rising days.
        median: One row ``median_days, median_low_days, median_high_days``; null where fewer than half do.
        event: What they do.
    """
    if curve.empty:
        return said("Nobody was watched in these events")
    last = curve.iloc[-1]
    title = f"{share_of(last['share'])} reach {shortened(event, 30)} within {lasting(86_400 * last['days'])}"
    axes = canvas(title)
    _curve(axes, curve, 0, "")
    days = median["median_days"].iloc[0] if len(median) else np.nan
    if pd.notna(days):
        axes.hlines(0.5, 0, days, color=SOFT, linestyle="--", linewidth=1)
        axes.vlines(days, 0, 0.5, color=SOFT, linestyle="--", linewidth=1)
        axes.annotate(
            f"half by {lasting(86_400 * days)}", (days, 0.5), (6, -3), textcoords="offset points",
            color=SOFT, va="top",
        )  # fmt: skip
    _days(axes, curve)
    return as_written(axes)


def waiting_difference(
    curves: tuple[pd.DataFrame, pd.DataFrame], compared: pd.DataFrame, names: Names, event: str
) -> Axes:
    """Two curves, and below each day their difference.

    Args:
        curves: One curve of each group, as ``waiting`` takes it.
        compared: ``days`` and what a comparison of shares returns.
        names: What the groups are called.
        event: What they do.
    """
    if compared.empty:
        return said("No day up to which both groups were watched")
    last = compared.iloc[-1]
    shares = " and ".join(share_of(last[f"{side}_share"]) for side in ("first", "second"))
    axes = canvas(f"{shares} reach {shortened(event, 30)} within {lasting(86_400 * last['days'])}", panels=2)
    figure: Any = axes.figure
    for place, curve, name in zip((0, 5), curves, names, strict=True):
        _curve(axes, curve, place, name)
    _days(axes, pd.concat(curves))
    axes.legend(frameon=False, loc="upper left", fontsize=9.5)
    panel = figure.axes[1]
    sure = is_sure(compared)
    panel.axhline(0, color=SOFT, linewidth=1)
    panel.fill_between(
        compared["days"], 100 * compared["low"], 100 * compared["high"], color="#dfe4e8", linewidth=0
    )
    panel.plot(compared["days"], 100 * compared["difference"], color=SOFT, linewidth=1.2)
    for day, difference, known in zip(compared["days"], compared["difference"], sure, strict=True):
        if known:
            panel.plot(
                [day], [100 * difference], "o", color=PALETTE[0 if difference > 0 else 5], markersize=4
            )
    panel.set_xlabel("days since the first event")
    panel.set_ylabel(f"{shortened(names[0], 18)} less {shortened(names[1], 18)}, points")
    return as_written(axes)


def cohorts(told: pd.DataFrame, unit: str = "week") -> Axes:
    """Of each cohort, who is active later; hatched where it is too early to say.

    Args:
        told: ``cohort_at, age, share, n_all, is_complete``.
        unit: What a period is called.
    """
    if told.empty:
        return said("No cohorts in these events")
    later = told[(told["age"] > 0) & told["share"].notna()]
    kept = later.loc[later["age"] == 1]
    title = "It is too early to say who comes back"
    if len(kept):
        back = kept["n"].astype("int64").sum() / kept["n_all"].sum()
        title = f"{share_of(back)} come back the {unit} after their first"
    shares, labels = _cohort_matrix(told, "share")
    return heat_map(
        title, shares, labels, [str(age) for age in shares.columns], texts=shares.map(_cell),
        x=f"{unit}s since the first (hatched: too early to say)", y=f"first {unit} (persons)",
        unknown=_too_early(told, shares),
        below_first=later["share"].max() if len(later) else None, bar="% active",
    )  # fmt: skip


def cohorts_difference(compared: pd.DataFrame, names: Names, unit: str = "week") -> Axes:
    """Retention of two groups, cohort by cohort; grey where the difference may be chance.

    Args:
        compared: ``cohort_at, age`` and what a comparison of shares returns.
        names: What the groups are called.
        unit: What a period is called.
    """
    later = compared[compared["age"] > 0].reset_index(drop=True)
    if later.empty:
        return said("No cohort that both groups have")
    wide: Any = later.assign(sure=is_sure(later)).pivot(index="cohort_at", columns="age")
    return heat_map(
        how_many(later, "cells"), wide["difference"], [f"{at:%Y-%m-%d}" for at in wide.index],
        [str(age) for age in wide["difference"].columns],
        texts=wide["difference"].map(lambda value: "" if pd.isna(value) else points(value)),
        x=f"{unit}s since the first", y=f"first {unit}", sure=wide["sure"].eq(True),
        bar=_less(names),
    )  # fmt: skip


def reach(sets: pd.DataFrame, most: int = 15) -> Axes:
    """How many persons have exactly which events: filled dots are the set, the bar is how many.

    Args:
        sets: ``members, n, share, low, high``, the commonest first.
        most: Sets that are drawn.
    """
    if sets.empty:
        return said("No events in this table")
    shown = sets.iloc[:most]
    left = 1 - shown["share"].sum()
    rest = (
        f"; {len(sets) - len(shown):,} rarer sets not drawn ({share_of(max(left, 0))})"
        if len(sets) > most
        else ""
    )
    axes, panel = _members(f"{share_of(shown['share'].iloc[0])} have the commonest set{rest}", shown, sets)
    heights = np.arange(len(shown), 0, -1)
    shares = shown["share"].to_numpy()
    panel.barh(
        heights, shares, height=0.6, color=PALETTE[0],
        xerr=[shares - shown["low"], shown["high"] - shares], error_kw=WHISKER,
    )  # fmt: skip
    for height, high, n in zip(heights, shown["high"], shown["n"], strict=True):
        panel.annotate(
            f"{n:,}", (high, height), (5, 0), textcoords="offset points", va="center", color=SOFT, fontsize=9
        )
    panel.set_xlim(0, 1.18 * float(shown["high"].max()))
    panel.xaxis.set_major_formatter(_per_cent())
    panel.set_xlabel("share of persons with exactly these (95 %)")
    return as_written(axes)


def reach_difference(compared: pd.DataFrame, names: Names, most: int = 15) -> Axes:
    """Which sets of events two groups have; grey where the difference may be chance.

    Args:
        compared: ``members`` and what a comparison of shares returns.
        names: What the groups are called.
        most: Sets that are drawn: the commonest of both.
    """
    if compared.empty:
        return said("No events in these tables")
    size = -(compared["first_share"] + compared["second_share"])
    shown = compared.loc[size.sort_values(kind="stable").index].iloc[:most].reset_index(drop=True)
    axes, panel = _members(how_many(compared, "sets"), shown, compared)
    forest(panel, shown, list(range(len(shown), 0, -1)))
    panel.set_xlabel(_less(names))
    return as_written(axes)


def _curve(axes: Axes, curve: pd.DataFrame, place: int, name: str) -> None:
    axes.step(curve["days"], curve["share"], where="post", color=PALETTE[place], linewidth=2, label=name)
    axes.fill_between(
        curve["days"], curve["low"], curve["high"], step="post", color=PALETTE[place], alpha=0.18, linewidth=0
    )


def _days(axes: Axes, curve: pd.DataFrame) -> None:
    axes.set_ylim(0, min(1.02, max(0.05, 1.15 * float(curve["high"].max()))))
    axes.set_xlim(0, float(curve["days"].max()) or 1)
    axes.yaxis.set_major_formatter(_per_cent())
    axes.set_xlabel("days since the first event")
    axes.set_ylabel("share that has (95 %)")


def _cohort_matrix(told: pd.DataFrame, value: str) -> tuple[pd.DataFrame, list[str]]:
    wide = told.pivot(index="cohort_at", columns="age", values=value).astype("float64")
    sizes = told.drop_duplicates("cohort_at").set_index("cohort_at")["n_all"]
    return wide, [f"{at:%Y-%m-%d} ({sizes.loc[at]:,})" for at in wide.index]


def _too_early(told: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    wide = told.assign(early=~told["is_complete"]).pivot(index="cohort_at", columns="age", values="early")
    return wide.reindex_like(shares).eq(True)


def _cell(value: float) -> str:
    return "" if pd.isna(value) else f"{100 * value:.0f}"


def _members(title: str, shown: pd.DataFrame, sets: pd.DataFrame) -> tuple[Axes, Any]:
    """Dots for who is in a set, and an empty panel beside them."""
    size: dict[Any, int] = {}
    counts = sets["n"] if "n" in sets.columns else sets["first_n"] + sets["second_n"]
    for members, n in zip(sets["members"], counts, strict=True):
        for name in members:
            size[name] = size.get(name, 0) + int(n)
    names = sorted({name for members in shown["members"] for name in members}, key=lambda n: (-size[n], n))
    axes = canvas(title, panels=2, height=1.9 + 0.3 * len(shown))
    figure: Any = axes.figure
    for row, members in enumerate(shown["members"]):
        places = [at for at, name in enumerate(names) if name in members]
        height = len(shown) - row
        axes.scatter(range(len(names)), [height] * len(names), s=36, color="#e6eaee", zorder=1)
        axes.plot(places, [height] * len(places), "-o", color="#1d2733", markersize=6, linewidth=1.5)
    axes.set_xticks(range(len(names)), [shortened(name, 22) for name in names], rotation=40, ha="left")
    axes.xaxis.tick_top()
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    figure.axes[1].set_yticks([])
    for panel in figure.axes:
        panel.set_ylim(0.4, len(shown) + 0.6)
    return axes, figure.axes[1]


def _less(names: Sequence[str]) -> str:
    return f"{shortened(names[0], 18)} less {shortened(names[1], 18)}, points (95 %)"


def _per_cent() -> Any:
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1.0, decimals=None)
