"""Words of texts, and how few of a column's values hold each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NO_WORD = r"[^\p{L}\p{N}]+"
HAS_DIGIT = r"\p{Nd}"


@dataclass(frozen=True)
class Words:
    """Words of v values.

    Attributes:
        owner: w value numbers, rising.
        word: w words.
    """

    owner: np.ndarray
    word: pa.Array


def split_words(values: np.ndarray) -> Words:
    """Runs of letters and digits.

    Args:
        values: v folded texts, object array.

    Example:
        >>> split_words(np.array(["sony ps-lx350h"], dtype=object)).word.to_pylist()
        ['sony', 'ps', 'lx350h']
    """
    texts = pc.utf8_trim(pc.replace_substring_regex(pa.array(values, pa.string()), NO_WORD, " "), " ")
    return _parted(texts)


def code_words(values: np.ndarray) -> Words:
    """Words with a digit in them, without what stands between their letters: numbers of models.

    Args:
        values: v folded texts, object array.

    Example:
        >>> code_words(np.array(["sony ps-lx350h black"], dtype=object)).word.to_pylist()
        ['pslx350h']
    """
    told = _parted(pa.array(values, pa.string()))
    kept = pc.match_substring_regex(told.word, HAS_DIGIT)
    owner = told.owner[kept.to_numpy(zero_copy_only=False)]
    return Words(owner, pc.replace_substring_regex(told.word.filter(kept), NO_WORD, ""))


def all_words(values: np.ndarray) -> Words:
    """Both, each word of a value once; in no order of the text."""
    parts = [split_words(values), code_words(values)]
    coded = pa.chunked_array([part.word for part in parts], pa.string()).combine_chunks().dictionary_encode()
    n_words = max(1, len(coded.dictionary))
    owner = np.concatenate([part.owner for part in parts])
    once = np.unique(owner * n_words + coded.indices.to_numpy())
    return Words(once // n_words, coded.dictionary.take(pa.array(once % n_words)))


def _parted(texts: pa.Array) -> Words:
    lists = pc.ascii_split_whitespace(texts)
    owner = np.repeat(np.arange(len(texts)), np.diff(lists.offsets.to_numpy()))
    word = lists.flatten()
    kept = pc.not_equal(word, "")
    return Words(owner[kept.to_numpy(zero_copy_only=False)], word.filter(kept))


class WordCounts:
    """How many of v distinct values hold a word.

    Args:
        values: v folded texts, object array.

    Example:
        >>> counts = WordCounts(np.array(["sony tv", "sony radio"], dtype=object))
        >>> counts.of(pa.array(["sony", "tv", "unheard"])).tolist()
        [2, 1, 0]
    """

    def __init__(self, values: np.ndarray) -> None:
        told = split_words(values)
        words = told.word.dictionary_encode()
        n_words = max(1, len(words.dictionary))
        once = np.unique(told.owner * n_words + words.indices.to_numpy())
        self._word = words.dictionary
        self._count = np.append(np.bincount(once % n_words, minlength=len(words.dictionary)), 0)

    def of(self, words: pa.Array) -> np.ndarray:
        """For each word the number of values that hold it."""
        place = pc.fill_null(pc.index_in(words, value_set=self._word), len(self._word)).to_numpy()
        told: np.ndarray = self._count[place]
        return told
