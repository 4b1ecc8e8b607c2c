"""First probabilities of blocked pairs: mixtures from several starts, and which of them to believe.

Context: of which start is right the likelihood tells nothing: where few records repeat, households fit
as well. Choice: a fit whose matches differ in some column as strangers do is not believed; whoever asks
takes the median of the others, pair by pair, which one start gone astray does not move. Known answers stand
at the start and in what matches look like.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from .columns import ValueColumn
from .levels import Strangers, count_levels, is_unlike, unlike_shares
from .mixture import AT_CHANCE, Expected, Patterns, fit_mixture
from .pseudo_matches import GUESSED, MOST_UNLIKE, agreement_bits
from .threads import side_by_side

N_STARTS, START_BITS = 5, 5.0
LEAST_TOLD, MOST_UNLIKE_SEEN, MOST_UNLIKE_HELD = 3.0, 0.4, 0.2
FALSELY_DOUBTED = 0.025  # of right fits, all columns together


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

    Where matches are known to be hardly ever unlike in a column and what is found often is, it is relatives,
    who agree in all the others: then strangers may, too.

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

    def fits(at_chance: int) -> list[np.ndarray]:
        def fitted(own: np.random.Generator) -> np.ndarray:
            mixture = fit_mixture(patterns, expected, strangers, begin, own, at_chance=at_chance)
            return mixture.probability(patterns)

        return side_by_side(fitted, generator.spawn(N_STARTS))

    def held_unlike(found: list[np.ndarray]) -> float:
        seen = unlike_shares(count_levels(level, np.median(found, axis=0)), strangers)
        return float(seen[strangers.is_telling & np.isinf(expected.pairs)].max(initial=0.0))

    found = fits(AT_CHANCE)
    if held_unlike(found) > MOST_UNLIKE_HELD:
        found = min(found, fits(1), key=held_unlike)
    return found


def is_credible(
    level: np.ndarray, probability: np.ndarray, expected: Expected, strangers: Strangers, n_records: int
) -> bool:
    """Whether what a fit takes for matches is no more unlike, in any telling column, than matches are.

    Both are shares of pairs and so uncertain; how far they may lie apart grows with the number of columns
    asked. Pairs of one record hang together, so never more count than records can pair off.

    Args:
        level: Shape (k, columns).
        probability: k, of the fit.
        expected: What matches look like; a column of which nothing was shown has no uncertainty to plead.
        strangers: What strangers look like; how unlike they are is the measure.
        n_records: Of so many records these are pairs.
    """
    seen = count_levels(level, probability)
    told = seen.sum(axis=1)
    is_asked = strangers.is_telling & (told >= LEAST_TOLD)
    unlike, usual = unlike_shares(seen, strangers), unlike_shares(expected.level, strangers)
    spread = [np.clip(share * (1 - share), 0.0, 1.0) for share in (unlike, usual)]
    n_seen, n_shown = (np.minimum(np.maximum(pairs, 1e-9), n_records / 2) for pairs in (told, expected.pairs))
    is_shown = np.isfinite(expected.pairs) & (expected.pairs > GUESSED)
    error = np.where(is_shown, np.sqrt(spread[0] / n_seen + spread[1] / n_shown), 0.0)
    times = NormalDist().inv_cdf(1 - FALSELY_DOUBTED / max(1, int(is_asked.sum())))
    return bool((unlike <= np.maximum(MOST_UNLIKE_SEEN, usual + times * error))[is_asked].all())
