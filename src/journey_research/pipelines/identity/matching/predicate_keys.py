"""dedupe's predicates on distinct values: which blocks a value belongs to, as numbers.

Context: a predicate is a function of one value, and dedupe calls it for every record. Choice: it is
called once per distinct value, or, where it cuts pieces off a text, replaced by a pass over all
values that makes the same keys; the keys are then hashed, so that blocks are found by sorting
numbers. Given up: the key's text (two keys of 64 bits never met in a hundred million).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .quantities import read
from .words import WordCounts, code_words, split_words

STARTS = {"sameThreeCharStartPredicate": 3, "sameFiveCharStartPredicate": 5, "sameSevenCharStartPredicate": 7}
GRAMS = {"commonFourGram": 4, "commonSixGram": 6}
MEASURED = {"orderOfMagnitude": "number", "roundTo1": "number", "latLongGridPredicate": "place"}
SHORTEST_SUFFIX = 5
RAREST, LEAST_HELD = 3, 2
CHUNK = 100_000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_TOKENS = "firstTokenPredicate tokenFieldPredicate fingerprint sortedAcronym doubleMetaphone metaphoneToken"
_PHRASE = (
    "firstTwoTokensPredicate commonTwoTokens commonThreeTokens commonIntegerPredicate alphaNumericPredicate"
)
_WORDS = "codeWords rareWords"  # ours; the second in place of dedupe's canopies, which index all values
_CUT = " ".join(["wholeFieldPredicate", *STARTS, *GRAMS])
PREDICATES: dict[str, tuple[str, ...]] = {
    "text": tuple(f"{_CUT} {_TOKENS} oneGramFingerprint twoGramFingerprint".split()),
    "phrase": tuple(f"{_CUT} {_TOKENS} {_PHRASE} twoGramFingerprint {_WORDS}".split()),
    "long": tuple(f"{' '.join(STARTS)} {_TOKENS} {_PHRASE} {_WORDS}".split()),
    "code": tuple(f"{_CUT} oneGramFingerprint suffixArray commonIntegerPredicate".split()),
    "email": tuple(f"{_CUT} oneGramFingerprint".split()),
    "category": ("wholeFieldPredicate",),
    "date": tuple(f"{_CUT} oneGramFingerprint suffixArray".split()),
    "number": ("wholeFieldPredicate", "orderOfMagnitude", "roundTo1"),
    "place": ("wholeFieldPredicate", "latLongGridPredicate"),
}


@dataclass(frozen=True)
class Keys:
    """Keys of v values, value by value.

    Attributes:
        starts: v + 1 places; the keys of value i are ``key[starts[i] : starts[i + 1]]``.
        key: Hashes, uint64, comparable among values of one call.
    """

    starts: np.ndarray
    key: np.ndarray


def keys_of(values: np.ndarray, predicate: str, counts: WordCounts | None = None) -> Keys:
    """The keys that a predicate gives each value.

    Args:
        values: v distinct texts, object array.
        predicate: Its name in ``dedupe.predicate_functions``, or ``codeWords`` (words with a digit, see
            ``code_words``) or ``rareWords`` (the three words that fewest other values hold).
        counts: By which words are rare; of the values themselves where not given.

    Raises:
        ValueError: dedupe has no predicate of that name.

    Example:
        >>> keys = keys_of(np.array(["ann lee", "annabel"], dtype=object), "sameThreeCharStartPredicate")
        >>> keys.starts.tolist(), bool(keys.key[0] == keys.key[1])
        ([0, 1, 2], True)
    """
    if predicate == "wholeFieldPredicate":
        return Keys(np.arange(len(values) + 1), hashed(values))
    if predicate in STARTS:
        bare = pc.replace_substring(pa.array(values, pa.string()), " ", "")
        return _first(pc.utf8_slice_codeunits(bare, 0, STARTS[predicate]))
    if predicate in GRAMS:
        return _in_chunks(values, lambda some: _grams_of(some, GRAMS[predicate]))
    if predicate == "suffixArray":
        return _in_chunks(values, _suffixes_of)
    if predicate == "oneGramFingerprint":
        return _letter_sets(values)
    if predicate == "commonIntegerPredicate":
        return _integers_of(values)
    if predicate in MEASURED:
        return _of_quantities(values, predicate)
    if predicate == "codeWords":
        told = code_words(values)
        return _by_owner(told.owner, _hashed_words(told.word), len(values))
    if predicate == "rareWords":
        return _rare_words(values, counts or WordCounts(values))
    return _told(values, _function(predicate))


def _of_quantities(values: np.ndarray, predicate: str) -> Keys:
    """Keys of what values measure; none where one cannot be read or is nought."""
    function, quantities = _function(predicate), read(values, MEASURED[predicate])
    rows = np.flatnonzero(np.nan_to_num(quantities).any(axis=1))
    told = [function(tuple(row) if len(row) > 1 else row[0]) for row in quantities[rows].tolist()]
    owner = np.repeat(rows, np.fromiter(map(len, told), dtype=np.int64, count=len(told)))
    return _by_owner(owner, hashed(np.array(list(chain.from_iterable(told)), dtype=object)), len(values))


def _rare_words(values: np.ndarray, counts: WordCounts) -> Keys:
    """The rarest words of each value that another value may hold as well."""
    told = split_words(values)
    key, held = _hashed_words(told.word), counts.of(told.word)
    kept = np.flatnonzero(held >= LEAST_HELD)
    owner, key, held = told.owner[kept], key[kept], held[kept]
    order = np.lexsort([key, held, owner])
    owner, key = owner[order], key[order]
    is_new = np.append(True, (owner[1:] != owner[:-1]) | (key[1:] != key[:-1]))[: len(key)]
    owner, key = owner[is_new], key[is_new]
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
    return _by_owner(owner[rank < RAREST], key[rank < RAREST], len(values))


def _hashed_words(words: pa.Array) -> np.ndarray:
    coded = words.dictionary_encode()
    told: np.ndarray = hashed(coded.dictionary.to_numpy(zero_copy_only=False))[coded.indices.to_numpy()]
    return told


def hashed(texts: np.ndarray) -> np.ndarray:
    """A text's hash, uint64, the same in every process."""
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    return np.asarray(pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False), dtype=np.uint64)


def _first(pieces: pa.Array) -> Keys:
    """One key for each piece."""
    coded = pieces.dictionary_encode()
    keys = hashed(coded.dictionary.to_numpy(zero_copy_only=False))[coded.indices.to_numpy()]
    return Keys(np.arange(len(keys) + 1), keys)


def _in_chunks(values: np.ndarray, keys: Callable[[np.ndarray], Keys]) -> Keys:
    """Keys of so many values at a time, for letters take room."""
    parts = [keys(values[first : first + CHUNK]) for first in range(0, len(values), CHUNK)]
    starts = np.concatenate([[0], *(np.diff(part.starts) for part in parts)]).cumsum()
    return Keys(starts, np.concatenate([np.zeros(0, dtype=np.uint64), *(part.key for part in parts)]))


def _letters(values: np.ndarray, least_width: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Code points of each value's letters, shape (v, width), 0 beyond its end; and how many it has."""
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    width = max(least_width, int(lengths.max(initial=0)))
    return values.astype(f"U{width}").view(np.uint32).reshape(len(values), width), lengths


def _stirred(key: np.ndarray) -> np.ndarray:
    """Hashes whose upper bits hang on all of the lower ones."""
    key = (key ^ (key >> np.uint64(31))) * _MULTIPLIER
    told: np.ndarray = key ^ (key >> np.uint64(29))
    return told


def _grams_of(values: np.ndarray, n: int) -> Keys:
    """All pieces of n letters, without spaces; hashed letter by letter, for they are many."""
    bare = pc.replace_substring(pa.array(values, pa.string()), " ", "").to_numpy(zero_copy_only=False)
    letters, lengths = _letters(bare, least_width=n)
    width = letters.shape[1]
    hashes = np.zeros((len(bare), width - n + 1), dtype=np.uint64)
    for place in range(n):
        hashes *= _MULTIPLIER
        hashes += letters[:, place : place + width - n + 1]
    there = np.arange(width - n + 1) < (lengths - n + 1)[:, None]
    # A piece may stand twice in a value: whoever makes pairs leaves a record with itself out.
    return Keys(np.concatenate([[0], np.cumsum(there.sum(axis=1))]), _stirred(hashes[there]))


def _suffixes_of(values: np.ndarray) -> Keys:
    """All ends of at least five letters; each is hashed from the one that is a letter shorter."""
    letters, lengths = _letters(values)
    hashes = np.zeros(letters.shape, dtype=np.uint64)
    last = np.zeros(len(values), dtype=np.uint64)
    for place in range(letters.shape[1] - 1, -1, -1):
        last = np.where(place < lengths, last * _MULTIPLIER + letters[:, place], np.uint64(0))
        hashes[:, place] = last
    there = np.arange(letters.shape[1]) < (lengths - SHORTEST_SUFFIX + 1)[:, None]
    return Keys(np.concatenate([[0], np.cumsum(there.sum(axis=1))]), _stirred(hashes[there]))


def _letter_sets(values: np.ndarray) -> Keys:
    """Which letters a value has: a bit for each ASCII letter; with others, or a nought, by its text."""
    function = _function("oneGramFingerprint")
    texts = pa.array(values, pa.string())
    has_nought = pc.match_substring(texts, "\0")
    is_ascii = pc.and_not(pc.string_is_ascii(texts), has_nought).to_numpy(zero_copy_only=False)
    key = np.zeros(len(values), dtype=np.uint64)
    key[~is_ascii] = hashed(
        np.array([next(iter(function(value))) for value in values[~is_ascii]], dtype=object)
    )
    rows = np.flatnonzero(is_ascii)
    bit = np.uint64(1) << (np.arange(128, dtype=np.uint64) % np.uint64(64))
    bit[[0, ord(" ")]] = 0
    lower, upper = (np.where(half, bit, np.uint64(0)) for half in (np.arange(128) < 64, np.arange(128) >= 64))
    for first in range(0, len(rows), CHUNK):
        own = rows[first : first + CHUNK]
        letters, _ = _letters(values[own])
        low = high = np.zeros(len(own), dtype=np.uint64)
        for place in range(letters.shape[1]):
            low, high = low | lower[letters[:, place]], high | upper[letters[:, place]]
        key[own] = _stirred(_stirred(low) + high * _MULTIPLIER + np.uint64(1))
    return Keys(np.arange(len(values) + 1), key)


def _integers_of(values: np.ndarray) -> Keys:
    """Whole numbers, without noughts before them; where a value has letters beyond ASCII, by dedupe."""
    texts = pa.array(values, pa.string())
    is_ascii = pc.string_is_ascii(texts).to_numpy(zero_copy_only=False)
    rows, others = np.flatnonzero(is_ascii), np.flatnonzero(~is_ascii)
    lists = pc.split_pattern_regex(texts.take(pa.array(rows)), "[^0-9]+")
    digits, owner = lists.flatten(), np.repeat(rows, np.diff(lists.offsets.to_numpy()))
    is_number = pc.not_equal(digits, "")
    bare = pc.utf8_ltrim(digits.filter(is_number), "0")
    number = pc.if_else(pc.equal(bare, ""), "0", bare)
    told = _told(values[others], _function("commonIntegerPredicate"))
    return _by_owner(
        np.concatenate(
            [owner[is_number.to_numpy(zero_copy_only=False)], np.repeat(others, np.diff(told.starts))]
        ),
        np.concatenate([_hashed_words(number), told.key]),
        len(values),
    )


def _told(values: np.ndarray, function: Callable[[str], frozenset[str]]) -> Keys:
    told = [function(value) for value in values]
    owner = np.repeat(np.arange(len(values)), np.fromiter(map(len, told), dtype=np.int64, count=len(told)))
    keys = hashed(np.array(list(chain.from_iterable(told)), dtype=object))
    return _by_owner(owner, keys, len(values))


def _by_owner(owner: np.ndarray, key: np.ndarray, n_values: int) -> Keys:
    """Keys in the order of their values, each once a value."""
    order = np.lexsort([key, owner])
    owner, key = owner[order], key[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (key[1:] != key[:-1])
    return Keys(np.searchsorted(owner[new], np.arange(n_values + 1)), key[new])


def _function(predicate: str) -> Callable[[Any], frozenset[str]]:
    from dedupe import predicate_functions

    function = getattr(predicate_functions, predicate, None)
    if function is None:
        raise ValueError(f"dedupe has no predicate called {predicate}")
    told: Callable[[Any], frozenset[str]] = function
    return told
