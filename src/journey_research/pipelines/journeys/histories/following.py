"""What follows what in a history, how often, and after how long."""

from __future__ import annotations

import pandas as pd

from journey_research.engine import Table, run_sql
from journey_research.pipelines.journeys.intervals import FEWEST_FOR_MEDIAN, Z, wilson_interval

from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps

TIMES = [
    "median_seconds", "median_low_seconds", "median_high_seconds", "lower_quartile_seconds",
    "upper_quartile_seconds",
]  # fmt: skip


def measure_transitions(steps: Table, *, per: str | None = None, by: str | None = None) -> pd.DataFrame:
    """How often one event directly follows another, and how long that takes.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        per: Column of the histories, ``"session"``; without it, a person has one.
        by: Column of groups.

    Returns:
        One row per group and pair of events that follow each other: ``from_event`` (null: the history
        starts here), ``to_event`` (null: it ends here), ``n``, ``n_movers`` (persons who do so),
        ``n_all`` (transitions from the event, ends among them), ``n_persons`` (who make them),
        ``share, low, high, n_worth``; the shares from an event add up to 1. Seconds from one to the
        other: ``median_seconds`` with ``median_low_seconds`` and ``median_high_seconds`` (null below
        six persons), ``lower_quartile_seconds, upper_quartile_seconds``. 95 % intervals are by person.

    Source:
        van der Aalst (2016), "Process Mining", 2nd ed., ch. 6: directly-follows counts; Rao and Scott
        (1992) and Woodruff (1952), "Confidence intervals for medians", for intervals.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a"], "step": [1, 2], "event": ["look", "buy"],
        ...                      "happened_at": [0, 9_000_000]})
        >>> found = measure_transitions(Table.from_pandas(told))
        >>> found[["from_event", "to_event", "n", "median_seconds"]].values.tolist()
        [['buy', nan, 1, nan], ['look', 'buy', 1, 9.0], [nan, 'look', 1, nan]]
    """
    histories = read_steps(steps, per=per, by=by)
    keys = ["kind", "from_event", "to_event"]
    counts = add_shares(fetch_rows(run_sql("transition_counts.sql", steps=histories), *keys))
    times = fetch_rows(run_sql("transition_times.sql", steps=histories, z=Z, fewest=FEWEST_FOR_MEDIAN), *keys)
    # Keys of whole numbers have another type where some are null.
    times = times.astype({name: counts[name].dtype for name in keys[1:]})
    told = counts.merge(times, on=keys, how="left", validate="one_to_one")
    return name_groups(told.astype(dict.fromkeys(TIMES, "float64")), by)


def transition_matrix(told: pd.DataFrame, *, ends: bool = False, value: str = "share") -> pd.DataFrame:
    """Transitions as a matrix, a row and a column per event.

    Args:
        told: What ``measure_transitions`` returns, of one group.
        ends: Whether starts and ends of histories are an event too, without name and last.
        value: ``"share"`` or ``"n"``.

    Returns:
        Shares of what follows each event, every row adding up to 1; without ``ends``, of what follows
        where something does. Or counts. An event that nothing follows has a row of zeros, and one that
        has no transition at all has none.

    Example:
        >>> told = pd.DataFrame({"from_event": ["look", "look"], "to_event": ["buy", None], "n": [1, 3]})
        >>> transition_matrix(told).loc["look"].to_dict()
        {'buy': 1.0, 'look': 0.0}
    """
    if not ends:
        told = told[told["from_event"].notna() & told["to_event"].notna()]
    names = pd.Index(sorted({*told["from_event"].dropna(), *told["to_event"].dropna()}))
    counts = told.pivot(index="from_event", columns="to_event", values="n").fillna(0)
    if ends:
        names = names.append(pd.Index([None]))
    counts = counts.reindex(index=names, columns=names).fillna(0)
    if value == "n":
        return counts.astype("int64")
    return counts.div(counts.sum(axis=1).where(lambda total: total > 0, 1.0), axis=0)


def share_persons(told: pd.DataFrame) -> pd.DataFrame:
    """Which share of persons ever does each event: the size of a node of a transition graph.

    Args:
        told: What ``measure_transitions`` returns.

    Returns:
        One row per group and event, in their order: ``event, n`` persons who do it, ``n_all`` persons (and
        ``n_persons, n_worth``, the same), ``share, low, high`` (Wilson, 95 %).

    Example:
        >>> told = pd.DataFrame({"from_event": ["buy", "look", None], "to_event": [None, "buy", "look"],
        ...                      "n_persons": [1, 2, 2]})
        >>> share_persons(told)[["event", "n", "share"]].values.tolist()
        [['buy', 1, 0.5], ['look', 2, 1.0]]
    """
    group = ["group"] if "group" in told.columns else []
    # Whoever does an event goes on from it or ends there, and every person starts somewhere.
    whole = told[[*group, "from_event", "n_persons"]].drop_duplicates([*group, "from_event"])
    starts = (
        whole[whole["from_event"].isna()].drop(columns="from_event").rename(columns={"n_persons": "n_all"})
    )
    events = whole[whole["from_event"].notna()].rename(columns={"from_event": "event", "n_persons": "n"})
    found = (
        events.merge(starts, on=group, validate="many_to_one") if group else events.merge(starts, how="cross")
    )
    rows = [
        (n / n_all, *wilson_interval(n, n_all)) for n, n_all in zip(found["n"], found["n_all"], strict=True)
    ]
    shares = pd.DataFrame(rows, columns=["share", "low", "high"], index=found.index, dtype="float64")
    found = pd.concat([found.assign(n_persons=found["n_all"]), shares], axis=1)
    found["n_worth"] = found["n_all"].astype("float64")
    return found.sort_values([*group, "event"], kind="stable", ignore_index=True)


def edge_shares(steps: Table, *, per: str | None = None, by: str | None = None) -> pd.DataFrame:
    """The events that histories begin and end with.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        per: Column of the histories, ``"session"``; without it, a person has one.
        by: Column of groups.

    Returns:
        One row per group, edge and event: ``edge`` (``entry`` or ``exit``), ``event, n, n_all,
        n_persons, share, low, high, n_worth``: of all histories, those that begin or end there.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> edge_shares(Table.from_pandas(told))[["edge", "event", "share"]].values.tolist()
        [['entry', 'look', 1.0], ['exit', 'buy', 0.5], ['exit', 'look', 0.5]]
    """
    counted = run_sql("edge_counts.sql", steps=read_steps(steps, per=per, by=by))
    return name_groups(add_shares(fetch_rows(counted, "kind", "edge", "event")), by)
