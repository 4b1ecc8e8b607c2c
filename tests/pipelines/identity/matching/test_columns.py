"""Records as columns of codes."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.cells import Cells
from journey_research.pipelines.identity.matching.columns import (
    encode,
    encode_column,
    extended,
    find_columns,
    fold_column,
    repeated_rows,
    tells_enough,
)
from journey_research.pipelines.identity.matching.fields import Field, fold

cells = st.lists(st.sampled_from(["ann", "bob", "zoe", "ánn", "東京", "a b", "😀", None]), max_size=12)
rows = st.lists(st.tuples(*[st.sampled_from(["a", "b", "c", None])] * 3), min_size=1, max_size=12)
SAID = st.sampled_from(["Ann", " ann", "ÁNN", "", None, float("nan"), pd.NA, 7, 7.5, "7"])


def cells_of(values):
    return Cells.of(np.array([*values, None], dtype=object)[:-1])


def frame_of(rows):
    return pd.DataFrame(rows, columns=["one", "two", "three"], dtype=object)


def columns_of(frame):
    return encode(frame, [Field(name, "text") for name in frame])


def test_worked_example():
    people = pd.DataFrame({"name": ["Bob", "ann", None, " ANN ", "Zoë"]})
    (name,) = encode(people, [Field("name", "text")])
    # Two say Ann, so she comes first; of the others Bob comes before Zoe.
    assert name.values.tolist() == ["ann", "bob", "zoe"]
    assert name.counts.tolist() == [2, 1, 1]
    assert name.codes.tolist() == [1, 0, -1, 0, 2]
    assert name.field == Field("name", "text")


@given(cells)
def test_codes_say_what_the_cells_said(cells):
    values, counts, codes = encode_column(cells_of(cells))
    assert [None if code < 0 else values[code] for code in codes] == cells
    told = Counter(cell for cell in cells if cell is not None)
    assert dict(zip(values, counts, strict=True)) == told
    assert values.tolist() == sorted(told, key=lambda value: (-told[value], value))


@given(cells, st.randoms(use_true_random=False))
def test_the_order_of_records_moves_codes_and_nothing_else(cells, shuffling):
    order = list(range(len(cells)))
    shuffling.shuffle(order)
    values, counts, codes = encode_column(cells_of(cells))
    other_values, other_counts, other_codes = encode_column(cells_of([cells[at] for at in order]))
    assert other_values.tolist() == values.tolist()
    assert other_counts.tolist() == counts.tolist()
    assert other_codes.tolist() == codes[order].tolist()


@given(st.lists(SAID, max_size=8))
def test_a_column_is_folded_value_by_value(said):
    assert fold_column(pd.Series(said, dtype=object)).texts.tolist() == [fold(value) for value in said]


@given(rows, st.data())
def test_some_records_of_a_column_keep_its_values(rows, data):
    (column, *_) = columns_of(frame_of(rows))
    some = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=5)), dtype=np.int64)
    part = column.of(some)
    assert part.codes.tolist() == [column.codes[at] for at in some]
    assert part.values is column.values
    assert part.counts is column.counts


@given(rows)
def test_repeated_rows_are_found_as_by_hand(rows):
    first = {}
    by_hand = [first.setdefault(row, at) for at, row in enumerate(rows)]
    assert repeated_rows(columns_of(frame_of(rows))).tolist() == by_hand


def test_no_record_and_a_silent_column():
    none = columns_of(frame_of([]))
    assert [column.codes.tolist() for column in none] == [[], [], []]
    assert repeated_rows(none).tolist() == []
    (silent, *_) = columns_of(frame_of([(None, "a", "b")] * 3))
    assert (silent.values.tolist(), silent.counts.tolist(), silent.codes.tolist()) == ([], [], [-1, -1, -1])


def test_columns_worth_comparing():
    n = 40
    people = pd.DataFrame(
        {
            "first": [f"ann{n % 7}x" for n in range(n)],
            "last": [f"lee{n % 9}x" for n in range(n)],
            "land": ["de"] * n,
            "post_code": [f"0410{n % 10}" for n in range(n)],
            "nick": [*("ab", "cd", "ef", "gh"), *[None] * (n - 4)],
        },
        dtype=object,
    )
    columns, partings = find_columns(people, list(people), least_filled_share=0.2)
    # All are of one land, and hardly anybody has a nickname.
    assert [column.field for column in columns] == [
        Field("first", "category"),
        Field("last", "category"),
        Field("post_code", "code"),
    ]
    assert partings == {}
    assert [column.name for column in find_columns(people, ["nick", "first"])[0]] == ["nick", "first"]


def test_whole_names_become_parts_in_whichever_frame_they_are():
    first = ["ann", "bob", "carla", "dora", None, None, None]
    last = ["lee", "ray", "kim", "fox", None, None, None]
    whole = [None, None, None, None, "ann ray", "dora kim", "Carla Lee"]
    people = pd.DataFrame({"first": first, "last": last, "name": whole}, dtype=object)
    columns, _ = find_columns(people, ["first", "last", "name"])
    told = {
        column.name: [None if code < 0 else column.values[code] for code in column.codes]
        for column in columns
    }
    assert told == {
        "first": ["ann", "bob", "carla", "dora", "ann", "dora", "carla"],
        "last": ["lee", "ray", "kim", "fox", "ray", "kim", "lee"],
    }
    # The parts stay, though only half of the records told them themselves.
    columns, partings = find_columns(people, ["first", "last", "name"], least_filled_share=0.8)
    fields = [column.field for column in columns]
    assert [field.name for field in fields] == ["first", "last"]
    assert partings == {"name": ("first", "last")}
    without = encode(people[["first", "last"]], fields, partings)  # nobody there tells a whole name
    assert [column.codes.tolist().count(-1) for column in without] == [3, 3]


def test_later_records_have_the_rare_words_that_the_known_ones_make_rare():
    # Of the four words of the first title "tv" is in fewest, until the later ones come.
    known = pd.DataFrame(
        {"title": ["tv red big sony", "tv red big sony 2", "red big sony", "big sony", "sony"]}
    )
    columns = encode(known, [Field("title", "phrase")])
    later = pd.DataFrame({"title": [f"tv {number}" for number in range(9)]})
    (grown,) = extended(columns, later, {})
    before, after = columns[0].keys("rareWords"), grown.keys("rareWords")
    n = int(before.starts[-1])
    assert after.key[:n].tolist() == before.key.tolist()


@pytest.mark.parametrize(
    ("title", "price", "enough"),
    [
        ("one two three four", None, True),  # many words are as good as two values
        ("one two three", None, False),
        ("one two three", "5", True),
        (None, "5", False),
        (None, None, False),
    ],
)
def test_two_values_or_one_of_many_words_are_enough(title, price, enough):
    frame = pd.DataFrame({"title": [title, "a b c d e"], "price": [price, "7"]})
    columns = encode(frame, [Field("title", "phrase"), Field("price", "number")])
    assert tells_enough(columns).tolist() == [enough, True]


def test_where_there_is_one_column_its_value_has_to_do():
    columns = encode(pd.DataFrame({"name": ["ann", None]}), [Field("name", "text")])
    assert tells_enough(columns).tolist() == [True, False]
