"""The methods a reader can compare, each a scikit-learn estimator, and the rows that each reads.

k-means and the Gaussian mixture read behaviours, the mixture of Markov chains reads steps between
channels, the mixture of deeds reads what follows what in a session, and density reads behaviours and leaves
out whoever belongs to no crowd. Who did nothing of their own has no segment by deeds: nothing can be read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .behaviours import Behaviours, Scale
from .density import NOISE, DensityClusters
from .estimator import Floats, Labels
from .markov_mixture import MarkovMixture
from .rule import SegmentRule

DENSITY, DEEDS = "density", "deed_mixture"
LIKELIHOOD = (DEEDS, "gaussian_mixture", "markov_mixture")
CHAINS = (DEEDS, "markov_mixture")
FEWEST_IN_A_CROWD = 10
LEAST_VARIANCE = 0.1  # of a component on standardised features: counts pile up at 0, where any fit is free


def numbers_of_segments(method: str, rule: SegmentRule) -> range:
    """How many segments the method is asked for; density finds them itself, so it is asked once."""
    if method == DENSITY:
        return range(1, 2)
    return range(1 if method in LIKELIHOOD else 2, rule.max_segments + 1)


def make_estimator(
    method: str, n_segments: int, n_rows: int, told: Behaviours, rule: SegmentRule, n_starts: int
) -> Any:
    """The method, not fitted yet.

    Args:
        method: One of ``METHODS``.
        n_segments: Segments asked for.
        n_rows: Rows it will be fitted on.
        told: Persons like those it will be fitted on; they have the states of chains.
        rule: Seed, and the smallest share of a segment.
        n_starts: Times k-means and EM begin anew.
    """
    if method == DENSITY:
        return DensityClusters(max(FEWEST_IN_A_CROWD, int(rule.min_segment_share * n_rows)), min_samples=5)
    if method in CHAINS:
        n_states = len(told.deeds) + 1 if method == DEEDS else len(told.channels)
        return MarkovMixture(
            n_segments, n_states=n_states, n_init=n_starts, tol=1e-4, random_state=rule.segment_seed
        )
    if method == "gaussian_mixture":
        from sklearn.mixture import GaussianMixture

        return GaussianMixture(
            n_segments,
            covariance_type="diag",
            reg_covar=LEAST_VARIANCE,
            n_init=n_starts,
            random_state=rule.segment_seed,
        )
    from sklearn.cluster import KMeans

    return KMeans(n_segments, n_init=n_starts, random_state=rule.segment_seed)


def rows_for(method: str, told: Behaviours, scale: Scale) -> Floats:
    """(n, columns) what the method reads of these persons."""
    if method in CHAINS:
        return told.deed_steps if method == DEEDS else told.steps
    return scale.of_rows(told.features())


def are_told(method: str, rows: Floats) -> npt.NDArray[np.bool_]:
    """(n,) whether a row says anything at all to the method."""
    return np.asarray(rows.any(axis=1), np.bool_) if method == DEEDS else np.ones(len(rows), np.bool_)


def labels_of(method: str, fitted: Any, rows: Floats) -> Labels:
    """(n,) the cluster of each row; ``NOISE`` for rows that say nothing."""
    labels = np.full(len(rows), NOISE, np.int64)
    told = are_told(method, rows)
    if told.any():
        labels[told] = fitted.predict(rows[told])
    return labels


def places_for(method: str, rows: Floats) -> Floats:
    """Rows as places between which there is a distance: steps by the roots of their shares."""
    if method not in CHAINS:
        return rows
    return np.sqrt(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1))
