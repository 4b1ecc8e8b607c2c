"""Levels of comparison: a page of pairs by hand, and what strangers reach."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.levels import (
    N_LEVELS,
    count_levels,
    grade,
    is_unlike,
    meet_strangers,
)
from journey_research.pipelines.identity.matching.likeness import Likeness

PEOPLE = pd.DataFrame(
    {
        #         0       1        2       3        4      5          6     7
        "first": ["anna", "annna", "lee", "konrad", None, "smith", "anna", "anna"],
        "last": ["lee", "lee", "anna", "smith", "lee", "konrad", "lee", "ray"],
        "born": ["1970", "1971", "1970", "2488", "1970", "2488", "1970", "2004"],
    }
)
WORKED_EXAMPLE = [
    # pair, first, last, born
    ((0, 6), (6, 5, 5)),  # equal; three of seven are anna, which is rarer than five lees of eight
    ((0, 1), (4, 5, 4)),  # one letter more; one digit of four
    ((0, 3), (1, 1, 1)),  # nothing alike
    ((0, 4), (0, 5, 5)),  # silent in the first name
    ((0, 2), (4, 4, 5)),  # names in each other's place are alike
]


def likeness_of(frame, kinds=("text", "text", "code")):
    columns = encode(frame, [Field(name, kind) for name, kind in zip(frame.columns, kinds, strict=True)])
    return Likeness(columns, [("first", "last")] if "last" in frame else [])


@pytest.mark.parametrize(("pair", "expected"), WORKED_EXAMPLE)
def test_worked_example(pair, expected):
    likeness = likeness_of(PEOPLE)
    features = likeness.compare(np.array([pair[0]]), np.array([pair[1]]))
    assert tuple(grade(likeness, features)[0].tolist()) == expected


def test_an_equal_rare_value_stands_above_an_equal_common_one():
    frame = pd.DataFrame({"first": ["ann"] * 40 + ["bo"] * 10 + ["kai", "kai"]})
    likeness = likeness_of(frame, ("text",))
    told = grade(likeness, likeness.compare(np.array([0, 40, 50]), np.array([1, 41, 51])))
    assert told[:, 0].tolist() == [5, 6, 7]


def test_of_a_phrase_the_rare_words_count():
    frame = pd.DataFrame({"first": ["the club of 21", "21 club", "the house of bread", "the house of cards"]})
    likeness = likeness_of(frame, ("phrase",))
    near, far = grade(likeness, likeness.compare(np.array([0, 0]), np.array([1, 2])))[:, 0]
    assert near > far


def test_strangers_say_what_is_no_likeness():
    # Two digits: most pairs of strangers are within an edit or two of each other; names are not.
    draw = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "first": draw.choice(["konrad", "annegret", "lee", "wilhelmina", "xu", "otto", "bea"], 400),
            "born": draw.integers(10, 99, 400).astype(str),
        }
    )
    strangers = meet_strangers(likeness_of(frame, ("text", "code")), np.random.default_rng(2))
    assert strangers.unlike[1, :5].tolist() == [False, True, True, True, True]
    assert not strangers.unlike[:, 5:].any()
    assert not strangers.unlike[0, 4]
    assert strangers.level.sum(axis=1) == pytest.approx([1.0, 1.0])
    # Seven names are too few bits to tell records apart; ninety numbers are not.
    assert strangers.is_telling.tolist() == [False, True]
    level = np.array([[4, 4], [1, 0]], dtype=np.int8)
    assert is_unlike(level, strangers).tolist() == [[False, True], [True, False]]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(*[st.integers(0, N_LEVELS - 1)] * 2, st.floats(0, 4)), min_size=1, max_size=30))
def test_counts_agree_with_the_definition(rows):
    level = np.array([row[:2] for row in rows], dtype=np.int8)
    weight = np.array([row[2] for row in rows])
    by_hand = np.zeros((2, N_LEVELS))
    for first, second, weighs in rows:
        by_hand[0, first] += weighs * (first > 0)
        by_hand[1, second] += weighs * (second > 0)
    assert count_levels(level, weight) == pytest.approx(by_hand)
    assert count_levels(level, np.stack([weight, weight], axis=1)) == pytest.approx(by_hand)
