"""Whole names told apart."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.cells import Cells
from journey_research.pipelines.identity.matching.whole_names import (
    _best,
    _best_of_each,
    count_cells,
    find_partings,
    part_names,
)

FIRST, LAST = ["ann", "bob", "mary ann", "zoë"], ["lee", "ray", "van dyke", "ann"]
part = st.none() | st.sampled_from(FIRST), st.none() | st.sampled_from(LAST)
separators = st.sampled_from([" ", ", "])
wholes = st.builds(
    lambda first, last, separator, turned: separator.join([last, first] if turned else [first, last]),
    st.sampled_from(FIRST),
    st.sampled_from(LAST),
    separators,
    st.booleans(),
)
records = st.lists(st.tuples(*part, st.none() | wholes | st.just("ann")), min_size=1, max_size=12)


def part_whole_names(columns):
    """Parts filled from the wholes that are found among the columns."""
    return part_names(columns, find_partings({name: count_cells(cells) for name, cells in columns.items()}))


def cells_of(texts):
    return Cells.of(np.array([*texts, None], dtype=object)[:-1])


def columns_of(first, last, name):
    told = {"first": first, "last": last, "name": name}
    return {column: cells_of(texts) for column, texts in told.items()}


def told_apart(first, last, name):
    return {
        column: cells.texts.tolist()
        for column, cells in part_whole_names(columns_of(first, last, name)).items()
    }


@pytest.mark.parametrize("name", ["ann ray", "ann, ray", "ray ann", "ray, ann", "ray,ann"])
def test_a_name_is_known_in_whichever_order_it_is_written(name):
    assert told_apart(["ann", None, "bob"], ["lee", None, "ray"], [None, name, None]) == {
        "first": ["ann", "ann", "bob"],
        "last": ["lee", "ray", "ray"],
    }


def test_of_three_words_the_lists_say_which_belong_together():
    known = (["mary ann", "bob", None, None], ["lee", "van dyke", None, None])
    assert told_apart(*known, [None, None, "mary ann lee", "van dyke, bob"]) == {
        "first": ["mary ann", "bob", "mary ann", "bob"],
        "last": ["lee", "van dyke", "lee", "van dyke"],
    }


def test_a_word_is_the_part_that_more_records_hold_it_as():
    # Three are called James by first name, one by last; of the two orders "james lee" is likelier.
    first = ["james", "james", "james", "lee", None]
    last = ["lee", "lee", "fox", "james", None]
    assert told_apart(first, last, [None] * 4 + ["lee james"]) == {
        "first": [*first[:4], "james"],
        "last": [*last[:4], "lee"],
    }


def test_a_name_of_which_no_list_tells_the_parts_is_parted_in_its_order():
    first, last = ["ann", "bob", None, None], ["lee", "ray", None, None]
    assert told_apart(first, last, [None, None, "ann ray", "anna maria novak"]) == {
        "first": ["ann", "bob", "ann", "anna maria"],
        "last": ["lee", "ray", "ray", "novak"],
    }


def test_first_is_the_part_that_is_written_first():
    told = columns_of(["ann", None, "bob"], ["lee", None, "ray"], [None, "ann ray", None])
    for order in permutations(told):
        assert find_partings({name: count_cells(told[name]) for name in order}) == {"name": ("first", "last")}
    told |= columns_of(["ann", None, "bob"], ["lee", None, "ray"], [None, "ray, ann", None])
    for order in permutations(told):
        assert find_partings({name: count_cells(told[name]) for name in order}) == {"name": ("last", "first")}


def test_what_is_no_name_stays():
    towns = columns_of(["ann", "bob"], ["lee", "ray"], ["new york", "los angeles"])
    assert find_partings({name: count_cells(cells) for name, cells in towns.items()}) == {}
    assert part_whole_names(towns).keys() == towns.keys()
    silent = columns_of([None], [None], [None])
    assert part_whole_names(silent).keys() == silent.keys()
    assert part_whole_names(columns_of([], [], [])).keys() == silent.keys()
    assert part_whole_names({}) == {}


def test_a_part_of_a_name_is_not_parted_further():
    # "mary ann" is a first name, and by chance its two words are a first and a last name elsewhere.
    told = {
        "name": [None, None, "mary ann lee"],
        "first": ["mary ann", "mary ann", None],
        "last": ["lee", "fox", None],
        "mother": ["mary", "mary", None],
        "maiden": ["ann", "ann", None],
    }
    columns = {name: cells_of(texts) for name, texts in told.items()}
    counted = {name: count_cells(cells) for name, cells in columns.items()}
    assert find_partings(counted) == {"name": ("first", "last")}
    assert part_whole_names(columns)["first"].texts.tolist() == ["mary ann", "mary ann", "mary ann"]


@given(records)
def test_no_part_is_lost_and_no_word_of_a_whole_name(records):
    columns = columns_of(*zip(*records, strict=True))
    parted = part_names(columns, {"name": ("first", "last")})
    assert list(parted) == ["first", "last"]
    for at, (first, last, name) in enumerate(records):
        told_first, told_last = parted["first"].texts[at], parted["last"].texts[at]
        assert first is None or told_first == first
        assert last is None or told_last == last
        if name is None:
            assert (told_first, told_last) == (first, last)
        elif first is None and last is None:
            words = " ".join(word for word in (told_first, told_last) if word)
            assert Counter(words.split()) == Counter(name.replace(",", " ").split())


@given(records, st.randoms(use_true_random=False))
def test_row_order_does_not_matter(records, shuffling):
    order = list(range(len(records)))
    shuffling.shuffle(order)
    parted = part_whole_names(columns_of(*zip(*records, strict=True)))
    other = part_whole_names(columns_of(*zip(*[records[at] for at in order], strict=True)))
    assert {name: cells.texts[order].tolist() for name, cells in parted.items()} == {
        name: cells.texts.tolist() for name, cells in other.items()
    }


@example([["lee", "ann"], ["ann", "lee"], ["ann"], []], {"ann": 2}, {"lee": 1})
@given(
    st.lists(st.lists(st.sampled_from(["ann", "lee", "ray", "van", "dyke"]), max_size=4), max_size=12),
    st.dictionaries(st.sampled_from(["ann", "lee", "ray", "ann lee"]), st.integers(1, 3)),
    st.dictionaries(st.sampled_from(["ann", "lee", "ray", "van dyke"]), st.integers(1, 3)),
)
def test_names_at_once_are_parted_as_each_alone(asked, firsts, lasts):
    told = [each.tolist() for each in _best_of_each(asked, firsts, lasts)]
    assert list(zip(*told, strict=True)) == [_best(words, firsts, lasts) for words in asked]
