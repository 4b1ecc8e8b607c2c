"""How customers really move, as pictures: whose touches, the ladder, the funnel, who stays.

Where there is nothing to see a figure is None: the finding above it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journey_research.engine import Table

from .figures import PALETTE, SOFT, canvas
from .journey_tables import stage_names
from .shapes import INK, dots, heat_map, per_cent, tall, thousands
from .words import is_known, number, plain, ranged

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT_OUT = "#c9d1d9"
N_COHORTS, N_WEEKS, FEWEST_OF_A_COHORT = 16, 13, 20


def stitched_touches(stitching_counts: Table) -> Axes | None:
    """Touches by the reason why they stand where they stand; those outside journeys are grey."""
    told = stitching_counts.query("select * from this order by n_touches desc, reason").to_pandas()
    if len(told) < 2:
        return None
    n_in = int(told.loc[told["is_in_journey"], "n_touches"].sum())
    axes = canvas(f"{number(n_in)} touches stand in journeys", height=tall(len(told), 1.3))
    heights = np.arange(len(told))[::-1]
    colours = [PALETTE[0] if inside else LEFT_OUT for inside in told["is_in_journey"]]
    bars = axes.barh(heights, told["n_touches"], color=colours, height=0.7)
    axes.bar_label(bars, labels=[number(n) for n in told["n_touches"]], padding=4, color=SOFT, fontsize=9)
    axes.set_yticks(heights, [plain(reason) for reason in told["reason"]])
    axes.set_xlabel("touches (grey: outside journeys)")
    axes.set_xlim(0, told["n_touches"].max() * 1.12)
    axes.grid(axis="y", visible=False)
    return thousands(axes)


def ladder_rungs(ladder_counts: Table) -> Axes | None:
    """Share of persons that has reached each rung, the highest on top."""
    told = ladder_counts.query("select * from this where n > 0 order by rung_number desc").to_pandas()
    if told["n_persons"].gt(0).sum() < 2:
        return None
    top = told[told["n_persons"] > 0].iloc[0]
    axes = canvas(
        f"{number(top['reached_share'], 'share')} have come to the rung '{top['rung']}'",
        height=tall(len(told), 1.2),
    )
    dots(axes, list(told["rung"]), told["reached_share"], told["low"], told["high"])
    for height, (_, row) in zip(np.arange(len(told))[::-1], told.iterrows(), strict=True):
        axes.annotate(
            number(row["n_persons"]),
            (row["high"], height),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            color=SOFT,
            fontsize=9,
        )
    axes.set_xlim(0, 1.1)
    axes.set_xticks(np.arange(0, 1.01, 0.2))
    axes.set_xlabel(f"share of {number(told['n'].max())} persons (95 in 100), and their number")
    return per_cent(axes)


def funnel_stages(funnel: Table) -> Axes | None:
    """Persons at each stage, with the share of the stage before that comes so far, and its range."""
    told = funnel.query("select * from this order by stage_number").to_pandas()
    if told.empty or not told["n_persons"].iloc[0]:
        return None
    names = stage_names(list(told["stage"]))
    first = told["n_persons"].iloc[0]
    axes = canvas(
        f"{number(told['first_share'].iloc[-1], 'share')} of those at '{names[0]}' come to '{names[-1]}'",
        height=0.9 + 0.62 * len(told),
    )
    heights = np.arange(len(told))[::-1]
    axes.barh(heights, [first] * len(told), color="#eef1f4", height=0.62)
    axes.barh(heights, told["n_persons"], color=PALETTE[0], height=0.62)
    for height, (_, row) in zip(heights, told.iterrows(), strict=True):
        share = ranged(row["previous_share"], row["previous_low"], row["previous_high"], "share")
        before = "of all" if row["stage_number"] == 1 else "of the stage before"
        words = f"{number(row['n_persons'])}  |  {share} {before}" if is_known(row["previous_share"]) else "0"
        inside = row["n_persons"] > 0.5 * first
        axes.annotate(
            words,
            (0 if inside else row["n_persons"], height),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color="white" if inside else INK,
        )
    axes.set_yticks(heights, names)
    axes.set_xlabel("persons (in brackets: 95 in 100)")
    axes.grid(visible=False)
    return thousands(axes)


def retention_weeks(retention: Table) -> Axes | None:
    """Share of those who first came in a week that is active in the weeks after; empty: not over yet.

    Weeks in which fewer than 20 persons came first are left out, as are weeks older than the last 16.
    """
    told = retention.query(
        "select * from this where week_number > 0 and week_number <= $most order by cohort_at, week_number",
        most=N_WEEKS,
    ).to_pandas()
    told = told[told["active_share"].notna() & (told["n_persons"] >= FEWEST_OF_A_COHORT)]
    if told.empty:
        return None
    told = told[told["cohort_at"].isin(sorted(told["cohort_at"].unique())[-N_COHORTS:])]
    grid = told.pivot(index="cohort_at", columns="week_number", values="active_share").astype("float64")
    sizes = told.groupby("cohort_at")["n_persons"].max()
    means = told.groupby("week_number")[["n_active", "n_persons"]].sum().astype("float64")
    after = means["n_active"] / means["n_persons"]
    title = f"{number(after.iloc[0], 'share')} are active in the week after their first"
    if len(after) > 1:
        title += (
            f", {number(after.iloc[-1], 'share')} of {number(means['n_persons'].iloc[-1])} in week "
            f"{after.index[-1]}"
        )
    texts = [[f"{100 * share:.0f}" if is_known(share) else "" for share in line] for line in grid.to_numpy()]
    axes = heat_map(
        title,
        grid.to_numpy(),
        [f"{cohort:%d %b %Y} ({number(sizes[cohort])})" for cohort in grid.index],
        [str(week) for week in grid.columns],
        texts,
        low=0.0,
    )
    axes.set_xlabel("weeks since the first; numbers are per cent, empty: not over yet")
    axes.set_ylabel("first week (persons)")
    return axes
