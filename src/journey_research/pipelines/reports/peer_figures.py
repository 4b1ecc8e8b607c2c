"""Who carries whom, as a picture; where there is nothing to see the figure is None."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from .figures import PALETTE, canvas
from .words import number, things

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def givers_by_reach(reach_of_givers: pd.DataFrame) -> Axes | None:
    """How many givers reach how many persons, and whose word goes on from there.

    Args:
        reach_of_givers: ``reach, n_givers, n_passed_on``, in order.
    """
    told = reach_of_givers
    if told.empty:
        return None
    n, n_one = int(told["n_givers"].sum()), int(told["n_givers"].iloc[0])
    axes = canvas(f"{number(n_one)} of {things(n, 'giver')} reach one person, the others more", height=2.8)
    ends = told["n_givers"] - told["n_passed_on"]
    axes.bar(told["reach"], ends, width=0.7, color=PALETTE[0], label="ends there")
    tops = axes.bar(
        told["reach"], told["n_passed_on"], bottom=ends, width=0.7, color=PALETTE[1], label="is passed on"
    )
    axes.bar_label(tops, labels=[number(one) for one in told["n_givers"]], padding=3, fontsize=9)
    axes.set_xlabel("persons whom a giver reaches")
    axes.set_ylabel("givers")
    axes.set_ylim(0, told["n_givers"].max() * 1.15)
    axes.grid(axis="x", visible=False)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9.5)
    return axes
