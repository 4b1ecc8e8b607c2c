"""What persons did, as columns: traits to tell, features to compare, counts of steps for chains.

Context: how somebody came (channels) and what somebody did there (*deeds*: actions, and pages by name) are
two things, and a person seen twice has few of either. Choice: each has its shares and its steps. Deeds are
the person's own: what the company sends is no behaviour. Their shares lean on everybody's by as much as
``LEAN`` deeds weigh, so that who was seen twice is no extreme, and are compared by their roots (Hellinger),
so that rare deeds count. Given up: which deed was done where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .estimator import Floats

NOW, WEEK_BEFORE, ODD_WEEKS, EVEN_WEEKS = "now", "week_before", "odd_weeks", "even_weeks"
PERIODS = (NOW, WEEK_BEFORE, ODD_WEEKS, EVEN_WEEKS)
OTHER, OTHER_DEED = "other channels", "other deeds"
DEED = "deed "  # stands before a deed where it is a trait, so that no channel has its name
LEAN = 5.0  # deeds of everybody's that each person is taken to have done besides their own
COUNTS = (
    "n_touches", "n_sessions", "n_channels", "n_company", "n_delivered", "n_opened", "n_products", "n_picked",
    "n_coupons", "n_late", "n_weekend", "n_outcomes", "n_reduced", "amount",
)  # fmt: skip
# Traits that persons are compared by; the other ones are only told.
FEATURES = (
    "n_sessions", "n_channels", "company_share", "n_opened", "n_products", "n_picked", "n_coupons",
    "n_outcomes", "amount", "silent_days", "no_outcome_days",
)  # fmt: skip
LOGARITHMIC = frozenset(name for name in (*COUNTS, "silent_days", "no_outcome_days") if name != "n_channels")


@dataclass(frozen=True)
class Behaviours:
    """Persons of one period, sorted by id.

    Attributes:
        person_ids: n ids.
        traits: Name -> n values, in their own units; NaN where a person gives none.
        channels: c names, the busiest first, then ``OTHER``.
        shares: (n, c) share of each channel in a person's touches.
        steps: (n, c * (c + 1)) starts and steps, as ``MarkovMixture`` reads them.
        deeds: d names, the most frequent first, then ``OTHER_DEED``.
        deed_counts: (n, d) times each was done.
        deed_steps: (n, (d + 1) * (d + 1)) starts of sessions and steps to each deed or the end.
        usual: (d) everybody's shares of deeds now.
    """

    person_ids: npt.NDArray[np.object_]
    traits: Mapping[str, Floats]
    channels: tuple[str, ...]
    shares: Floats
    steps: Floats
    deeds: tuple[str, ...]
    deed_counts: Floats
    deed_steps: Floats
    usual: Floats

    def __len__(self) -> int:
        return len(self.person_ids)

    def features(self) -> Floats:
        """(n, f): traits and shares of channels, counts by their logarithm; not yet on one scale."""
        told = [
            np.log1p(np.maximum(self.traits[name], 0)) if name in LOGARITHMIC else self.traits[name]
            for name in FEATURES
        ]
        leaning = self.deed_counts + LEAN * self.usual
        done = np.sqrt(leaning / np.maximum(leaning.sum(axis=1, keepdims=True), 1))
        return np.column_stack([*told, self.shares, done])

    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns of ``features``."""
        return (*FEATURES, *self.channels, *(DEED + deed for deed in self.deeds))

    def deed_shares(self) -> Floats:
        """(n, d) share of each deed in a person's own; NaN for who did nothing."""
        n = self.deed_counts.sum(axis=1, keepdims=True)
        return np.divide(self.deed_counts, n, out=np.full_like(self.deed_counts, np.nan), where=n > 0)

    def of_persons(self, person_ids: npt.NDArray[np.object_]) -> Behaviours:
        """These persons alone, in their order; every one of them is here."""
        rows = self.places(person_ids)
        traits = {name: values[rows] for name, values in self.traits.items()}
        return Behaviours(
            self.person_ids[rows], traits, self.channels, self.shares[rows], self.steps[rows],
            self.deeds, self.deed_counts[rows], self.deed_steps[rows], self.usual,
        )  # fmt: skip

    def places(self, person_ids: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        """Rows of these persons; every one of them is here."""
        return np.searchsorted(self.person_ids.astype(str), person_ids.astype(str))


@dataclass(frozen=True)
class Scale:
    """Mean and spread of each feature among the persons of now.

    Example:
        >>> Scale.of(np.array([[1.0, 5], [3, 5]])).of_rows(np.array([[5.0, 5]])).tolist()
        [[3.0, 0.0]]
    """

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, rows: Floats) -> Scale:
        """The scale on which these n rows have mean 0 and spread 1; a constant column is 0."""
        if not len(rows):
            return cls(np.zeros(rows.shape[1]), np.ones(rows.shape[1]))
        spread = rows.std(axis=0)
        return cls(rows.mean(axis=0), np.where(spread > 1e-12, spread, 1.0))

    def of_rows(self, rows: Floats) -> Floats:
        """Rows on this scale."""
        return np.round((rows - self.mean) / self.spread, 9)
