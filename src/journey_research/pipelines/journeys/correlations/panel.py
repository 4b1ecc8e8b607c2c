"""Persons by weeks by measures, freed of what moves everybody and of what is usual for each person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """How often each person did or got what, week by week; the oldest week first.

    Attributes:
        measures: m names, ascending.
        sources: m; the source of each.
        counts: m x persons x weeks.
    """

    measures: list[str]
    sources: list[str]
    counts: Floats


def panel_of(person_weeks: pa.Table) -> Panel:
    """The table ``person_weeks`` as an array; weeks before the first whole one are left out."""
    persons, person = np.unique(person_weeks["person_id"].to_numpy().astype(str), return_inverse=True)
    names, measure = np.unique(person_weeks["measure"].to_numpy().astype(str), return_inverse=True)
    ago = person_weeks["weeks_ago"].to_numpy().astype(np.int64)
    n_weeks = int(ago.max()) if len(ago) else 0  # the oldest may be no whole week
    source = dict(
        zip(person_weeks["measure"].to_pylist(), person_weeks["source"].to_pylist(), strict=True)
    )
    counts = np.zeros((len(names), len(persons), n_weeks))
    kept = ago < n_weeks
    counts[measure[kept], person[kept], n_weeks - 1 - ago[kept]] = person_weeks["n"].to_numpy()[kept]
    return Panel([str(name) for name in names], [source[str(name)] for name in names], counts)


def within_persons(values: Floats) -> Floats:
    """Ranks inside each week less the person's own mean.

    Ranks inside a week know no trend, season or outlier; less the person's mean they know no level of
    activity. What is left is whether a person did it in a week more than usual for both.

    Args:
        values: persons x weeks.

    Returns:
        persons x weeks; every row and every column sums to 0.

    Example:
        >>> within_persons(np.array([[0.0, 5.0], [1.0, 2.0]])).tolist()
        [[-0.25, 0.25], [0.25, -0.25]]
        >>> within_persons(np.array([[0.0, 10.0], [1.0, 70.0]])).tolist()  # all that moves is the week
        [[0.0, 0.0], [0.0, 0.0]]
    """
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=0) / len(values)
    ranks -= ranks.mean(axis=0, keepdims=True)
    return np.asarray(ranks - ranks.mean(axis=1, keepdims=True))


def freed_of(values: Floats, activity: Floats) -> Floats:
    """What is left of each measure when the person's other activity in the week is taken out.

    Args:
        values: m x persons x weeks, as ``within_persons`` leaves them.
        activity: persons x weeks, likewise.
    """
    spread = float((activity * activity).sum())
    if spread == 0:
        return values
    slopes = (values * activity).sum(axis=(1, 2)) / spread
    return np.asarray(values - slopes[:, None, None] * activity)
