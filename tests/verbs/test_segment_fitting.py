"""What a method counts of a person, and which number of segments is chosen."""

import numpy as np
import pandas as pd

from journey_research.verbs.segment_fitting import CRITERIA, choose, count_rows

PERSON, STATE = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 0])


def test_starts_and_steps_are_counted_where_chains_are_fitted():
    """Columns: starts in 0 and 1, then 0 > 0, 0 > 1, 1 > 0, 1 > 1."""
    assert count_rows(PERSON, STATE, 2, 2, "chains").toarray().tolist() == [
        [1, 0, 0, 1, 0, 1],
        [1, 0, 0, 0, 0, 0],
    ]


def test_a_half_of_the_events_keeps_what_came_before_each():
    kept = np.array([False, True, False, True])
    assert count_rows(PERSON, STATE, 2, 2, "chains", kept).toarray().tolist() == [
        [0, 0, 0, 1, 0, 0],
        [1, 0, 0, 0, 0, 0],
    ]


def choices(**columns):
    return pd.DataFrame({"n_segments": [1, 2, 3], "n": 90} | dict.fromkeys(CRITERIA, np.nan) | columns)


def test_a_number_that_does_not_come_again_is_not_chosen():
    sure = {"repeatability_low": [np.nan, 0.4, 0.4], "repeatability_by_chance": [np.nan, 0.1, 0.1]}
    told = choices(
        silhouette=[np.nan, 0.3, 0.6], stability=[np.nan, 0.9, 0.2], smallest_share=[1.0, 0.4, 0.3], **sure
    )
    assert choose(told, "shares") == 1
    assert choose(told.assign(stability=[np.nan, 0.2, 0.2]), "shares") == 0
    assert choose(told.assign(bic=[9.0, 7.0, 5.0]), "chains") == 1
