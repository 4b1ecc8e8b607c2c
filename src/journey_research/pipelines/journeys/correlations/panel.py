"""Persons by weeks by measures, freed of what moves everybody and of what is usual for each person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
ROUNDS, TINY = 12, 1e-12


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
    source = dict(zip(person_weeks["measure"].to_pylist(), person_weeks["source"].to_pylist(), strict=True))
    counts = np.zeros((len(names), len(persons), n_weeks))
    kept = ago < n_weeks
    counts[measure[kept], person[kept], n_weeks - 1 - ago[kept]] = person_weeks["n"].to_numpy()[kept]
    return Panel([str(name) for name in names], [source[str(name)] for name in names], counts)


def weeks_known(counts: Floats) -> Floats:
    """1 in the weeks after a person first did or got anything, else 0; persons x weeks.

    The first week itself is left out: in it something is bound to have been, so that one measure's being
    there makes the others look absent.
    """
    anything = counts.sum(axis=0) > 0
    n_weeks = anything.shape[1]
    first = np.where(anything.sum(axis=1) > 0, anything.argmax(axis=1), n_weeks)
    return np.asarray(np.arange(n_weeks)[None, :] > first[:, None], np.float64)


def usual_counts(counts: Floats, known: Floats) -> Floats:
    """What is usual for the person in such a week: the person's own level times the week's.

    A person of twice the activity has twice as much of every week, and gains or loses with a trend in
    proportion. So counts less this hold no level and no trend, whatever they are; ranks inside weeks would
    keep both, since those of busy persons move with a trend and those of the others, tied at none, do not.

    Args:
        counts: persons x weeks.
        known: persons x weeks of 0 and 1; 0 where the person is not looked at.

    Returns:
        persons x weeks, 0 where not looked at; with the rows' and, nearly, the columns' sums of the counts.

    Source:
        Independence of rows and columns, fitted in proportion (Deming and Stephan, 1940).

    Example:
        >>> both = np.ones((2, 2))
        >>> usual_counts(np.array([[1.0, 2.0], [2.0, 4.0]]), both).round(6).tolist()
        [[1.0, 2.0], [2.0, 4.0]]
        >>> usual_counts(np.array([[2.0, 0.0], [0.0, 2.0]]), both).round(6).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    counts = counts * known
    own, week = counts.sum(axis=1), np.ones(counts.shape[1])
    for _ in range(ROUNDS):
        level = own / np.maximum(known @ week, TINY)
        week = counts.sum(axis=0) / np.maximum(level @ known, TINY)
    level = own / np.maximum(known @ week, TINY)
    return np.asarray(known * level[:, None] * week[None, :])


def units(usual: Floats) -> Floats:
    """What a count is divided by: about what it varies, so that busy persons do not drown the others.

    Counts vary about as the root of what is usual; half a count more keeps what is nearly never from
    weighing like a mountain when it comes once.

    Example:
        >>> units(np.array([0.5, 3.5])).tolist()
        [1.0, 2.0]
    """
    return np.asarray(np.sqrt(usual + 0.5))


def freed_of(values: Floats, activity: Floats) -> Floats:
    """What is left of each measure when the person's other activity in the week is taken out.

    Args:
        values: m x persons x weeks, less what is usual, in units.
        activity: persons x weeks, likewise.
    """
    spread = float((activity * activity).sum())
    if spread == 0:
        return values
    slopes = (values * activity).sum(axis=(1, 2)) / spread
    return np.asarray(values - slopes[:, None, None] * activity)
