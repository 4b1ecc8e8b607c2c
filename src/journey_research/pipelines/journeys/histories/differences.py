"""How far two groups of persons differ, in many cells at once.

Context: of a hundred cells five differ by chance alone. Choice: each difference has an interval made
of the two groups' own intervals, and each cell a p-value that is adjusted for how many were looked at.
Given up: intervals that hold for all cells together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.pipelines.journeys.false_discovery import q_values
from journey_research.pipelines.journeys.intervals import wilson_interval

Floats = npt.NDArray[np.float64]
COUNTS = ("n", "n_all", "share")
COMPARED = {
    **{
        f"{side}_{name}": "float64" if name == "share" else "int64"
        for side in ("first", "second")
        for name in COUNTS
    },
    **dict.fromkeys(["difference", "low", "high", "p_value", "q_value"], "float64"),
}


def difference_interval(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """The 95 % interval of the difference of two independent figures, from the interval of each.

    Args:
        first: A figure with its low and high end.
        second: The one that is taken off.

    Returns:
        Low and high.

    Source:
        Newcombe (1998), "Interval estimation for the difference between independent proportions",
        method 10, for shares; Zou and Donner (2008), "Construction of confidence limits about effect
        measures", for any figure that has an interval.

    Example:
        56 of 70 against 48 of 80, as in Newcombe's paper:

        >>> told = [(n / n_all, *wilson_interval(n, n_all)) for n, n_all in ((56, 70), (48, 80))]
        >>> [round(end, 4) for end in difference_interval(*told)]
        [0.0524, 0.3339]
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def equal_shares_p(first: float, first_worth: float, second: float, second_worth: float) -> float:
    """How often two shares of the same population would differ by as much or more.

    Args:
        first: A share.
        first_worth: Independent observations that it rests on, more than 0.
        second: The other share.
        second_worth: Independent observations that it rests on, more than 0.

    Returns:
        The two-sided p-value of the score test; 1 where both are 0 or both are 1.

    Source:
        Pearson (1900) for independent observations; Rao and Scott (1992) for their worth.

    Example:
        >>> round(equal_shares_p(0.8, 70, 0.6, 80), 4)
        0.008
    """
    pooled = (first * first_worth + second * second_worth) / (first_worth + second_worth)
    variance = pooled * (1 - pooled) * (1 / first_worth + 1 / second_worth)
    if variance <= 0:
        return 1.0
    return math.erfc(abs(first - second) / math.sqrt(2 * variance))


def compare_shares(
    told: pd.DataFrame, first: Any, second: Any, keys: Sequence[str], within: Sequence[str] | None = None
) -> pd.DataFrame:
    """How far the shares of two groups differ, cell by cell.

    Args:
        told: Shares of this room's functions asked with ``by``: ``group``, the ``keys``, ``n, n_all,
            n_persons, share, low, high, n_worth``.
        first: One group.
        second: The other; the difference is the first less the second.
        keys: Columns that name a cell.
        within: Of the keys, those that name what a share is of (``["step"]``, ``["from_event"]``, or
            none of them: all persons). A cell that a group lacks is then no hit among its ``n_all``;
            without it, such cells are left out.

    Returns:
        One row per cell: the keys, ``first_n, first_n_all, first_share, second_n, second_n_all,
        second_share, difference, low, high, p_value, q_value``, in the order of the keys. Intervals and
        p-values take the groups' persons to be different ones; where the same persons stand in both
        they are wide of the mark on the careful side, as long as persons resemble themselves.

    Raises:
        ValueError: A group is not there.
    """
    sides = {}
    for name, group in (("first", first), ("second", second)):
        mine = told[told["group"] == group]
        if mine.empty:
            raise ValueError(
                f"no group {group!r}; there are {', '.join(map(repr, pd.unique(told['group'])))}"
            )
        sides[name] = mine
    cells = told[told["group"].isin([first, second])][list(keys)].drop_duplicates()
    cells = cells.sort_values(list(keys), kind="stable", ignore_index=True)
    found = {name: _complete(cells, mine, list(keys), within) for name, mine in sides.items()}
    known = found["first"]["share"].notna() & found["second"]["share"].notna()
    a, b = (frame[known].reset_index(drop=True) for frame in (found["first"], found["second"]))
    result = a[list(keys)].copy()
    for name, side in (("first", a), ("second", b)):
        for column in COUNTS:
            result[f"{name}_{column}"] = side[column].astype("float64" if column == "share" else "int64")
    ends = [difference_interval(one, other) for one, other in zip(_triples(a), _triples(b), strict=True)]
    result["difference"] = result["first_share"] - result["second_share"]
    result["low"], result["high"] = [low for low, _ in ends], [high for _, high in ends]
    result["p_value"] = [
        equal_shares_p(*told_of)
        for told_of in zip(a["share"], a["n_worth"], b["share"], b["n_worth"], strict=True)
    ]
    result = result.astype(dict.fromkeys(("low", "high", "p_value"), "float64"))
    result["q_value"] = q_values(result["p_value"].to_numpy())
    return result


def compare_figures(
    told: pd.DataFrame, first: Any, second: Any, keys: Sequence[str], figure: tuple[str, str, str]
) -> pd.DataFrame:
    """How far other figures of two groups differ, such as medians, cell by cell.

    Args:
        told: Rows of this room's functions asked with ``by``.
        first: One group.
        second: The other; the difference is the first less the second.
        keys: Columns that name a cell.
        figure: Columns of the figure and of its low and high end.

    Returns:
        One row per cell where both groups have the figure with its ends: the keys, ``first, second,
        difference, low, high`` in the figure's unit. A difference is sure where its interval is on one
        side of 0, as long as one cell was looked at.

    Source:
        Zou and Donner (2008), "Construction of confidence limits about effect measures".

    Example:
        >>> told = pd.DataFrame({"group": ["x", "y"], "event": ["buy", "buy"], "median": [9.0, 5.0],
        ...                      "low": [8.0, 4.0], "high": [10.0, 6.0]})
        >>> found = compare_figures(told, "x", "y", ["event"], ("median", "low", "high"))
        >>> found.round(2).values.tolist()
        [['buy', 9.0, 5.0, 4.0, 2.59, 5.41]]
    """
    one, other = (
        told.loc[told["group"] == group, [*keys, *figure]].dropna(subset=list(figure))
        for group in (first, second)
    )
    both = one.merge(other, on=list(keys), suffixes=("", "_of_second"), validate="one_to_one")
    ends = [
        difference_interval(a, b)
        for a, b in zip(
            _triples(both, *figure), _triples(both, *(f"{name}_of_second" for name in figure)), strict=True
        )
    ]
    result = both[list(keys)].copy()
    result["first"], result["second"] = both[figure[0]], both[f"{figure[0]}_of_second"]
    result["difference"] = result["first"] - result["second"]
    result["low"], result["high"] = [low for low, _ in ends], [high for _, high in ends]
    floats = dict.fromkeys(["first", "second", "difference", "low", "high"], "float64")
    return result.astype(floats).sort_values(list(keys), kind="stable", ignore_index=True)


def _triples(
    side: pd.DataFrame, figure: str = "share", low: str = "low", high: str = "high"
) -> list[tuple[float, float, float]]:
    return [
        (float(a), float(b), float(c)) for a, b, c in zip(side[figure], side[low], side[high], strict=True)
    ]


def _complete(
    cells: pd.DataFrame, mine: pd.DataFrame, keys: list[str], within: Sequence[str] | None
) -> pd.DataFrame:
    """A group's shares in all cells; where it has none, 0 of what the cell's neighbours are shares of."""
    measures = ["n", "n_all", "n_persons", "share", "low", "high", "n_worth"]
    full = cells.merge(
        mine[[*keys, *measures]], on=keys, how="left", validate="one_to_one", indicator="found"
    )
    is_absent = full.pop("found") == "left_only"  # a share that is null is not: it cannot be told yet
    if within is None:
        return full
    at = list(within)
    below = mine[[*at, "n_all", "n_persons"]].drop_duplicates(at or None)
    if at:
        known = cells[at].merge(below, on=at, how="left", validate="many_to_one")
    else:
        known = below.iloc[[0] * len(cells)].reset_index(drop=True)
    absent = is_absent & known["n_all"].notna()
    full.loc[absent, ["n", "share", "low"]] = 0
    full.loc[absent, "n_all"] = known["n_all"]
    full.loc[absent, "n_worth"] = known["n_persons"].astype("float64")
    full.loc[absent, "high"] = [wilson_interval(0, float(n))[1] for n in known.loc[absent, "n_persons"]]
    return full
