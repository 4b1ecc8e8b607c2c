"""Paths as numbers: distinct paths of channels, with how often each converted and did not.

Context: a million journeys hold a hundred thousand distinct paths and a dozen channels. Choice:
channels are codes, a path is a slice of one flat array, and paths stand in the order of their
text, so that neither the order of rows nor that of threads can change a figure or a draw. Given
up: the order in which the rows came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class BlankPath(ValueError):
    """A path without a channel, or with a blank one.

    Attributes:
        position: Index of the first such path, counted from 0.
    """

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"the path at position {position} is blank, or names a blank channel")


@dataclass(frozen=True)
class PathCounts:
    """p distinct paths over c channels, in the order of their text.

    Attributes:
        channels: c names, sorted.
        codes: One channel code per touch, path after path.
        starts: p + 1 offsets into ``codes``; path i is ``codes[starts[i]:starts[i + 1]]``.
        conversions: p counts of journeys that converted.
        nulls: p counts of journeys that did not.
        values: p total values of the conversions, in currency.
    """

    channels: list[str]
    codes: Counts
    starts: Counts
    conversions: Counts
    nulls: Counts
    values: Floats

    @property
    def lengths(self) -> Counts:
        """p numbers of touches."""
        return np.diff(self.starts)

    @property
    def path_of_touch(self) -> Counts:
        """Index of the path, for every touch."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @property
    def step_of_touch(self) -> Counts:
        """0 for the first touch of its path, and so on."""
        return np.arange(len(self.codes)) - np.repeat(self.starts[:-1], self.lengths)


def count_paths(
    paths: Any,
    conversions: Sequence[int] | Counts,
    nulls: Sequence[int] | Counts,
    values: Sequence[float] | Floats,
    separator: str = ">",
) -> PathCounts:
    """Put rows of the same path together.

    Args:
        paths: n texts (list, array or Series): channels in order with ``separator`` between.
            Names are trimmed.
        conversions: n counts.
        nulls: n counts.
        values: n total values.
        separator: What stands between two channels.

    Returns:
        The distinct paths; rows without any journey add their channels and nothing else.

    Raises:
        BlankPath: A path is missing, or one of its channels is blank.

    Example:
        >>> counted = count_paths(["a > b", "a>b", "b"], [1, 2, 0], [0, 1, 5], [9.0, 1.0, 0.0])
        >>> counted.channels, counted.conversions.tolist(), counted.nulls.tolist()
        (['a', 'b'], [3, 0], [1, 5])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(paths, type=pa.string(), from_pandas=True)
    if isinstance(texts, pa.ChunkedArray):  # as pandas holds text that was read in blocks
        texts = texts.combine_chunks()
    if texts.null_count:
        raise BlankPath(int(np.flatnonzero(texts.is_null().to_numpy(zero_copy_only=False))[0]))
    if len(texts) == 0:
        none, one = np.zeros(0, np.int64), np.zeros(1, np.int64)
        return PathCounts([], none, one, none, none, np.zeros(0))
    split = pc.split_pattern(texts, separator)
    names = pc.utf8_trim_whitespace(split.flatten())
    lengths = pc.list_value_length(split).to_numpy(zero_copy_only=False).astype(np.int64)
    blank = pc.equal(names, "").to_numpy(zero_copy_only=False)
    if blank.any():
        raise BlankPath(int(np.repeat(np.arange(len(lengths)), lengths)[np.argmax(blank)]))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    trimmed = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), names)
    # No name holds the separator, so different paths never read alike.
    joined = pc.binary_join(trimmed, f"\x1f{separator}\x1f").dictionary_encode()

    rank, distinct = _ranked(joined)
    order = np.lexsort((np.asarray(values, float), rank))
    edges = np.searchsorted(rank[order], np.arange(distinct))
    return _gathered(
        names,
        starts,
        np.asarray(lengths)[order[edges]],
        order[edges],
        np.add.reduceat(np.asarray(conversions, np.int64)[order], edges),
        np.add.reduceat(np.asarray(nulls, np.int64)[order], edges),
        np.add.reduceat(np.asarray(values, np.float64)[order], edges),
    )


def _ranked(encoded: Any) -> tuple[Counts, int]:
    """Place of every row's text among the distinct texts, and how many distinct ones there are."""
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    by_text = np.argsort(np.array(encoded.dictionary.to_pylist(), dtype=object), kind="stable")
    rank = np.empty(len(by_text), np.int64)
    rank[by_text] = np.arange(len(by_text))
    return rank[codes], len(by_text)


def _gathered(
    names: Any,
    starts: Counts,
    lengths: Counts,
    rows: Counts,
    conversions: Counts,
    nulls: Counts,
    values: Floats,
) -> PathCounts:
    """The touches of the chosen rows, as codes of sorted channel names."""
    encoded = names.dictionary_encode()
    rank, _ = _ranked(encoded)
    new_starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    touches = (
        np.arange(new_starts[-1]) - np.repeat(new_starts[:-1], lengths) + np.repeat(starts[rows], lengths)
    )
    channels = sorted(encoded.dictionary.to_pylist())
    return PathCounts(channels, rank[touches], new_starts, conversions, nulls, values)
