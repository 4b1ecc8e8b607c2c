"""Logistic regression by Newton's method: the classifier of pairs.

Context: sixty columns and some ten thousand pairs. Choice: a dozen solves of a small linear system;
a library's general solver takes ten times as long. The penalty is on standardised columns, so that
no unit matters. Given up: the last digits, which hang on the number of threads that sum; whoever
keeps weights rounds them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

STEPS, LEAST_STEP = 50, 1e-8
# Small matrices: more threads only wait for one another, and add up in another order.
on_one_thread = threadpool_limits.wrap(limits=1, user_api="blas")


@dataclass(frozen=True)
class Logistic:
    """Weights in the columns' own units.

    Attributes:
        weights: One a column.
        intercept: Log-odds where every column is 0.
    """

    weights: np.ndarray
    intercept: float

    def log_odds(self, features: np.ndarray) -> np.ndarray:
        """Log-odds of each row: shape (n,)."""
        told: np.ndarray = features @ self.weights + self.intercept
        return told

    def probability(self, features: np.ndarray) -> np.ndarray:
        """Probability of each row: shape (n,)."""
        return sigmoid(self.log_odds(features))


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    """Probabilities of log-odds; beyond 60 they are as good as sure."""
    told: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60.0, 60.0)))
    return told


def fit_logistic(
    features: np.ndarray,
    answers: np.ndarray,
    weights: np.ndarray | None = None,
    penalty: float = 1.0,
    start: Logistic | None = None,
) -> Logistic:
    """Fit by penalised maximum likelihood.

    Args:
        features: Shape (n, k).
        answers: n probabilities or truth values of the answer.
        weights: n weights of the rows; 1 each where not given.
        penalty: Of the squared standardised weights; the intercept is free.
        start: Where to begin; it changes how long it takes and not where it ends.

    Example:
        >>> fitted = fit_logistic(np.array([[0.0], [0.0], [1.0], [1.0]]), np.array([0, 0, 1, 1]))
        >>> fitted.probability(np.array([[0.0], [1.0]])).round(1).tolist()
        [0.3, 0.7]
    """
    n, k = features.shape
    row_weight = np.ones(n) if weights is None else weights.astype(float)
    total = max(float(row_weight.sum()), 1e-12)
    mean = row_weight @ features / total
    spread = np.sqrt(np.maximum(row_weight @ (features - mean) ** 2 / total, 0.0))
    # A column that never varies weighs nothing; whether it does is asked in its own unit.
    scale = np.where(spread > 1e-9 * np.abs(features).max(axis=0, initial=0.0), spread, np.inf)
    rows = np.concatenate([(features - mean) / scale, np.ones((n, 1))], axis=1)
    ridge = np.append(np.full(k, penalty), 1e-9)
    told = np.zeros(k + 1)
    if start is not None:
        told[:k] = np.where(np.isfinite(scale), start.weights * np.where(np.isfinite(scale), scale, 0.0), 0.0)
        told[k] = start.intercept + start.weights @ mean
    loss = _loss(rows, answers, row_weight, ridge, told)
    for _ in range(STEPS):
        guessed = sigmoid(rows @ told)
        slope = rows.T @ (row_weight * (guessed - answers)) + ridge * told
        root = rows * np.sqrt(row_weight * guessed * (1 - guessed))[:, None]
        bend = root.T @ root + np.diag(ridge)  # of a matrix and itself half is summed
        step = np.linalg.solve(bend + 1e-10 * np.eye(k + 1), slope)
        size = 1.0
        while (now := _loss(rows, answers, row_weight, ridge, told - size * step)) > loss + 1e-12:
            size /= 2
            if size < 1e-6:
                break
        told, gained, loss = told - size * step, loss - now, now
        if gained < LEAST_STEP * (1 + abs(loss)):
            break
    own = told[:k] / scale
    return Logistic(own, float(told[k] - own @ mean))


def _loss(
    rows: np.ndarray, answers: np.ndarray, weights: np.ndarray, ridge: np.ndarray, told: np.ndarray
) -> float:
    log_odds = np.clip(rows @ told, -60.0, 60.0)
    return float(weights @ (np.logaddexp(0.0, log_odds) - answers * log_odds) + 0.5 * ridge @ told**2)
