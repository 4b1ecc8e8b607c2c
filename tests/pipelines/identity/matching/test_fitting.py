"""From a few known pairs to a classifier of all of them."""

import numpy as np
import pandas as pd
import pytest

from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.fitting import (
    UNKNOWN,
    TeachingPairs,
    f1_out_of_fold,
    fit_classifier,
    guess_matches,
    take_for_distinct,
)
from journey_research.pipelines.identity.matching.learning import without_the_best
from journey_research.pipelines.identity.matching.levels import DIFFERENT, EQUAL, MISSING
from journey_research.pipelines.identity.matching.likeness import Likeness


def test_unknown_pairs_that_look_like_the_known_ones_are_matches():
    """Two columns; those who are one person agree in both, households in the second alone."""
    matches = [[EQUAL, EQUAL]] * 10
    households = [[DIFFERENT, EQUAL]] * 30
    strangers = [[DIFFERENT, DIFFERENT]] * 60
    level = np.array([*matches, *matches, *households, *strangers], dtype=np.int8)
    answer = np.array([1] * 10 + [UNKNOWN] * 100)

    told = guess_matches(level, answer)

    assert told[10:20].min() > 0.9
    assert told[20:].max() < 0.1


def test_a_missing_value_says_nothing():
    """With one column silent everywhere the answers are those without it."""
    level = np.array([[EQUAL]] * 20 + [[DIFFERENT]] * 60, dtype=np.int8)
    answer = np.array([1] * 10 + [UNKNOWN] * 70)
    silent = np.concatenate([level, np.full_like(level, MISSING)], axis=1)

    assert guess_matches(silent, answer) == pytest.approx(guess_matches(level, answer))


def test_how_likely_a_pair_is_labelled_tells_how_likely_it_matches():
    """Half of the matches are labelled, so a fit that takes the rest for distinct says .5 of them."""
    features = np.array([[1.0]] * 100 + [[0.0]] * 100)
    answer = np.array([1] * 50 + [UNKNOWN] * 150)

    told = take_for_distinct(features, answer)

    assert told[:100] == pytest.approx(1.0)
    assert told[100:].max() < 0.1


def test_f1_out_of_fold_wants_some_of_either_answer():
    features = np.linspace(0, 1, 40)[:, None]
    answer = (features[:, 0] > 0.5).astype(int)
    assert f1_out_of_fold(features, answer) > 0.9
    assert f1_out_of_fold(features, np.where(answer == 1, 1, UNKNOWN)) is None


def test_a_rule_has_to_do_without_what_the_matches_agree_in_most():
    """The rare mail joins the first pair, the town the second: each is taken away once."""
    frame = pd.DataFrame({"mail": ["a@x.example", "a@x.example", None, None], "town": ["ulm"] * 3 + ["bonn"]})
    columns = encode(frame, [Field("mail", "email"), Field("town", "text")])
    codes = np.array(
        [[column.codes[rows] for column in columns] for rows in ([0, 0], [1, 2])], dtype=np.int64
    )

    left = without_the_best(codes, columns)

    assert (left[:, :, 0] >= 0).tolist() == [[True, False], [True, False]] or (
        left[:, :, 0] >= 0
    ).tolist() == [[False, True], [False, True]]
    assert (left[:, 1, 1] < 0).all()


def test_known_answers_and_all_others_together_find_the_namesakes_apart():
    """40 people in two records each, ten of them known; namesakes were born on another day."""
    rows = []
    for person in range(40):
        name, born = (
            f"ann{person // 2} lee",
            f"19{40 + person * 7 % 50}-0{1 + person * 4 % 9}-{10 + person * 3 % 19}",
        )
        rows += [(name, born), (f"{name}e", born)]
    frame = pd.DataFrame(rows, columns=["name", "born"])
    likeness = Likeness(encode(frame, [Field("name", "text"), Field("born", "code")]))
    first, second = np.triu_indices(80, 1)
    near = np.abs(first // 4 - second // 4) <= 1
    first, second = first[near], second[near]
    same = first // 2 == second // 2
    answer = np.where(same & (first < 20), 1, UNKNOWN)
    features = likeness.compare(first, second)

    fitted = fit_classifier(TeachingPairs(likeness, first, second, answer, features, features))

    likely = fitted.probability(features) >= 0.5
    assert (likely == same).mean() > 0.98
