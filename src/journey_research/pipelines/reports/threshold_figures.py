"""The picture of what hangs on identity's threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journey_research.engine import Table

from .figures import MARKS, PALETTE, SOFT, canvas, legend_beside, said
from .words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KPIS = ["n_persons", "n_buyers", "orders_per_buyer", "repeat_buyer_share", "conversion_rate"]


def kpis_by_threshold(threshold_kpis: Table, ranking_flips: Table) -> Axes:
    """Each figure by threshold, against what it is at the chosen one; where channels change places.

    Args:
        threshold_kpis: Contract ``ThresholdKpis``.
        ranking_flips: Contract ``RankingFlips``.
    """
    told = threshold_kpis.query("select * from this order by threshold").to_pandas()
    chosen = told[told["is_chosen"]]
    if chosen.empty or len(told) < 2 or not told["n_persons"].any():
        return said("Nothing hangs on a threshold in this environment")
    at_chosen = chosen[KPIS].astype(float).iloc[0]
    relative = 100 * (told[KPIS].astype(float) / at_chosen.where(at_chosen > 0) - 1)
    widest = relative.drop(columns="n_persons").abs().max()
    title = "No figure but the number of persons moves with the threshold"
    if not widest.max() > 0 and not relative["n_persons"].any():
        return said("No figure moves with the threshold")
    if widest.max() > 0:
        name = str(widest.idxmax())
        values = told[name].astype(float)
        unit = (
            "share"
            if name.endswith(("_share", "_rate"))
            else "score"
            if name.startswith("orders")
            else "count"
        )
        title = (
            f"Most hangs on it: {plain(name)}, {number(values.max(), unit)} to {number(values.min(), unit)}"
        )
    axes = canvas(title)
    for place, name in enumerate(KPIS):
        axes.plot(
            told["threshold"],
            relative[name],
            color=PALETTE[place],
            marker=MARKS[place],
            markersize=4,
            label=plain(name),
        )
    flips = ranking_flips.query(
        "select (low_threshold + high_threshold) / 2 as threshold, count(*) as n from this "
        "group by low_threshold, high_threshold order by threshold"
    ).to_pandas()
    bottom = [axes.get_ylim()[0]] * len(flips)
    if bottom:
        label = "pairs of channels that change places"
        axes.plot(flips["threshold"], bottom, marker="x", color=PALETTE[6], linestyle="", label=label)
    for threshold, height, n in zip(flips["threshold"], bottom, flips["n"], strict=True):
        axes.annotate(
            number(n), (threshold, height), (0, 5), textcoords="offset points", ha="center", color=SOFT
        )
    for threshold in chosen["threshold"]:
        axes.axvline(threshold, color=SOFT, linestyle="--", linewidth=1)
    axes.set_xlabel("link probability needed (dashed: chosen)")
    axes.set_ylabel("per cent more or less than chosen")
    return legend_beside(axes)
