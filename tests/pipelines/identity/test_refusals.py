"""Why two records that something ties are not one person."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.pipelines.identity.clustering import Ties
from journey_research.pipelines.identity.refusals import SOURCE_HAS_ONCE, undecidable, why_apart

OTHERWISE = "no reason that we know"
ONE_CARD = "a person has one value of loyalty_id"
ONE_KEY = "a person has one value of crm_id"
N = 6


def ends(pairs):
    first, second = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    return first, second


def why(pairs, roots, **told):
    return why_apart(ends(pairs), np.array(roots), Ties(len(roots), **told), OTHERWISE).tolist()


def test_worked_example():
    roots = [0, 1, 2, 2, 4]  # 2 and 3 are one person, everybody else is their own
    once = np.array([1, 0, 2, 1, 2], dtype=np.uint64)
    cards = np.array([7, 8, -1, -1, -1])
    pairs = [(0, 1), (0, 2), (1, 2), (2, 4), (0, 4)]

    assert why(pairs, roots) == [OTHERWISE] * 5
    assert why(pairs, roots, once=once) == [
        OTHERWISE,
        SOURCE_HAS_ONCE,  # 3, which is one with 2, stands in the list in which 0 stands
        OTHERWISE,
        SOURCE_HAS_ONCE,
        OTHERWISE,
    ]
    assert why(pairs, roots, one_values={"loyalty_id": cards}) == [ONE_CARD, *[OTHERWISE] * 4]
    assert why(pairs, roots, once=once, one_values={"loyalty_id": cards})[:2] == [ONE_CARD, SOURCE_HAS_ONCE]


def test_what_a_person_holds_keeps_all_their_records_apart():
    cards = np.array([7, -1, 8, -1])
    assert why([(1, 3)], [0, 0, 2, 2], one_values={"loyalty_id": cards}) == [ONE_CARD]


def test_two_cards_of_one_person_are_one_thing():
    # 0 and 1 were judged one person, so their cards are no reason that 2, who has the second, is not.
    cards = np.array([8, 7, 7, 9])
    assert why([(0, 2), (0, 3)], [0, 0, 2, 3], one_values={"loyalty_id": cards}) == [OTHERWISE, ONE_CARD]


def test_of_several_reasons_the_first_by_name_is_told():
    held = {"loyalty_id": np.array([7, 8]), "crm_id": np.array([1, 2])}
    assert why([(0, 1)], [0, 1], one_values=held) == [ONE_KEY]


def test_a_record_that_nobody_knows_has_no_reason():
    once = np.array([1, 1], dtype=np.uint64)
    assert why([(0, -1), (-1, -1)], [0, 1], once=once) == [OTHERWISE] * 2
    assert why([], [0, 1], once=once) == []
    assert undecidable(
        ends([(0, -1), (0, 1)]), np.array([0, 1]), np.zeros(2, dtype=bool), np.zeros(2, dtype=bool)
    ).tolist() == [False, False]


def undecided(pairs, roots, named, sure):
    is_named = np.array([record in named for record in range(len(roots))])
    return undecidable(ends(pairs), np.array(roots), is_named, np.array(sure, dtype=bool)).tolist()


def test_a_number_in_a_call_list_that_two_persons_gave_is_undecidable():
    call = [(0, 2), (1, 2)]
    assert undecided(call, [0, 1, 2], named={0, 1}, sure=[0, 0]) == [True, True]
    assert undecided(call[:1], [0, 1, 2], named={0, 1}, sure=[0]) == [False]
    assert undecided(call, [0, 0, 2], named={0, 1}, sure=[0, 0]) == [False, False]  # the two are one
    # A tie between two named persons is for their names to decide, so that it makes nothing undecidable.
    assert undecided(call, [0, 1, 2], named={0, 1, 2}, sure=[0, 0]) == [False, False]
    assert undecided(call, [0, 1, 2], named={0, 1, 2}, sure=[1, 1]) == [True, True]


def undecided_by_hand(pairs, roots, named, sure):
    """The definition: from one of its two ends a tie leads to one of several that count."""
    has_name = {roots[record] for record in named}
    around = {root: set() for root in roots}
    for (a, b), is_sure in zip(pairs, sure, strict=True):
        for one, other in permutations((roots[a], roots[b])):
            if is_sure or one not in has_name:
                around[one].add(other)

    def is_so(one, other, is_sure):
        return (is_sure or one not in has_name) and len(around[one]) > 1

    return [
        is_so(roots[a], roots[b], is_sure) or is_so(roots[b], roots[a], is_sure)
        for (a, b), is_sure in zip(pairs, sure, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(list(permutations(range(N), 2))), max_size=8),
    st.lists(st.booleans(), min_size=8, max_size=8),
    st.sets(st.integers(0, N - 1)),
    st.sampled_from([[0, 1, 2, 3, 4, 5], [0, 0, 2, 3, 3, 5], [0, 1, 0, 1, 4, 4]]),
)
def test_agrees_with_the_definition(pairs, sure, named, roots):
    apart = [(a, b) for a, b in pairs if roots[a] != roots[b]]
    sure = sure[: len(apart)]

    assert undecided(apart, roots, named, sure) == undecided_by_hand(apart, roots, named, sure)
