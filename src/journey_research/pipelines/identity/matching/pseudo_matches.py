"""Pairs that must be one person whatever one column says: what that column looks like in matches.

Context: nobody has said which records are one person, and a pair's own values cannot be used to
learn how far values of one person differ. Choice: leave a column out; pairs that agree in the others
in more bits than chance allows, and are unlike in next to none, are one person, and show what the
column left out does in matches. How many bits chance allows is counted from how common values are.
Relatives agree in the rest as well and differ in the first name: pairs that differ in the column
left out and in others besides, far more often than pairs that agree in it, give away how many of
them are no matches. Given up: columns whose errors come together, which then look a little cleaner.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .candidates import KeyRing, candidate_pairs, sorted_unique
from .cells import SILENT
from .columns import ValueColumn
from .fields import bits
from .levels import DIFFERENT, EQUAL, N_LEVELS, Strangers, count_levels, grade, is_unlike
from .likeness import Likeness
from .mixture import Expected

LEAST_BITS, MOST_IN_BLOCK, MOST_RECORDS, MOST_PAIRS = 4.0, 50, 20_000, 2_000_000
MOST_COMPARED = 60_000
MOST_UNLIKE, MOST_BY_CHANCE = 0.15, 0.05
MOST_EXTRA_BITS, BITS_STEP, MOST_BITS = 12.0, 0.25, 120.0
LEAST_PAIRS, DOUBT = 10, 1.5
LEAST_KIN, MOST_KIN, KIN_MATTERS = 0.3, 0.98, 0.5
MOST_DIFFERENT, LEAST_DIFFERENT, MOST_RENAMED = 0.10, 0.03, 0.4
LEAST_SHOWING, LEAST_SHOWN = 2, 10
MOST_SHOWN = 50.0  # pairs that pseudo-matches count for beside known matches
GUESSED = 5.0  # pairs' worth of a guess, for columns with hardly any pair
GUESS = (0.0, 0.10, 0.05, 0.05, 0.10)
NAME = r"(first|given|fore|last|family|sur)[^a-z]?name|\b[fl]name|vorname|nachname"


@dataclass(frozen=True)
class PseudoMatches:
    """Pairs that agree in enough, and what each column is told by.

    Attributes:
        first: k record numbers.
        second: k record numbers.
        level: Shape (k, columns), from ``grade``.
        weight: Shape (k, columns): belief that the pair is one person, by all columns but this; 0
            where they say too little, or one of the two is silent in it.
        kin: For each column the share of relatives among pairs that differ in it.
        is_varied: For each column whether its values are many enough to bring records together.
    """

    first: np.ndarray
    second: np.ndarray
    level: np.ndarray
    weight: np.ndarray
    kin: np.ndarray
    is_varied: np.ndarray

    @property
    def shows(self) -> bool:
        """Whether there are enough of them, in at least two columns, one of them varied, to go by.

        What they show of a year and a venue alone brings no match together.
        """
        is_shown = (self.weight > 0).sum(axis=0) >= LEAST_SHOWN
        return bool(is_shown.sum() >= LEAST_SHOWING and (is_shown & self.is_varied).any())


def agreement_bits(columns: Sequence[ValueColumn], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How much two records' equal values say against chance, in bits, a column at a time.

    Returns:
        Shape (k, columns): -log2 of the value's share of the records that tell the column; 0 where unequal.
    """
    told = np.zeros((len(first), len(columns)))
    for at, column in enumerate(columns):
        a, b = column.codes[first], column.codes[second]
        equal = (a == b) & (a >= 0)
        told[equal, at] = np.log2(column.counts.sum() / column.counts[a[equal]])
    return told


def find_pseudo_matches(
    likeness: Likeness, strangers: Strangers, generator: np.random.Generator
) -> PseudoMatches:
    """Pairs of equal values that agree in more than chance allows; see ``PseudoMatches``.

    Args:
        likeness: The compared columns of n records.
        strangers: What records that have nothing to do with each other say.
        generator: Draws the values whose records are paired, where there are more than 20,000 records.
    """
    columns = likeness.columns
    n = len(columns[0].codes)
    kept_share = min(1.0, MOST_RECORDS / n)
    first, second = _equal_pairs(columns, kept_share, generator)
    agreed = agreement_bits(columns, first, second)
    enough = np.flatnonzero((agreed.sum(axis=1) >= np.log2(n)) & ((agreed > 0).sum(axis=1) > 1))
    kept_pairs = min(1.0, MOST_COMPARED / max(1, len(enough)))
    if kept_pairs < 1:
        enough = np.sort(generator.choice(enough, MOST_COMPARED, replace=False))
    first, second, agreed = first[enough], second[enough], agreed[enough]
    level = grade(likeness, likeness.compare(first, second))
    # A pair that agrees in two columns is drawn if either value is.
    n_drawn = n * (n - 1) / 2 * (1 - (1 - kept_share) ** 2) * kept_pairs
    weight, kin = np.zeros(level.shape), np.zeros(len(columns))
    chances = [chance_bits(column) for column in columns]
    for at in range(len(columns)):
        tail = n_drawn * chance_tail([*chances[:at], *chances[at + 1 :]])
        weight[:, at], kin[at] = _leave_out(at, agreed, level, strangers, tail, float(np.log2(n)))
    is_varied = np.array([bits(column.counts) >= LEAST_BITS for column in columns])
    return PseudoMatches(first, second, level, weight, kin, is_varied)


def _equal_pairs(
    columns: Sequence[ValueColumn], kept_share: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of records with an equal value, for a share of the values, with all records that hold them."""
    n, whole = len(columns[0].codes), KeyRing(columns)
    nothing = np.zeros((len(columns), 0), dtype=np.int64)
    found = [np.zeros(0, dtype=np.int64)]
    for column in columns:
        if column.kind == "long" or bits(column.counts) < LEAST_BITS:
            continue
        drawn = np.append(generator.random(len(column.values)) < kept_share, False)
        records = np.flatnonzero(drawn[column.codes])
        if len(records) > 1:
            ring, _ = whole.narrowed(records, nothing)
            pairs = candidate_pairs(ring, [(f"wholeFieldPredicate({column.name})",)], MOST_IN_BLOCK)
            found.append(records[pairs.first] * n + records[pairs.second])
    codes = sorted_unique(np.concatenate(found))
    if len(codes) > MOST_PAIRS:
        codes = np.sort(generator.choice(codes, MOST_PAIRS, replace=False))
    return codes // n, codes % n


def chance_bits(column: ValueColumn) -> np.ndarray:
    """Chance that two records drawn at random agree in so many bits of a column, in steps of a quarter."""
    share = column.counts / column.counts.sum()
    both_told = (column.counts.sum() / len(column.codes)) ** 2
    n_steps = int(MOST_BITS / BITS_STEP)
    step = np.minimum((-np.log2(share) / BITS_STEP).astype(np.int64), n_steps - 1)
    told = np.bincount(step, weights=share**2 * both_told, minlength=n_steps)
    told[0] += 1 - told.sum()
    return told


def chance_tail(chances: Sequence[np.ndarray]) -> np.ndarray:
    """Chance that two records drawn at random agree in so many bits or more, by that of each column.

    As if the columns were independent: bits of one add to bits of the next.
    """
    told = np.zeros(int(MOST_BITS / BITS_STEP))
    told[0] = 1.0
    for own in chances:
        told = np.convolve(told, own)[: len(told)]
    tail: np.ndarray = told[::-1].cumsum()[::-1]
    return tail


def _leave_out(
    at: int, agreed: np.ndarray, level: np.ndarray, strangers: Strangers, tail: np.ndarray, least_bits: float
) -> tuple[np.ndarray, float]:
    """Weights of the pairs by all columns but one, and the share of relatives; see ``PseudoMatches``."""
    told, unlike = level > 0, is_unlike(level, strangers)
    others = np.arange(level.shape[1]) != at
    total = agreed[:, others].sum(axis=1)
    several = (agreed[:, others] > 0).sum(axis=1) > 1
    clean = several & (unlike[:, others].sum(axis=1) <= MOST_UNLIKE * told[:, others].sum(axis=1))
    least = _least_bits(total[clean], tail, least_bits)
    clean &= (total >= least) & told[:, at]
    agrees = several & (total >= least) & told[:, at]
    kin = _kin_by_column(at, told, unlike, agrees, strangers)
    share = min(float(kin.max(initial=0.0)), MOST_KIN)
    weight = clean.astype(float)
    if share > LEAST_KIN:
        doubtful = np.flatnonzero(clean & unlike[:, at])
        hidden = np.prod(1 - told[doubtful] * np.where(kin > LEAST_KIN, kin, 0.0), axis=1)
        weight[doubtful] = 1 - share * hidden / (share * hidden + 1 - share)
    return weight, share


def _least_bits(total: np.ndarray, tail: np.ndarray, least: float) -> float:
    """Fewest bits at which at most a twentieth of the pairs found agree by chance."""
    for bits_needed in np.arange(least, least + MOST_EXTRA_BITS, 2 * BITS_STEP):
        by_chance = tail[min(int(bits_needed / BITS_STEP), len(tail) - 1)]
        if by_chance <= MOST_BY_CHANCE * (total >= bits_needed).sum():
            return float(bits_needed)
    return least + MOST_EXTRA_BITS


def _kin_by_column(
    at: int, told: np.ndarray, unlike: np.ndarray, agrees: np.ndarray, strangers: Strangers
) -> np.ndarray:
    """By each other column: the share of relatives among pairs that differ in one column.

    Pairs of one person are as often unlike in another column whether they differ in this one or not;
    relatives are unlike there as strangers are.
    """
    alike, differs = agrees & ~unlike[:, at], agrees & unlike[:, at]
    by_chance = (strangers.level * strangers.unlike).sum(axis=1)
    kin = np.zeros(told.shape[1])
    for other in np.flatnonzero(np.arange(told.shape[1]) != at):
        n_alike, n_differs = (alike & told[:, other]).sum(), (differs & told[:, other]).sum()
        if n_differs < LEAST_PAIRS:
            continue
        usual = ((alike & unlike[:, other]).sum() + 0.5) / (n_alike + 1)
        seen = (differs & unlike[:, other]).sum() / n_differs
        seen -= DOUBT * np.sqrt(seen * (1 - seen) / n_differs + 0.25 / n_differs**2)
        kin[other] = np.clip((seen - usual) / max(by_chance[other] - usual, 0.05), 0.0, 1.0)
    return kin


def expect_matches(
    likeness: Likeness, pseudo: PseudoMatches, strangers: Strangers, told: np.ndarray | None = None
) -> Expected:
    """What each column looks like in matches.

    Where relatives hide among the pairs, at most a tenth of the matches are taken to be unlike in the
    column, and there is no drifting from that. So it is where a name differs in most pairs: with names and
    addresses alone nothing else tells relatives, and nobody is called something else that often. Matches
    that somebody told of are no relatives: where there are any, they say what matches look like, and all the
    others count for fifty of them.

    Args:
        likeness: The compared columns.
        pseudo: Pairs that agree in enough.
        strangers: What strangers look like.
        told: Shape (m, columns), levels of known matches.
    """
    counts = count_levels(pseudo.level, pseudo.weight)
    usual = count_levels(pseudo.level, np.ones(len(pseudo.level)))
    levels = np.zeros(counts.shape)
    names = names_of_people(likeness)
    hides_kin = pseudo.kin > KIN_MATTERS
    for at, column in enumerate(likeness.columns):
        guess = np.zeros(N_LEVELS)
        guess[: len(GUESS)] = GUESS if column.kind != "category" else (0.0, 0.2, 0.0, 0.0, 0.0)
        equal = usual[at, EQUAL:] + 1.0
        guess[EQUAL:] = (1 - guess.sum()) * equal / equal.sum()
        shown = (counts[at] + GUESSED * guess) / (counts[at].sum() + GUESSED)
        if column.name in names and shown[strangers.unlike[at]].sum() > MOST_RENAMED:
            hides_kin[at] = True
        most = MOST_DIFFERENT if hides_kin[at] else 1.0
        levels[at] = _bounded(shown, strangers.unlike[at], strangers.level[at], LEAST_DIFFERENT, most)
    pairs = np.where(hides_kin, np.inf, counts.sum(axis=1) + GUESSED)
    if told is None:
        return Expected(levels, pairs)
    known = count_levels(told, np.ones(len(told)))
    n_told, n_shown = known.sum(axis=1), np.minimum(counts.sum(axis=1), MOST_SHOWN) + GUESSED
    levels = (known + n_shown[:, None] * levels) / (n_told + n_shown)[:, None]
    return Expected(levels, pairs + n_told)


def names_of_people(likeness: Likeness) -> set[str]:
    """Columns of first and last names: those that hold each other's values, and those that are called so."""
    called = {column.name for column in likeness.columns if re.search(NAME, column.name, re.IGNORECASE)}
    return called | {column.name for swap in likeness.swaps for column in (swap.one, swap.other)}


def _bounded(
    level: np.ndarray, unlike: np.ndarray, by_chance: np.ndarray, least: float, most: float
) -> np.ndarray:
    """Chances of levels, with what is unlike between two bounds."""
    share = level[unlike].sum()
    if share > most:
        return np.where(unlike, level * most / share, level * (1 - most) / (1 - share))
    if share < least:
        chance = np.where(unlike, by_chance, 0.0)
        chance[DIFFERENT] += 1e-9
        return np.where(unlike, least * chance / chance.sum(), level * (1 - least) / (1 - share))
    return level


def make_matches(
    likeness: Likeness, pseudo: PseudoMatches, n_made: int, generator: np.random.Generator
) -> np.ndarray:
    """Matches put together column by column, each from pairs that agree in the others.

    Each side is silent where a record drawn at random is.

    Returns:
        Shape (2, columns, n_made), value numbers, -1 where silent.
    """
    told = np.full((2, len(likeness.columns), n_made), SILENT, dtype=np.int64)
    silent = generator.integers(0, len(likeness.columns[0].codes), (2, n_made))
    for at, column in enumerate(likeness.columns):
        weight = pseudo.weight[:, at]
        if weight.sum() < 1:
            continue
        drawn = generator.choice(len(weight), n_made, p=weight / weight.sum())
        for side, records in enumerate((pseudo.first, pseudo.second)):
            values = column.codes[records[drawn]]
            told[side, at] = np.where(column.codes[silent[side]] < 0, SILENT, values)
    return told
