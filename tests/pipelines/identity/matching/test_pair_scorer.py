"""Probabilities of pairs, with and without those that cannot match."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_people import COLUMNS, draw_people, frame_of

from journey_research.pipelines.identity.matching import pair_scorer
from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.logistic import Logistic
from journey_research.pipelines.identity.matching.pair_scorer import PairScorer

KINDS = ("text", "text", "phrase", "category", "code", "code")
FIELDS = [Field(name, kind) for name, kind in zip(COLUMNS, KINDS, strict=True)]


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    told = Likeness(encode(frame_of(draw_people(50, seed=3, repeated=0.9)), FIELDS), [("first", "last")])
    assert len(told.swaps) == 1
    return told


def all_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    told = np.array(list(combinations(range(n), 2)))
    return told[:, 0], told[:, 1]


def a_model(likeness: Likeness) -> Logistic:
    """Alike and equal count for a match, told counts against it: what no pair is alike in parts it."""
    weight = {"told": -5.0, "equal": 1.0, "equal and rare": 2.0, "rare": -0.3}
    return Logistic(
        np.array([weight.get(name.split(": ")[1], 2.0) for name in likeness.names]), intercept=-1.0
    )


def by_the_definition(likeness: Likeness, logistic: Logistic, first, second) -> np.ndarray:
    return np.minimum(np.round(logistic.probability(likeness.compare(first, second)), 6), 0.99999)


def test_worked_example():
    people = pd.DataFrame({"name": ["ann lee", "ann le", "bo ray", "bo ray"]})
    told = Likeness(encode(people, [Field("name", "text")]))
    weights = np.where([name.endswith("equal") for name in told.names], 3.0, 0.0)
    scorer = PairScorer(told, Logistic(weights, -1.0))
    # Equal names: log-odds of 3 - 1, so 88 %; any others: of -1, so 27 %.
    assert scorer.probabilities(np.array([2, 0]), np.array([3, 1])).round(2).tolist() == [0.88, 0.27]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_agrees_with_the_definition(likeness, seed):
    draw = np.random.default_rng(seed)
    logistic = Logistic(draw.normal(0, 2, len(likeness.names)), float(draw.normal(0, 3)))
    first, second = all_pairs(30)
    np.testing.assert_allclose(
        PairScorer(likeness, logistic).probabilities(first, second),
        by_the_definition(likeness, logistic, first, second),
        atol=1e-6,
    )


@pytest.mark.parametrize("few", [0, pair_scorer.FEW])
@pytest.mark.parametrize("least", [0.02, 0.1, 0.5])
def test_what_is_ruled_out_early_would_not_have_been_kept(likeness, least, few, monkeypatch):
    monkeypatch.setattr(pair_scorer, "FEW", few)  # of so many pairs all texts are compared
    logistic = a_model(likeness)
    first, second = all_pairs(80)
    told = by_the_definition(likeness, logistic, first, second)

    rows, probability = PairScorer(likeness, logistic).likely(first, second, least)

    assert 10 < len(rows) < len(first) / 2
    # Every pair was in the sample, so none that reaches the floor is lost.
    assert rows.tolist() == np.flatnonzero(told >= least).tolist()
    np.testing.assert_allclose(probability, told[rows], atol=1e-6)


class Counting:
    """A part of a scorer that counts the pairs whose texts it compares."""

    def __init__(self, part) -> None:
        self.part, self.n_compared = part, 0
        self.looked_up = part.looked_up

    def compared(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        self.n_compared += len(first)
        return self.part.compared(first, second)


def test_few_texts_are_compared(likeness):
    first, second = all_pairs(80)
    scorer = PairScorer(likeness, a_model(likeness))
    ceilings = scorer._ceilings(first, second, 0.1)
    n_compared = {}
    for way in (scorer.probabilities, lambda a, b: scorer._sifted(a, b, ceilings, np.log(1 / 9))):
        parts = [Counting(part) for part in scorer.parts]
        scorer.parts, kept = parts, scorer.parts
        way(first, second)
        scorer.parts = kept
        n_compared[len(n_compared)] = sum(part.n_compared for part in parts)
    assert 0 < n_compared[1] < n_compared[0] / 2


def test_what_many_pairs_are_ruled_out_by_is_asked_of_many_pairs_alone(likeness, monkeypatch):
    first, second = all_pairs(80)
    asked = []
    scorer = PairScorer(likeness, a_model(likeness))
    monkeypatch.setattr(scorer, "_ceilings", lambda *told: asked.append(told) or [])
    for few in (len(first), len(first) - 1):
        monkeypatch.setattr(pair_scorer, "FEW", few)
        scorer.likely(first, second, 0.1)
    assert len(asked) == 1


@pytest.mark.parametrize("few", [0, pair_scorer.FEW])
def test_what_many_pairs_told_holds_for_pairs_that_come_later(likeness, few, monkeypatch):
    first, second = all_pairs(80)
    told = by_the_definition(likeness, a_model(likeness), first, second)
    monkeypatch.setattr(pair_scorer, "FEW", 0)
    before = PairScorer(likeness, a_model(likeness))
    before.likely(first, second, 0.1)
    assert list(before.ceilings) == [0.1]
    monkeypatch.setattr(pair_scorer, "FEW", few)
    later = PairScorer(likeness, a_model(likeness), before.ceilings)
    monkeypatch.setattr(later, "_ceilings", lambda *_: pytest.fail("asked again"))
    rows, _ = later.likely(first[::7], second[::7], 0.1)
    assert (7 * rows).tolist() == [row for row in np.flatnonzero(told >= 0.1).tolist() if row % 7 == 0]


def test_a_column_in_which_no_pair_of_the_sample_differs_is_compared_in_another_that_does():
    people = pd.DataFrame({"name": ["ann lee", "ann lee", "bo ray", "bo rayy"]})
    likeness = Likeness(encode(people, [Field("name", "text")]))
    logistic = Logistic(np.array([4.0 * name.endswith("likeness") - 2.0 for name in likeness.names]), 6.0)
    scorer = PairScorer(likeness, logistic)
    equal, differ = (np.array([0]), np.array([1])), (np.array([2]), np.array([3]))
    scorer.ceilings[0.01] = scorer._ceilings(*equal, 0.01)
    rows, told = scorer.likely(*differ, 0.01)
    assert rows.tolist() == [0]
    assert told == pytest.approx(by_the_definition(likeness, logistic, *differ), abs=1e-6)


def test_no_pairs(likeness):
    nothing = np.zeros(0, dtype=np.int64)
    rows, told = PairScorer(likeness, a_model(likeness)).likely(nothing, nothing, 0.1)
    assert len(rows) == len(told) == 0
