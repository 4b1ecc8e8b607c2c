"""Identifiers that a table of records holds, found by what they look like, not by their names."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from journey_research.pipelines.identity.fields import Field

# A value that more records share is a switchboard or a placeholder, not somebody.
MOST_RECORDS = 6
LEAST_DIGITS, LEAST_LIKENESS = 6, 0.9


def _is_identifier(values: Sequence[str], kind: str) -> bool:
    """Whether a column's values name somebody: addresses, or codes of six digits or more that hardly repeat.

    Args:
        values: Folded values, none missing.
        kind: The column's kind: ``email``, ``code``, ``text`` ...

    Example:
        >>> phones, postcodes = ["0170 1234567", "0170 7654321"], ["04109", "10115"]
        >>> _is_identifier(phones, "code"), _is_identifier(postcodes, "code")
        (True, False)
    """
    if kind == "email":
        return True
    if kind != "code" or not values:
        return False
    long_enough = sum(sum(sign.isdigit() for sign in value) >= LEAST_DIGITS for value in values)
    counts = Counter(values)
    bits = math.log2(len(values)) - math.fsum(n * math.log2(n) for n in sorted(counts.values())) / len(values)
    return long_enough >= 0.6 * len(values) and bits >= 0.7 * math.log2(len(values))


def find_evidence(ids: Sequence[str], folded: pd.DataFrame, fields: Sequence[Field]) -> pd.DataFrame:
    """Pairs of records that share an identifier and have something else alike.

    Args:
        ids: n record ids.
        folded: n rows of folded values.
        fields: Compared fields.

    Returns:
        k rows of record_id_a, record_id_b, link_probability, is_accepted and comparisons (JSON:
        the columns shared), sorted; k may be 0.

    Source:
        Winkler (1990), "String comparator metrics", for how alike two texts are.

    Example:
        >>> from journey_research.pipelines.identity.fields import Field
        >>> told = pd.DataFrame({"mail": ["a@b.example"] * 2, "name": ["ann lee", "ann le"]})
        >>> find_evidence(["1", "2"], told, [Field("mail", "email"), Field("name", "text")]).values.tolist()
        [['1', '2', 1.0, True, '{"mail": 1.0}']]
    """
    from rapidfuzz.distance import JaroWinkler

    shared: dict[tuple[int, int], set[str]] = defaultdict(set)
    texts = [field.name for field in fields if field.kind in ("text", "phrase")]
    for field in fields:
        column = folded[field.name].tolist()
        told = [value for value in column if value is not None]
        if not _is_identifier(told, field.kind):
            continue
        holders: dict[str, list[int]] = defaultdict(list)
        for number, value in enumerate(column):
            if value is not None and len(set(value)) > 2:
                holders[value].append(number)
        for numbers in holders.values():
            if 2 <= len(numbers) <= MOST_RECORDS:
                for pair in combinations(numbers, 2):
                    shared[pair].add(field.name)
    others = {name: folded[name].tolist() for name in texts}
    rows = []
    for (first, second), names in shared.items():
        alike = len(names) > 1 or any(
            column[first] is not None
            and column[second] is not None
            and JaroWinkler.similarity(column[first], column[second]) >= LEAST_LIKENESS
            for column in others.values()
        )
        if alike:
            a, b = sorted((ids[first], ids[second]))
            rows.append((a, b, 1.0, True, json.dumps(dict.fromkeys(sorted(names), 1.0))))
    columns = ["record_id_a", "record_id_b", "link_probability", "is_accepted", "comparisons"]
    return pd.DataFrame(sorted(rows), columns=columns)
