"""Persons' names that last while records are added and clusters change."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.clustering import person_name
from journey_research.pipelines.identity.person_names import carry_names, name_roots

IDS = pd.Index(list("abcdefgh"))
N = len(IDS)


def roots_of(groups):
    """The smallest record of each record's group, of any numbers that name groups."""
    return np.array([groups.index(group) for group in groups])


GROUPS = st.lists(st.integers(0, 3), min_size=N, max_size=N)


def partition(names):
    return {frozenset(np.flatnonzero(np.asarray(names) == name).tolist()) for name in set(names)}


def test_worked_example():
    # abc are one person, d another. Then somebody cuts c off, and e comes and belongs to d.
    names = name_roots(IDS[:4], np.array([0, 0, 0, 3]))
    now, changes = carry_names(IDS[:5], names, np.array([0, 0, 2, 3, 3]), frozenset())
    assert now.tolist() == [names[0], names[0], person_name("c"), names[3], names[3]]
    assert changes[["event", "record_id", "cause"]].fillna("").values.tolist() == [
        ["split", "", "whole"],
        ["moved", "c", "split"],
        ["moved", "e", "new"],
    ]


def test_a_name_that_lives_elsewhere_or_has_ended_is_given_to_nobody():
    names = np.array([person_name("b"), person_name("b"), person_name("x")], dtype=object)
    now, changes = carry_names(IDS[:3], names, np.array([0, 1, 2]), frozenset([person_name("c")]))
    assert len(set(now)) == 3
    assert changes["event"].tolist() == ["split", "moved"]
    names = np.array([person_name("x"), person_name("x"), person_name("b")], dtype=object)
    now, _ = carry_names(IDS[:3], names, np.array([0, 1, 2]), frozenset([person_name("a")]))
    assert now[2] == person_name("b")
    assert len({*now, person_name("a")}) == 4
    # Neither is the name that stands in for it, where that lives as well.
    names = np.append(names, person_name(person_name("b")))
    now, _ = carry_names(IDS[:4], names, np.array([0, 1, 2, 3]), frozenset([person_name("a")]))
    assert len({*now, person_name("a")}) == 5


@settings(max_examples=40, deadline=None)
@given(GROUPS, GROUPS, st.integers(0, N))
def test_names_follow_clusters(before, after, n_known):
    old, new = roots_of(before)[:n_known], roots_of(after)
    names = name_roots(IDS[:n_known], old)
    now, changes = carry_names(IDS, names, new, frozenset())
    assert partition(now) == partition(new)
    assert changes.empty == (n_known == N and partition(old) == partition(new))
    for group in partition(old) & partition(new):
        assert {now[at] for at in group} == {names[at] for at in group}
    kept = set(names) & set(now)
    assert len(kept) >= min(1, n_known)  # somebody is always who he was
    ended = set(changes["person_id"][changes["record_id"].isna() & (changes["event"] == "merged")])
    assert ended == set(names) - set(now)


@settings(max_examples=25, deadline=None)
@given(st.lists(GROUPS, min_size=2, max_size=4))
def test_no_id_ever_comes_back(steps):
    names, ended = name_roots(IDS, roots_of(steps[0])), frozenset()
    for step in steps[1:]:
        now, _ = carry_names(IDS, names, roots_of(step), ended)
        assert not set(now) & ended
        ended |= set(names) - set(now)
        names = now
