"""How well scores rank and how honest they are, on persons and days that training never saw.

Every figure stands beside what a reader would guess: everybody has the base rate, "was there a touch
in the last 7 days" (``_one_feature``), "converted before" (``_converted_before``). Intervals are 95 %,
by drawing persons again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table, run_sql

from .ranking import Floats, average_precision, brier, calibration_line, log_loss, rank_area

if TYPE_CHECKING:
    import pyarrow as pa

FEWEST_TOLD = 0.5
Measure = Callable[[Floats, Floats, Floats], float]


@dataclass(frozen=True)
class EvaluationRule:
    """How scores are judged.

    Attributes:
        intervals: Draws of persons behind low and high.
        n_bins: Bins of the calibration table.
        evaluation_seed: Seed of the draws.
    """

    intervals: int = 200
    n_bins: int = 10
    evaluation_seed: int = 1

    def __post_init__(self) -> None:
        if self.intervals < 1:
            raise ValueError(f"intervals is {self.intervals}; at least 1 draw")
        if self.n_bins < 1:
            raise ValueError(f"n_bins is {self.n_bins}; at least 1")


MEASURES: dict[str, Measure] = {
    "auc": rank_area,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
}


def evaluate_scores(
    scores: Table, examples: Table, rule: EvaluationRule
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure the scores of the test examples.

    Args:
        scores: n rows, contract ``Scores``.
        examples: n rows, contract ``Examples``; what the one-feature baseline reads.
        rule: Draws and bins.

    Returns:
        ``conversion_metrics`` (contract ``Metrics``): AUC, average precision, Brier score and log loss
        of the model, each beside the guesses where those can differ; by how much its AUC is above that
        of ``_converted_before``; the calibration line; base rates. All null without test examples.
        ``calibration_bins`` (contract ``CalibrationBins``): test examples by rising probability.
    """
    rows = run_sql("judged_scores.sql", scores=scores, examples=examples).to_arrow()
    train, test = (_of_split(rows, split) for split in ("train", "test"))
    return _metrics(train, test, rule), _bins(test, rule.n_bins)


def _of_split(rows: pa.Table, split: str) -> pa.Table:
    import pyarrow.compute as pc

    return rows.filter(pc.equal(rows.column("split"), split))


def _metrics(train: pa.Table, test: pa.Table, rule: EvaluationRule) -> pd.DataFrame:
    y, p = _column(test, "converted"), _column(test, "conversion_probability")
    y_train = _column(train, "converted")
    guesses = {"": p} | _baselines(train, test)
    multiplicity = _draw_persons(test, rule)
    found = [("base_rate", *_interval(lambda w: float(w @ y / w.sum()), multiplicity, len(y)))]
    train_rate = float(y_train.mean()) if len(y_train) else None
    found.append(("base_rate_train", train_rate, *_wilson(train_rate, len(y_train)), len(y_train)))
    for name, measure in MEASURES.items():
        for suffix, guess in guesses.items():
            if suffix != "_base_rate" or name in ("brier", "log_loss"):
                found.append((name + suffix, *_measured(measure, y, guess, multiplicity)))
    gain = _above(guesses["_converted_before"])
    found.append(("auc_above_converted_before", *_measured(gain, y, p, multiplicity)))
    for name, place in (("calibration_intercept", 0), ("calibration_slope", 1)):
        found.append((name, *_measured(_part(place), y, p, multiplicity)))
    table = pd.DataFrame(found, columns=["metric", "value", "low", "high", "n"])
    return table.astype({"metric": "str", "value": float, "low": float, "high": float, "n": "int64"})


def _above(guess: Floats) -> Measure:
    def measure(y: Floats, p: Floats, w: Floats) -> float:
        return rank_area(y, p, w) - rank_area(y, guess, w)

    return measure


def _part(place: int) -> Measure:
    def measure(y: Floats, p: Floats, w: Floats) -> float:
        return calibration_line(y, p, w)[place]

    return measure


def _column(rows: pa.Table, name: str) -> Floats:
    return rows.column(name).to_numpy(zero_copy_only=False).astype(np.float64)


def _baselines(train: pa.Table, test: pa.Table) -> dict[str, Floats]:
    """Probabilities the training examples would have us guess."""
    y = _column(train, "converted")
    rate = y.mean() if len(y) else np.nan
    guesses = {"_base_rate": np.full(len(test), rate)}
    for suffix, name in (("_one_feature", "is_touched"), ("_converted_before", "has_converted")):
        known, asked = _column(train, name), _column(test, name)
        no, yes = (y[known == value].mean() if (known == value).any() else rate for value in (0, 1))
        guesses[suffix] = np.where(asked == 1, yes, no)
    return guesses


def _draw_persons(test: pa.Table, rule: EvaluationRule) -> npt.NDArray[np.uint8]:
    """Rows: first everybody once, then draws; columns: how often each test example counts."""
    codes, persons = pd.factorize(test.column("person_id").to_pandas(), sort=True)
    random = np.random.default_rng(rule.evaluation_seed)
    drawn = [np.ones(len(codes), np.uint8)]
    for _ in range(rule.intervals if len(persons) else 0):
        again = random.integers(0, len(persons), len(persons))
        drawn.append(np.minimum(np.bincount(again, minlength=len(persons)), 255)[codes].astype(np.uint8))
    return np.array(drawn)


def _measured(
    measure: Measure, y: Floats, p: Floats, multiplicity: npt.NDArray[np.uint8]
) -> tuple[float | None, float | None, float | None, int]:
    def once(weights: Floats) -> float:
        return measure(y, p, weights)

    return _interval(once, multiplicity, len(y) if not np.isnan(p).any() else 0)


def _interval(
    once: Callable[[Floats], float], multiplicity: npt.NDArray[np.uint8], n: int
) -> tuple[float | None, float | None, float | None, int]:
    if n == 0:
        return None, None, None, 0
    value, *draws = (once(weights.astype(float)) for weights in multiplicity)
    told = np.array(draws)[np.isfinite(draws)]
    if np.isnan(value):
        return None, None, None, n
    if len(told) < FEWEST_TOLD * len(draws):
        return value, None, None, n
    low, high = np.quantile(told, [0.025, 0.975])
    # The value itself can lie outside a skewed bootstrap; a range that leaves it out would mislead.
    return value, min(float(low), value), max(float(high), value), n


def _wilson(share: float | None, n: int) -> tuple[float | None, float | None]:
    """95 % range of a share (Wilson 1927)."""
    if share is None or n == 0:
        return None, None
    z = 1.959963984540054
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def _bins(test: pa.Table, n_bins: int) -> pd.DataFrame:
    y, p = _column(test, "converted"), _column(test, "conversion_probability")
    rows = []
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, n_bins) if len(part)]
    for number, part in enumerate(parts, start=1):
        share = float(y[part].mean())
        rows.append((number, float(p[part].mean()), share, *_wilson(share, len(part)), len(part)))
    table = pd.DataFrame(
        rows, columns=["bin_number", "mean_probability", "converted_share", "low", "high", "n"]
    )
    kinds: dict[str, str] = dict.fromkeys(table.columns, "float64")
    return table.astype(kinds | {"bin_number": "int64", "n": "int64"})
