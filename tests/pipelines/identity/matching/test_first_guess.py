"""First probabilities: known answers show what matches look like, and what differs is not believed."""

import numpy as np
import pytest
from made_up_people import draw_people, frame_of

from journey_research.pipelines.identity.matching.candidates import KeyRing, candidate_pairs
from journey_research.pipelines.identity.matching.columns import find_columns
from journey_research.pipelines.identity.matching.first_guess import guess_matches, is_credible
from journey_research.pipelines.identity.matching.fitting import UNKNOWN
from journey_research.pipelines.identity.matching.levels import grade, meet_strangers
from journey_research.pipelines.identity.matching.likeness import Likeness
from journey_research.pipelines.identity.matching.mixture import fit_mixture
from journey_research.pipelines.identity.matching.pseudo_matches import expect_matches, find_pseudo_matches

RULES = [("wholeFieldPredicate(last)",), ("wholeFieldPredicate(street)",), ("wholeFieldPredicate(phone)",)]


@pytest.fixture(scope="module")
def people():
    """600 persons, a quarter of them twice, 240 who live with another."""
    told = draw_people(600, seed=4, repeated=0.25, relatives=0.4)
    likeness = Likeness(find_columns(frame_of(told), list(frame_of(told).columns))[0])
    found = candidate_pairs(KeyRing(likeness.columns), RULES, 30)
    person = told["person"].to_numpy()
    return likeness, found.first, found.second, person[found.first] == person[found.second]


def guess(people, answer):
    likeness, first, second, _ = people
    draw = np.random.default_rng(1)
    strangers = meet_strangers(likeness, draw)
    level = grade(likeness, likeness.compare(first, second))
    pseudo = find_pseudo_matches(likeness, strangers, draw)
    expected = expect_matches(likeness, pseudo, strangers, level[answer == 1])
    fits = guess_matches(likeness.columns, first, second, level, expected, strangers, draw, answer)
    n = len(likeness.columns[0].codes)
    credible = [one for one in fits if is_credible(level, one, expected, strangers, n)]
    return np.median(credible or fits, axis=0)


@pytest.mark.parametrize("n_known", [0, 40])
def test_matches_are_told_from_relatives(people, n_known):
    """With no answer, and with forty of either kind; pairs that nobody answered are looked at alone."""
    same = people[3]
    answer = np.full(len(same), UNKNOWN)
    for told in (0, 1):
        answer[np.flatnonzero(same == told)[:n_known]] = told
    probability = guess(people, answer)
    rest = answer == UNKNOWN
    assert ((probability >= 0.5) == same)[rest].mean() > 0.98
    assert probability[rest].sum() == pytest.approx(same[rest].sum(), rel=0.15)


def test_answers_are_where_the_fits_start(people, monkeypatch):
    """Whatever two records agree in: who is known to be distinct starts at 0, who is the same at 1."""
    starts = []

    def fit(patterns, expected, strangers, start, draw, at_chance):
        starts.append(start)
        return fit_mixture(patterns, expected, strangers, start, draw, at_chance=at_chance)

    monkeypatch.setattr("journey_research.pipelines.identity.matching.first_guess.fit_mixture", fit)
    same = people[3]
    nobody, everybody = np.full(len(same), UNKNOWN), same.astype(int)
    guess(people, nobody)
    guess(people, np.where(np.arange(len(same)) % 2 == 0, everybody, UNKNOWN))
    alone, told = starts[0], starts[-1]
    assert (told[::2] == same[::2]).all()
    assert (told[1::2] == alone[1::2]).all()
    assert 0 < alone.sum() < same.sum()
