"""How much each case looked, before it entered a process, like those that reach the goal.

Context: what is wanted is one number a case that differs between those who came to buy and those who came
to look, and that knows nothing of what happened at the steps. Choice: a logistic regression with a small
ridge on what was known before the first step, learnt without the person's own cases. Given up: finer
models; the number need not be calibrated, since only means of it over groups are compared.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
N_FOLDS, N_STEPS, RIDGE, DIGITS = 5, 12, 1.0, 6


def likeness_to_buyers(
    cases: pd.DataFrame,
    is_buyer: npt.NDArray[np.bool_],
    is_looker: npt.NDArray[np.bool_],
    least_cases: int,
    history_days: int,
    max_fitted_cases: int,
    seed: int,
) -> Floats:
    """A number from 0 to 1 for each case, learnt from other persons.

    Args:
        cases: n rows of ``leaving_cases``, in the order of their keys.
        is_buyer: n; the cases that reach the goal.
        is_looker: n; the cases that are known to leave of their own accord.
        least_cases: A channel with fewer cases is no column of its own.
        history_days: A longer absence counts as this long.
        max_fitted_cases: Learnt from so many cases at most, drawn by person.
        seed: Of the folds.

    Returns:
        n numbers, rounded so that no last digit hangs on the machine.
    """
    from threadpoolctl import threadpool_limits

    columns = known_before(cases, least_cases, history_days)
    fold, rank = _draws(cases["person_id"], seed)
    found = np.zeros(len(cases))
    with threadpool_limits(limits=1, user_api="blas"):
        for number in range(N_FOLDS):
            others = np.flatnonzero((fold != number) & (is_buyer | is_looker))
            others = others[np.argsort(rank[others], kind="stable")][:max_fitted_cases]
            weights = fit_logistic(columns[others], is_buyer[others])
            own = fold == number
            found[own] = _expit(columns[own] @ weights)
    return found.round(DIGITS)


def known_before(cases: pd.DataFrame, least_cases: int, history_days: int) -> Floats:
    """What was known of each case before its first step, as columns of mean 0 and spread 1, and a constant.

    Devices are left out on purpose: friction may sit on one kind of device, and would then look like
    a lack of interest of those who use it. So is the time before the step, which hangs on how far a case
    goes where a visit's length is given.
    """
    since = np.minimum(cases["since_days"].to_numpy(np.float64), history_days)
    told = [
        np.log1p(cases["n_before"].to_numpy(np.float64)),
        np.log1p(since),
        cases["is_first"].to_numpy(np.float64),
        np.log1p(cases["n_earlier"].to_numpy(np.float64)),
        np.log1p(cases["n_earlier_goals"].to_numpy(np.float64)),
    ]
    counts = cases["channel"].value_counts()
    for channel in sorted(counts.index[counts >= least_cases]):
        told.append((cases["channel"] == channel).to_numpy(np.float64))
    matrix = np.column_stack(told)
    spread = matrix.std(axis=0)
    matrix = (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.column_stack([np.ones(len(matrix)), matrix])


def fit_logistic(columns: Floats, is_one: npt.NDArray[np.bool_]) -> Floats:
    """Weights of a logistic regression with a ridge on all but the constant; both sides weigh the same.

    Source:
        Newton's method, as in Hastie, Tibshirani and Friedman (2009), section 4.4.1.

    Example:
        >>> columns = np.column_stack([np.ones(4), [-2.0, -1.0, 1.0, 2.0]])
        >>> bool(fit_logistic(columns, np.array([False, False, True, True]))[1] > 0)
        True
    """
    n, n_ones = len(is_one), int(is_one.sum())
    weights = np.zeros(columns.shape[1])
    if n_ones in (0, n):
        return weights
    balance = np.where(is_one, 0.5 / n_ones, 0.5 / (n - n_ones)) * n
    ridge = np.full(columns.shape[1], RIDGE)
    ridge[0] = 1e-6
    for _ in range(N_STEPS):
        chance = _expit(columns @ weights)
        slope = columns.T @ (balance * (is_one - chance)) - ridge * weights
        bend = (columns * (balance * chance * (1 - chance))[:, None]).T @ columns + np.diag(ridge)
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def _draws(persons: pd.Series, seed: int) -> tuple[Ints, Ints]:
    """For each case the fold and the rank of its person; a person's cases share both."""
    names, of = np.unique(persons.to_numpy(str), return_inverse=True)
    rank = np.random.default_rng(seed).permutation(len(names))
    return (rank % N_FOLDS)[of], rank[of]


def _expit(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))
