"""Features of pairs, against their twins that compare two texts."""

from collections import Counter
from itertools import combinations, combinations_with_replacement
from math import log, log2, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predicates_by_hand import codes_of, words_of

from journey_research.pipelines.identity.matching.cells import Cells
from journey_research.pipelines.identity.matching.columns import encode, spell_column
from journey_research.pipelines.identity.matching.fields import Field, fold
from journey_research.pipelines.identity.matching.likeness import (
    MEASURES,
    NEAR,
    RARITY_BITS,
    TWINS,
    ColumnLikeness,
    Likeness,
    RareWords,
    SwappedNames,
    distinct_pairs,
    edits,
    find_swaps,
    likeness,
    tokens,
)

KINDS = sorted(MEASURES)
words = st.sampled_from("ann anna lee li smith smyth 04109 04190 straße 東京 o'neil 😀".split())
measured = st.sampled_from(
    ["1999-12-31", "1.1.2000", "19991231", "9.99", "$10", "52.5, 13.4", "0,0", "99.5 eur"]
)
cell = (
    st.none()
    | measured
    | (
        st.lists(words, min_size=1, max_size=4).map(" ".join)
        | st.text("ab é中 ", max_size=8)
        | st.text(max_size=8)
    ).map(fold)
)
cells = st.lists(cell, min_size=1, max_size=8)
first_names = st.none() | st.sampled_from("ann anna lee leo kim".split())
last_names = st.none() | st.sampled_from("lee leigh kim ann fox".split())


def column_of(cells, kind):
    (column,) = encode(pd.DataFrame({"it": cells}, dtype=object), [Field("it", kind)])
    return column


def pairs_among(n):
    """Every two of n, and each with itself."""
    return np.array(list(combinations_with_replacement(range(n), 2)), dtype=np.int64).reshape(-1, 2).T


def near(told):
    return max(0.0, (told - NEAR) / (1 - NEAR))


def cosine_by_hand(values, a, b):
    """The definition: words weighed by how few of the values hold them, as dictionaries."""
    held = Counter(word for value in values for word in {*words_of(value), *codes_of(value)})
    one, other = (
        {word: log(1 + len(values) / held[word]) for word in {*words_of(text), *codes_of(text)}}
        for text in (a, b)
    )
    if not one or not other:
        return 0.0
    length = sqrt(sum(w * w for w in one.values())) * sqrt(sum(w * w for w in other.values()))
    return sum(one[word] * other[word] for word in one.keys() & other.keys()) / length


def features_by_hand(cells, kind, a, b):
    """The definition of one pair's features: feature -> value."""
    names = [f"{measure}{end}" for measure in MEASURES[kind] for end in ("", ", squared", ", near")]
    told = dict.fromkeys([*names, "equal", "equal and rare", "rare", "told"], 0.0)
    a, b = cells[a], cells[b]
    if a is None or b is None:
        return told
    counts = Counter(value for value in cells if value is not None)
    for measure in MEASURES[kind]:
        # The commoner value first: the measures of texts need not be the same both ways.
        one, other = sorted((a, b), key=lambda value: (-counts[value], value))
        if one == other:
            alike = 1.0
        elif measure == "rare words":
            alike = cosine_by_hand(sorted(counts), one, other)
        else:
            alike = TWINS[measure](one, other)
        told |= {measure: alike, f"{measure}, squared": alike**2, f"{measure}, near": near(alike)}
    rarity = log2(counts.total() / min(counts[a], counts[b])) / RARITY_BITS
    return told | {
        "equal": float(a == b),
        "equal and rare": rarity if a == b else 0.0,
        "rare": rarity,
        "told": 1.0,
    }


def test_twins_worked_example():
    assert likeness("martha", "marhta") == pytest.approx(0.9611, abs=1e-4)  # Winkler's own example
    assert edits("04109", "04109") == 1.0
    assert edits("04109", "04190") == 0.75  # neighbours in each other's place are one edit
    assert edits("04109", "04107") == 0.75
    assert edits("1950-01-01", "1987-11-23") == 0.0
    assert tokens("ann lee", "lee ann") == 1.0
    assert tokens("ann lee", "ann maria lee") == 1.0  # all words of the one are in the other
    assert tokens("ann", "東京") == 0.0


def test_worked_example():
    # Of eight records that tell a code, four tell 1111, two 2222, one 3333, one 3334.
    cells = ["1111"] * 4 + ["2222"] * 2 + ["3333", "3334", None]
    told = Likeness([column_of(cells, "code")])
    assert told.names == [
        "it: edits",
        "it: edits, squared",
        "it: edits, near",
        "it: equal",
        "it: equal and rare",
        "it: rare",
        "it: told",
    ]
    features = told.compare(np.array([0, 4, 6, 0, 8]), np.array([1, 5, 7, 6, 0]))
    assert features == pytest.approx(
        np.array(
            [
                [1, 1, 1, 1, 0.1, 0.1, 1],  # equal, and one in two tells it: one bit
                [1, 1, 1, 1, 0.2, 0.2, 1],  # equal, and one in four does: two bits
                [0.75, 0.5625, 0, 0, 0, 0.3, 1],  # a digit apart
                [0, 0, 0, 0, 0, 0.3, 1],  # every digit is another; the rarer of the two counts
                [0, 0, 0, 0, 0, 0, 0],  # one is silent
            ]
        )
    )


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60)
@given(cells=cells)
def test_every_feature_agrees_with_its_twin(kind, cells):
    first, second = pairs_among(len(cells))
    told = Likeness([column_of(cells, kind)])
    cells = spell_column(Cells.of(np.array([*cells, None], dtype=object)[:-1]), kind).texts
    features = told.compare(first, second)
    assert features.shape == (len(first), len(told.names))
    for row, a, b in zip(features, first, second, strict=True):
        by_hand = features_by_hand(cells, kind, a, b)
        assert [f"it: {name}" for name in by_hand] == told.names
        assert row == pytest.approx(list(by_hand.values()), abs=1e-9), (kind, cells[a], cells[b])


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=30)
@given(cells=cells)
def test_a_pair_is_as_alike_both_ways(kind, cells):
    first, second = pairs_among(len(cells))
    column = column_of(cells, kind)
    told = Likeness([column, column], swaps=[("it", "it")])
    features = told.compare(first, second)
    assert (features == told.compare(second, first)).all()
    assert ((features >= 0) & (features <= np.log2(len(cells) + 1) / RARITY_BITS + 1)).all()


@settings(deadline=None)
@given(cells)
def test_rare_words_agree_with_dictionaries(cells):
    values = column_of(cells, "phrase").values
    first, second = pairs_among(len(values))
    told = RareWords(values).of(first, second)
    by_hand = [cosine_by_hand(values, values[a], values[b]) for a, b in zip(first, second, strict=True)]
    assert told == pytest.approx(by_hand, abs=1e-9)


def test_a_rare_word_in_common_says_more_than_a_common_one():
    values = np.array(["acme gmbh", "acme ag", "zeta gmbh", "beta gmbh", "gmbh"], dtype=object)
    rare, common, nothing = RareWords(values).of(np.array([0, 0, 1]), np.array([1, 2, 3]))
    assert rare > common > nothing == 0.0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=20))
def test_each_pair_of_values_is_compared_once(pairs):
    first, second = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
    (low, high), place = distinct_pairs(first, second, 6)
    assert sorted(zip(low, high, strict=True)) == sorted({tuple(sorted(pair)) for pair in pairs})
    assert [(low[at], high[at]) for at in place] == [tuple(sorted(pair)) for pair in pairs]


def test_values_are_numbered_so_that_many_of_them_do_not_overflow():
    top = 2**31 - 2
    (low, high), _ = distinct_pairs(np.array([top, 0], np.int32), np.array([top - 1, top], np.int32), top + 1)
    assert (low.tolist(), high.tolist()) == ([top - 1, 0], [top, top])


def test_swapped_names_worked_example():
    people = pd.DataFrame(
        {
            "first": ["ann", "lee", "ann", "ann", "leigh"],
            "last": ["lee", "ann", "lee", None, "ann"],
        },
        dtype=object,
    )
    columns = encode(people, [Field("first", "text"), Field("last", "text")])
    told = Likeness(columns, swaps=[("first", "last")])
    assert told.names[-1] == "first and last: swapped"
    swapped = told.compare(np.array([0, 0, 0, 0]), np.array([1, 2, 3, 4]))[:, -1]
    # Ann Lee and Lee Ann; the same twice; one last name untold; Ann Lee and Leigh Ann, nearly.
    assert swapped == pytest.approx([1.0, 0.0, 0.0, near(likeness("leigh", "lee"))])


@settings(deadline=None)
@given(st.lists(st.tuples(first_names, last_names), min_size=1, max_size=6))
def test_swapped_names_agree_with_the_definition(names):
    people = pd.DataFrame(names, columns=["first", "last"], dtype=object)
    one, other = encode(people, [Field("first", "text"), Field("last", "text")])
    first, second = pairs_among(len(names))
    codes = (column.codes[side] for column in (one, other) for side in (first, second))
    told = SwappedNames(one, other).compare(*codes)[:, 0]
    for value, a, b in zip(told, first, second, strict=True):
        (first_a, last_a), (first_b, last_b) = names[a], names[b]
        known = None not in (first_a, last_a, first_b, last_b) and first_a != first_b and last_a != last_b
        crosswise = min(likeness(first_a, last_b), likeness(first_b, last_a)) if known else 0.0
        assert value == pytest.approx(near(crosswise), abs=1e-9)


def test_columns_that_hold_each_others_values_are_found():
    n = 40
    people = pd.DataFrame(
        {
            "first": [*(f"ann{at}" for at in range(n - 2)), "lee0", "lee1"],
            "last": [*(f"lee{at}" for at in range(n - 2)), "ann0", "ann1"],
            "town": [f"town{at}" for at in range(n)],
            "code": [f"ann{at}" for at in range(n)],
            "nick": ["ann0", *[None] * (n - 1)],
            "silent": [None] * n,
        },
        dtype=object,
    )
    kinds = {
        "first": "text",
        "last": "text",
        "town": "text",
        "code": "code",
        "nick": "text",
        "silent": "text",
    }
    columns = encode(people, [Field(name, kind) for name, kind in kinds.items()])
    # Four of forty of either are also in the other: the two swapped, and the two they were taken from.
    # The one nickname is a first name, but hardly any first name is a nickname.
    with np.errstate(all="raise"):
        assert find_swaps(columns) == [("first", "last")]
    assert [(swap.one.name, swap.other.name) for swap in Likeness(columns).swaps] == [("first", "last")]
    less = encode(people.iloc[: n - 2], [Field(name, kind) for name, kind in kinds.items()])
    assert find_swaps(less) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_pair_and_nothing_told(kind):
    silent, told = column_of([None, None], kind), column_of(["ann lee", "bob ray"], kind)
    none = np.zeros(0, dtype=np.int64)
    for column in (silent, told, column_of([], kind)):
        both = Likeness([column, column], swaps=[("it", "it")])
        assert both.compare(none, none).shape == (0, len(both.names))
    assert not Likeness([silent]).compare(np.array([0]), np.array([1])).any()
    assert ColumnLikeness(silent).rarity.tolist() == []


def test_some_records_are_compared_by_what_all_tell():
    column = column_of(["ann"] * 6 + ["bob"] * 2, "text")
    whole, part = Likeness([column]), Likeness([column.of(np.array([0, 6, 7]))])
    for a, b in combinations(range(3), 2):
        one, other = np.array([0, 6, 7])[[a, b]]
        assert (
            part.compare(np.array([a]), np.array([b])) == whole.compare(np.array([one]), np.array([other]))
        ).all()
