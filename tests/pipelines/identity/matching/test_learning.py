"""What identifiers say teaches where the values bear it out, and does not where relatives share them."""

from dataclasses import asdict

import numpy as np
import pytest
from made_up_people import draw_people, frame_of

from journey_research.pipelines.identity.matching.candidates import KeyRing, pairs_by_rule
from journey_research.pipelines.identity.matching.columns import find_columns
from journey_research.pipelines.identity.matching.known_pairs import KnownPairs
from journey_research.pipelines.identity.matching.learning import learn_matcher, learn_unlabelled
from journey_research.pipelines.identity.training import MatcherRule

SETTINGS = asdict(MatcherRule())


@pytest.fixture(scope="module")
def people():
    told = draw_people(600, seed=4, repeated=0.25, relatives=0.4)
    return told, *find_columns(frame_of(told), list(frame_of(told).columns))


def pairs_of(people, n_same, n_relatives, told_by):
    """So many pairs of one person, and of two with one last name and street; all are called the same."""
    told = people[0].assign(row=np.arange(len(people[0])))
    both = told.merge(told, on="street", suffixes=("", "_b")).query("row < row_b and last == last_b")
    one = both[both["person"] == both["person_b"]].head(n_same)
    two = both[both["person"] != both["person_b"]].head(n_relatives)
    assert (len(one), len(two)) == (n_same, n_relatives)
    first, second = (np.concatenate([one[name], two[name]]) for name in ("row", "row_b"))
    n = len(first)
    names = (np.full(n, told_by, dtype=object), np.full(n, "", dtype=object))
    return KnownPairs(first, second, np.ones(n, dtype=bool), *names)


def learn(people, known):
    _, columns, partings = people
    return learn_matcher(columns, partings, known, np.full(len(people[0]), -1), SETTINGS, {})


def test_what_relatives_share_teaches_nothing(people):
    _, columns, partings = people
    told = learn(people, pairs_of(people, 10, 50, "evidence"))
    assert told == learn_unlabelled(columns, partings, SETTINGS, {})


def test_what_relatives_share_does_not_overrule_people(people):
    judged, shared = pairs_of(people, 40, 0, "judgement"), pairs_of(people, 0, 60, "evidence")
    both = KnownPairs(
        *(np.concatenate(parts) for parts in zip(vars(judged).values(), vars(shared).values(), strict=True))
    )
    assert learn(people, both) == learn(people, judged)


def test_what_one_person_shares_teaches(people):
    told = learn(people, pairs_of(people, 60, 2, "evidence"))
    assert told["training"]["labels"]["evidence: same"] == 62


def test_the_same_labels_teach_the_same(people):
    known = pairs_of(people, 40, 0, "judgement")
    assert learn(people, known)["sha256"] == learn(people, known)["sha256"]


@pytest.mark.parametrize("is_labelled", [True, False])
def test_every_rule_of_a_model_brings_pairs_that_no_other_does(people, is_labelled):
    _, columns, partings = people
    known = pairs_of(people, 60, 0, "judgement")
    told = learn(people, known) if is_labelled else learn_unlabelled(columns, partings, SETTINGS, {})
    rules = [tuple(rule) for rule in told["predicates"]]
    pairs = [
        set(one.pairs.tolist()) for one in pairs_by_rule(KeyRing(columns), rules, SETTINGS["most_in_block"])
    ]
    assert len(rules) > 1
    for at, own in enumerate(pairs):
        assert own - set().union(*pairs[:at], *pairs[at + 1 :])
