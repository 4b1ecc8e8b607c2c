"""What moves together across sources: every pair, every lag, one rate of false discoveries.

Context: each team looks at its own system, and what hangs together between two of them is seen by nobody.
A dozen weekly totals say next to nothing: two series that both grow correlate, and there are thousands of
pairs. Choice: a person in a week is the grain. Ranks inside the week take out trend and season, the person's
mean takes out who is active at all, and what the person did that week in all other sources takes out busy
weeks; what is left is correlated, lagged by whole weeks. The test shuffles persons: one person's weeks of a
measure beside another's of the other. Its mean and variance are known exactly, so nothing is drawn. The
rate of false discoveries is held whatever hangs together (Yekutieli). Given up: what is no person's, as a
total of stock; weak correlations; and cause: a common cause looks the same.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql

from ..false_discovery import q_values, upper_tail
from ..intervals import Z
from .correlation_rule import CorrelationRule
from .panel import Floats, Panel, freed_of, panel_of, within_persons

WEEK_US = 7 * 86_400_000_000
FEWEST_WEEKS = 4  # beside each other at the longest lag
COLUMNS = {
    "measure_a": "str", "source_a": "str", "measure_b": "str", "source_b": "str", "lag_weeks": "int64",
    "rho": "float64", "low": "float64", "high": "float64", "p_value": "float64", "q_value": "float64",
    "is_declared": "bool", "n_persons": "int64", "n_weeks": "int64",
}  # fmt: skip
Row = tuple[str, str, str, str, int, float, float, float, float, float, bool, int, int]


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
        ``measure_a`` first in time; declared ones first, then by strength. ``rho`` is a rank
        correlation inside persons, with a 95 % interval by person that knows nothing of the
        other pairs. A correlation is no cause.
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
        The mean and variance of a sum over shuffled pairs: Hoeffding (1951), "A combinatorial central
        limit theorem"; here of vectors, as in the RV coefficient's test, Kazi-Aoual et al. (1995).
    """
    from threadpoolctl import threadpool_limits

    n_weeks = panel.counts.shape[2]
    rows: list[Row] = []
    if panel.counts.shape[1] > 2 and n_weeks - rule.max_lag_weeks >= FEWEST_WEEKS:
        inside = np.stack([within_persons(own) for own in panel.counts])
        has = (panel.counts > 0).any(axis=2)
        source = np.array(panel.sources)
        with threadpool_limits(limits=1, user_api="blas"):
            for one, other in combinations(sorted(set(panel.sources)), 2):
                rest = panel.counts[(source != one) & (source != other)].sum(axis=0)
                activity = within_persons(rest)
                a, b = np.flatnonzero(source == one), np.flatnonzero(source == other)
                freed = {"a": freed_of(inside[a], activity), "b": freed_of(inside[b], activity)}
                n_both = has[a].astype(np.int64) @ has[b].astype(np.int64).T
                rows += _pairs(panel, a, b, freed["a"], freed["b"], n_both, range(rule.max_lag_weeks + 1), rule)
                rows += _pairs(
                    panel, b, a, freed["b"], freed["a"], n_both.T, range(1, rule.max_lag_weeks + 1), rule
                )
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


def _pairs(
    panel: Panel, a: np.ndarray, b: np.ndarray, of_a: Floats, of_b: Floats, n_both: np.ndarray,
    lags: range, rule: CorrelationRule,
) -> list[Row]:  # fmt: skip
    """All pairs of two sources, those of ``b`` some weeks after those of ``a``."""
    rows: list[Row] = []
    n_persons, n_weeks = of_a.shape[1:]
    for lag in lags:
        first, then = of_a[:, :, : n_weeks - lag], of_b[:, :, lag:]
        spreads = [np.einsum("mps,mpt->mst", own, own) for own in (first, then)]
        for i, j in np.argwhere(n_both >= rule.least_persons):
            products = (first[i] * then[j]).sum(axis=1)
            of_first, of_then = (first[i] ** 2).sum(axis=1), (then[j] ** 2).sum(axis=1)
            total, scale = float(products.sum()), math.sqrt(float(of_first.sum() * of_then.sum()))
            variance = float((spreads[0][i] * spreads[1][j]).sum()) / (n_persons - 1)
            if scale <= 0 or variance <= 0:
                continue
            rho = total / scale
            pull = products / scale - rho / 2 * (of_first / of_first.sum() + of_then / of_then.sum())
            half = Z * math.sqrt(float((pull**2).sum()))
            p_value = min(1.0, 2 * upper_tail(abs(total) / math.sqrt(variance)))
            rows.append(
                (
                    panel.measures[a[i]], panel.sources[a[i]], panel.measures[b[j]], panel.sources[b[j]],
                    lag, rho, max(rho - half, -1.0), min(rho + half, 1.0), p_value, math.nan, False,
                    int(n_both[i, j]), n_weeks - lag,
                )
            )  # fmt: skip
    return rows
