"""First probabilities of blocked pairs: mixtures from several starts, and which of them to believe.

Context: of which start is right the likelihood tells nothing: where few records repeat, households fit
as well. Choice: a fit whose matches differ in some column as strangers do is not believed; whoever asks
takes the mean of the others. Known answers stand at the start and in what matches look like.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .columns import ValueColumn
from .levels import Strangers, count_levels, is_unlike, unlike_shares
from .mixture import Expected, Patterns, fit_mixture
from .pseudo_matches import MOST_UNLIKE, agreement_bits

N_STARTS, START_BITS = 4, 5.0
LEAST_TOLD, MOST_UNLIKE_SEEN, DOUBT = 3.0, 0.4, 2.0


def guess_matches(
    columns: Sequence[ValueColumn],
    first: np.ndarray,
    second: np.ndarray,
    level: np.ndarray,
    expected: Expected,
    strangers: Strangers,
    generator: np.random.Generator,
    answer: np.ndarray | None = None,
) -> list[np.ndarray]:
    """First probabilities of k pairs, by several fits of a mixture that start from what agrees in most.

    Args:
        columns: The compared columns of n records.
        first: k record numbers.
        second: k record numbers.
        level: Shape (k, columns), from ``grade``.
        expected: What matches look like.
        strangers: What strangers look like.
        generator: Of the starts.
        answer: k answers where some are known: 1 the same, 0 distinct, -1 unknown.
    """
    unlike = is_unlike(level, strangers)
    agreed = agreement_bits(columns, first, second)
    least_bits = np.log2(len(columns[0].codes)) + START_BITS
    start = (agreed.sum(axis=1) >= least_bits) & ((agreed > 0).sum(axis=1) > 1)
    start &= unlike.sum(axis=1) <= MOST_UNLIKE * (level > 0).sum(axis=1)
    begin = start.astype(float) if answer is None else np.where(answer >= 0, answer, start).astype(float)
    patterns = Patterns.of(level)
    return [
        fit_mixture(patterns, expected, strangers, begin, generator).probability(patterns)
        for _ in range(N_STARTS)
    ]


def is_credible(level: np.ndarray, probability: np.ndarray, expected: Expected, strangers: Strangers) -> bool:
    """Whether what a fit takes for matches is no more unlike, in any telling column, than matches are.

    Args:
        level: Shape (k, columns).
        probability: k, of the fit.
        expected: What matches look like.
        strangers: What strangers look like; how unlike they are is the measure.
    """
    seen = count_levels(level, probability)
    unlike, usual = unlike_shares(seen, strangers), unlike_shares(expected.level, strangers)
    usual = usual + DOUBT * np.sqrt(np.maximum(usual * (1 - usual), 0.0) / expected.pairs)
    is_asked = strangers.is_telling & (seen.sum(axis=1) >= LEAST_TOLD)
    return bool((unlike <= np.maximum(MOST_UNLIKE_SEEN, usual))[is_asked].all())
