import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.review.next_pairs import PAIRS, ChoiceRule, PairChooser, features_of, spread_over_scores


def chooser(n=60, m=4, rule=None, order=None):
    draw = np.random.default_rng(7)
    features = draw.random((n, m)).round(3)
    score = features.mean(axis=1).round(3)
    pairs = pd.DataFrame(
        [(f"{at:03}", f"{at + 500:03}", score[at], bool(score[at] > 0.5)) for at in range(n)], columns=PAIRS
    )
    order = np.arange(n) if order is None else order
    return PairChooser(pairs.iloc[order], features[order], rule)


def answered(pairs, answer=lambda number: "same" if number % 3 else "distinct"):
    rows = [(*pair, answer(number)) for number, pair in enumerate(pairs)]
    return pd.DataFrame(rows, columns=["record_id_a", "record_id_b", "answer"])


def chosen_one_by_one(one, n, **how):
    pairs = []
    while len(pairs) < n and (pair := one.choose(answered(pairs, **how))) is not None:
        pairs.append(pair)
    return pairs


def test_every_pair_is_asked_about_once_and_then_none():
    pairs = chosen_one_by_one(chooser(n=12), 99)

    assert len(pairs) == len(set(pairs)) == 12


@pytest.mark.parametrize("answer", ["same", "distinct", "unsure"])
def test_answers_of_one_kind_are_enough_to_go_on(answer):
    assert len(chosen_one_by_one(chooser(n=10), 10, answer=lambda _: answer)) == 10


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(30)), st.integers(0, 10))
def test_the_order_of_pairs_and_of_answers_means_nothing(order, n):
    pairs = chosen_one_by_one(chooser(n=30), n)
    told = answered(pairs)

    assert chooser(n=30, order=np.array(order)).choose(told.iloc[::-1]) == chooser(n=30).choose(told)


def test_the_seed_decides_and_the_generator_of_the_process_stays_as_it_was():
    random.seed(3)
    before = random.getstate()
    first = chosen_one_by_one(chooser(), 8)

    assert random.getstate() == before
    assert first == chosen_one_by_one(chooser(), 8)
    assert first != chosen_one_by_one(chooser(rule=ChoiceRule(choice_seed=2)), 8)


def test_the_same_in_a_process_that_hashes_differently():
    program = "from test_next_pairs import *; print(chosen_one_by_one(chooser(), 6))"
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONHASHSEED": "2"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert told.strip() == str(chosen_one_by_one(chooser(), 6))


def test_with_too_few_columns_it_asks_where_the_result_is_in_most_doubt():
    pairs = pd.DataFrame(
        [("1", "2", 0.9, True), ("1", "3", 0.45, False), ("2", "3", 0.2, False)], columns=PAIRS
    )
    one = PairChooser(pairs, np.zeros((3, 0)))

    assert chosen_one_by_one(one, 9) == [("1", "3"), ("2", "3"), ("1", "2")]


def test_answers_on_unknown_pairs_and_pairs_written_the_other_way_round():
    one = chooser(n=3)
    told = answered([("501", "001"), ("x", "y"), ("000", "500")])

    assert one.choose(told) == ("002", "502")
    assert PairChooser(pd.DataFrame(columns=PAIRS), np.zeros((0, 3))).choose(told) is None
    with pytest.raises(ValueError, match="one each"):
        PairChooser(pd.DataFrame(columns=PAIRS), np.zeros((1, 3)))


def test_candidates_are_bounded_and_spread():
    score = np.concatenate([np.full(900, 0.05), np.linspace(0.2, 0.9, 90), np.full(10, 0.99)])
    kept = spread_over_scores(score, ChoiceRule(most_candidates=120))

    assert len(kept) <= 120
    assert (score[kept] == 0.99).sum() == 10
    assert len(kept) == len(set(kept.tolist()))


def test_features_of_a_run_are_numbers_by_name():
    told = pd.Series(['{"a: equal": 1.0, "b: likeness": 0.4}', "", '{"b: likeness": 1}'])

    assert features_of(told).tolist() == [[1.0, 0.4], [0.0, 0.0], [0.0, 1.0]]
