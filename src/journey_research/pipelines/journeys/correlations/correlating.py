"""What moves together across sources: every pair, every lag, one rate of false discoveries.

Context: each team looks at its own system, and what hangs together between two of them is seen by nobody.
A dozen weekly totals say next to nothing: two series that both grow correlate, and there are thousands of
pairs. Choice: a person in a week is the grain. What is usual for the person in such a week is taken out, so
neither who is active nor what grows counts; so is what the person did that week in all other sources, so a
busy week counts less. What is left is correlated, lagged by whole weeks. Each person's products
are one observation, so it does not matter how a person's weeks hang together; and the rate of false
discoveries is held whatever hangs together (Yekutieli). Given up: what is no person's, as a total of stock;
persons of a single week; weak correlations; and cause: a common cause looks the same,
and so does a week busy in all sources, so far as the others do not show it.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.false_discovery import q_values, upper_tail
from journey_research.pipelines.journeys.intervals import Z

from .correlation_rule import CorrelationRule
from .panel import Floats, Panel, freed_of, panel_of, units, usual_counts, weeks_known

WEEK_US = 7 * 86_400_000_000
FEWEST_WEEKS = 4  # beside each other at the longest lag
COLUMNS = {
    "measure_a": "str", "source_a": "str", "measure_b": "str", "source_b": "str", "lag_weeks": "int64",
    "rho": "float64", "low": "float64", "high": "float64", "p_value": "float64", "q_value": "float64",
    "is_declared": "bool", "n_persons": "int64", "n_weeks": "int64",
}  # fmt: skip
Row = tuple[str, str, str, str, int, float, float, float, float, float, bool, int, int]


class _Side(NamedTuple):
    """The measures of one source: where they stand in the panel, and m x persons x weeks of each."""

    at: np.ndarray
    beyond: Floats  # what goes beyond the usual, in units
    usual: Floats  # what that would vary if nothing hung together, but for one factor
    has: np.ndarray  # m x persons


def correlate_sources(
    touches: Table, orders: Table, people: Table, as_of: Table, rule: CorrelationRule
) -> pd.DataFrame:
    """Measures of different sources that persons have in the same week, or one some weeks after the other.

    Measures are the touches of each source and action, those with a sentiment below 0, and the orders of
    each source and channel, counted by person and week back from ``as_of``.

    Args:
        touches: n rows, contract ``Touches``; any order.
        orders: m rows, contract ``Orders``; any order.
        people: Contract ``People``.
        as_of: The instant the run looks from; one row.
        rule: How far to look, and how few are too few.

    Returns:
        Contract ``Correlations``: a row for each pair and lag that enough persons have both of,
        ``measure_a`` first in time; declared ones first, then by strength. ``rho`` is the
        correlation inside persons of what goes beyond the usual, with a 95 % interval by person that
        knows nothing of the other pairs. A correlation is no cause.
    """
    person_weeks = run_sql(
        "person_weeks.sql",
        touches=touches,
        orders=orders,
        people=people,
        as_of=as_of,
        week_us=WEEK_US,
        max_weeks=rule.max_weeks,
        least_persons=rule.least_persons,
        max_measures=rule.max_measures,
        max_persons=rule.max_persons,
    ).to_arrow()
    return correlate_panel(panel_of(person_weeks), rule)


def correlate_panel(panel: Panel, rule: CorrelationRule) -> pd.DataFrame:
    """The same, of persons by weeks by measures.

    Source:
        Sums over clusters divided by what they vary: Liang and Zeger (1986), "Longitudinal data analysis
        using generalized linear models".
    """
    from threadpoolctl import threadpool_limits

    n_weeks = panel.counts.shape[2]
    rows: list[Row] = []
    if panel.counts.shape[1] > 2 and n_weeks - rule.max_lag_weeks >= FEWEST_WEEKS:
        known = weeks_known(panel.counts)
        source = np.array(panel.sources)
        with threadpool_limits(limits=1, user_api="blas"):
            usual = np.stack([usual_counts(own, known) for own in panel.counts])
            unit = units(usual)
            beyond = (panel.counts * known - usual) / unit
            varies = usual / unit**2
            has = np.asarray(((panel.counts * known) > 0).any(axis=2))
            for one, other in combinations(sorted(set(panel.sources)), 2):
                rest = panel.counts[(source != one) & (source != other)].sum(axis=0)
                usual_rest = usual_counts(rest, known)
                activity = (rest * known - usual_rest) / units(usual_rest)
                a, b = np.flatnonzero(source == one), np.flatnonzero(source == other)
                of_a = _Side(a, freed_of(beyond[a], activity), varies[a], has[a])
                of_b = _Side(b, freed_of(beyond[b], activity), varies[b], has[b])
                for lag in range(rule.max_lag_weeks + 1):
                    rows += _pairs(panel, of_a, of_b, lag, rule.least_persons)
                    if lag:
                        rows += _pairs(panel, of_b, of_a, lag, rule.least_persons)
    told = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    told["q_value"] = q_values(told["p_value"].to_numpy(), any_dependence=True)
    told["is_declared"] = (told["q_value"] <= rule.false_discovery_rate).to_numpy()
    told = told.round({"rho": 6, "low": 6, "high": 6})
    told["strength"] = told["rho"].abs()
    told = told.sort_values(
        ["is_declared", "strength", "measure_a", "measure_b", "lag_weeks"],
        ascending=[False, False, True, True, True],
        ignore_index=True,
    )
    return told[list(COLUMNS)]


def _pairs(panel: Panel, a: _Side, b: _Side, lag: int, least_persons: int) -> list[Row]:
    """All pairs of two sources, those of ``b`` some weeks after those of ``a``.

    What a sum of products varies is taken from the persons' products, and never below what independent
    counts would vary: where two rare things have not met, the products alone look surer than they are.
    """
    rows: list[Row] = []
    n_weeks = a.beyond.shape[2] - lag
    first, then = a.beyond[:, :, :n_weeks], b.beyond[:, :, lag:]
    usual_first, usual_then = a.usual[:, :, :n_weeks], b.usual[:, :, lag:]
    of_first, of_then = (first**2).sum(axis=2), (then**2).sum(axis=2)
    n_both = a.has.astype(np.int64) @ b.has.astype(np.int64).T
    for i, j in np.argwhere(n_both >= least_persons):
        products = (first[i] * then[j]).sum(axis=1)
        scale = math.sqrt(float(of_first[i].sum() * of_then[j].sum()))
        usual = float(usual_first[i].sum() * usual_then[j].sum())
        if scale <= 0 or usual <= 0:
            continue
        rho = float(products.sum()) / scale
        apart = scale**2 / usual * float((usual_first[i] * usual_then[j]).sum())
        spread = math.sqrt(max(float((products**2).sum()), apart)) / scale
        pull = of_first[i] / of_first[i].sum() + of_then[j] / of_then[j].sum()
        seen = float(((products / scale - rho / 2 * pull) ** 2).sum())
        half = Z * math.sqrt(max(seen, apart / scale**2))
        rows.append(
            (
                panel.measures[a.at[i]], panel.sources[a.at[i]], panel.measures[b.at[j]],
                panel.sources[b.at[j]], lag, rho, max(rho - half, -1.0), min(rho + half, 1.0),
                min(1.0, 2 * upper_tail(abs(rho) / spread)), math.nan, False, int(n_both[i, j]), n_weeks,
            )
        )  # fmt: skip
    return rows
