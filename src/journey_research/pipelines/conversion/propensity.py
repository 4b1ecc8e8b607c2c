"""The probability to convert inside the horizon: one logistic regression, kept as plain numbers.

Context: a score must be explainable years later and must not be made from other columns than it
was trained on. Choice: standardised weights in a JSON document with cut-off, feature list and
hash; scoring is one product of a matrix. Given up: what trees would add.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from journey_research.engine import Table
from journey_research.errors import UserError

from .features import FEATURES, feature_matrix, model_columns

Floats = npt.NDArray[np.float64]
Document = dict[str, Any]
SIGNIFICANT_DIGITS = 8


@dataclass(frozen=True)
class PropensityRule:
    """How the model is trained.

    Attributes:
        min_conversions: Fewer training examples than this that converted, or that did not, and
            the model is the base rate.
        inverse_penalty: C of the ridge penalty on standardised weights; smaller is stricter.
        n_folds: Folds of persons whose left-out scores calibrate the model.
    """

    min_conversions: int = 30
    inverse_penalty: float = 1.0
    n_folds: int = 5

    def __post_init__(self) -> None:
        if self.min_conversions < 1:
            raise ValueError(f"min_conversions is {self.min_conversions}; at least 1")
        if self.inverse_penalty <= 0:
            raise ValueError(f"inverse_penalty is {self.inverse_penalty}; more than 0")
        if self.n_folds < 2:
            raise ValueError(f"n_folds is {self.n_folds}; at least 2")


def fit_propensity(examples: Table, rule: PropensityRule) -> Document:
    """Train on the training examples.

    Args:
        examples: n rows, contract ``Examples``.
        rule: How to train.

    Returns:
        A JSON document: ``kind`` (``logistic_regression``, ``base_rate`` or ``none``), ``reason``,
        ``features``, ``columns``, ``means``, ``scales``, ``weights``, ``intercept``, ``calibration``
        (slope and intercept of left-out scores), ``base_rate``, ``n_examples``, ``n_conversions``,
        ``trained_until`` (the last cut-off) and ``sha256`` of all that.
    """
    rows = examples.query(
        f"select person_id, is_converted, cut_off_at, {', '.join(FEATURES)} "
        "from this where split = 'train' order by example_id"
    ).to_arrow()
    converted = rows.column("is_converted").to_numpy().astype(bool)
    n, n_converted = len(converted), int(converted.sum())
    document: Document = {
        "kind": "none",
        "reason": "there are no training examples",
        "features": list(FEATURES),
        "columns": model_columns(),
        "n_examples": n,
        "n_conversions": n_converted,
        "base_rate": _short(n_converted / n) if n else None,
        "trained_until": str(np.max(rows.column("cut_off_at").to_numpy())) if n else None,
    }
    if n and min(n_converted, n - n_converted) < rule.min_conversions:
        document["kind"] = "base_rate"
        document["reason"] = (
            f"{n_converted:,} of {n:,} training examples converted; a model wants at least "
            f"{rule.min_conversions:,} that did and as many that did not"
        )
    elif n:
        document |= {"kind": "logistic_regression", "reason": ""} | _fit(rows, converted, rule)
    return document | {"sha256": document_hash(document)}


def document_hash(document: Document) -> str:
    """SHA-256 of a model's JSON, without its own hash."""
    said = {name: value for name, value in document.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _fit(rows: pa.Table, converted: npt.NDArray[np.bool_], rule: PropensityRule) -> Document:
    matrix = feature_matrix(rows)
    means, scales = matrix.mean(axis=0), matrix.std(axis=0)
    scales = np.where(scales > 1e-9, scales, 1.0)
    standard = (matrix - means) / scales
    weights, intercept = _regress(standard, converted, rule.inverse_penalty)
    folds = _fold_of(rows.column("person_id").to_pylist(), rule.n_folds)
    slope, shift = _calibrate(standard, converted, folds, rule.inverse_penalty)
    return {
        "means": [_short(value) for value in means],
        "scales": [_short(value) for value in scales],
        "weights": [_short(value) for value in weights],
        "intercept": _short(intercept),
        "calibration": {"slope": _short(slope), "intercept": _short(shift)},
    }


def _regress(
    matrix: Floats, converted: npt.NDArray[np.bool_], inverse_penalty: float
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=inverse_penalty, solver="newton-cholesky", tol=1e-10, max_iter=200)
    model.fit(matrix, converted)
    return model.coef_[0], float(model.intercept_[0])


def _fold_of(persons: list[str], n_folds: int) -> npt.NDArray[np.int64]:
    """A person's fold comes from its name alone, so it never changes with the others."""
    named = {person: int(hashlib.md5(person.encode()).hexdigest()[:8], 16) for person in set(persons)}
    return np.array([named[person] % n_folds for person in persons], np.int64)


def _calibrate(
    matrix: Floats, converted: npt.NDArray[np.bool_], folds: npt.NDArray[np.int64], inverse_penalty: float
) -> tuple[float, float]:
    """Slope and intercept that fit the log odds of persons left out to what they did."""
    odds = np.full(len(converted), np.nan)
    for fold in np.unique(folds):
        held = folds == fold
        if converted[~held].any() and not converted[~held].all():
            weights, intercept = _regress(matrix[~held], converted[~held], inverse_penalty)
            odds[held] = matrix[held] @ weights + intercept
    told = np.isfinite(odds)
    if not told.any() or np.ptp(odds[told]) < 1e-9 or len(set(converted[told].tolist())) < 2:
        return 1.0, 0.0
    weights, intercept = _regress(odds[told, None], converted[told], 1e6)
    if weights[0] <= 0:  # the features say nothing about persons left out: everybody has the base rate
        rate = converted[told].mean()
        return 0.0, float(np.log(rate / (1 - rate)))
    return float(weights[0]), intercept


def _short(value: float) -> float:
    """So many digits that threads and processors, which differ in the last ones, agree."""
    return float(f"{float(value):.{SIGNIFICANT_DIGITS}g}")


def score_examples(examples: Table, propensity_model: Document) -> Table:
    """The probability of every example to convert inside the horizon.

    Args:
        examples: n rows, contract ``Examples``; any split.
        propensity_model: As ``fit_propensity`` made it.

    Returns:
        n rows, contract ``Scores``; none when the model knows not even a base rate.

    Raises:
        UserError: The model was trained on another list of features, or was changed by hand.
    """
    if propensity_model["features"] != list(FEATURES) or propensity_model["columns"] != model_columns():
        raise UserError(
            "the propensity model was trained on another list of features",
            rule="a model scores only the features it was trained on",
            do="train it again: kedro run --pipelines conversion",
        )
    if propensity_model["sha256"] != document_hash(propensity_model):
        raise UserError("the propensity model is not as it was saved", do="train it again")
    known = "" if propensity_model["kind"] != "none" else " where false"
    rows = examples.query(f"select * from this{known} order by example_id").to_arrow()
    kept = rows.select(["example_id", "person_id", "cut_off_at", "split", "is_converted"])
    scored = kept.append_column("conversion_probability", [_probabilities(rows, propensity_model)])
    return Table.from_arrow(scored)


def _probabilities(rows: pa.Table, model: Document) -> Floats:
    if model["kind"] != "logistic_regression":
        return np.full(len(rows), model["base_rate"] if len(rows) else 0.0)
    standard = (feature_matrix(rows) - np.array(model["means"])) / np.array(model["scales"])
    odds = (standard * np.array(model["weights"])).sum(axis=1) + model["intercept"]
    odds = odds * model["calibration"]["slope"] + model["calibration"]["intercept"]
    return np.round(1 / (1 + np.exp(-np.clip(odds, -500, 500))), 12)
