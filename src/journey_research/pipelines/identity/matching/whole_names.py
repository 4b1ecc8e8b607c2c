"""A column that holds what two others hold in parts, told apart: whole names to first and last ones.

Context: one list has first and last names, the next a whole name, and compared as they stand the two
never meet; compared beside their parts, whole names count the same agreement twice. Choice: which
column is whole, and which of its words is which part, is read from the values: a word is the part
that more records hold it as. Given up: whole names of which no list tells the parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np

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
    asked = {name: _some_words(counted[name]) for name in columns}
    for whole in columns:
        # A part of another whole is a name in itself, whatever its words are besides.
        if any(whole in parts for parts in found.values()) or not _has_several_words(asked[whole]):
            continue
        for first, last in permutations([name for name in columns if name != whole and name not in found], 2):
            if _is_parted(asked[whole], counted[first], counted[last]):
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
        words = [_words(value) for value in columns[whole].values.tolist()]
        for name, own in zip((first, last), _best_of_each(words, firsts, lasts), strict=False):
            told[name] = told[name].filled(columns[whole].respelt(own))
    return told


def count_cells(cells: Cells) -> dict[str, int]:
    """How many cells hold each text."""
    return dict(zip(cells.values.tolist(), cells.counts.tolist(), strict=True))


def _words(value: str) -> list[str]:
    return value.replace(",", " ").split()


def _some_words(values: Mapping[str, int]) -> list[list[str]]:
    """The words of some values that stand for all."""
    return [_words(value) for value in sorted(values)[:: max(1, len(values) // MOST_ASKED)]]


def _has_several_words(asked: Sequence[Sequence[str]]) -> bool:
    """Whether nearly all of some values are of as many words as whole names are."""
    several = sum(1 < len(words) <= MOST_WORDS for words in asked)
    return len(asked) > 0 and several >= 0.8 * len(asked)


def _is_parted(asked: Sequence[Sequence[str]], firsts: Mapping[str, int], lasts: Mapping[str, int]) -> bool:
    """Whether two columns hold the parts of enough of the whole values, in the order of the columns."""
    if not firsts or not lasts:
        return False
    told, _, weight = _best_of_each(asked, firsts, lasts)
    known = np.flatnonzero(weight)
    n_right = sum(asked[at][0] == (told[at] or "").split(" ")[0] for at in known.tolist())
    # The order of the two columns is the one in which more of the wholes are written.
    return len(known) >= LEAST_PARTED * len(asked) and 2 * n_right >= len(known)


def _best_of_each(
    asked: Sequence[Sequence[str]], firsts: Mapping[str, int], lasts: Mapping[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``_best`` of each of k lists of words, those of two at once: k first parts, last parts and weights."""
    told, rest = np.full((2, len(asked)), None, dtype=object)
    weight = np.zeros(len(asked), dtype=np.int64)
    length = np.array([len(words) for words in asked], dtype=np.int64)
    for at in np.flatnonzero(length != 2).tolist():
        told[at], rest[at], weight[at] = _best(asked[at], firsts, lasts)
    two = np.flatnonzero(length == 2)
    head, tail = ([asked[at][side] for at in two.tolist()] for side in (0, 1))

    def held(words: list[str], counts: Mapping[str, int]) -> np.ndarray:
        return np.array([counts.get(word, 0) for word in words], dtype=np.int64)

    straight, turned = held(head, firsts) * held(tail, lasts), held(tail, firsts) * held(head, lasts)
    words = np.array([head, tail], dtype=object).reshape(2, len(two))
    is_turned = (turned > straight).astype(np.int64)
    told[two], rest[two] = (words[side, np.arange(len(two))] for side in (is_turned, 1 - is_turned))
    weight[two] = np.maximum(straight, turned)
    return told, rest, weight


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
