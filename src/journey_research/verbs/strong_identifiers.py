"""Identifiers that a table of records holds, found by what they look like, not by their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from journey_research.pipelines.identity.matching.columns import ValueColumn

# A value that more records share is a switchboard or a placeholder, not somebody.
MOST_RECORDS = 6
MOST_PAIRS = 10_000  # that are handed on: more of them teach no more
MOST_VALUES = 20_000  # of a column whose records are paired
LEAST_DIGITS, LEAST_LIKENESS = 6, 0.9
LEAST_SHARE_ALIKE, LEAST_PAIRS = 0.1, 20  # fewer pairs say nothing of who shares identifiers


def _is_identifier(column: ValueColumn) -> bool:
    """Whether a column's values name somebody: addresses, or codes of six digits or more that hardly repeat.

    Dates are no codes: many are born on one day.

    Example:
        >>> from journey_research.pipelines.identity.matching.columns import find_columns
        >>> told = pd.DataFrame({"phone": ["0170 1234567", "0170 7654321"], "zip": ["04109", "10115"]})
        >>> [_is_identifier(column) for column in find_columns(told, ["phone", "zip"])[0]]
        [True, False]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from journey_research.pipelines.identity.matching.fields import bits, some_of

    if column.kind == "email":
        return True
    if column.kind != "code" or not len(column.values):
        return False
    asked, counts = some_of(column.counts)
    values = pa.array(column.values[asked], pa.string())
    digits = pc.count_substring_regex(values, r"\p{Nd}").to_numpy()
    long_enough = int(counts[digits >= LEAST_DIGITS].sum()) >= 0.6 * counts.sum()
    return bool(long_enough and bits(column.counts) >= 0.7 * np.log2(column.counts.sum()))


def find_evidence(ids: Sequence[str] | pd.Index, columns: Sequence[ValueColumn]) -> pd.DataFrame:
    """Pairs of records that share an identifier and have something else alike.

    Args:
        ids: n record ids.
        columns: Compared columns of the n records.

    Returns:
        k rows of record_id_a, record_id_b, link_probability, is_accepted and comparisons (JSON:
        the columns shared), sorted; k may be 0, and is at most 10,000: of more pairs every second,
        every third and so on.

    Source:
        Winkler (1990), "String comparator metrics", for how alike two texts are.

    Example:
        >>> from journey_research.pipelines.identity.matching.columns import encode
        >>> from journey_research.pipelines.identity.matching.fields import Field
        >>> told = pd.DataFrame({"mail": ["a@b.example"] * 2, "name": ["ann lee", "ann le"]})
        >>> columns = encode(told, [Field("mail", "email"), Field("name", "text")])
        >>> find_evidence(["1", "2"], columns).values.tolist()
        [['1', '2', 1.0, True, '{"mail": 1.0}']]
    """
    from journey_research.pipelines.identity.matching.candidates import pairs_in
    from journey_research.pipelines.identity.matching.likeness import ColumnLikeness

    n = len(ids)
    shared: dict[str, np.ndarray] = {}
    for column in columns:
        if not _is_identifier(column):
            continue
        shared_by_few = np.flatnonzero((column.counts >= 2) & (column.counts <= MOST_RECORDS))
        shared_by_few = shared_by_few[:: max(1, len(shared_by_few) // MOST_VALUES)]
        kept = np.zeros(len(column.values), dtype=bool)
        kept[shared_by_few] = [len(set(value)) > 2 for value in column.values[shared_by_few]]
        told = np.flatnonzero((column.codes >= 0) & kept[column.codes])
        members = told[np.argsort(column.codes[told], kind="stable")]
        _, starts, sizes = np.unique(column.codes[members], return_index=True, return_counts=True)
        first, second = pairs_in(members, starts, sizes)
        shared[column.name] = np.minimum(first, second) * n + np.maximum(first, second)
    pairs = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *shared.values()]))
    pairs = pairs[:: max(1, -(-len(pairs) // (4 * MOST_PAIRS)))]
    first, second = pairs // max(n, 1), pairs % max(n, 1)
    by = {name: np.isin(pairs, codes) for name, codes in shared.items()}
    alike = np.sum([np.zeros(len(pairs)), *by.values()], axis=0) > 1
    for column in columns:
        if column.kind in ("text", "phrase"):
            own = ColumnLikeness(column)
            likeness = own.compare(column.codes[first], column.codes[second])[:, 0]
            alike |= likeness >= LEAST_LIKENESS
    alike = np.flatnonzero(alike)
    alike = alike[:: max(1, -(-len(alike) // MOST_PAIRS))]
    ends = [pd.Index(ids).take(side[alike]).tolist() for side in (first, second)]
    rows = []
    for at, one, other in zip(alike.tolist(), *ends, strict=True):
        a, b = sorted((one, other))
        names = sorted(name for name, told in by.items() if told[at])
        rows.append((a, b, 1.0, True, json.dumps(dict.fromkeys(names, 1.0))))
    columns_of = ["record_id_a", "record_id_b", "link_probability", "is_accepted", "comparisons"]
    return pd.DataFrame(sorted(rows), columns=columns_of)


def join_relatives(evidence: pd.DataFrame, place: pd.Index, columns: Sequence[ValueColumn]) -> bool:
    """Whether it is relatives who share identifiers: in some column of words hardly two are alike.

    One person is written with slips, and moves; but hardly ever with another first name nine times in ten.

    Args:
        evidence: k pairs, from ``find_evidence``.
        place: n record ids, in the order of the columns.
        columns: Compared columns of the n records.

    Returns:
        Fewer than 20 pairs that both tell a column say nothing of it, and then it is no.

    Example:
        >>> from journey_research.pipelines.identity.matching.columns import encode
        >>> from journey_research.pipelines.identity.matching.fields import Field
        >>> names = ["ann", "bob", "cleo", "dora", "emil", "fritz", "greta"] * 6
        >>> phones = [f"0170{number // 2:06}" for number in range(42)]
        >>> told = pd.DataFrame({"phone": phones, "first": names, "last": "lee"})
        >>> columns = encode(told, [Field("phone", "code"), Field("first", "text"), Field("last", "text")])
        >>> ids = pd.Index([str(number) for number in range(42)])
        >>> join_relatives(find_evidence(ids, columns), ids, columns)
        True
    """
    from journey_research.pipelines.identity.matching.likeness import ColumnLikeness

    first, second = (place.get_indexer(pd.Index(evidence[name])) for name in ("record_id_a", "record_id_b"))
    for column in columns:
        if column.kind != "text":
            continue
        both = (column.codes[first] >= 0) & (column.codes[second] >= 0)
        if both.sum() >= LEAST_PAIRS:
            pairs = column.codes[first[both]], column.codes[second[both]]
            if (ColumnLikeness(column).compare(*pairs)[:, 0] >= LEAST_LIKENESS).mean() < LEAST_SHARE_ALIKE:
                return True
    return False
