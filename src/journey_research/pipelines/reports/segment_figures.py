"""Kinds of persons as pictures: what sets them apart, and the fifths of buyers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journey_research.engine import Table

from .figures import said
from .shapes import heat_map
from .words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_TRAITS = 14
MOST_DEVIATIONS = 2.0


def traits_by_segment(segment_traits: Table, segment_profiles: Table) -> Axes:
    """How persons of each segment differ from all others, in standard deviations; the telling traits."""
    profiles = segment_profiles.query("select * from this order by n_persons desc, segment").to_pandas()
    told = segment_traits.query(
        "select * from this where difference is not null order by trait, segment"
    ).to_pandas()
    if told.empty or len(profiles) < 2:
        return said("One kind of person in this environment, so nothing sets any apart")
    widest = told.assign(size=told["difference"].abs()).groupby("trait")["size"].max().reset_index()
    order = widest.sort_values(["size", "trait"], ascending=[False, True]).head(N_TRAITS)
    grid = told.pivot(index="trait", columns="segment", values="difference")
    grid = grid.reindex(index=order["trait"], columns=profiles["segment"])
    names = [
        f"{name} ({number(share, 'share')})"
        for name, share in zip(profiles["segment"], profiles["person_share"], strict=True)
    ]
    texts = [[f"{value:+.1f}" if value == value else "" for value in line] for line in grid.to_numpy()]
    axes = heat_map(
        f"Most telling: {plain(order['trait'].iloc[0])}",
        grid.to_numpy(),
        list(grid.index),
        names,
        texts,
        scale="PuOr_r",
        low=-MOST_DEVIATIONS,
        high=MOST_DEVIATIONS,
    )
    axes.set_xticks(np.arange(len(names)) + 0.5, [_wrapped(name, len(names)) for name in names])
    axes.set_xlabel("segment (share of persons); difference from all others, in standard deviations")
    return axes


def rfm_cells(rfm_cells: Table) -> Axes:
    """Buyers by how lately and how often they converted, in fifths."""
    sql = """
        select recency_score, frequency_score, cast(sum(n_persons) as bigint) as n_persons
        from this group by recency_score, frequency_score order by recency_score, frequency_score
    """
    told = rfm_cells.query(sql).to_pandas()
    if told.empty:
        return said("Nobody converted in this environment")
    grid = told.pivot(index="recency_score", columns="frequency_score", values="n_persons")
    grid = grid.sort_index(ascending=False)
    n_once = int(told.loc[told["frequency_score"] == told["frequency_score"].min(), "n_persons"].sum())
    title = f"{number(n_once / told['n_persons'].sum(), 'share')} of buyers are in the least frequent group"
    texts = [[number(n) if n == n else "" for n in line] for line in grid.to_numpy()]
    axes = heat_map(
        title,
        grid.to_numpy(dtype="float64"),
        [{5: "5 (latest)", 1: "1 (longest ago)"}.get(score, str(score)) for score in grid.index],
        [{5: "5 (most often)", 1: "1 (least often)"}.get(score, str(score)) for score in grid.columns],
        texts,
        low=0.0,
    )
    axes.set_xlabel("frequency score (equal numbers of conversions share one)")
    axes.set_ylabel("recency score")
    return axes


def _wrapped(name: str, n_columns: int) -> str:
    import textwrap

    lines = textwrap.wrap(name, max(10, 66 // n_columns))
    return "\n".join(lines if len(lines) <= 4 else [*lines[:3], "…"])
