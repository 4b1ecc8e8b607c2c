"""Counts with the sums over persons that their intervals need, as shares.

Context: a history's events, and a person's histories, come together, so a share of rows is worth
less than its rows. Choice: every count carries the sums of squares over persons; the interval is
Wilson's for what they are worth, and that worth goes along, so that two groups can be compared.
Given up: the bootstrap, which would cost a thousand times as much for nearly the same ends.
"""

from __future__ import annotations

import pandas as pd

from journey_research.pipelines.journeys.intervals import independent_worth, wilson_interval

SUMS = ["hh", "hn", "nn"]


def add_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Shares with 95 % intervals by person.

    Args:
        counts: Rows with ``n`` hits among ``n_all`` observations of ``n_persons`` persons, and the sums
            over persons ``hh`` (hits squared), ``hn`` (hits times observations), ``nn`` (observations
            squared).

    Returns:
        The same rows without the sums, and ``share, low, high, n_worth``: the number of independent
        observations that the ``n_all`` are worth.

    Example:
        >>> told = {"n": [10], "n_all": [20], "n_persons": [2], "hh": [100], "hn": [100], "nn": [200]}
        >>> add_shares(pd.DataFrame(told)).round(2).values.tolist()
        [[10.0, 20.0, 2.0, 0.5, 0.06, 0.94, 1.05]]
    """
    rows = [
        _share(*(int(value) for value in row))
        for row in counts[["n", "n_all", "n_persons", *SUMS]].itertuples(index=False)
    ]
    shares = pd.DataFrame(
        rows, columns=["share", "low", "high", "n_worth"], index=counts.index, dtype="float64"
    )
    whole = counts.astype(dict.fromkeys(("n", "n_all", "n_persons"), "int64"))
    return pd.concat([whole.drop(columns=SUMS), shares], axis=1)


def _share(
    n: int, n_all: int, n_persons: int, hh: int, hn: int, nn: int
) -> tuple[float, float, float, float]:
    share, worth = n / n_all, independent_worth(n, n_all, n_persons, hh, hn, nn)
    return share, *wilson_interval(share * worth, worth), worth
