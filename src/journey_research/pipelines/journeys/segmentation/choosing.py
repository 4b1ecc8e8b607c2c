"""How many segments, and by which method: criteria, measured and told, never taste.

Context: every method gives as many segments as it is asked for, in noise as well. Choice: segments count
only if they are *stable* (fits on resamples of persons agree) and *repeatable* (a person's odd weeks and
even weeks fall into the same segment beyond chance, so the segment is the person's and no accident of a
count). Of the numbers that pass, a mixture takes the lowest BIC, which one segment may have, k-means the
highest silhouette. Of the methods, ``best`` takes the most repeatable. Given up: segments that are real
but too weak to be seen twice; nobody could use them next week.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .agreement import adjusted_rand, agreement_interval
from .behaviours import EVEN_WEEKS, NOW, ODD_WEEKS, Behaviours, Scale
from .density import NOISE
from .estimator import Floats, Labels
from .methods import (
    DENSITY,
    LIKELIHOOD,
    are_told,
    make_estimator,
    numbers_of_segments,
    places_for,
    rows_for,
)
from .rule import BEST, METHODS, SegmentRule

COLUMNS = {
    "method": "str", "n_segments": "int64", "bic": "float64", "silhouette": "float64",
    "smallest_share": "float64", "unassigned_share": "float64",
    "stability": "float64", "stability_low": "float64", "stability_high": "float64",
    "repeatability": "float64", "repeatability_low": "float64", "repeatability_high": "float64",
    "n": "int64", "n_twice_seen": "int64", "is_best_of_method": "bool", "is_chosen": "bool", "reason": "str",
}  # fmt: skip
EVERYBODY_METHOD = "everybody"
Choice = dict[str, Any]


def sampled(draws: np.random.Generator, n: int, most: int) -> Labels:
    """Rows of at most ``most`` of n persons, in order.

    Example:
        >>> sampled(np.random.default_rng(1), 3, 5).tolist()
        [0, 1, 2]
    """
    return np.arange(n) if n <= most else np.sort(draws.choice(n, most, replace=False))


def compare_methods(periods: dict[str, Behaviours], scale: Scale, rule: SegmentRule) -> pd.DataFrame:
    """Every method with every number of segments, measured on the persons of now.

    Args:
        periods: Behaviours by period, as ``gather_behaviours`` gives them; at least ``min_persons``.
        scale: Of the features of now.
        rule: What is tried, and what is asked of it.

    Returns:
        Contract ``SegmentChoices``; exactly one row is chosen.
    """
    rows = [
        _measured(method, n_segments, periods, scale, rule)
        for method in METHODS
        for n_segments in numbers_of_segments(method, rule)
    ]
    return choose(rows, rule)


def everybody_is_one(n: int, reason: str) -> pd.DataFrame:
    """The choice where nothing is compared, for n persons."""
    return _framed([_row(EVERYBODY_METHOD, 1, n) | {"is_chosen": True, "reason": reason}])


def choose(rows: list[Choice], rule: SegmentRule) -> pd.DataFrame:
    """Mark the best number of each method and the chosen one, with the reason for every row.

    Args:
        rows: One per method and number of segments, measured.
        rule: Thresholds, and which method is the run's.

    Returns:
        Contract ``SegmentChoices``, with a row for one segment in front.
    """
    told = [{**row, "reason": _refused(row, rows, rule)} for row in rows]
    best = [one for method in METHODS if (one := _best_of(method, told)) is not None]
    of_run = [row for row in best if rule.method in (BEST, row["method"])]
    everybody = _row(EVERYBODY_METHOD, 1, max((row["n"] for row in rows), default=0))
    if not of_run:
        everybody |= {"is_chosen": True, "reason": "nothing passes the criteria, so persons are one segment"}
        return _framed([everybody, *told])
    chosen = min(of_run, key=lambda row: (-row["repeatability"], row["method"]))
    chosen["is_chosen"] = True
    by = "the most repeatable of the methods" if rule.method == BEST else "the method that was asked for"
    chosen["reason"] += f"; {by}"
    everybody["reason"] = "segments that pass the criteria were found"
    return _framed([everybody, *told])


def _best_of(method: str, told: list[Choice]) -> Choice | None:
    """The number of segments that the method's own criterion prefers, marked; None where none passes."""
    passed = [row for row in told if row["method"] == method and not row["reason"]]
    if not passed:
        return None
    sign, name = (1, "bic") if method in LIKELIHOOD else (-1, "silhouette")
    best = min(passed, key=lambda row: (sign * row[name], row["n_segments"]))
    for row in passed:
        row["reason"] = f"passes, but {name} prefers {best['n_segments']}"
    best |= {"is_best_of_method": True, "reason": f"passes, and the best of its method by {name}"}
    return best


def _refused(row: Choice, rows: list[Choice], rule: SegmentRule) -> str:
    """Why these segments do not count; empty where they do."""
    if row["n"] < rule.min_persons:
        return f"fewer than {rule.min_persons} persons did anything that can be compared"
    if row["n_segments"] < 2:
        return "one segment or none"
    if row["smallest_share"] < rule.min_segment_share:
        return f"a segment holds less than {rule.min_segment_share:.0%} of persons"
    if row["n_twice_seen"] < rule.min_persons:
        return f"fewer than {rule.min_persons} persons have touches in odd and in even weeks"
    if row["stability"] < rule.min_stability:
        return f"fits on resamples agree by less than {rule.min_stability}"
    if not row["repeatability_low"] > rule.min_repeatability:
        return "odd and even weeks of a person do not agree beyond chance"
    if row["method"] not in LIKELIHOOD:
        weak = row["silhouette"] < rule.min_silhouette
        return f"silhouette is below {rule.min_silhouette}" if weak else ""
    of_one = [one["bic"] for one in rows if one["method"] == row["method"] and one["n_segments"] == 1]
    return "bic prefers one segment" if of_one and of_one[0] <= row["bic"] else ""


def _measured(
    method: str, n_segments: int, periods: dict[str, Behaviours], scale: Scale, rule: SegmentRule
) -> Choice:
    draws = np.random.default_rng(rule.segment_seed)
    now = periods[NOW]
    rows = rows_for(method, now, scale)
    rows = rows[are_told(method, rows)]
    judged = rows[sampled(draws, len(rows), rule.max_judged_persons)]
    if len(judged) < rule.min_persons:
        return _row(method, n_segments, len(judged))

    def fitted(some: Floats, n_starts: int = 1) -> Any:
        return make_estimator(method, n_segments, len(some), now, rule, n_starts).fit(some)

    model = fitted(judged, rule.n_starts)
    labels = np.asarray(model.predict(judged), np.int64)
    told = _row(method, n_segments, len(judged))
    told["bic"] = float(model.bic(judged)) if method in LIKELIHOOD else np.nan
    if n_segments == 1 and method != DENSITY:
        return told
    told |= _sizes(labels, n_segments)
    told["silhouette"] = _silhouette(places_for(method, judged), labels)
    again = [
        adjusted_rand(labels, np.asarray(fitted(judged[one]).predict(judged), np.int64))
        for one in (draws.integers(0, len(judged), len(judged)) for _ in range(rule.n_resamples))
    ]
    low, high = np.quantile(again, [0.025, 0.975])
    told |= {"stability": float(np.mean(again)), "stability_low": low, "stability_high": high}
    halves = _twice_seen(method, periods, draws, rule)
    told["n_twice_seen"] = len(halves[0])
    if len(halves[0]) < rule.min_persons:  # too few to say, so the segments do not count
        return told
    # Each half on its own scale: all persons were silent for a week longer before the odd weeks.
    odd, even = (rows_for(method, half, Scale.of(half.features())) for half in halves)
    model = fitted(odd, rule.n_starts)
    one, other = (np.asarray(model.predict(half), np.int64) for half in (odd, even))
    if len(np.unique(one)) == len(np.unique(other)) == 1:
        return told  # everybody is alike in both halves: that repeats, but tells nobody apart
    value, low, high, _ = agreement_interval(one, other, draws)
    return told | {"repeatability": value, "repeatability_low": low, "repeatability_high": high}


def _twice_seen(
    method: str, periods: dict[str, Behaviours], draws: np.random.Generator, rule: SegmentRule
) -> tuple[Behaviours, Behaviours]:
    """Odd and even weeks of persons who have touches in both that say anything to the method."""
    odd, even = periods[ODD_WEEKS], periods[EVEN_WEEKS]
    seen = [half.person_ids[are_told(method, half.deed_steps)].astype(str) for half in (odd, even)]
    both = np.intersect1d(seen[0], seen[1])
    kept = both[sampled(draws, len(both), rule.max_judged_persons)]
    return odd.of_persons(kept), even.of_persons(kept)


def _sizes(labels: Labels, n_segments: int) -> Choice:
    counts = np.unique(labels[labels != NOISE], return_counts=True)[1]
    return {
        "n_segments": max(len(counts), n_segments),
        # A segment that was asked for and is empty is the smallest.
        "smallest_share": float(counts.min() / len(labels)) if len(counts) >= n_segments else 0.0,
        "unassigned_share": float(np.mean(labels == NOISE)),
    }


def _silhouette(places: Floats, labels: Labels) -> float:
    """Mean silhouette of those who have a segment; NaN where there are not two segments of them."""
    from sklearn.metrics import silhouette_score

    inside = labels != NOISE
    n_found = len(np.unique(labels[inside]))
    if not 2 <= n_found < inside.sum():
        return float("nan")
    return float(silhouette_score(places[inside], labels[inside]))


def _row(method: str, n_segments: int, n: int) -> Choice:
    nothing = {name: np.nan for name, kind in COLUMNS.items() if kind == "float64"}
    return {
        **nothing, "method": method, "n_segments": n_segments, "n": n, "n_twice_seen": 0,
        "smallest_share": 1.0, "unassigned_share": 0.0, "is_best_of_method": False, "is_chosen": False,
        "reason": "",
    }  # fmt: skip


def _framed(rows: list[Choice]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
