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
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pandas as pd

from journey_research.errors import UserError
from journey_research.pipelines.reports.person_figures import segment_profiles

from .found_events import FoundEvents
from .segment_fitting import LEAST_PERSONS, Fitting, Method, busiest_events, choose, count_rows, dense_rows
from .segment_traits import COLUMN, count_sizes, name_segments, step_shares, tell_traits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Events = TypeVar("Events", bound=FoundEvents)
MOST_FITTED, AT_ONCE = 4_000, 20_000  # persons


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

    Example:
        >>> from journey_research.verbs.journeys import journeys
        >>> events = pd.DataFrame({"who": ["a", "b"], "what": ["look", "buy"], "day": ["2025-01-01"] * 2})
        >>> journeys(events, person="who", time="day", event="what").segments()
        1 of 1 segments tried
                2 persons, 100.0% (34.2% to 100.0%): everybody
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
        [['often look, seldom buy', 40], ['seldom look, often buy', 40]]
    """
    from threadpoolctl import threadpool_limits

    if method not in ("shares", "chains"):
        raise UserError(f"there is no method {method!r}", do="choose 'shares' or 'chains'")
    asked = most if n_segments is None else n_segments
    if asked < 1 or n_states < 2 or (n_segments or 1) > len(events.persons):
        raise UserError("segments are 1 to as many as persons, and kinds of events told apart at least 2")
    names, state = busiest_events(events, n_states)
    draws, n = np.random.default_rng(seed), len(events.persons)
    own = np.arange(n) if n <= MOST_FITTED else np.sort(draws.choice(n, MOST_FITTED, replace=False))
    counts = count_rows(events.codes("person"), state, len(names), n, method)
    is_own = np.zeros(n, dtype=bool)
    is_own[own] = True
    rows = is_own[events.codes("person")]
    place = np.cumsum(is_own) - 1
    fitting = Fitting(
        method,
        len(names),
        seed,
        place[events.codes("person")[rows]],
        state[rows],
        dense_rows(counts[own], method),
    )
    most_tried = min(most, len(np.unique(fitting.rows, axis=0))) if n >= LEAST_PERSONS else 1
    tried = [n_segments] if n_segments is not None else list(range(1, most_tried + 1))
    with threadpool_limits(1):  # sums over threads are not the same to the last bit
        fits = [fitting.fit(k) for k in tried]
        choices = pd.DataFrame([fitting.judge(k, fit, draws) for k, fit in zip(tried, fits, strict=True)])
        at = choose(choices, method) if n_segments is None else 0
        choices["is_chosen"] = choices.index == at
        chunks = [counts[begin : begin + AT_ONCE] for begin in range(0, n, AT_ONCE)]
        labels = np.concatenate([fits[at].predict(dense_rows(chunk, method)) for chunk in chunks])
    shares = dense_rows(count_rows(events.codes("person"), state, len(names), n, "shares"), "shares") ** 2
    traits = (
        tell_traits(labels, shares, names)
        if method == "shares"
        else tell_traits(labels, *step_shares(counts, names))
    )
    called = name_segments(traits)
    told = np.array([called[label] for label in labels.tolist()], dtype=object)
    traits.insert(0, COLUMN, [called[label] for label in traits["label"]])
    return FoundSegments(
        events.with_people(**{COLUMN: told}), count_sizes(told), traits.drop(columns="label"), choices
    )
