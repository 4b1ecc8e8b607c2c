"""Kinds of walkers: a mixture of Markov chains, fitted by EM on counts of starts and steps.

Context: persons differ in the order in which they go through channels, and a chain for each kind tells
that order. Choice: what a chain knows of a sequence is its start and its counts of transitions, so a
sequence is one row of a matrix, EM is two products of matrices, and the estimator is scikit-learn's kind
on numeric rows. Given up: memory beyond one step, and time between steps.
"""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .estimator import Estimator, Floats, Labels

TINY = 1e-300  # stands for a chance of 0 where a new person does what nobody did


class MarkovMixture(Estimator):
    """A mixture of Markov chains; with ``n_states=None`` one of multinomials.

    A row is one sequence, or all sequences of one person added up: ``n_states`` counts of starts, then
    ``n_states`` times ``n_states`` counts of steps, those from the first state first (``step_counts``). Where
    the last state is an end, which nothing follows, the steps from it may be left out of the row.

    Args:
        n_components: Chains.
        n_states: States; a row then has ``n_states * (n_states + 1)`` columns, or ``n_states * n_states``
            where the last is an end. None: a row is one distribution over its columns, which takes any matrix
            of counts.
        smoothing: Steps of every kind that each chain is taken to have seen before, 0 or more.
        n_init: Times EM begins anew, from sequences drawn at random; the best end is kept.
        max_iter: Most steps of EM.
        tol: EM ends when the objective for each row grows by less.
        random_state: Seed.

    Attributes:
        weights_: (k,) share of each chain.
        probabilities_: (k, columns) chances of starts and of steps; each block of a state adds up to 1.
        history_: Objective after each step of EM of the start that was kept: the log-likelihood, plus
            ``smoothing`` times the logarithms of all chances. It never decreases.
        n_iter_: Steps of EM.
        converged_: Whether EM ended before ``max_iter``.

    Source:
        Cadez, Heckerman, Meek, Smyth, White (2003), "Model-based clustering and visualization of
        navigation patterns on a web site"; Melnykov (2016), "Model-based biclustering of clickstream
        data", whose count of parameters BIC follows.

    Example:
        >>> rows = step_counts([[0, 0, 0, 0], [0, 0, 0], [0, 1, 0, 1], [0, 1, 0, 1, 0]], 2)
        >>> MarkovMixture(2, n_states=2, random_state=1).fit_predict(rows).tolist() in (
        ...     [0, 0, 1, 1], [1, 1, 0, 0]
        ... )
        True
    """

    kind = "density_estimator"
    takes_counts = True

    def __init__(
        self,
        n_components: int = 1,
        *,
        n_states: int | None = None,
        smoothing: float = 0.5,
        n_init: int = 5,
        max_iter: int = 500,
        tol: float = 1e-6,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.n_states = n_states
        self.smoothing = smoothing
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the chains to n rows of counts.

        Raises:
            ValueError: Rows have another width than the states make, are fewer than the chains, hold a
                count below 0, or an argument is out of bounds.
        """
        from sklearn.utils import check_random_state

        rows = self._rows(X, reset=True)
        self._check(rows)
        draws = check_random_state(self.random_state)
        best: tuple[Floats, Floats, list[float], bool] | None = None
        for _ in range(self.n_init):
            ended = self._climb(rows, draws)
            if best is None or ended[2][-1] > best[2][-1]:
                best = ended
        assert best is not None
        self.weights_, self.probabilities_, self.history_, self.converged_ = best
        self.n_iter_ = len(self.history_)
        return self

    def predict(self, X: Any) -> Labels:
        """The likeliest chain of each row; of equals the first."""
        return np.asarray(np.argmax(self._joint(self._rows(X, reset=False)), axis=1), np.int64)

    def fit_predict(self, X: Any, y: Any = None) -> Labels:
        """Fit, then the likeliest chain of each row."""
        return self.fit(X).predict(X)

    def predict_proba(self, X: Any) -> Floats:
        """(n, k) chances that each row is of each chain."""
        joint = self._joint(self._rows(X, reset=False))
        return np.exp(joint - _log_sum(joint)[:, None])

    def score_samples(self, X: Any) -> Floats:
        """(n,) log-likelihood of each row, as one order of its steps."""
        return _log_sum(self._joint(self._rows(X, reset=False)))

    def score(self, X: Any, y: Any = None) -> float:
        """Mean log-likelihood of a row."""
        return float(self.score_samples(X).mean())

    def bic(self, X: Any) -> float:
        """Schwarz's criterion on these rows, each one observation; lower is better."""
        rows = self._rows(X, reset=False)
        return self.n_parameters() * math.log(len(rows)) - 2 * float(_log_sum(self._joint(rows)).sum())

    def n_parameters(self) -> int:
        """Free chances: k - 1 weights, and for each chain one less than the states in each block."""
        k, columns = self.probabilities_.shape
        size = self.n_states or columns
        return k - 1 + k * (columns // size) * (size - 1)

    def _check(self, rows: Floats) -> None:
        n, columns = rows.shape
        if self.n_states is not None and columns not in (
            self.n_states * (self.n_states + 1),
            self.n_states**2,
        ):
            raise ValueError(
                f"{columns} columns are not the starts and steps of {self.n_states} states; "
                f"those are {self.n_states * (self.n_states + 1)}, or {self.n_states**2} where the last is "
                "an end"
            )
        if not 1 <= self.n_components <= n:
            raise ValueError(f"n_components is {self.n_components}; 1 to the number of rows, n_samples={n}")
        if self.smoothing < 0 or self.n_init < 1 or self.max_iter < 1:
            raise ValueError("smoothing is at least 0, n_init and max_iter are at least 1")

    def _climb(self, rows: Floats, draws: Any) -> tuple[Floats, Floats, list[float], bool]:
        """EM from one start: weights, chances, objective after each step, whether it came to rest."""
        k, n = self.n_components, len(rows)
        seeds = rows[draws.permutation(n)[:k]]
        everybody = self._chances(rows.sum(axis=0, keepdims=True))
        # A drawn sequence is short, so its chances lean on everybody's.
        chances = self._chances(seeds + 0.1 * everybody * max(float(seeds.sum(axis=1).mean()), 1.0))
        weights = np.full(k, 1 / k)
        history: list[float] = []
        for _ in range(self.max_iter):
            joint = _joint(rows, weights, chances)
            share = np.exp(joint - _log_sum(joint)[:, None])
            weights, chances = share.mean(axis=0), self._chances(share.T @ rows)
            history.append(self._objective(rows, weights, chances))
            if len(history) > 1 and history[-1] - history[-2] < self.tol * n:
                return weights, chances, history, True
        return weights, chances, history, False

    def _chances(self, counts: Floats) -> Floats:
        """(k, columns) counts to chances, each block of a state to 1; a block without a count is even."""
        k, columns = counts.shape
        size = self.n_states or columns
        blocks = counts.reshape(k, columns // size, size) + self.smoothing
        sums = blocks.sum(axis=2, keepdims=True)
        even = np.full_like(blocks, 1 / size)
        return np.divide(blocks, sums, out=even, where=sums > 0).reshape(k, columns)

    def _objective(self, rows: Floats, weights: Floats, chances: Floats) -> float:
        told = float(_log_sum(_joint(rows, weights, chances)).sum())
        return told + (self.smoothing * float(_log(chances).sum()) if self.smoothing else 0.0)

    def _joint(self, rows: Floats) -> Floats:
        return _joint(rows, self.weights_, self.probabilities_)


def step_counts(sequences: list[list[int]], n_states: int) -> Floats:
    """Rows for ``MarkovMixture``: starts and steps of each sequence, counted.

    Args:
        sequences: n lists of states from 0; an empty one is a row of zeros.
        n_states: States.

    Returns:
        n rows of ``n_states * (n_states + 1)`` counts.

    Example:
        >>> step_counts([[1, 0, 0]], 2).tolist()
        [[0.0, 1.0, 1.0, 0.0, 1.0, 0.0]]
    """
    rows = np.zeros((len(sequences), n_states * (n_states + 1)))
    for row, sequence in zip(rows, sequences, strict=True):
        states: npt.NDArray[np.int64] = np.asarray(sequence, np.int64)
        np.add.at(row, states[:1], 1)
        np.add.at(row, n_states * (states[:-1] + 1) + states[1:], 1)
    return rows


def _joint(rows: Floats, weights: Floats, chances: Floats) -> Floats:
    """(n, k) logarithms of the chance of each row together with each chain."""
    return np.asarray(rows @ _log(chances).T + _log(weights), np.float64)


def _log(chances: Floats) -> Floats:
    return np.log(np.maximum(chances, TINY))


def _log_sum(joint: Floats) -> Floats:
    most = joint.max(axis=1)
    return np.asarray(most + np.log(np.exp(joint - most[:, None]).sum(axis=1)), np.float64)
