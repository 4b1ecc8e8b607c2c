"""Which pairs a matcher scores, and which of them it keeps."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from journey_research.pipelines.identity.matching.fields import Field
from journey_research.pipelines.identity.matching.logistic import Logistic
from journey_research.pipelines.identity.matching.matcher import (
    Matcher,
    columns_for,
    feature_names,
    score_columns,
)

FIELDS = (Field("name", "text"), Field("town", "text"))
# The first two share a name, the last two a town; no rule brings the first and the last together.
PEOPLE = pd.DataFrame({"name": ["ann lee", "ann lee", "bo ray"], "town": ["ulm", "kiel", "kiel"]})


def matcher(log_odds, least_probability=0.1):
    """Gives every pair the same log-odds."""
    return Matcher(
        fields=FIELDS,
        partings={},
        swaps=(),
        rules=(("wholeFieldPredicate(name)",), ("wholeFieldPredicate(town)",)),
        logistic=Logistic(np.zeros(len(feature_names(FIELDS, ()))), log_odds),
        threshold=0.4,
        most_in_block=30,
        least_probability=least_probability,
        most_in_chain=40,
    )


def scored(by, joined=None):
    found = score_columns(columns_for(PEOPLE, by), by, joined)
    pairs = zip(found.first.tolist(), found.second.tolist(), found.probability.tolist(), strict=True)
    return {(a, b): probability for a, b, probability in pairs}


def test_a_chain_of_likely_pairs_is_scored_whole():
    assert scored(matcher(1.0)) == pytest.approx({(0, 1): 0.731059, (1, 2): 0.731059, (0, 2): 0.731059})


def test_pairs_that_chain_nothing_bring_no_others_in():
    assert set(scored(matcher(-2.0))) == {(0, 1), (1, 2)}  # .119 is kept, and is no likely pair


def test_what_something_else_joins_is_scored_as_well():
    tied = (np.array([0]), np.array([2]))
    assert (0, 2) in scored(matcher(-2.0), tied)


@pytest.mark.parametrize(("least_alike", "kept"), [(-4.0, True), (-5.0, False)])
def test_a_pair_inside_a_chain_that_is_next_to_nothing_is_not_kept(least_alike, kept):
    # Equal in one of the two makes a pair likely; the first and the last are unlike in both.
    names = feature_names(FIELDS, ())
    by = replace(
        matcher(0.0),
        logistic=Logistic(
            np.array([7.0 if name.endswith(": equal") else 0.0 for name in names]), least_alike
        ),
    )
    assert set(scored(by)) == {(0, 1), (1, 2)} | ({(0, 2)} if kept else set())


def test_a_chain_over_the_cap_is_left():
    assert set(scored(replace(matcher(1.0), most_in_chain=2))) == {(0, 1), (1, 2)}


def test_pairs_below_the_least_probability_are_not_kept():
    assert len(scored(matcher(0.0, least_probability=0.5))) == 3
    assert scored(matcher(0.0, least_probability=0.51)) == {}
