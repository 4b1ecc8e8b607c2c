"""Figures about probabilities and what happened, for weighted examples.

Each takes n outcomes (1 or 0), n probabilities and n weights (how often an example counts), and is
NaN where it is undefined. Weighted, because an interval draws persons again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SMALLEST = 1e-12


def rank_area(y: Floats, p: Floats, w: Floats) -> float:
    """Probability that one who converts is scored above one who does not; ties count half.

    Example:
        >>> rank_area(np.array([1.0, 0.0, 0.0]), np.array([0.9, 0.9, 0.1]), np.ones(3))
        0.75
    """
    positive, negative = _by_score(y, p, w)
    pairs = positive.sum() * negative.sum()
    if pairs <= 0:
        return float("nan")
    below = np.cumsum(negative[::-1])[::-1] - negative
    return float((positive * (below + negative / 2)).sum() / pairs)


def average_precision(y: Floats, p: Floats, w: Floats) -> float:
    """Mean share of converters among all who score at least as high, over the converters.

    Example:
        >>> average_precision(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.5, 0.1]), np.ones(3))
        0.8333333333333333
    """
    positive, negative = _by_score(y, p, w)
    if positive.sum() <= 0:
        return float("nan")
    seen = np.cumsum(positive + negative)
    precision = np.divide(np.cumsum(positive), seen, out=np.zeros_like(seen), where=seen > 0)
    return float((positive * precision).sum() / positive.sum())


def _by_score(y: Floats, p: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Weight of converters and of others at each distinct score, from the highest down."""
    _, code = np.unique(-p, return_inverse=True)
    sums = [np.bincount(code, counted).astype(np.float64) for counted in (y * w, (1 - y) * w)]
    return sums[0], sums[1]


def brier(y: Floats, p: Floats, w: Floats) -> float:
    """Mean squared distance between probability and outcome; lower is better.

    Example:
        >>> brier(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.ones(2))
        0.25
    """
    return float(w @ (p - y) ** 2 / w.sum()) if w.sum() > 0 else float("nan")


def log_loss(y: Floats, p: Floats, w: Floats) -> float:
    """Mean surprise in nats; lower is better.

    Example:
        >>> round(log_loss(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.ones(2)), 3)
        0.693
    """
    sure = np.clip(p, SMALLEST, 1 - SMALLEST)
    surprise = -(y * np.log(sure) + (1 - y) * np.log(1 - sure))
    return float(w @ surprise / w.sum()) if w.sum() > 0 else float("nan")


def calibration_line(y: Floats, p: Floats, w: Floats) -> tuple[float, float]:
    """Intercept and slope of outcomes on the log odds of the probabilities; honest scores: 0 and 1.

    A slope below 1: scores too far apart. NaN when all scores or all outcomes are the same.

    Example:
        >>> calibration_line(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.ones(2))
        (nan, nan)
    """
    sure = np.clip(p, SMALLEST, 1 - SMALLEST)
    odds = np.log(sure / (1 - sure))
    counted = w > 0
    if not counted.any() or np.ptp(odds[counted]) < 1e-9 or np.ptp(y[counted]) == 0:
        return float("nan"), float("nan")
    columns = np.column_stack([np.ones_like(odds), odds])
    line = np.array([0.0, 1.0])
    for _ in range(50):
        fitted = 1 / (1 + np.exp(-np.clip(columns @ line, -500, 500)))
        gradient = columns.T @ (w * (y - fitted))
        curvature = (columns * (w * fitted * (1 - fitted))[:, None]).T @ columns + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        line = line + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            return float(line[0]), float(line[1])
    return float("nan"), float("nan")
