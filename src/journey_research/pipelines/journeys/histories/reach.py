"""Whom each channel reaches, together with others, alone, and beyond those that came before it.

Context: reach of channels does not add up, because the same persons are reached by several. Choice:
persons are counted once by the exact set of channels that reached them; every other figure is a sum
over those sets. The order by what each adds is greedy. Given up: the best set of any size, which
takes all combinations; greedy is within 1 - 1/e of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import wilson_interval

from .steps import fetch_rows, name_groups, read_steps

SHARES = ["share", "low", "high", "only_share", "new_share", "reached_share", "reached_low", "reached_high"]


def event_sets(steps: Table, *, by: str | None = None) -> pd.DataFrame:
    """How many persons have exactly which events: the bars of an UpSet plot.

    Args:
        steps: n rows, one per event (the channel of a touch), as ``read_steps`` wants them.
        by: Column of groups.

    Returns:
        One row per group and set that somebody has: ``members`` (a tuple of events in their order),
        ``n`` persons who have these and no other, ``n_all`` persons (and ``n_persons, n_worth``, the
        same), ``share, low, high`` (Wilson, 95 %); the commonest first, ties by members.

    Source:
        Lex et al. (2014), "UpSet: visualization of intersecting sets".

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["web", "store", "web"], "happened_at": [0, 1, 0]})
        >>> event_sets(Table.from_pandas(told))[["members", "n"]].values.tolist()
        [[('store', 'web'), 1], [('web',), 1]]
    """
    histories = read_steps(steps, by=by)
    names = fetch_rows(run_sql("event_names.sql", steps=histories), "number")["event"].tolist()
    told = fetch_rows(run_sql("event_sets.sql", steps=histories), "kind", "members")
    told["members"] = [tuple(names[int(number) - 1] for number in text.split()) for text in told["members"]]
    told["n_all"] = told["n_persons"] = told.groupby("kind")["n"].transform("sum")
    shares = [
        (n / n_all, *wilson_interval(n, n_all)) for n, n_all in zip(told["n"], told["n_all"], strict=True)
    ]
    ends = pd.DataFrame(shares, columns=["share", "low", "high"], dtype="float64")
    ends["n_worth"] = told["n_all"].astype("float64")
    told = pd.concat([told, ends], axis=1).sort_values(
        ["kind", "n", "members"], ascending=[True, False, True], ignore_index=True
    )
    return name_groups(told, by)


def channel_overlaps(sets: pd.DataFrame) -> pd.DataFrame:
    """How many persons have both of two events.

    Args:
        sets: What ``event_sets`` returns, of one group.

    Returns:
        A square matrix of persons, a row and a column per event; the diagonal is who has it at all.

    Example:
        >>> sets = pd.DataFrame({"members": [("store", "web"), ("web",)], "n": [1, 1]})
        >>> channel_overlaps(sets).values.tolist()
        [[1, 1], [1, 2]]
    """
    names, held = _held(sets)
    both = held.T @ (held * sets["n"].to_numpy(np.int64)[:, None])
    return pd.DataFrame(both, index=names, columns=names)


def rank_reach(sets: pd.DataFrame) -> pd.DataFrame:
    """Events in the order of how many persons each adds to those before it.

    Args:
        sets: What ``event_sets`` returns, of one group.

    Returns:
        One row per event: ``rank`` (from 1; ties by event), ``event, n`` persons who have it, ``n_all``,
        ``share, low, high``; ``n_only`` who have no other, ``only_share`` of all; ``n_new`` whom those
        ranked before do not have, ``new_share`` of all; ``reached_share, reached_low, reached_high``
        with those before. Wilson's 95 % intervals; what is ranked by the data it is measured on looks
        a little better than it is.

    Source:
        Nemhauser, Wolsey and Fisher (1978): greedy cover reaches at least 1 - 1/e of the best.

    Example:
        >>> sets = pd.DataFrame({"members": [("store", "web"), ("web",)], "n": [1, 2]})
        >>> rank_reach(sets)[["event", "n", "n_only", "n_new"]].values.tolist()
        [['web', 3, 2, 3], ['store', 1, 0, 0]]
    """
    names, held = _held(sets)
    n = sets["n"].to_numpy(np.int64)
    n_all, n_members = int(n.sum()), held.sum(axis=1)
    left, waiting, rows, reached = np.ones(len(n), bool), list(range(len(names))), [], 0
    for rank in range(1, len(names) + 1):
        added = {at: int(n[left & (held[:, at] > 0)].sum()) for at in waiting}
        best = max(waiting, key=lambda at: (added[at], -at))
        waiting.remove(best)
        mine = held[:, best] > 0
        left &= ~mine
        reached += added[best]
        n_mine, n_only = int(n[mine].sum()), int(n[mine & (n_members == 1)].sum())
        rows.append(
            (
                rank, names[best], n_mine, n_all, n_only, added[best],
                n_mine / n_all, *wilson_interval(n_mine, n_all), n_only / n_all, added[best] / n_all,
                reached / n_all, *wilson_interval(reached, n_all),
            )
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=["rank", "event", "n", "n_all", "n_only", "n_new", *SHARES])
    whole = dict.fromkeys(["rank", "n", "n_all", "n_only", "n_new"], "int64")
    return frame.astype({**whole, **dict.fromkeys(SHARES, "float64")})


def _held(sets: pd.DataFrame) -> tuple[list[Any], np.ndarray]:
    """Events in their order, and a row per set with 1 where the event is in it."""
    names = sorted({name for members in sets["members"] for name in members})
    places = {name: at for at, name in enumerate(names)}
    held = np.zeros((len(sets), len(names)), np.int64)
    for row, members in enumerate(sets["members"]):
        held[row, [places[name] for name in members]] = 1
    return names, held
