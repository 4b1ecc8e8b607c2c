"""A column that holds what two others hold in parts, told apart: whole names to first and last ones.

Context: one list has first and last names, the next a whole name, and compared as they stand the two
never meet; compared beside their parts, whole names count the same agreement twice. Choice: which
column is whole, and which of its words is which part, is read from the values: a word is the part
that more records hold it as. Given up: whole names of which no list tells the parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from .cells import Cells

LEAST_PARTED = 0.5
MOST_WORDS = 4
MOST_ASKED = 5_000  # values that tell whether a column is whole


def find_partings(counted: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[str, str]]:
    """Which columns hold what two others hold in parts.

    Args:
        counted: Column -> how many records hold each folded text; those that may be names.

    Returns:
        Whole column -> the columns of its parts, first and last.

    Example:
        >>> find_partings({"first": {"ann": 2}, "last": {"lee": 1}, "name": {"ann lee": 1}})
        {'name': ('first', 'last')}
    """
    columns, found = list(counted), dict[str, tuple[str, str]]()
    for whole in columns:
        # A part of another whole is a name in itself, whatever its words are besides.
        if any(whole in parts for parts in found.values()) or not _has_several_words(counted[whole]):
            continue
        for first, last in permutations([name for name in columns if name != whole and name not in found], 2):
            if _is_parted(counted[whole], counted[first], counted[last]):
                found[whole] = (first, last)
                break
    return found


def part_names(
    columns: Mapping[str, Cells],
    partings: Mapping[str, tuple[str, str]],
    known: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, Cells]:
    """Fill parts from wholes that are known to be such, and leave the wholes out.

    Args:
        columns: Name -> n folded cells.
        partings: Whole column -> the columns of its parts.
        known: Part -> how many records hold each value; counted in the columns where not given.

    Example:
        >>> import numpy as np
        >>> told = {"first": ["ann", None, "bob"], "last": ["lee", None, "ray"]}
        >>> told["name"] = [None, "ray ann", None]
        >>> columns = {name: Cells.of(np.array(texts, dtype=object)) for name, texts in told.items()}
        >>> parted = part_names(columns, {"name": ("first", "last")})
        >>> {name: cells.texts.tolist() for name, cells in parted.items()}
        {'first': ['ann', 'ann', 'bob'], 'last': ['lee', 'ray', 'ray']}
    """
    told = {name: cells for name, cells in columns.items() if name not in partings}
    for whole, (first, last) in partings.items():
        firsts, lasts = (
            count_cells(columns[part]) if known is None else known[part] for part in (first, last)
        )
        parts = [_best(_words(value), firsts, lasts) for value in columns[whole].values.tolist()]
        for name, own in ((first, [part[0] for part in parts]), (last, [part[1] for part in parts])):
            told[name] = told[name].filled(columns[whole].respelt(own))
    return told


def count_cells(cells: Cells) -> dict[str, int]:
    """How many cells hold each text."""
    return dict(zip(cells.values.tolist(), cells.counts.tolist(), strict=True))


def _words(value: str) -> list[str]:
    return value.replace(",", " ").split()


def _has_several_words(values: Mapping[str, int]) -> bool:
    """Whether nearly all of some values are of as many words as whole names are."""
    several = sum(1 < len(_words(value)) <= MOST_WORDS for value in values)
    return len(values) > 0 and several >= 0.8 * len(values)


def _is_parted(values: Mapping[str, int], firsts: Mapping[str, int], lasts: Mapping[str, int]) -> bool:
    """Whether two columns hold the parts of enough of the whole values, in the order of the columns."""
    if not firsts or not lasts:
        return False
    n_known, n_right = 0, 0
    asked = sorted(values)[:: max(1, len(values) // MOST_ASKED)]
    for value in asked:
        words = _words(value)
        first, _, weight = _best(words, firsts, lasts)
        n_known += weight > 0
        n_right += weight > 0 and words[0] == (first or "").split(" ")[0]
    # The order of the two columns is the one in which more of the wholes are written.
    return n_known >= LEAST_PARTED * len(asked) and 2 * n_right >= n_known


def _best(
    words: Sequence[str], firsts: Mapping[str, int], lasts: Mapping[str, int]
) -> tuple[str | None, str | None, int]:
    """First and last part of some words, and how many records hold them so; in order where nobody knows."""
    if len(words) < 2:
        return None, (words[0] if words else None), 0
    ways = []
    for cut in range(1, len(words)):
        head, tail = " ".join(words[:cut]), " ".join(words[cut:])
        ways.append((firsts.get(head, 0) * lasts.get(tail, 0), cut == len(words) - 1, head, tail))
        ways.append((lasts.get(head, 0) * firsts.get(tail, 0), False, tail, head))
    weight, _, first, last = max(ways, key=lambda way: (way[0], way[1]))
    return first, last, weight
