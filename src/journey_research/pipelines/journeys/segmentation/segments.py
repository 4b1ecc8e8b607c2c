"""Persons who behave alike: from what they did to named segments, their traits, moves and metrics.

Context: a reader wants a handful of kinds of persons that are still there next week, and a run must be
repeatable to the byte. Choice: several methods are compared by criteria (``choosing``), one is fitted,
named by rule (``naming``) and read again as of a week before (``moves``); persons in the order of their
ids, one thread, a named seed. Given up: segments of persons without a touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import wilson_interval

from .agreement import agreement_interval
from .behaviours import NOW, WEEK_BEFORE, Behaviours, Scale
from .choosing import EVERYBODY_METHOD, compare_methods, everybody_is_one, sampled
from .density import NOISE
from .estimator import Labels
from .gathering import gather_behaviours
from .methods import DENSITY, are_told, labels_of, make_estimator, rows_for
from .moves import count_moves, rows_of_both
from .naming import NO_SEGMENT, NOBODY_NOW, name_segments, tell_styles, tell_traits
from .rule import SegmentRule

Names = npt.NDArray[np.object_]
METRIC_TYPES = {"metric": "str", "value": "float64", "low": "float64", "high": "float64", "n": "int64"}


@dataclass(frozen=True)
class Model:
    """A method that was fitted on one period, and what it needs to read another."""

    method: str
    fitted: Any
    scale: Scale

    def labels(self, told: Behaviours) -> Labels:
        """The cluster of each person, -1 for none; all 0 where persons are one."""
        if self.method == EVERYBODY_METHOD or not len(told):
            return np.zeros(len(told), np.int64)
        return labels_of(self.method, self.fitted, rows_for(self.method, told, self.scale))


def segment_persons(
    journey_touches: Table, touches: Table, outcomes: Table, orders: Table, as_of: Table, rule: SegmentRule
) -> tuple[Table, Table, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put persons with touches into a few segments.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        touches: l rows, contract ``Touches``; they tell which pages were looked at.
        outcomes: m rows, contract ``Outcomes``; any order.
        orders: k rows, contract ``Orders``; they tell which outcomes were reduced.
        as_of: The instant the run looks from; one row. What lies after it counts nowhere.
        rule: What is compared, and what is asked of segments.

    Returns:
        ``segments`` (one row per person with touches), ``segment_profiles``, ``segment_traits``,
        ``segment_choices``, ``segment_moves``, ``segment_metrics``; contracts of the same names, the
        last ``Metrics``. Few persons, or persons without structure, are one segment ``everybody``.
    """
    from threadpoolctl import threadpool_limits

    periods, behaviour = gather_behaviours(journey_touches, touches, outcomes, orders, as_of, rule.apart)
    now, before = periods[NOW], periods[WEEK_BEFORE]
    with threadpool_limits(1):  # sums over threads are not the same to the last bit
        choices, model = _fit(periods, rule)
        labels, labels_before = model.labels(now), model.labels(before)
        metrics = _measure(choices, model, now, before, labels, labels_before, rule)
    traits = tell_traits(labels, now)
    names, styles = name_segments(traits), tell_styles(traits)
    told, told_before = _named(labels, names), _named(labels_before, names)
    moves = count_moves(now, before, told, told_before, model.scale)
    was = pd.DataFrame({"person_id": before.person_ids, "segment_before": told_before}, dtype="str")
    people = pd.DataFrame({"person_id": now.person_ids, "segment": told}, dtype="str")
    segments = Table.from_pandas(people.merge(was, on="person_id", how="left", validate="one_to_one"))
    spoken = pd.DataFrame({"segment": names[label], "style": styles[label]} for label in styles)
    profiles = run_sql(
        "segment_profiles.sql",
        segments=segments,
        segment_styles=Table.from_pandas(spoken.reindex(columns=["segment", "style"]).astype("str")),
        person_behaviour=behaviour.query("select * from this where period = $now", now=NOW),
        journey_touches=journey_touches,
        as_of=as_of,
    )
    traits.insert(0, "segment", [names[label] for label in traits["label"]])
    return segments, profiles, _typed(traits.drop(columns="label")), choices, moves, metrics


def _fit(periods: dict[str, Behaviours], rule: SegmentRule) -> tuple[pd.DataFrame, Model]:
    """The choices, and the chosen method fitted on the persons of now."""
    now = periods[NOW]
    features = now.features()
    scale = Scale.of(features)
    if len(now) < rule.min_persons:
        reason = f"fewer than {rule.min_persons} persons are one segment"
        return everybody_is_one(len(now), reason), Model(EVERYBODY_METHOD, None, scale)
    if len(np.unique(scale.of_rows(features), axis=0)) <= rule.max_segments:
        reason = "persons behave in too few ways to be compared"
        return everybody_is_one(len(now), reason), Model(EVERYBODY_METHOD, None, scale)
    choices = compare_methods(periods, scale, rule)
    chosen = choices[choices["is_chosen"]].iloc[0]
    return choices, fit_method(str(chosen["method"]), int(chosen["n_segments"]), now, scale, rule)


def fit_method(method: str, n_segments: int, told: Behaviours, scale: Scale, rule: SegmentRule) -> Model:
    """Fit a method on these persons, or on a sample of them.

    Args:
        method: One of ``METHODS``, or ``everybody``.
        n_segments: Segments asked for; density finds its own number.
        told: n persons.
        scale: Of their features.
        rule: Seed, starts, and how many persons are fitted on.
    """
    if method == EVERYBODY_METHOD:
        return Model(method, None, scale)
    # Density finds other crowds among other numbers of persons: it keeps those that were judged.
    most = rule.max_judged_persons if method == DENSITY else rule.max_fitted_persons
    rows = rows_for(method, told, scale)
    rows = rows[are_told(method, rows)]
    some = rows[sampled(np.random.default_rng(rule.segment_seed), len(rows), most)]
    asked = 1 if method == DENSITY else n_segments
    made = make_estimator(method, asked, len(some), told, rule, rule.n_starts)
    return Model(method, made.fit(some), scale)


def _named(labels: Labels, names: dict[int, str]) -> Names:
    """Names of labels; a week before, somebody may have had one that nobody has now."""
    empty = {NOISE: NO_SEGMENT}
    return np.array([names.get(label, empty.get(label, NOBODY_NOW)) for label in labels.tolist()], object)


def _measure(
    choices: pd.DataFrame,
    model: Model,
    now: Behaviours,
    before: Behaviours,
    labels: Labels,
    labels_before: Labels,
    rule: SegmentRule,
) -> pd.DataFrame:
    """How firm the segments are: on resamples, on other weeks, and under a week's new data."""
    chosen = choices[choices["is_chosen"]].iloc[0]
    here, there = rows_of_both(now, before)
    draws = np.random.default_rng(rule.segment_seed)
    nothing = (np.nan, np.nan, np.nan, len(here))
    same_model = same_method = nothing
    if model.method != EVERYBODY_METHOD and len(here):
        same_model = agreement_interval(labels[here], labels_before[there], draws)
        n_found = int(chosen["n_segments"])
        if are_told(model.method, rows_for(model.method, before, model.scale)).sum() >= rule.min_persons:
            past = fit_method(model.method, n_found, before, model.scale, rule)
            same_method = agreement_interval(labels[here], past.labels(before)[there], draws)
    moved = int((labels[here] != labels_before[there]).sum())
    rows = [
        ("n_segments", float(len(np.unique(labels[labels != NOISE]))), np.nan, np.nan, len(now)),
        ("unassigned_share", *_share(int((labels == NOISE).sum()), len(now))),
        ("stability", *chosen[["stability", "stability_low", "stability_high"]], int(chosen["n"])),
        (
            "repeatability",
            *chosen[["repeatability", "repeatability_low", "repeatability_high"]],
            int(chosen["n_twice_seen"]),
        ),
        ("week_agreement_same_model", *same_model),
        ("week_agreement_fitted_anew", *same_method),
        ("moved_share", *_share(moved, len(here))),
    ]
    return pd.DataFrame(sorted(rows), columns=list(METRIC_TYPES)).astype(METRIC_TYPES)


def _share(n_hits: int, n: int) -> tuple[float, float, float, int]:
    return (n_hits / n, *wilson_interval(n_hits, n), n) if n else (np.nan, np.nan, np.nan, 0)


def _typed(traits: pd.DataFrame) -> pd.DataFrame:
    floats = ("value", "low", "high", "others", "difference")
    kinds = {"segment": "str", "trait": "str", "kind": "str", "n": "int64", "place": "int64"}
    return traits.astype({**kinds, **dict.fromkeys(floats, "float64")})
