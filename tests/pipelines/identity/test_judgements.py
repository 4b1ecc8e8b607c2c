"""Judgements of which not all can be right."""

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.identity.judgements import (
    Contradiction,
    find_contradictions,
    judged_labels,
    refuse_contradictions,
)

IDS = "abcdef"
WORKED_EXAMPLE = [
    ("a", "b", "same"),
    ("b", "c", "same"),
    ("c", "d", "same"),
    ("d", "a", "distinct"),  # a is b is c is d
    ("e", "a", "distinct"),  # nobody says that they are one
    ("e", "f", "same"),
    ("f", "e", "distinct"),  # answered both ways: left out
]


def told(rows):
    return pd.DataFrame(rows, columns=["record_id_a", "record_id_b", "answer"], dtype=object)


def test_worked_example():
    [found] = find_contradictions(told(WORKED_EXAMPLE))
    assert found == Contradiction(("a", "b", "c", "d"))
    assert found.ends == ("a", "d")
    with pytest.raises(
        UserError, match=r"'a' same 'b', 'b' same 'c' \(row 9\), 'c' same 'd', 'a' distinct 'd'"
    ):
        refuse_contradictions(told(WORKED_EXAMPLE), {("b", "c"): 9}, "told.csv")
    refuse_contradictions(told(WORKED_EXAMPLE[1:]))


def test_of_two_ways_of_one_length_the_one_that_comes_first_is_named():
    rows = [("d", "c", "same"), ("c", "a", "same"), ("b", "d", "same"), ("a", "b", "same")]
    [found] = find_contradictions(told([*rows, ("d", "a", "distinct")]))
    assert found.chain == ("a", "b", "d")


def lengths_by_hand(rows):
    """The definition: a pair judged distinct that sames lead from end to end of, and in how few steps."""
    judged = judged_labels(told(rows))
    steps = {
        frozenset(pair): 1
        for pair in judged[judged["answer"] == "same"][["record_id_a", "record_id_b"]].itertuples(index=False)
    }
    for between in IDS:
        for a in IDS:
            for b in IDS:
                way = steps.get(frozenset([a, between]), 99) + steps.get(frozenset([between, b]), 99)
                if a != b and way < steps.get(frozenset([a, b]), 99):
                    steps[frozenset([a, b])] = way
    apart = judged[judged["answer"] == "distinct"][["record_id_a", "record_id_b"]]
    return {pair: steps[frozenset(pair)] for pair in map(tuple, apart.to_numpy()) if frozenset(pair) in steps}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["same", "distinct", "unsure"])
        ),
        max_size=14,
    ),
    st.randoms(use_true_random=False),
)
def test_every_contradiction_is_found_by_its_shortest_chain_whatever_the_order(rows, chance):
    found = find_contradictions(told(rows))
    assert {one.ends: len(one.chain) - 1 for one in found} == lengths_by_hand(rows)
    judged = judged_labels(told(rows))
    sames = {frozenset(row[:2]) for row in judged.itertuples(index=False) if row.answer == "same"}
    for one in found:
        assert all(frozenset(pair) in sames for pair in pairwise(one.chain))
    shuffled = [(b, a, answer) for a, b, answer in rows]
    chance.shuffle(shuffled)
    assert find_contradictions(told(shuffled)) == found


def test_a_long_chain_is_told_in_one_short_line():
    ids = [f"{number:03}\n" for number in range(300)]
    rows = [(a, b, "same") for a, b in pairwise(ids)]
    with pytest.raises(UserError, match="291 more the same") as error:
        refuse_contradictions(told([*rows, (ids[0], ids[-1], "distinct"), (ids[0], ids[2], "unsure")]))
    assert len(str(error.value)) < 500
    assert "\n" not in str(error.value)
