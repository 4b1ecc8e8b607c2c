"""Which pairs of one person the rules bring together, and what share that is."""

import numpy as np
import pandas as pd
import pytest
from people_at_hand import make_labels, make_people

from journey_research.pipelines.identity.blocking_recall import measure_meetings, meet_by_rules, pairs_inside
from journey_research.pipelines.identity.matching.candidates import KeyRing, candidate_pairs
from journey_research.pipelines.identity.matching.matcher import columns_for, read_matcher
from journey_research.verbs.resolve import resolve

FIELDS = ["name", "town", "birth_date", "phone"]


@pytest.fixture(scope="module")
def matched():
    """People, the first said a second time, and the model that was learnt from half of them."""
    people = make_people(60)
    again = people.iloc[:1].assign(key="again")
    people = pd.concat([people, again], ignore_index=True)
    resolved = resolve(people.drop(columns="person"), id="key", labels=make_labels(people, range(30)))
    fields = [one["name"] for one in resolved.model["fields"]]
    return people, people[fields].astype(object), resolved.model


def test_agrees_with_the_candidates_themselves(matched):
    _, values, model = matched
    n = len(values) - 1  # without the repeated record every record is compared
    matcher = read_matcher(model, list(values.columns))
    columns = columns_for(values.iloc[:n], matcher)
    candidates = candidate_pairs(KeyRing(columns), matcher.rules, matcher.most_in_block)
    expected = set(zip(candidates.first.tolist(), candidates.second.tolist(), strict=True))
    first, second = np.triu_indices(n, 1)
    met = meet_by_rules(values.iloc[:n], model, (first, second))
    assert set(zip(first[met].tolist(), second[met].tolist(), strict=True)) == expected
    np.testing.assert_array_equal(met, meet_by_rules(values.iloc[:n], model, (second, first)))
    assert 0 < met.sum() < len(met)


def test_a_record_said_twice_meets_itself_and_whom_the_first_met(matched):
    _, values, model = matched
    again = np.full(3, len(values) - 1)
    met = meet_by_rules(values, model, (np.array([0, 1, -1]), again))
    of_first = meet_by_rules(values, model, (np.array([0]), np.array([1])))
    assert met.tolist() == [True, bool(of_first[0]), False]  # -1 is compared with nobody


def test_without_a_matcher_nobody_meets():
    pairs = np.array([0]), np.array([1])
    assert not meet_by_rules(pd.DataFrame({"name": ["a", "a"]}), {"state": "no matcher"}, pairs).any()


def test_pairs_of_one_group_are_all_pairs_of_one_group():
    group = np.array([2, 0, -1, 2, 0, 2, -1, 1])
    told = set(zip(*(side.tolist() for side in pairs_inside(group)), strict=True))
    expected = {(i, j) for i in range(8) for j in range(i + 1, 8) if group[i] == group[j] >= 0}
    assert told == expected
    assert len(pairs_inside(np.full(3, -1))[0]) == 0


def test_worked_example():
    # Ann's three pairs and Bob's one: rules met two of Ann's and Bob's.
    told = measure_meetings(
        np.array([7, 7, 7, 9]), {"met": np.array([True, True, False, True]), "never": np.zeros(4, dtype=bool)}
    ).set_index("metric")
    assert told["value"].tolist() == [0.75, 0.0]
    assert told["n"].tolist() == [4, 4]
    assert (told["low"] <= told["value"]).all()
    assert told.loc["never", "high"] > 0.3  # never in four pairs of two persons is no proof
