"""Segments of persons fitted and judged: what a method counts of each, how sure a number is, which is chosen.

Context: every method gives as many segments as it is asked for. Choice: the criteria of a number are worked
out where it is fitted, on a sample of the persons, and a number counts only where fits on resamples agree and
halves of a person's events tell the same. Given up: all persons in the fit; the others get their segment
afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand, agreement_interval
from journey_research.pipelines.journeys.segmentation.markov_mixture import MarkovMixture

from .found_events import FoundEvents

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Method = Literal["shares", "chains"]
Labels = npt.NDArray[np.int64]
OTHER = "other events"
LEAST_PERSONS = 60
N_RESAMPLES, MIN_STABILITY, MIN_SHARE, MIN_SILHOUETTE = 5, 0.5, 0.02, 0.1
N_DEALT = 5  # times the events are dealt out anew
CRITERIA = (
    "bic", "silhouette", "stability", "repeatability", "repeatability_low", "repeatability_by_chance",
    "smallest_share",
)  # fmt: skip


def busiest_events(events: FoundEvents, n_states: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The commonest kinds of events, and each event's place among them.

    Args:
        events: m events of n persons.
        n_states: Kinds told apart, at least 2.

    Returns:
        Names of at most ``n_states`` kinds, the commonest first, and m places among them; of all others the
        last, ``OTHER``.

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> told = pd.DataFrame({"who": ["a"] * 4, "what": ["buy", "look", "look", "ask"]})
        >>> days = pd.date_range("2025-01-01", periods=4)
        >>> found = journeys(told.assign(day=days), person="who", time="day", event="what")
        >>> names, place = busiest_events(found, 2)
        >>> names, place.tolist()
        (['look', 'other events'], [1, 0, 0, 1])
    """
    kinds = events.events.to_pylist()
    counts = np.bincount(events.codes("event"), minlength=len(kinds))
    order = np.argsort(-counts, kind="stable")
    kept = order if len(kinds) <= n_states else order[: n_states - 1]
    place = np.full(len(kinds), len(kept))
    place[kept] = np.arange(len(kept))
    names = [kinds[at] for at in kept] + ([] if len(kept) == len(kinds) else [OTHER])
    return names, place[events.codes("event")]


def count_rows(
    person: Labels,
    state: Labels,
    n_states: int,
    n_persons: int,
    method: Method,
    kept: npt.NDArray[np.bool_] | None = None,
) -> csr_array:
    """What a method counts of each person: kinds of events, or starts and steps as ``MarkovMixture`` reads.

    Args:
        person: m numbers of persons, who never fall; each one's events in order.
        state: m kinds of events.
        n_states: Kinds.
        n_persons: Persons.
        method: Which.
        kept: m truth values: which events, each with what came before it, are counted.

    Returns:
        One row of counts per person.

    Example:
        >>> count_rows(np.array([0, 0, 1]), np.array([1, 0, 1]), 2, 2, "shares").toarray().tolist()
        [[1.0, 1.0], [0.0, 1.0]]
    """
    from scipy.sparse import coo_array

    column, width = state, n_states
    if method == "chains":
        column, width = state.copy(), n_states * (n_states + 1)
        follows = np.flatnonzero(person[1:] == person[:-1]) + 1
        column[follows] += n_states * (state[follows - 1] + 1)
    if kept is not None:
        person, column = person[kept], column[kept]
    return coo_array((np.ones(len(person)), (person, column)), shape=(n_persons, width)).tocsr()


def dense_rows(counts: csr_array, method: Method) -> npt.NDArray[np.float64]:
    """What a method reads of each person: counts, or the roots of shares, so that a distance is Hellinger's.

    Args:
        counts: n rows of ``count_rows``.
        method: Which.

    Returns:
        n rows.

    Example:
        >>> counts = count_rows(np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1]), 2, 1, "shares")
        >>> (dense_rows(counts, "shares") ** 2).round(2).tolist()
        [[0.75, 0.25]]
    """
    rows: npt.NDArray[np.float64] = counts.toarray()
    if method == "chains":
        return rows
    return np.sqrt(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1))


@dataclass(frozen=True)
class Fitting:
    """What segments are fitted and judged on.

    Attributes:
        method: Which.
        n_states: Kinds of events.
        seed: Of starts.
        person: m numbers of the sampled persons, who never fall; each one's events in order.
        state: m kinds of events.
        rows: What the method reads of each.

    Example:
        >>> person, state = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
        >>> rows = dense_rows(count_rows(person, state, 2, 2, "shares"), "shares")
        >>> Fitting("shares", 2, 1, person, state, rows).fit(2).predict(rows).tolist() in ([0, 1], [1, 0])
        True
    """

    method: Method
    n_states: int
    seed: int
    person: Labels
    state: Labels
    rows: npt.NDArray[np.float64]

    def fit(self, n_segments: int, rows: npt.NDArray[np.float64] | None = None) -> Any:
        if self.method == "chains":
            made = MarkovMixture(
                n_segments, n_states=self.n_states, n_init=2, tol=1e-4, random_state=self.seed
            )
            return made.fit(self.rows if rows is None else rows)
        from sklearn.cluster import KMeans

        made = KMeans(n_segments, n_init=5, random_state=self.seed)
        return made.fit(self.rows if rows is None else rows)

    def judge(self, n_segments: int, fit: Any, draws: np.random.Generator) -> dict[str, Any]:
        from sklearn.metrics import silhouette_score

        labels, n = fit.predict(self.rows), len(self.rows)
        told: dict[str, Any] = dict.fromkeys(CRITERIA, float("nan"))
        told["smallest_share"] = float(np.bincount(labels, minlength=n_segments).min() / n)
        if self.method == "chains":
            told["bic"] = fit.bic(self.rows)
        if n_segments > 1:
            if self.method == "shares" and 1 < len(np.unique(labels)) < n:
                told["silhouette"] = float(silhouette_score(self.rows, labels))
            again = [self.fit(n_segments, self.rows[draws.integers(0, n, n)]) for _ in range(N_RESAMPLES)]
            told["stability"] = float(
                np.mean([adjusted_rand(labels, other.predict(self.rows)) for other in again])
            )
            one, other = self.halves(fit, self.state)
            if len(one) >= LEAST_PERSONS:
                told["repeatability"], told["repeatability_low"], _, _ = agreement_interval(one, other, draws)
                dealt = [self.halves(fit, draws.permutation(self.state)) for _ in range(N_DEALT)]
                told["repeatability_by_chance"] = max(adjusted_rand(*halves) for halves in dealt)
        return {"n_segments": n_segments, **told, "n": n}

    def halves(self, fit: Any, state: Labels) -> tuple[Labels, Labels]:
        """The segments by two halves of the events, drawn at random, of those persons who have both."""
        is_one = np.random.default_rng(self.seed).random(len(self.person)) < 0.5
        one_half, other_half = (
            count_rows(self.person, state, self.n_states, len(self.rows), self.method, kept)
            for kept in (is_one, ~is_one)
        )
        both = np.flatnonzero((np.diff(one_half.indptr) > 0) & (np.diff(other_half.indptr) > 0))
        one, other = (fit.predict(dense_rows(half[both], self.method)) for half in (one_half, other_half))
        return one, other


def choose(choices: pd.DataFrame, method: Method) -> int:
    """The row that the method's criterion prefers of those that pass; one segment where none does.

    Args:
        choices: One row per number of segments: ``n_segments``, ``n`` and ``CRITERIA``.
        method: Which.

    Returns:
        A label of its index.

    Example:
        >>> told = pd.DataFrame({"n_segments": [1, 2], "n": 90, "silhouette": [None, 0.4]}, dtype=float)
        >>> told = told.assign(stability=0.9, smallest_share=0.3, repeatability_by_chance=0.1)
        >>> [choose(told.assign(repeatability_low=low), "shares") for low in (0.4, 0.1)]
        [1, 0]
    """
    passes = (choices["stability"] >= MIN_STABILITY) & (
        choices["repeatability_low"] > choices["repeatability_by_chance"]
    )
    passes &= choices["smallest_share"] >= MIN_SHARE
    is_one = choices["n_segments"] == 1
    if method == "chains":
        lowest: Any = choices["bic"][passes | is_one].idxmin()
        return int(lowest)
    passes &= choices["silhouette"] >= MIN_SILHOUETTE
    best: Any = (choices["silhouette"][passes] if passes.any() else choices["n"][is_one]).idxmax()
    return int(best)
