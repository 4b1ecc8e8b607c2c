"""Persons who behave alike, named after what sets them apart.

Context: a reader wants a handful of kinds of persons, and a run must be repeatable to the byte.
Choice: k-means on a few behaviours, persons in the order of their ids, one thread, a named seed;
the number of clusters by silhouette on a sample; clusters that the naming rule cannot tell apart
are one segment. Given up: finer clusters than words can tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from journey_research.engine import Table, run_sql

from .segment_names import name_clusters

if TYPE_CHECKING:
    import pyarrow as pa

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SegmentRule:
    """How persons are put into segments.

    Attributes:
        segment_seed: Seed of the samples and of the first centres.
        min_segments: Fewest clusters tried; fewer distinct persons are one segment.
        max_segments: Most clusters tried.
        n_channels: Channels whose share of a person's touches is a feature, the busiest first.
        n_starts: Times k-means begins anew.
        max_fitted_persons: Persons that the clusters are fitted on, at most.
        max_silhouette_persons: Persons that the number of clusters is judged on, at most.
        min_silhouette: Below this mean silhouette (-1 to 1), persons are one segment.
    """

    segment_seed: int
    min_segments: int
    max_segments: int
    n_channels: int
    n_starts: int
    max_fitted_persons: int
    max_silhouette_persons: int
    min_silhouette: float

    def __post_init__(self) -> None:
        if not 2 <= self.min_segments <= self.max_segments:
            raise ValueError("min_segments is at least 2 and at most max_segments")
        if min(self.n_channels, self.n_starts) < 1:
            raise ValueError("n_channels and n_starts are at least 1")
        if min(self.max_fitted_persons, self.max_silhouette_persons) <= self.max_segments:
            raise ValueError("max_fitted_persons and max_silhouette_persons are more than max_segments")
        if not -1 <= self.min_silhouette <= 1:
            raise ValueError(f"min_silhouette is {self.min_silhouette}; it lies between -1 and 1")


def segment_persons(journey_touches: Table, outcomes: Table, rule: SegmentRule) -> tuple[Table, Table]:
    """Put persons with touches into a few segments.

    Args:
        journey_touches: n rows, contract ``JourneyTouches``; any order.
        outcomes: m rows, contract ``Outcomes``; any order.
        rule: How many segments, and the seed.

    Returns:
        Contracts ``Segments`` (one row per person with touches) and ``SegmentProfiles``. Few
        persons, or persons without structure, are one segment ``everybody``.

    Source:
        Lloyd (1982) for k-means; Rousseeuw (1987) for the silhouette.
    """
    import pyarrow as pa

    behaviour = run_sql("person_behaviour.sql", journey_touches=journey_touches, outcomes=outcomes)
    channels = run_sql("person_channels.sql", journey_touches=journey_touches)
    people = behaviour.to_arrow().sort_by("person_id")
    mixes = channels.to_arrow()
    counts = {
        name: _floats(people[name])
        for name in ("n_touches", "n_sessions", "n_company", "n_outcomes", "amount")
    }
    names, shares = _channel_shares(people, mixes, counts["n_touches"])
    labels = cluster_rows(_features(counts, shares[:, _busiest(mixes, names, rule.n_channels)]), rule)
    told = name_clusters(labels, names, shares, counts["n_touches"], counts["n_outcomes"])
    segments = Table.from_arrow(
        pa.table({"person_id": people["person_id"], "segment": pa.array(told, type=pa.string())})
    )
    profiles = run_sql(
        "segment_profiles.sql",
        segments=segments,
        person_behaviour=Table.from_arrow(people),
        person_channels=Table.from_arrow(mixes),
    )
    return segments, profiles


def cluster_rows(features: Floats, rule: SegmentRule) -> Labels:
    """The cluster of each row, by k-means; all 0 where rows are few, equal or without structure.

    Args:
        features: n rows, f columns of comparable size.
        rule: Numbers of clusters to try, sizes of samples, seed.

    Returns:
        n labels from 0; the same for the same rows in the same order, on any number of threads.
    """
    n = len(features)
    if n == 0 or len(np.unique(features, axis=0)) <= rule.min_segments:
        return np.zeros(n, np.int64)
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score
    from threadpoolctl import threadpool_limits

    draws = np.random.default_rng(rule.segment_seed)
    fitted_on = features[_sampled(draws, n, rule.max_fitted_persons)]
    judged_on = fitted_on[_sampled(draws, len(fitted_on), rule.max_silhouette_persons)]
    n_distinct = len(np.unique(judged_on, axis=0))
    best, best_score = None, rule.min_silhouette
    with threadpool_limits(1):  # sums over threads are not the same to the last bit
        for k in range(rule.min_segments, min(rule.max_segments, n_distinct - 1) + 1):
            model = KMeans(k, n_init=rule.n_starts, random_state=rule.segment_seed).fit(fitted_on)
            labels = model.predict(judged_on)
            score = silhouette_score(judged_on, labels) if len(np.unique(labels)) > 1 else -1.0
            if score > best_score:
                best, best_score = model, score
        if best is None:
            return np.zeros(n, np.int64)
        return np.asarray(best.predict(features), np.int64)


def _sampled(draws: np.random.Generator, n: int, most: int) -> Labels:
    return np.arange(n) if n <= most else np.sort(draws.choice(n, most, replace=False))


def _floats(column: pa.ChunkedArray) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), np.float64)


def _channel_shares(people: pa.Table, mixes: pa.Table, n_touches: Floats) -> tuple[list[str], Floats]:
    """Channel names, sorted, and the share of each in each person's touches."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = sorted(pc.unique(mixes["channel"]).to_pylist())
    rows = pc.index_in(mixes["person_id"], people["person_id"].combine_chunks()).to_numpy()
    columns = pc.index_in(mixes["channel"], pa.array(names, pa.string())).to_numpy()
    shares = np.zeros((people.num_rows, len(names)))
    shares[rows, columns] = _floats(mixes["n_touches"])
    return names, shares / np.maximum(n_touches, 1)[:, None]


def _busiest(mixes: pa.Table, names: list[str], most: int) -> list[int]:
    """Positions of the channels with most touches."""
    summed = mixes.group_by("channel").aggregate([("n_touches", "sum")]).to_pylist()
    ranked = sorted(summed, key=lambda row: (-row["n_touches_sum"], row["channel"]))
    return [names.index(row["channel"]) for row in ranked[:most]]


def _features(counts: dict[str, Floats], shares: Floats) -> Floats:
    """Behaviours on one scale: counts by their logarithm, all with spread 1."""
    n_touches = np.maximum(counts["n_touches"], 1)
    raw = np.column_stack(
        [
            np.log1p(counts["n_touches"]),
            np.log1p(counts["n_sessions"]),
            counts["n_company"] / n_touches,
            np.log1p(counts["n_outcomes"]),
            np.log1p(np.maximum(counts["amount"], 0)),
            shares,
        ]
    )
    spread = raw.std(axis=0) if len(raw) else np.ones(raw.shape[1])
    centred = raw - raw.mean(axis=0) if len(raw) else raw
    return np.round(centred / np.where(spread > 0, spread, 1), 9)
