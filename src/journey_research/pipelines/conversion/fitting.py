"""Maximum likelihood of models of customers: distinct histories, weighted; errors by the delta method.

Customers with the same history have the same likelihood, so it is computed once for each distinct
history and weighted; parameters are fitted as logarithms, with the analytic gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FARTHEST = 12.0  # logarithms of parameters are sought between minus and plus this
FLAT = 1e-3  # a curvature below this tells nothing: its standard error would be above 30 powers of e
Levels = tuple[Floats, Floats]
Likelihood = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True)
class Fit:
    """Estimates of a model.

    Attributes:
        estimates: Parameter name -> estimate, all above 0.
        standard_errors: Parameter name -> standard error; NaN where the likelihood is flat.
        log_likelihood: Of all customers, at the estimates.
        n: Customers.
    """

    estimates: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    n: int

    def values(self) -> tuple[float, ...]:
        return tuple(self.estimates.values())


def distinct_rows(*columns: Floats) -> tuple[list[Floats], Floats, npt.NDArray[np.int64]]:
    """Distinct rows, sorted, column by column; how often each stands; and which one each row is."""
    order = np.lexsort(columns[::-1])
    rows = [np.asarray(column, np.float64)[order] for column in columns]
    new = np.zeros(len(order), bool)
    new[:1] = True
    for row in rows:
        new[1:] |= row[1:] != row[:-1]
    first = np.flatnonzero(new)
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(new) - 1
    counts = np.diff(np.append(first, len(order))).astype(np.float64)
    return [row[first] for row in rows], counts, which


def count_levels(x: Floats, weights: Floats) -> Levels:
    """The distinct values of x, rising, and the weight of each."""
    values, which = np.unique(x, return_inverse=True)
    return values, np.bincount(which, weights).astype(np.float64)


def maximise(likelihood: Likelihood, names: tuple[str, ...], n: int) -> Fit:
    """Maximum likelihood over positive parameters, with standard errors by the delta method."""
    from scipy.optimize import minimize

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood(logs)
        return -value / n, -gradient / n

    found = minimize(
        loss,
        np.zeros(len(names)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-FARTHEST, FARTHEST)] * len(names),
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20},
    )
    estimates = np.exp(found.x)
    errors = estimates * _log_errors(likelihood, found.x)
    return Fit(
        dict(zip(names, map(float, estimates), strict=True)),
        dict(zip(names, map(float, errors), strict=True)),
        float(-found.fun * n),
        n,
    )


def _log_errors(likelihood: Likelihood, logs: Floats) -> Floats:
    """Standard errors of the logarithms, from differences of the gradient.

    NaN for a parameter on which the likelihood does not hang, such as the chance to stop where
    nobody stops; the others are then as if that one were known.
    """
    step = 1e-4
    rows = [
        (likelihood(logs - direction)[1] - likelihood(logs + direction)[1]) / (2 * step)
        for direction in np.eye(len(logs)) * step
    ]
    information = (np.array(rows) + np.array(rows).T) / 2
    errors = np.full(len(logs), np.nan)
    told = (np.abs(logs) < FARTHEST - 0.1) & (np.diag(information) > FLAT)
    kept = information[np.ix_(told, told)]
    if told.any() and np.all(np.isfinite(kept)) and np.linalg.eigvalsh(kept).min() > FLAT:
        errors[told] = np.sqrt(np.diag(np.linalg.inv(kept)))
    return errors
