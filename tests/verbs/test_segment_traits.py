"""What sets segments apart, what they are called, how large they are."""

import numpy as np
import pandas as pd

from journey_research.verbs.segment_traits import count_sizes, name_segments, tell_traits


def test_a_segment_differs_from_all_others_in_standard_deviations():
    shares = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])

    told = tell_traits(np.array([0, 0, 1, 1]), shares, ["look", "buy"])

    first = told[(told["label"] == 0) & (told["trait"] == "look")].iloc[0]
    assert (first["value"], first["others"], first["difference"], first["n"]) == (1.0, 0.0, 2.0, 2)


def test_names_grow_until_no_two_are_the_same():
    rows = [(0, "look", 1, 1.0), (0, "buy", 2, 0.9), (0, "ask", 3, 0.8)]
    rows += [(1, "look", 1, 1.0), (1, "buy", 2, 0.9), (1, "ask", 3, -0.8)]
    traits = pd.DataFrame(rows, columns=["label", "trait", "place", "difference"])

    assert name_segments(traits) == {
        0: "often look, often buy, often ask",
        1: "often look, often buy, seldom ask",
    }


def test_sizes_are_shares_with_ranges_that_hold_them():
    told = count_sizes(np.array(["b", "a", "a", "a"], dtype=object))

    assert told[["segment", "n", "share"]].to_numpy().tolist() == [["a", 3, 0.75], ["b", 1, 0.25]]
    assert ((told["low"] < told["share"]) & (told["share"] < told["high"])).all()
