"""Persons of a user's own events who behave alike: how many kinds, of what sort, and how sure.

Context: whoever has a table of events asks which kinds of persons there are, and every method gives as many
as it is asked for, in noise as well. Choice: segments count only if fits on resamples of the persons agree,
and if half of a person's events, drawn at random, tells the same segment as the other half, more than where
all events are dealt out anew, to each person as many as before. Of the numbers that pass, k-means on what
people do takes the highest silhouette, and a mixture of Markov chains on what they do after what the lowest
BIC, which one segment may have. Each is named by what its persons do more, or less, than all others. Given
up: segments by amounts and channels, which a table of events does not tell; the stage has them.

Source: Rousseeuw (1987) for the silhouette; Cadez, Heckerman, Meek, Smyth and White (2003) for chains,
Schwarz (1978) for BIC; Hubert and Arabie (1985) for the adjusted Rand index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.errors import UserError
from journey_research.pipelines.journeys.intervals import wilson_interval
from journey_research.pipelines.journeys.segmentation.agreement import adjusted_rand, agreement_interval
from journey_research.pipelines.journeys.segmentation.markov_mixture import MarkovMixture
from journey_research.pipelines.reports.person_figures import segment_profiles

from .found_events import FoundEvents

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from scipy.sparse import csr_array

Events = TypeVar("Events", bound=FoundEvents)
Method = Literal["shares", "chains"]
Labels = npt.NDArray[np.int64]
OTHER, EVERYBODY = "other events", "everybody"
LEAST_PERSONS = 60
MOST_FITTED, AT_ONCE = 4_000, 20_000  # persons
N_RESAMPLES, MIN_STABILITY, MIN_SHARE, MIN_SILHOUETTE = 5, 0.5, 0.02, 0.1
N_DEALT = 5  # times the events are dealt out anew
CRITERIA = (
    "bic", "silhouette", "stability", "repeatability", "repeatability_low", "repeatability_by_chance",
    "smallest_share",
)  # fmt: skip
MOST_STEPS = 20  # kinds of steps that segments by chains are told by
NOTEWORTHY = 0.2  # standard deviations; Cohen (1988) calls less than that small
COLUMN = "segment"


@dataclass(frozen=True)
class FoundSegments(Generic[Events]):
    """Kinds of persons; ``repr`` is the table of their sizes.

    Attributes:
        events: The same events, with ``segment`` as a column of their persons: for ``where`` and
            ``diff=("segment", a, b)``.
        sizes: One row per segment, the largest first: ``segment, n, share, low, high`` (Wilson, 95 %).
        traits: One row per segment and kind of event, or of step, as ``look > buy``, where they were found by
            chains: ``segment, trait, value`` (mean share of a person's
            events), ``others`` (of all other persons), ``difference`` (in standard deviations of all
            persons), ``n, place`` (1: differs most).
        choices: One row per number of segments that was tried: ``n_segments``; ``bic`` or ``silhouette``;
            ``stability``, the mean adjusted Rand index between the fit and fits on resamples;
            ``repeatability``, that of two halves of a person's events, the low end of its interval, and the
            most of it where events are dealt out anew;
            ``smallest_share, n, is_chosen``.
    """

    events: Events
    sizes: pd.DataFrame
    traits: pd.DataFrame
    choices: pd.DataFrame

    @property
    def persons(self) -> pd.DataFrame:
        """One row per person: ``person, segment``."""
        names = self.events.people[COLUMN].to_numpy()
        return pd.DataFrame({"person": self.events.persons.to_pandas(), COLUMN: names})

    def plot(self) -> Axes:
        """What sets the segments apart, in standard deviations."""
        return segment_profiles(self.traits)

    def __repr__(self) -> str:
        told = self.choices[self.choices["is_chosen"]].iloc[0]
        stability = "" if pd.isna(told["stability"]) else f", stability {told['stability']:.2f}"
        lines = [f"{len(self.sizes)} of {self.choices['n_segments'].max()} segments tried{stability}"]
        for row in self.sizes.to_dict("records"):
            lines.append(
                f"{row['n']:>9,} persons, {row['share']:.1%} ({row['low']:.1%} to {row['high']:.1%}): "
                f"{row['segment']}"
            )
        return "\n".join(lines)


def find_segments(
    events: Events,
    n_segments: int | None = None,
    *,
    method: Method = "shares",
    most: int = 6,
    n_states: int = 12,
    seed: int = 1,
) -> FoundSegments[Events]:
    """Put persons who behave alike into segments.

    Args:
        events: The events of n persons.
        n_segments: How many there are; without it, as many as the criteria say.
        method: ``"shares"``: k-means on the shares of a person's events (their roots, so that a distance
            is Hellinger's); ``"chains"``: a mixture of Markov chains on what follows what.
        most: Most segments tried.
        n_states: Kinds of events told apart, the commonest; the others are one.
        seed: Seed of samples, starts and resamples.

    Returns:
        The segments; one, ``everybody``, where fewer than 60 persons are there or no number passes.

    Raises:
        UserError: A number is out of bounds, or there is no such method.

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> lookers = [(f"l{at:02}", "look") for at in range(40) for _ in range(9)]
        >>> buyers = [(f"b{at:02}", what) for at in range(40) for what in ("look", "buy") * 4]
        >>> told = pd.DataFrame(lookers + buyers, columns=["who", "what"])
        >>> days = pd.date_range("2025-01-01", periods=len(told), freq="min")
        >>> found = journeys(told.assign(day=days), person="who", time="day", event="what")
        >>> find_segments(found).sizes[["segment", "n"]].values.tolist()
        [['little look, much buy', 40], ['much look, little buy', 40]]
    """
    from threadpoolctl import threadpool_limits

    if method not in ("shares", "chains"):
        raise UserError(f"there is no method {method!r}", do="choose 'shares' or 'chains'")
    if n_segments is not None:
        most = n_segments
    if most < 1 or n_states < 2 or most > len(events.persons):
        raise UserError("segments are 1 to as many as persons, and kinds of events told apart at least 2")
    names, state = busiest(events, n_states)
    draws, n = np.random.default_rng(seed), len(events.persons)
    own = np.arange(n) if n <= MOST_FITTED else np.sort(draws.choice(n, MOST_FITTED, replace=False))
    counts = count_rows(events.codes("person"), state, len(names), n, method)
    is_own = np.zeros(n, dtype=bool)
    is_own[own] = True
    rows = is_own[events.codes("person")]
    place = np.cumsum(is_own) - 1
    fitting = _Fitting(
        method,
        len(names),
        seed,
        place[events.codes("person")[rows]],
        state[rows],
        _dense(counts[own], method),
    )
    most_tried = min(most, len(np.unique(fitting.rows, axis=0))) if n >= LEAST_PERSONS else 1
    tried = [n_segments] if n_segments is not None else list(range(1, most_tried + 1))
    with threadpool_limits(1):  # sums over threads are not the same to the last bit
        fits = [fitting.fit(k) for k in tried]
        choices = pd.DataFrame([fitting.judge(k, fit, draws) for k, fit in zip(tried, fits, strict=True)])
        at = _choose(choices, method) if n_segments is None else 0
        choices["is_chosen"] = choices.index == at
        chunks = [counts[begin : begin + AT_ONCE] for begin in range(0, n, AT_ONCE)]
        labels = np.concatenate([fits[at].predict(_dense(chunk, method)) for chunk in chunks])
    shares = _dense(count_rows(events.codes("person"), state, len(names), n, "shares"), "shares") ** 2
    traits = (
        tell_traits(labels, shares, names)
        if method == "shares"
        else tell_traits(labels, *_steps(counts, names))
    )
    called = name_segments(traits)
    told = np.array([called[label] for label in labels.tolist()], dtype=object)
    traits.insert(0, COLUMN, [called[label] for label in traits["label"]])
    return FoundSegments(
        events.with_people(**{COLUMN: told}), _sizes(told), traits.drop(columns="label"), choices
    )


def busiest(events: FoundEvents, n_states: int) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The commonest kinds of events, and each event's place among them; of all others the last."""
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


def _dense(counts: csr_array, method: Method) -> npt.NDArray[np.float64]:
    rows: npt.NDArray[np.float64] = counts.toarray()
    if method == "chains":
        return rows
    return np.sqrt(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1))


def _steps(counts: csr_array, names: list[str]) -> tuple[npt.NDArray[np.float64], list[str]]:
    """What share of a person's steps is of each kind, of the commonest kinds, and what these are called."""
    n_states = len(names)
    steps = counts[:, n_states:]
    total = np.asarray(steps.sum(axis=0)).ravel()
    kept = np.argsort(-total, kind="stable")[: min(MOST_STEPS, int((total > 0).sum()))]
    told = steps[:, kept].toarray() / np.maximum(np.asarray(steps.sum(axis=1)).reshape(-1, 1), 1)
    return told, [f"{names[at // n_states]} > {names[at % n_states]}" for at in kept]


def tell_traits(labels: Labels, shares: npt.NDArray[np.float64], names: list[str]) -> pd.DataFrame:
    """How each segment's persons differ from all others, kind of event by kind of event.

    Returns:
        One row per label and kind: ``label, trait, value, others, difference, n, place``; the last three
        figures null where there are no others, or nobody differs.
    """
    spread = shares.std(axis=0)
    rows = []
    for label in np.unique(labels):
        inside = labels == label
        value = shares[inside].mean(axis=0)
        others = shares[~inside].mean(axis=0) if not inside.all() else np.full(len(names), np.nan)
        apart = np.divide(value - others, spread, out=np.full(len(names), np.nan), where=spread > 0)
        told = pd.DataFrame({"label": int(label), "trait": names, "value": value, "others": others})
        told = told.assign(difference=apart, n=int(inside.sum()))
        order = told["difference"].abs().round(9).fillna(0).sort_values(ascending=False, kind="stable").index
        rows.append(told.loc[order].assign(place=np.arange(1, len(names) + 1)))
    return pd.concat(rows, ignore_index=True)


def name_segments(traits: pd.DataFrame) -> dict[int, str]:
    """A name for each label: the two traits that set it apart most, and more until no name is there twice.

    Example:
        >>> told = pd.DataFrame({"label": [0, 0, 1], "trait": ["buy", "look", "buy"], "place": [1, 2, 1]})
        >>> name_segments(told.assign(difference=[1.2, -0.9, -1.2]))
        {0: 'much buy, little look', 1: 'little buy'}
    """
    told: dict[int, list[str]] = {int(label): [] for label in traits["label"]}
    for one in traits.sort_values(["label", "place"]).to_dict("records"):
        if abs(one["difference"]) >= NOTEWORTHY:
            told[one["label"]].append(f"{'much' if one['difference'] > 0 else 'little'} {one['trait']}")
    if len(told) == 1:
        return dict.fromkeys(told, EVERYBODY)
    names: dict[int, str] = {}
    for n_traits in range(2, max(map(len, told.values())) + 3):
        names = {label: ", ".join(words[:n_traits]) or "as all others" for label, words in told.items()}
        if len(set(names.values())) == len(names):
            return names
    return {label: f"{name} ({at})" for at, (label, name) in enumerate(names.items(), start=1)}


@dataclass(frozen=True)
class _Fitting:
    """What segments are fitted and judged on.

    Attributes:
        method: Which.
        n_states: Kinds of events.
        seed: Of starts.
        person: m numbers of the sampled persons, who never fall; each one's events in order.
        state: m kinds of events.
        rows: What the method reads of each.
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
        one, other = (fit.predict(_dense(half[both], self.method)) for half in (one_half, other_half))
        return one, other


def _choose(choices: pd.DataFrame, method: Method) -> int:
    """The row that the method's criterion prefers of those that pass; one segment where none does."""
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


def _sizes(told: npt.NDArray[np.object_]) -> pd.DataFrame:
    counts = pd.Series(told).value_counts()
    rows = [
        (name, int(n), n / len(told), *wilson_interval(int(n), len(told)))
        for name, n in sorted(counts.to_dict().items(), key=lambda one: (-one[1], str(one[0])))
    ]
    return pd.DataFrame(rows, columns=[COLUMN, "n", "share", "low", "high"])
