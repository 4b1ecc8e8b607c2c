"""Crowds of persons, and persons who belong to none.

Context: a person without a crowd is forced into one by k-means and mixtures. Choice: HDBSCAN, and for
new persons the crowd of the nearest person fitted, as long as the new one is no further from it than
that crowd's loosest member is from its own neighbour. Given up: a soft membership.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .estimator import Estimator, Labels

NOISE = -1


class DensityClusters(Estimator):
    """HDBSCAN with a ``predict``; -1 is no cluster.

    Args:
        min_cluster_size: Fewest rows of a cluster.
        min_samples: Neighbours that make a place dense; None: as ``min_cluster_size``.

    Attributes:
        labels_: (n,) cluster of each row fitted, -1 for none.

    Source:
        Campello, Moulavi, Sander (2013), "Density-based clustering based on hierarchical density
        estimates".

    Example:
        >>> rows = np.r_[np.zeros((9, 1)), np.ones((9, 1)) * 9] + np.arange(18)[:, None] / 100
        >>> DensityClusters(5).fit(rows).predict([[0.05], [9.12], [4.0]]).tolist()
        [0, 1, -1]
    """

    def __init__(self, min_cluster_size: int = 5, *, min_samples: int | None = None) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples

    def fit(self, X: Any, y: Any = None) -> Self:
        """Fit the crowds to n rows.

        Raises:
            ValueError: ``min_cluster_size`` is below 2, or there are fewer rows than neighbours asked for.
        """
        from sklearn.cluster import HDBSCAN
        from sklearn.neighbors import NearestNeighbors

        rows = self._rows(X, reset=True)
        if self.min_cluster_size < 2:
            raise ValueError(f"min_cluster_size is {self.min_cluster_size}; a cluster has at least 2 rows")
        if len(rows) < 2:
            raise ValueError(f"n_samples={len(rows)} row is no crowd; a minimum of 2 is required")
        told = HDBSCAN(
            min_cluster_size=self.min_cluster_size,
            min_samples=min(self.min_samples or self.min_cluster_size, len(rows)),
            copy=True,
        ).fit(rows)
        self.labels_ = np.asarray(told.labels_, np.int64)
        self._nearest = NearestNeighbors(n_neighbors=1).fit(rows)
        gaps = NearestNeighbors(n_neighbors=2).fit(rows).kneighbors(rows)[0][:, 1]
        crowds = range(int(self.labels_.max(initial=NOISE)) + 1)
        self._reach = np.array([gaps[self.labels_ == crowd].max() for crowd in crowds], np.float64)
        return self

    def predict(self, X: Any) -> Labels:
        """The crowd of each row, -1 for none; a row that was fitted keeps its own."""
        rows = self._rows(X, reset=False)
        gaps, places = self._nearest.kneighbors(rows)
        labels = self.labels_[places[:, 0]]
        reach = np.append(self._reach, 0.0)[labels]  # the last is of no crowd
        return np.where(gaps[:, 0] <= reach, labels, NOISE)

    def fit_predict(self, X: Any, y: Any = None) -> Labels:
        """Fit, then the crowd of each row."""
        return self.fit(X).labels_
