"""Kinds of persons as pictures: what sets them apart, and the fifths of buyers.

Where there is nothing to see a figure is None: the finding above it says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from journey_research.engine import Table

from .shapes import heat_map
from .words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_TRAITS, MOST_LINES = 14, 7
LATELY = {"5": "5 (latest)", "1": "1 (longest ago)"}
OFTEN = {"5": "5 (most often)", "1": "1 (least often)"}
MOST_DEVIATIONS = 2.0
NOTEWORTHY = 0.2  # standard deviations; Cohen's (1988) small difference
TRAITS = {
    "amount": "amount paid",
    "company_share": "share begun by us",
    "late_share": "share in the evening",
    "n_coupons": "coupons",
    "n_delivered": "messages delivered",
    "n_opened": "messages opened",
    "n_outcomes": "conversions",
    "n_picked": "put in the basket",
    "n_products": "products viewed",
    "n_reduced": "reduced orders",
    "n_sessions": "visits",
    "no_outcome_days": "days without conversion",
    "opened_share": "share of messages opened",
    "silent_days": "days of silence",
}


def traits_by_segment(segment_traits: Table, segment_profiles: Table) -> Axes | None:
    """How persons of each segment differ from all others, in standard deviations; the telling traits."""
    profiles = segment_profiles.query("select * from this order by n_persons desc, segment").to_pandas()
    told = segment_traits.query(
        "select * from this where difference is not null order by trait, segment"
    ).to_pandas()
    if told.empty or len(profiles) < 2:
        return None
    widest = told.assign(size=told["difference"].abs()).groupby("trait")["size"].max().reset_index()
    widest = widest[widest["size"] >= NOTEWORTHY]
    if widest.empty:
        return None
    order = widest.sort_values(["size", "trait"], ascending=[False, True]).head(N_TRAITS)
    grid = told.pivot(index="trait", columns="segment", values="difference")
    grid = grid.reindex(index=order["trait"], columns=profiles["segment"])
    kinds = told.drop_duplicates("trait").set_index("trait")["kind"]
    traits = [
        f"share of {plain(trait.removeprefix('deed '))}"
        if kinds[trait] in ("channel", "doing")
        else TRAITS.get(trait, plain(trait))
        for trait in grid.index
    ]
    names = [
        f"{name} ({number(share, 'share')})"
        for name, share in zip(profiles["segment"], profiles["person_share"], strict=True)
    ]
    texts = [[f"{value:+.1f}" if value == value else "" for value in line] for line in grid.to_numpy()]
    axes = heat_map(
        f"What sets segments apart most: {traits[0]}",
        grid.to_numpy(),
        traits,
        names,
        texts,
        scale="PuOr_r",
        low=-MOST_DEVIATIONS,
        high=MOST_DEVIATIONS,
    )
    axes.set_xticks(np.arange(len(names)) + 0.5, [_wrapped(name, len(names)) for name in names])
    axes.set_xlabel("segment (share of persons); difference from all others, in standard deviations")
    return axes


def rfm_cells(rfm_cells: Table) -> Axes | None:
    """Buyers by how lately and how often they converted, in fifths."""
    sql = """
        select recency_score, frequency_score, cast(sum(n_persons) as bigint) as n_persons,
            cast(sum(n_outcomes) as bigint) as n_outcomes
        from this group by recency_score, frequency_score order by recency_score, frequency_score
    """
    told = rfm_cells.query(sql).to_pandas()
    if told.empty:
        return None
    grid = told.pivot(index="recency_score", columns="frequency_score", values="n_persons")
    grid = grid.sort_index(ascending=False)
    least = told[told["frequency_score"] == told["frequency_score"].min()]
    is_once = (least["n_persons"] == least["n_outcomes"]).all()
    title = (
        f"{number(least['n_persons'].sum() / told['n_persons'].sum(), 'share')} of those who converted "
        f"{'did so once' if is_once else 'are among the least frequent'}"
    )
    texts = [[number(n) if n == n else "" for n in line] for line in grid.to_numpy()]
    axes = heat_map(
        title,
        grid.to_numpy(dtype="float64"),
        [LATELY.get(score, score) for score in grid.index.astype(str)],
        [OFTEN.get(score, score) for score in grid.columns.astype(str)],
        texts,
        low=0.0,
    )
    axes.set_xlabel("frequency score (equal numbers of conversions share one)")
    axes.set_ylabel("recency score")
    return axes


def _wrapped(name: str, n_columns: int) -> str:
    import textwrap

    lines = textwrap.wrap(name, max(12, 66 // n_columns), break_long_words=False)
    return "\n".join(lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 2], "…", lines[-1]])
