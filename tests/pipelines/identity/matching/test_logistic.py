"""The classifier of pairs, against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.linear_model import LogisticRegression

from journey_research.pipelines.identity.matching.logistic import Logistic, fit_logistic, sigmoid

seeds = st.integers(0, 2**32 - 1)


def draw_rows(seed, n=60, k=4):
    """Features in units of their own, answers that hang on them, and row weights of 1 to 4."""
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(n, k)) * [1.0, 100.0, 0.01, 1.0][:k] + [0.0, 50.0, 0.0, -3.0][:k]
    odds = features @ np.array([1.0, 0.01, 50.0, 0.0])[:k] + draw.normal(size=n)
    answers = (odds > np.median(odds)).astype(float)
    return features, answers, draw.integers(1, 5, size=n)


def fit_by_library(features, answers, weights, penalty):
    """The definition: scikit-learn on standardised columns, told in the columns' own units."""
    mean = np.average(features, axis=0, weights=weights)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weights))
    fitted = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    fitted.fit((features - mean) / spread, answers, sample_weight=weights)
    own = fitted.coef_[0] / spread
    return Logistic(own, float(fitted.intercept_[0] - own @ mean))


def test_worked_example():
    # Of ten with the sign nine are matches, of ten without it one; no penalty, so the shares come back.
    features = np.repeat([[1.0], [0.0]], 10, axis=0)
    answers = np.array([1] * 9 + [0] + [1] + [0] * 9)
    fitted = fit_logistic(features, answers, penalty=1e-9)
    assert fitted.probability(np.array([[1.0], [0.0]])) == pytest.approx([0.9, 0.1], abs=1e-6)
    assert fitted.intercept == pytest.approx(np.log(1 / 9), abs=1e-5)
    # A penalty draws both towards the share of all, a half.
    drawn = fit_logistic(features, answers, penalty=10.0).probability(np.array([[1.0], [0.0]]))
    assert 0.5 < drawn[0] < 0.9
    assert drawn.sum() == pytest.approx(1.0)


@settings(deadline=None, max_examples=40)
@given(seeds, st.sampled_from([0.1, 1.0, 25.0]), st.booleans())
def test_agrees_with_scikit_learn(seed, penalty, weighed):
    features, answers, weights = draw_rows(seed)
    weights = weights.astype(float) if weighed else np.ones(len(answers))
    own = fit_logistic(features, answers, weights if weighed else None, penalty)
    theirs = fit_by_library(features, answers, weights, penalty)
    spread = features.std(axis=0)
    assert own.weights * spread == pytest.approx(theirs.weights * spread, abs=1e-5)
    assert own.intercept == pytest.approx(theirs.intercept, abs=1e-5)
    assert own.probability(features) == pytest.approx(theirs.probability(features), abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_a_weight_is_so_many_rows(seed):
    features, answers, weights = draw_rows(seed)
    weighed = fit_logistic(features, answers, weights)
    repeated = fit_logistic(np.repeat(features, weights, axis=0), np.repeat(answers, weights))
    assert weighed.probability(features) == pytest.approx(repeated.probability(features), abs=1e-7)


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_a_probability_for_an_answer_is_both_answers_in_these_shares(seed):
    features, answers, _ = draw_rows(seed)
    soft = np.where(answers > 0, 0.75, 0.25)
    told = fit_logistic(features, soft)
    both = fit_logistic(
        np.concatenate([features, features]),
        np.repeat([1.0, 0.0], len(soft)),
        np.concatenate([soft, 1 - soft]),
    )
    assert told.probability(features) == pytest.approx(both.probability(features), abs=1e-7)


@settings(deadline=None, max_examples=25)
@given(seeds, st.sampled_from([1e-6, 1e-3, 1e6]))
def test_no_unit_matters(seed, unit):
    features, answers, _ = draw_rows(seed)
    other = fit_logistic(features * unit + unit, answers)
    assert other.probability(features * unit + unit) == pytest.approx(
        fit_logistic(features, answers).probability(features), abs=1e-6
    )


@pytest.mark.parametrize("constant", [0.0, 1.0, 0.1, 1e9 / 3, -1e-12])
def test_a_column_that_never_varies_weighs_nothing(constant):
    features, answers, _ = draw_rows(1, n=1001)
    wider = np.column_stack([features, np.full(len(features), constant)])
    fitted = fit_logistic(wider, answers)
    assert fitted.weights[-1] == 0.0
    assert fitted.probability(wider) == pytest.approx(
        fit_logistic(features, answers).probability(features), abs=1e-9
    )


@pytest.mark.parametrize("penalty", [1.0, 1e-3, 0.0])
def test_answers_that_can_be_told_apart_do_not_blow_up(penalty):
    features = np.linspace(-1, 1, 40)[:, None]
    answers = features[:, 0] > 0
    fitted = fit_logistic(np.concatenate([features, 2 * features], axis=1), answers, penalty=penalty)
    assert np.isfinite(fitted.weights).all()
    assert np.isfinite(fitted.intercept)
    told = fitted.probability(np.concatenate([features, 2 * features], axis=1))
    assert ((told > 0.5) == answers).all()
    assert (np.diff(told) >= 0).all()


@pytest.mark.parametrize("answer", [0, 1])
def test_one_answer_alone_gives_that_answer(answer):
    features, _, _ = draw_rows(2)
    told = fit_logistic(features, np.full(len(features), answer)).probability(features)
    assert np.isfinite(told).all()
    assert np.abs(told - answer).max() < 0.01


def test_no_row_and_no_column():
    nothing = fit_logistic(np.zeros((0, 2)), np.zeros(0))
    assert (nothing.weights.tolist(), nothing.intercept) == ([0.0, 0.0], 0.0)
    share = fit_logistic(np.zeros((4, 0)), np.array([1, 0, 0, 0]))
    assert share.probability(np.zeros((1, 0))) == pytest.approx([0.25], abs=1e-6)


@given(arrays.arrays(float, 5, elements=st.floats(-1e300, 1e300)))
def test_probabilities_are_probabilities_and_rise_with_the_odds(log_odds):
    told = sigmoid(np.sort(log_odds))
    assert ((told > 0) & (told <= 1)).all()
    assert (np.diff(told) >= 0).all()
    assert sigmoid(-log_odds) == pytest.approx(1 - sigmoid(log_odds), abs=1e-12)
