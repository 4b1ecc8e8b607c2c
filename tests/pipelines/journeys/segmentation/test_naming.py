"""A name says what differs most, and belongs to one segment alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.journeys.segmentation.behaviours import Behaviours
from journey_research.pipelines.journeys.segmentation.naming import (
    TRAITS,
    name_segments,
    tell_styles,
    tell_traits,
    word_for,
)
from tests.pipelines.journeys.segmentation.people_of_kinds import no_deeds


def persons(**traits):
    """Persons with these traits and the shares of two channels."""
    n = len(next(iter(traits.values())))
    shares = np.asarray(traits.pop("shares", np.full((n, 2), 0.5)), float)
    told = {name: np.zeros(n) for name in TRAITS if name != "other channels"}
    told |= {name: np.asarray(values, float) for name, values in traits.items()}
    ids = np.array([f"person:{n:03x}" for n in range(n)], object)
    return Behaviours(ids, told, ("email", "store"), shares, np.zeros((n, 6)), *no_deeds(n))


def test_worked_example():
    # Two buyers who come by mail in the evening; three who look in by day and never buy.
    labels = np.array([0, 0, 1, 1, 1])
    now = persons(
        n_outcomes=[3, 3, 0, 0, 0], late_share=[0.6, 0.3, 0.1, 0.5, 0.1],
        shares=[[1, 0], [1, 0], [0, 1], [0.2, 0.8], [0, 1]],
    )  # fmt: skip

    traits = tell_traits(labels, now)

    told = traits.set_index(["label", "trait"])
    assert told.loc[(0, "n_outcomes"), ["value", "others", "n"]].tolist() == [3, 0, 2]
    assert told.loc[(1, "email"), "value"] == pytest.approx(0.2 / 3)
    # Equal counts: (log 4 - 0) over their spread, which is log 4 times the root of 2/5 times 3/5.
    assert told.loc[(0, "n_outcomes"), "difference"] == pytest.approx(1 / np.sqrt(0.24))
    assert name_segments(traits) == {0: "many conversions, much email", 1: "no conversions, little email"}
    assert tell_styles(traits)[0] == "much email, no store, in the evening"
    assert set(traits.groupby("label")["place"].max()) == {len(TRAITS) - 1 + 2}


def test_one_segment_is_everybody_and_speaks_as_everybody():
    traits = tell_traits(np.zeros(3, int), persons(n_outcomes=[1, 2, 3]))

    assert name_segments(traits) == {0: "everybody"}
    assert tell_styles(traits) == {0: "as everybody"}
    assert traits["difference"].isna().all()


def test_who_belongs_to_none_has_no_segment():
    traits = tell_traits(np.array([-1, 0, 0, 1, 1]), persons(n_outcomes=[9, 0, 0, 3, 3]))

    names = name_segments(traits)

    assert names[-1] == "no segment"
    assert len(set(names.values())) == 3


def told_traits(differences):
    """Traits of clusters, each with a difference for each of the traits."""
    rows = []
    for label, of_label in enumerate(differences):
        order = sorted(range(len(of_label)), key=lambda at: (-abs(of_label[at]), at))
        for place, at in enumerate(order, start=1):
            name = list(TRAITS)[at]
            rows.append((label, name, TRAITS[name][0], 1.0, of_label[at], place))
    return pd.DataFrame(rows, columns=["label", "trait", "kind", "value", "difference", "place"])


n_traits = len(TRAITS)
differing = st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0]), min_size=n_traits, max_size=n_traits)


@settings(max_examples=60, deadline=None)
@given(st.lists(differing, min_size=2, max_size=6))
def test_no_two_segments_share_a_name(differences):
    names = name_segments(told_traits(differences))

    assert sorted(names) == list(range(len(differences)))
    assert len(set(names.values())) == len(differences)


def test_equal_segments_are_told_apart_by_number():
    names = name_segments(told_traits([[1.0] * n_traits] * 3))

    first = names[0]
    assert names == {0: first, 1: f"{first} (2)", 2: f"{first} (3)"}


@pytest.mark.parametrize(
    ("trait", "value", "difference", "words"),
    [
        ("n_outcomes", 2, 1, "many conversions"),
        ("n_outcomes", 0.1, -1, "few conversions"),
        ("n_outcomes", 0, -1, "no conversions"),
        ("sms", 0.2, 1, "much sms"),
        ("company_share", 0, -1, "never addressed by us"),
    ],
)
def test_words_follow_value_and_difference(trait, value, difference, words):
    assert word_for(trait, value, difference) == words


def test_a_further_trait_tells_apart_what_the_first_two_do_not():
    differences = [[0.0] * n_traits, [0.0] * n_traits]
    at = list(TRAITS).index
    for label, more in enumerate((1.0, -1.0)):
        differences[label][at("n_sessions")] = 3.0
        differences[label][at("n_outcomes")] = 2.0
        differences[label][at("silent_days")] = more

    names = name_segments(told_traits(differences))

    assert names == {
        0: "many visits, many conversions, long silent",
        1: "many visits, many conversions, lately active",
    }
