"""What directly follows what: counts and exact medians against the plain definition."""

from collections import defaultdict
from itertools import pairwise
from statistics import median

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.verbs import event_pairs
from journey_research.verbs.event_pairs import count_transitions, find_medians


def test_a_pair_is_counted_inside_a_person_only():
    # Person 0 looks (0), buys (1) after 4 s, looks after 6 s more; person 1 looks once.
    told = {"person": [0, 0, 0, 1], "event": [0, 1, 0, 0], "happened_at": [0, 4_000_000, 10_000_000, 0]}

    found = count_transitions(pa.table(told), n_events=2)

    assert found.values.tolist() == [[0, 1, 1, 4.0], [1, 0, 1, 6.0]]


@pytest.mark.parametrize("n_events", [3, 1_000, 70_000])  # few kinds, more pairs than rows, large numbers
@given(st.data())
def test_agrees_with_the_definition(n_events, data):
    row = st.tuples(st.integers(0, 2), st.integers(0, 40), st.sampled_from([0, 1, n_events - 1]))
    told = sorted(data.draw(st.lists(row, min_size=1, max_size=25)), key=lambda row: row[:2])
    person, at, event = zip(*told, strict=True)
    ordered = pa.table(
        {
            "person": pa.array(person, pa.int32()),
            "event": pa.array(event, pa.int32()),
            "happened_at": pa.array([1_000_000 * seconds for seconds in at], pa.int64()),
        }
    )

    found = count_transitions(ordered, n_events)

    gaps = defaultdict(list)
    for before, after in pairwise(told):
        if before[0] == after[0]:
            gaps[before[2], after[2]].append(after[1] - before[1])
    assert found.values.tolist() == [[*pair, len(gap), median(gap)] for pair, gap in sorted(gaps.items())]


@pytest.mark.parametrize("many", [0, 2, 1_000])
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**40)), min_size=1))
def test_the_middle_is_found_whether_groups_are_many_or_few(many, told):
    of, values = np.array(told, np.int64).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_pairs, "MANY", many)
        counts, medians = find_medians(of, 5, np.where(of == 5, -values, values))

    groups = [[value for number, value in told if number == group] for group in range(5)]
    assert counts.tolist() == [len(group) for group in groups]
    assert [None if np.isnan(value) else value for value in medians] == [
        median(group) if group else None for group in groups
    ]
