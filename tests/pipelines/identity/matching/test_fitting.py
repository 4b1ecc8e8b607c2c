"""From a few known pairs to a classifier of all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.pipelines.identity.matching.columns import encode
from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.fitting import (
    UNKNOWN,
    TeachingPairs,
    f1_out_of_fold,
    fit_classifier,
    fit_on_some,
    is_believed,
    is_clearly_better,
    is_plausible,
    most_matches,
    settle,
    take_for_distinct,
)
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.logistic import Logistic, fit_logistic


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


@given(st.lists(st.floats(0, 1), max_size=30))
def test_who_is_believed_is_likelier_than_who_is_not(told):
    """And an identifier that is right in all that it joins is believed in all, save the impossible."""
    probability = np.array(told)
    believed = is_believed(probability)
    if believed.any() and not believed.all():
        assert probability[believed].min() > probability[~believed].max()
    likely = probability >= 0.5
    if likely.all():
        assert believed.all()
    if not likely.any():
        assert not believed.any()


def test_worked_example_of_belief():
    """Nine pairs in ten are likely, so odds of 1 to 81 are enough for the tenth; of one in ten, 81 to 1."""
    assert is_believed(np.array([0.9] * 9 + [1 / 80])).tolist() == [True] * 10
    assert is_believed(np.array([0.9] * 9 + [1 / 90])).tolist() == [True] * 9 + [False]
    assert not is_believed(np.array([0.95] + [0.1] * 9)).any()


def test_some_pairs_stand_for_all_of_their_sort(monkeypatch):
    """A tenth matches; with 500 of either sort the fit is that of 10,000 pairs, and with all the same."""
    draw = np.random.default_rng(1)
    features = draw.random((10_000, 1))
    answers = (draw.random(10_000) < features[:, 0] / 5).astype(float)
    may_match = answers == 1
    whole = fit_logistic(features, answers)

    assert fit_on_some(features, answers, may_match, draw).weights == pytest.approx(whole.weights)
    monkeypatch.setattr("journey_research.pipelines.identity.matching.fitting.MOST_OF_A_KIND", 500)
    some = fit_on_some(features, answers, may_match, draw)
    grid = np.linspace(0, 1, 5)[:, None]
    assert some.probability(grid) == pytest.approx(whole.probability(grid), abs=0.05)


def known_pairs(n):
    """2 n pairs, all answered, with a single feature that tells them apart."""
    answer = np.repeat([1, 0], n)
    features = answer[:, None].astype(float)
    return TeachingPairs(
        Likeness(encode(pd.DataFrame({"name": ["ann", "bob"]}), [Field("name", "text")])),
        np.zeros(2 * n, dtype=int),
        np.ones(2 * n, dtype=int),
        answer,
        answer < 0,
        features,
        features,
    )


def test_a_fit_is_better_only_where_the_answers_leave_no_doubt():
    right, wrong = Logistic(np.array([6.0]), -3.0), Logistic(np.array([-6.0]), 3.0)
    pairs = known_pairs(30)
    assert is_clearly_better(right, wrong, pairs)
    assert not is_clearly_better(wrong, right, pairs)
    assert not is_clearly_better(right, right, pairs)


def scored(n_all, n_high, known, known_high):
    """Pairs with one feature: 1 for ``n_high`` of them, and for ``known_high`` of those known to match."""
    features = np.r_[np.ones(n_high), np.zeros(n_all - n_high)][:, None]
    answer = np.full(n_all, UNKNOWN)
    answer[:known_high] = 1
    answer[n_high : n_high + known - known_high] = 1
    pairs = known_pairs(1)
    nobody = answer > 1
    return replace(
        pairs, first=answer, second=answer, answer=answer, is_joined=nobody, features=features, seen=features
    )


def test_worked_example_of_how_many_match_at_most():
    """A fifth of all pairs lie high, and two in three known matches: so .3 match, a sixth more by chance."""
    by_feature = Logistic(np.array([4.0]), -2.0)
    most = most_matches(by_feature, scored(1000, 200, known=60, known_high=40))
    assert most == pytest.approx(0.2 / (40 / 60) * (1 + 1 / 40**0.5))


@given(st.integers(60, 400), st.floats(0.05, 0.5), st.floats(0.5, 1.0), st.integers(0, 2**32 - 1))
def test_at_most_so_many_match_whatever_scores_them(n_matches, share, found, seed):
    """Known matches are drawn from all, so no score, good or bad, allows fewer than there are."""
    draw = np.random.default_rng(seed)
    n_all = round(n_matches / share)
    is_match = np.arange(n_all) < n_matches
    features = np.where(is_match, draw.random(n_all) < found, draw.random(n_all) < 0.1)[:, None].astype(float)
    answer = np.where(is_match & (np.arange(n_all) % 2 == 0), 1, UNKNOWN)
    pairs = replace(scored(n_all, 1, 1, 1), answer=answer, features=features, seen=features)
    for weight in (4.0, -4.0):
        assert most_matches(Logistic(np.array([weight]), 0.0), pairs) >= 0.8 * n_matches / n_all


def test_a_fit_is_plausible_that_finds_the_known_and_claims_no_more_than_there_can_be():
    """A tenth of the pairs score high, and so do all that are known to match: so about a tenth match."""
    pairs = scored(1000, 100, known=40, known_high=40)
    assert is_plausible(Logistic(np.array([8.0]), -4.0), pairs)
    assert not is_plausible(Logistic(np.array([4.0]), 0.0), pairs)  # half of the others as well
    assert not is_plausible(Logistic(np.array([4.0]), -10.0), pairs)  # nearly none of the known


@pytest.mark.parametrize("is_whole", [True, False])
def test_variants_that_agree_in_more_than_matches_do_are_heard_of(is_whole):
    """The guess takes who agrees in both for one person; people say: who agrees in the first alone."""
    pairs, guess = agreeing(400, known=0)
    answer = np.full(len(guess), UNKNOWN)
    answer[:40], answer[400:440] = 0, 1
    pairs = replace(pairs, answer=answer, is_whole=is_whole)
    both, one, none = fit_classifier(pairs, guess).probability(np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]))
    assert one > 0.9
    assert max(both, none) < 0.1


def agreeing(n_each, known):
    """Pairs of two records each that agree in both of two features, in the first alone, or in none.

    The guess knows those that agree in both for one person; of those that agree in one, some are known to be.
    """
    n = 3 * n_each
    features = np.repeat([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]], n_each, axis=0)
    answer = np.full(n, -1)
    answer[n_each : n_each + known] = 1
    people = pd.DataFrame({"name": [f"ann{at}" for at in range(2 * n)]})
    likeness = Likeness(encode(people, [Field("name", "text")]))
    first = 2 * np.arange(n)
    pairs = TeachingPairs(likeness, first, first + 1, answer, answer > 1, features, features)
    return pairs, np.repeat([0.9, 0.05, 0.001], n_each)


def test_of_a_sample_few_known_matches_are_heard_among_many_pairs():
    """30 of 400 pairs that agree in one feature are known matches: as such they weigh a ninth of all."""
    pairs, guess = agreeing(400, known=30)
    one_feature = np.array([[1.0, 0.0]])
    whole = fit_classifier(pairs, guess).probability(one_feature)[0]
    sample = fit_classifier(replace(pairs, is_whole=False), guess).probability(one_feature)[0]
    assert whole == pytest.approx(30 / 400, abs=0.01)
    heavy = 400 * 30 / (30 + 300)  # the matches among the others, by the share of the known
    assert sample == pytest.approx((30 + heavy) / (400 + heavy), abs=0.01)


def test_of_a_sample_nobody_answered_the_clusters_do():
    pairs, guess = agreeing(400, known=0)
    fitted = fit_classifier(replace(pairs, is_whole=False), guess)
    assert fitted.probability(np.array([[1.0, 1.0], [1.0, 0.0]])) == pytest.approx([1.0, 0.0], abs=0.02)


def people_at_one_address(n, n_right, n_wrong):
    """n persons of two records each, and an identifier that joins pairs: of one person, or of neighbours.

    Neighbours live in one street and differ in name and birthday.
    """
    draw = np.random.default_rng(3)
    rows = []
    for person in range(n):
        name = "".join(draw.choice(list("abcdefghijklmnop"), 8))
        born = f"19{draw.integers(30, 99)}-0{draw.integers(1, 9)}-{draw.integers(10, 28)}"
        rows += [(name, born, f"street {person // 2}"), (name + "e", born, f"street {person // 2}")]
    frame = pd.DataFrame(rows, columns=["name", "born", "street"])
    kinds = {"name": "text", "born": "code", "street": "phrase"}
    likeness = Likeness(encode(frame, [Field(name, kind) for name, kind in kinds.items()]))
    first, second = (side.ravel() for side in np.triu_indices(2 * n, 1))
    near = second - first <= 3
    first, second = first[near], second[near]
    same = first // 2 == second // 2
    neighbours = ~same & (first // 4 == second // 4)
    joined = np.zeros(len(first), dtype=bool)
    joined[np.flatnonzero(same)[:n_right]] = True
    joined[np.flatnonzero(neighbours)[:n_wrong]] = True
    features = likeness.compare(first, second)
    answer = np.full(len(first), UNKNOWN)
    return TeachingPairs(likeness, first, second, answer, joined, features, features), same


@pytest.mark.parametrize(("n_right", "n_wrong"), [(40, 0), (30, 90)])
def test_an_identifier_that_neighbours_share_does_not_join_them(n_right, n_wrong):
    pairs, same = people_at_one_address(60, n_right, n_wrong)
    guess = np.where(same, 0.8, 0.05)

    fitted = settle(pairs, guess)

    assert ((fitted.probability(pairs.features) >= 0.5) == same).mean() > 0.99


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

    guess = np.where(same, 0.7, 0.2)
    fitted = fit_classifier(
        TeachingPairs(likeness, first, second, answer, answer > 1, features, features), guess
    )

    likely = fitted.probability(features) >= 0.5
    assert (likely == same).mean() > 0.98


def test_where_few_are_known_clusters_answer_at_a_lower_threshold():
    """Pairs that agree in one feature are guessed at .35: over .3, under the .4 of where many are known."""
    pairs, _ = agreeing(400, known=0)
    guess = np.repeat([0.9, 0.35, 0.001], 400)
    one_feature = np.array([[1.0, 0.0]])
    assert fit_classifier(pairs, guess).probability(one_feature)[0] > 0.9

    answer = pairs.answer.copy()
    answer[:40], answer[800:840] = 1, 0
    assert fit_classifier(replace(pairs, answer=answer), guess).probability(one_feature)[0] < 0.1
