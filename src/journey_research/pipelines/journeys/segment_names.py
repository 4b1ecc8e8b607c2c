"""Names for clusters, by rule, from what sets their persons apart from all persons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EVERYBODY = "everybody"
MUCH = 1.5  # times the average of all persons
LITTLE = 1 / MUCH

Floats = npt.NDArray[np.float64]


def name_clusters(
    labels: npt.NDArray[np.int64],
    channels: list[str],
    shares: Floats,
    n_touches: Floats,
    n_outcomes: Floats,
) -> list[str]:
    """The name of each person's cluster; clusters with the same name are one segment.

    A name tells the channel whose share lies furthest above the average of all persons, then how
    often its persons convert, then, where it is unusual, how many touches they have.

    Args:
        labels: n clusters, one per person.
        channels: c channel names.
        shares: n x c, the share of each channel in each person's touches.
        n_touches: n counts.
        n_outcomes: n counts.

    Returns:
        n names.

    Example:
        >>> name_clusters(
        ...     np.array([0, 0, 1]), ["email", "store"], np.array([[1.0, 0], [1, 0], [0, 1]]),
        ...     np.array([2.0, 2, 2]), np.array([3.0, 3, 0]),
        ... )
        ['email, many conversions', 'email, many conversions', 'store, no conversions']
    """
    clusters = np.unique(labels)
    if len(clusters) <= 1 or not channels:
        return [EVERYBODY] * len(labels)
    names = {}
    for cluster in clusters.tolist():
        inside = labels == cluster
        apart = np.round(shares[inside].mean(axis=0) - shares.mean(axis=0), 9)
        parts = [
            channels[int(np.argmax(apart))],
            f"{_level(n_outcomes[inside].mean(), n_outcomes.mean())} conversions",
        ]
        touches = _level(n_touches[inside].mean(), n_touches.mean())
        if touches != "usual":
            parts.append(f"{touches} touches")
        names[cluster] = ", ".join(parts)
    if len(set(names.values())) == 1:
        return [EVERYBODY] * len(labels)
    return [names[cluster] for cluster in labels.tolist()]


def _level(inside: float, overall: float) -> str:
    if inside == 0:
        return "no"
    if inside >= MUCH * overall:
        return "many"
    return "few" if inside <= LITTLE * overall else "usual"
