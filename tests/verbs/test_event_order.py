"""Events in order: the pass of counting against the plain sort."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey_research.verbs.event_codes import usable_events
from journey_research.verbs.event_order import group_rows, order_within, put_in_order

A_CENTURY_US = 100 * 366 * 86_400_000_000
LONG_AGO_US = -(2**62)
rows = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(st.integers(0, 3), st.integers(-A_CENTURY_US, A_CENTURY_US), st.just(LONG_AGO_US)),
    ),
    min_size=1,
    max_size=30,
)


def events_of(told: list[tuple[int, int]]) -> pa.Table:
    """Events as numbers; ``event`` is the row."""
    person, at = (np.array(values) for values in zip(*told, strict=True))
    return pa.table(
        {"person": person.astype(np.int32), "event": np.arange(len(told), dtype=np.int32), "happened_at": at}
    )


@given(rows)
def test_in_order_as_the_plain_sort_has_it(told):
    ordered = put_in_order(events_of(told), n_persons=5)

    expected = sorted((person, at, row) for row, (person, at) in enumerate(told))
    columns = (ordered[name].to_pylist() for name in ("person", "happened_at", "event"))
    assert list(zip(*columns, strict=True)) == expected


def test_events_of_one_instant_keep_their_order():
    ordered = put_in_order(events_of([(1, 7), (0, 7), (1, 7), (1, 6), (0, 7)]), n_persons=2)

    assert ordered["event"].to_pylist() == [1, 4, 3, 0, 2]


@pytest.mark.parametrize("who", [[0] * 6, [3] * 6, [0, 3] * 3])
def test_persons_without_an_event_and_a_person_with_all_of_them(who):
    ordered = put_in_order(events_of([(person, -at) for at, person in enumerate(who)]), n_persons=4)

    assert ordered["person"].to_pylist() == sorted(who)
    assert ordered["event"].to_pylist() == sorted(range(6), key=lambda row: (who[row], -row))


def test_many_random_events():
    chance = np.random.default_rng(5)
    person, at = chance.integers(0, 300, 20_000), chance.integers(0, 5_000, 20_000)

    ordered = put_in_order(events_of(list(zip(person.tolist(), at.tolist(), strict=True))), n_persons=300)

    assert np.array_equal(ordered["event"].to_numpy(), np.lexsort((at, person)))


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**63 - 1)), max_size=12))
def test_the_order_inside_groups_however_large_the_values(told):
    told = sorted(told, key=lambda pair: pair[0])
    group, values = np.array(told, np.int64).reshape(-1, 2).T

    assert order_within(group, values).tolist() == sorted(range(len(told)), key=lambda row: (*told[row], row))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-9, 9)), max_size=20))
def test_rows_of_a_group_are_together_and_in_their_order(told):
    group, values = np.array([pair[0] for pair in told], np.int32), np.array([pair[1] for pair in told], int)

    found, ends, sorted_values = group_rows(group, 6, values)

    assert found.tolist() == sorted(range(len(told)), key=lambda row: told[row][0])
    assert sorted_values.tolist() == [told[row][1] for row in found]
    assert np.diff(ends).tolist() == [int((group == one).sum()) for one in range(6)]


def test_two_categories_of_one_text_are_one_person():
    day = pd.Series(["2025-01-01"] * 3)
    told = usable_events(pd.Series(pd.Categorical([1, "1", 2], [1, "1", 2])), day, pd.Series(["look"] * 3))
    assert (told[0]["person"].to_pylist(), told[1].to_pylist()) == ([0, 0, 1], ["1", "2"])
