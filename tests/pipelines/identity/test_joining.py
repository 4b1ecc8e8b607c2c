"""Ties between groups of which some must stay apart."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joining_by_hand import join_by_hand, merged

from journey_research.pipelines.identity.joining import (
    NOTHING,
    held_by_groups,
    join_groups,
    no_pairs,
    united,
)

N = 9
EVERY_PAIR = list(combinations(range(N), 2))
PAIRS = st.lists(st.sampled_from(EVERY_PAIR), max_size=12)
FEW_PAIRS = st.lists(st.sampled_from(EVERY_PAIR), max_size=3)
HELD = st.lists(st.sampled_from([-1, -1, -1, 0, 1, 5]), min_size=N, max_size=N)
HOLDS = st.lists(HELD, max_size=3)


def ends(pairs):
    first, second = np.array(list(pairs), dtype=np.int64).reshape(-1, 2).T
    return first, second


def join(ties, holds=(), apart=(), n=N):
    """The groups as lists, and as ``join_groups`` tells them."""
    roots = join_groups(n, ends(ties), [np.array(held) for held in holds], ends(apart))
    return [np.flatnonzero(roots == root).tolist() for root in np.unique(roots)]


def by_hand(ties, holds, apart):
    holds = [{record: thing for record, thing in enumerate(held) if thing != NOTHING} for held in holds]
    return [sorted(group) for group in join_by_hand([{record} for record in range(N)], ties, apart, holds)]


CARDS = [7, -1, -1, 8]  # Ann is 0, Bob is 3; nobody knows whose 1 and 2 are.
WORKED_EXAMPLES = {
    "a cookie of Ann's browser": ([(0, 1)], [[0, 1], [2], [3]]),
    "a cookie on the device of both": ([(0, 1), (3, 1)], [[0], [1], [2], [3]]),
    "two cookies of that device, one tied to Ann and one to Bob": (
        [(0, 1), (1, 2), (2, 3)],
        [[0], [1, 2], [3]],
    ),
    "a tie between Ann and Bob themselves": ([(0, 3)], [[0], [1], [2], [3]]),
    "the same, and Ann's cookie is still hers": ([(0, 3), (0, 1)], [[0, 1], [2], [3]]),
    "a cookie of each": ([(0, 1), (3, 2)], [[0, 1], [2, 3]]),
}


@pytest.mark.parametrize(("ties", "groups"), WORKED_EXAMPLES.values(), ids=WORKED_EXAMPLES)
def test_worked_examples(ties, groups):
    assert join(ties, holds=[CARDS], n=4) == groups
    assert join(ties, apart=[(3, 0)], n=4) == groups  # judged distinct is as two cards are


def test_who_holds_the_same_is_joined_and_counts_as_one_side():
    assert join([(0, 1), (1, 2)], holds=[[7, -1, 7]], n=3) == [[0, 1, 2]]
    assert join([(0, 1), (1, 2), (1, 3)], holds=[[7, -1, 7, 8]], n=4) == [[0], [1], [2], [3]]


def test_each_reason_to_keep_apart_is_a_reason_of_its_own():
    # 1 is between two cards, 3 between two logins; a card and a login are no contradiction.
    cards, logins = [7, -1, 8, -1, -1], [-1, -1, 5, -1, 6]
    assert join([(0, 1), (1, 2), (2, 3), (3, 4)], holds=[cards, logins], n=5) == [[0], [1], [2], [3], [4]]
    assert join([(0, 1), (1, 4)], holds=[cards, logins], n=5) == [[0, 1, 4], [2], [3]]


def test_a_tie_of_a_group_to_itself_and_a_pair_apart_from_itself_say_nothing():
    assert join([(1, 1), (0, 1)], apart=[(1, 1)], n=3) == [[0, 1], [2]]


def test_nothing_to_join():
    assert join_groups(0, no_pairs(), [], no_pairs()).tolist() == []
    assert join_groups(2, no_pairs(), [np.array([1, 2])], no_pairs()).tolist() == [0, 1]
    assert join_groups(2, no_pairs(), [], ends([(0, 1)])).tolist() == [0, 1]


@settings(max_examples=300, deadline=None)
@given(PAIRS, HOLDS, FEW_PAIRS)
def test_agrees_with_the_definition(ties, holds, apart):
    assert join(ties, holds, apart) == by_hand(ties, holds, apart)


@settings(max_examples=150, deadline=None)
@given(PAIRS, HOLDS, FEW_PAIRS, st.permutations(range(N)), st.permutations(range(6)))
def test_neither_names_nor_order_decide(ties, holds, apart, new, things):
    def renamed(pairs):
        return [(new[b], new[a]) for a, b in reversed(pairs)]

    def moved(held):
        return [NOTHING if held[new.index(at)] < 0 else things[held[new.index(at)]] for at in range(N)]

    told = join(renamed(ties), [moved(held) for held in reversed(holds)], renamed(apart))

    assert told == sorted(sorted(new[record] for record in group) for group in join(ties, holds, apart))


@settings(max_examples=150, deadline=None)
@given(PAIRS, HOLDS, FEW_PAIRS)
def test_no_group_has_two_that_stay_apart_and_without_any_all_are_joined(ties, holds, apart):
    groups = join(ties, holds, apart)

    for group in groups:
        assert all(len({held[record] for record in group} - {NOTHING}) <= 1 for held in holds)
        assert not any(a in group and b in group for a, b in apart)
    roots = join_groups(N, ends(ties), [np.array(held) for held in holds], ends(apart))
    assert (roots[roots] == roots).all()
    assert (roots <= np.arange(N)).all()
    # Where nothing keeps apart what ties chain together, they are followed.
    everything = [sorted(group) for group in merged([{record} for record in range(N)], ties)]
    for chained in everything:
        if not any(a in chained and b in chained for a, b in apart) and all(
            len({held[record] for record in chained} - {NOTHING}) <= 1 for held in holds
        ):
            assert chained in groups


def test_a_hundred_thousand_ties_to_both_sides_of_one_pair():
    n = 100_000
    middle = np.arange(2, n)
    ties = np.concatenate([middle, middle]), np.repeat([0, 1], n - 2)
    assert (join_groups(n, ties, [], ends([(0, 1)])) == np.arange(n)).all()
    held = np.full(n, NOTHING)
    held[:2] = 4, 9
    assert (join_groups(n, ties, [held], no_pairs()) == np.arange(n)).all()


def test_what_one_group_holds_is_one_thing_wherever_it_is_held():
    # The first two are judged one person, so card 4 is card 7; the last two too, so 7 is 9 and all are one.
    assert united(np.array([4, 7, 7, 9, -1]), np.array([0, 0, 2, 3, 3])).tolist() == [4, 4, 4, 9, -1]
    assert united(np.array([4, 7, 7, 9, -1]), np.array([0, 0, 2, 2, 4])).tolist() == [4, 4, 4, 4, -1]
    assert united(np.array([-1, -1]), np.array([0, 0])).tolist() == [-1, -1]
    assert united(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []


@settings(max_examples=100, deadline=None)
@given(HELD, PAIRS)
def test_united_things_are_equal_where_a_chain_of_groups_and_things_makes_them_so(held, same):
    roots = join_groups(N, ends(same), [], no_pairs())
    told = united(np.array(held), roots).tolist()

    chained = [(a, b) for a, b in EVERY_PAIR if held[a] == held[b] != NOTHING or roots[a] == roots[b]]
    groups = merged(
        [{record} for record in range(N)],
        [pair for pair in chained if held[pair[0]] >= 0 and held[pair[1]] >= 0],
    )
    assert [thing == NOTHING for thing in told] == [thing == NOTHING for thing in held]
    for a, b in EVERY_PAIR:
        if held[a] != NOTHING and held[b] != NOTHING:
            assert (told[a] == told[b]) == any(a in group and b in group for group in groups)


def test_a_group_holds_what_its_members_hold():
    assert held_by_groups(np.array([-1, 7, -1, -1]), np.array([0, 0, 2, 2])).tolist() == [7, -1, -1, -1]
