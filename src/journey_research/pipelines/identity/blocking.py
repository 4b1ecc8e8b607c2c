"""Which pairs of records are worth comparing: dedupe's predicates, by name, in bounded blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

Record = dict[str, str | None]
Rule = list[str]


def spell_predicate(predicate: Any) -> Rule:
    """A predicate, or a conjunction of several, as readable text: ``firstTokenPredicate(name)``."""
    return sorted(f"{part.func.__name__}({part.field})" for part in predicate)


def read_rule(rule: Rule) -> Any:
    """The predicate that a rule's text names.

    Raises:
        ValueError: dedupe has no predicate of that name.

    Example:
        >>> sorted(read_rule(["firstTokenPredicate(name)"])({"name": "ann lee"}))
        ['ann']
    """
    from dedupe import predicate_functions, predicates

    parts = []
    for text in rule:
        name, _, field = text.partition("(")
        function = getattr(predicate_functions, name, None)
        if function is None or not field.endswith(")"):
            raise ValueError(f"no predicate of dedupe is called {name}")
        parts.append(predicates.StringPredicate(function, field[:-1]))
    return parts[0] if len(parts) == 1 else predicates.CompoundPredicate(parts)


def blocks_of(records: Sequence[Record], predicate: Any) -> dict[str, list[int]]:
    """Positions of the records under each key of one predicate; blocks of one are left out."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for position, record in enumerate(records):
        for key in predicate(record):
            blocks[key].append(position)
    return {key: blocks[key] for key in sorted(blocks) if len(blocks[key]) > 1}


def n_pairs(blocks: dict[str, list[int]]) -> int:
    """How many pairs the blocks hold; a pair in two blocks counts twice."""
    return sum(len(block) * (len(block) - 1) // 2 for block in blocks.values())


def bounded(blocks: dict[str, list[int]], records: Sequence[Record], most: int) -> Iterator[list[int]]:
    """Blocks of at most ``most`` records; a larger one is split by each field's exact values.

    What is still too large after that is left out: such a block says nothing of who is who,
    and n equal names make n * n / 2 pairs.
    """
    for block in blocks.values():
        if len(block) <= most:
            yield block
            continue
        for field in sorted(records[block[0]]):
            parts: dict[str, list[int]] = defaultdict(list)
            for position in block:
                value = records[position][field]
                if value is not None:
                    parts[value].append(position)
            yield from (part for part in parts.values() if 1 < len(part) <= most)


def candidate_pairs(records: Sequence[Record], rules: Sequence[Any], most_in_block: int) -> np.ndarray:
    """Pairs of records that share a key of any rule.

    Args:
        records: n folded records.
        rules: Predicates, as from ``read_rule``.
        most_in_block: Largest block that is compared whole.

    Returns:
        Shape (k, 2), positions, smaller first; each pair once, sorted; k may be 0.

    Example:
        >>> people = [{"name": "ann lee"}, {"name": "bob ray"}, {"name": "ann li"}]
        >>> candidate_pairs(people, [read_rule(["firstTokenPredicate(name)"])], 30).tolist()
        [[0, 2]]
    """
    n = len(records)
    found: set[int] = set()
    for rule in rules:
        for block in bounded(blocks_of(records, rule), records, most_in_block):
            found.update(a * n + b for a, b in combinations(block, 2))
    codes = np.array(sorted(found), dtype=np.int64)
    return np.stack([codes // n, codes % n], axis=1) if n else np.zeros((0, 2), dtype=np.int64)
