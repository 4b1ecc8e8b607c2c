"""Segments of persons shown: what sets them apart, what they are called, how large they are.

Whoever found the segments, they are told by the same rule: mean shares of kinds of events, or of steps,
beside those of all other persons, and a name made of what differs most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from journey_research.pipelines.journeys.intervals import wilson_interval

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Labels = npt.NDArray[np.int64]
EVERYBODY = "everybody"
COLUMN = "segment"
MOST_STEPS = 20  # kinds of steps that segments by chains are told by
NOTEWORTHY = 0.2  # standard deviations; Cohen (1988) calls less than that small


def step_shares(counts: csr_array, names: list[str]) -> tuple[npt.NDArray[np.float64], list[str]]:
    """What share of a person's steps is of each of the commonest kinds, and what these are called.

    Args:
        counts: n rows of starts and steps, as ``count_rows`` makes them for chains.
        names: Kinds of events.

    Returns:
        n rows of at most ``MOST_STEPS`` shares, and the names of the steps, as ``look > buy``.

    Example:
        >>> from scipy.sparse import csr_array
        >>> shares, names = step_shares(csr_array([[1, 0, 0, 3, 1, 0]]), ["look", "buy"])
        >>> shares.tolist(), names
        ([[0.75, 0.25]], ['look > buy', 'buy > look'])
    """
    n_states = len(names)
    steps = counts[:, n_states:]
    total = np.asarray(steps.sum(axis=0)).ravel()
    kept = np.argsort(-total, kind="stable")[: min(MOST_STEPS, int((total > 0).sum()))]
    told = steps[:, kept].toarray() / np.maximum(np.asarray(steps.sum(axis=1)).reshape(-1, 1), 1)
    return told, [f"{names[at // n_states]} > {names[at % n_states]}" for at in kept]


def tell_traits(labels: Labels, shares: npt.NDArray[np.float64], names: list[str]) -> pd.DataFrame:
    """How each segment's persons differ from all others, kind of event by kind of event.

    Args:
        labels: n numbers of segments.
        shares: n rows of what is compared.
        names: What its columns are called.

    Returns:
        One row per label and kind: ``label, trait, value, others, difference, n, place``; ``others`` and
        ``difference`` null where there are no others, the latter also where nobody differs.

    Example:
        >>> told = tell_traits(np.array([0, 1]), np.array([[1.0], [0.0]]), ["look"])
        >>> told[["label", "trait", "difference"]].values.tolist()
        [[0, 'look', 2.0], [1, 'look', -2.0]]
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

    Args:
        traits: As ``tell_traits`` makes them.

    Returns:
        Label -> name; ``everybody`` where there is one label.

    Example:
        >>> told = pd.DataFrame({"label": [0, 0, 1], "trait": ["buy", "look", "buy"], "place": [1, 2, 1]})
        >>> name_segments(told.assign(difference=[1.2, -0.9, -1.2]))
        {0: 'often buy, seldom look', 1: 'seldom buy'}
    """
    told: dict[int, list[str]] = {int(label): [] for label in traits["label"]}
    for one in traits.sort_values(["label", "place"]).to_dict("records"):
        if abs(one["difference"]) >= NOTEWORTHY:
            told[one["label"]].append(f"{'often' if one['difference'] > 0 else 'seldom'} {one['trait']}")
    if len(told) == 1:
        return dict.fromkeys(told, EVERYBODY)
    names: dict[int, str] = {}
    for n_traits in range(2, max(map(len, told.values())) + 3):
        names = {label: ", ".join(words[:n_traits]) or "as all others" for label, words in told.items()}
        if len(set(names.values())) == len(names):
            return names
    return {label: f"{name} ({at})" for at, (label, name) in enumerate(names.items(), start=1)}


def count_sizes(told: npt.NDArray[np.object_]) -> pd.DataFrame:
    """How many persons each segment has.

    Args:
        told: n names of segments, one a person.

    Returns:
        One row per segment, the largest first: ``segment, n, share, low, high`` (Wilson, 95 %).

    Example:
        >>> count_sizes(np.array(["b", "a", "a"], dtype=object))[["segment", "n"]].values.tolist()
        [['a', 2], ['b', 1]]
    """
    counts = pd.Series(told).value_counts()
    rows = [
        (name, int(n), n / len(told), *wilson_interval(int(n), len(told)))
        for name, n in sorted(counts.to_dict().items(), key=lambda one: (-one[1], str(one[0])))
    ]
    return pd.DataFrame(rows, columns=[COLUMN, "n", "share", "low", "high"])
