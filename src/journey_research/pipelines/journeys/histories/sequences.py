"""Sequences of events that many histories hold, and those that tell two groups of histories apart.

Context: of hundreds of sequences some differ between any two groups by chance. Choice: which
sequences are looked at is decided by how common they are in all histories together, so it knows
nothing of the groups; each is then tested, and the p-values are adjusted for their number. Given up:
rare sequences, however telling. A long history holds more of everything: where one group's are longer,
compare the same number of first events of each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from journey_research.engine import Table, run_sql

from .differences import COMPARED, compare_shares
from .mining import Ints, Paths, frequent_sequences, told_once
from .shares import add_shares
from .steps import fetch_rows, name_groups, read_steps


@dataclass(frozen=True)
class SequenceRule:
    """Which sequences are looked at.

    Attributes:
        min_share: Share of all histories that hold a sequence, at least; more than 0.
        max_events: Events in a sequence, at most.
        most_sequences: Sequences, at most; the commonest.
        contiguous: Whether the events follow each other directly; else others may lie between.
        keeps_repeats: Whether an event that follows itself counts again.
        first_events: Events of a history that are looked at, from its first on; 0 for all.
    """

    min_share: float = 0.02
    max_events: int = 4
    most_sequences: int = 500
    contiguous: bool = False
    keeps_repeats: bool = True
    first_events: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.min_share <= 1:
            raise ValueError(f"min_share is {self.min_share}; it is more than 0 and at most 1")
        if min(self.max_events, self.most_sequences) < 1:
            raise ValueError("max_events and most_sequences are at least 1")
        if self.first_events < 0:
            raise ValueError(f"first_events is {self.first_events}; 0 means all")


def sequence_shares(
    steps: Table, rule: SequenceRule | None = None, *, per: str | None = None, by: str | None = None
) -> pd.DataFrame:
    """The commonest sequences, and the share of histories that hold them.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        rule: Which sequences.
        per: Column of the histories, ``"journey"``; without it, a person has one.
        by: Column of groups; which sequences are looked at is decided in all groups together.

    Returns:
        One row per group and sequence that a history of the group holds: ``sequence`` (events as text
        with ``' > '`` between), ``n_events, n, n_holders`` (persons), ``n_all, n_persons, share, low,
        high, n_worth``; the commonest first. 95 % intervals are by person. A sequence that
        lies in a longer one which the very same histories hold is left out.

    Example:
        >>> told = pd.DataFrame({"person": ["a", "a", "b"], "step": [1, 2, 1],
        ...                      "event": ["look", "buy", "look"], "happened_at": [0, 1, 0]})
        >>> sequence_shares(Table.from_pandas(told))[["sequence", "n", "share"]].values.tolist()
        [['look', 2, 1.0], ['look > buy', 1, 0.5]]
    """
    rule = rule or SequenceRule()
    histories = read_steps(steps, per=per, by=by)
    coded = run_sql(
        "coded_histories.sql",
        steps=histories,
        keeps_repeats=rule.keeps_repeats,
        first_events=rule.first_events or 2**31,
    )
    coded = Table.from_arrow(coded.to_arrow())
    distinct = run_sql("distinct_paths.sql", histories=coded)
    texts = fetch_rows(distinct, "number")
    found = _found(texts, rule)
    names = [str(name) for name in fetch_rows(run_sql("event_names.sql", steps=histories), "number")["event"]]
    counted = run_sql(
        "sequence_counts.sql", histories=coded, paths=distinct, held=_held([held for _, held in found])
    )
    told = add_shares(fetch_rows(counted, "kind", "sequence"))
    numbers = told.pop("sequence")
    told.insert(1, "sequence", [" > ".join(names[code] for code in found[number][0]) for number in numbers])
    told.insert(2, "n_events", pd.Series([len(found[number][0]) for number in numbers], dtype="int64"))
    told = told.sort_values(
        ["kind", "n", "n_events", "sequence"], ascending=[True, False, True, True], ignore_index=True
    )
    return name_groups(told, by)


def telling_sequences(
    steps: Table,
    first: Any,
    second: Any,
    rule: SequenceRule | None = None,
    *,
    by: str,
    per: str | None = None,
) -> pd.DataFrame:
    """The sequences that the histories of one group hold more often than those of another.

    Args:
        steps: n rows, one per event, as ``read_steps`` wants them.
        first: One group; rows of other groups than these two are left out.
        second: The other.
        rule: Which sequences.
        by: Column of groups.
        per: Column of the histories, ``"journey"``; without it, a person has one.

    Returns:
        What ``compare_shares`` returns, one row per ``sequence`` (and ``n_events``), the surest
        difference first; empty where a group has no history. ``q_value`` counts all sequences here.
        What differs is not what causes the difference.

    Source:
        Newcombe (1998) for intervals, Benjamini and Hochberg (1995) for ``q_value``.
    """
    quoted = by.replace('"', '""')
    both = steps.query(
        f'select * from this where "{quoted}" in ($first, $second)', first=first, second=second
    )
    told = sequence_shares(both, rule, per=per, by=by)
    if not {first, second} <= set(told["group"]):
        told = told.iloc[:0]
        return _compared_nothing(told)
    compared = compare_shares(told, first, second, ["sequence", "n_events"], within=[])
    compared = compared.assign(size=-compared["difference"].abs())
    return compared.sort_values(
        ["q_value", "p_value", "size", "sequence"], kind="stable", ignore_index=True
    ).drop(columns="size")


def _found(texts: pd.DataFrame, rule: SequenceRule) -> list[tuple[tuple[int, ...], Ints]]:
    paths = Paths.read(texts["path"].tolist(), texts["n"].tolist())
    fewest = max(1, math.ceil(rule.min_share * int(paths.weights.sum()) - 1e-9))
    return told_once(
        frequent_sequences(
            paths,
            fewest=fewest,
            longest=rule.max_events,
            most=rule.most_sequences,
            contiguous=rule.contiguous,
        ),
        contiguous=rule.contiguous,
    )


def _held(held: list[Ints]) -> Table:
    """One row per sequence and path that holds it, both as numbers."""
    import numpy as np
    import pyarrow as pa

    sequences = np.repeat(np.arange(len(held)), [len(one) for one in held])
    numbers = np.concatenate(held) + 1 if held else np.zeros(0, np.int64)
    return Table.from_arrow(
        pa.table({"sequence": pa.array(sequences, pa.int64()), "number": pa.array(numbers, pa.int64())})
    )


def _compared_nothing(told: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"sequence": told["sequence"], "n_events": told["n_events"]}).assign(
        **{name: pd.Series([], dtype=kind) for name, kind in COMPARED.items()}
    )
