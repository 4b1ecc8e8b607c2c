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


def distinct_rows(*columns: Floats) -> tuple[list[Floats], Floats]:
    """Distinct rows, sorted, column by column; and how often each stands."""
    order = np.lexsort(columns[::-1])
    rows = [np.asarray(column, np.float64)[order] for column in columns]
    new = np.zeros(len(order), bool)
    new[:1] = True
    for row in rows:
        new[1:] |= row[1:] != row[:-1]
    first = np.flatnonzero(new)
    return [row[first] for row in rows], np.diff(np.append(first, len(order))).astype(np.float64)


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
        bounds=[(-12.0, 12.0)] * len(names),
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
    """Standard errors of the logarithms, from differences of the gradient; NaN where it is flat."""
    step = 1e-4
    rows = []
    for direction in np.eye(len(logs)) * step:
        rows.append((likelihood(logs - direction)[1] - likelihood(logs + direction)[1]) / (2 * step))
    information = (np.array(rows) + np.array(rows).T) / 2
    if not np.all(np.isfinite(information)) or np.linalg.eigvalsh(information).min() <= 1e-6:
        return np.full(len(logs), np.nan)
    return np.sqrt(np.diag(np.linalg.inv(information)))
