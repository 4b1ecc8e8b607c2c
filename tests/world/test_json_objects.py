"""Objects made a column at a time are those that are made one by one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.exports.json_objects import json_objects, only_where, quoted
from journey_research.world.exports.text import texts

WORDS = st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=6))
ROWS = st.lists(st.tuples(WORDS, st.integers(-5, 10**15), WORDS, st.booleans()), min_size=1, max_size=8)
NAMES = st.lists(st.text(st.characters(codec="utf-8"), max_size=4), min_size=4, max_size=4, unique=True)


def object_by_hand(names: list[str], row: tuple[str | None, int, str | None, bool]) -> dict[str, object]:
    first, number, second, is_told = row
    told = dict(zip(names, [first or None, number, second or None, True if is_told else None], strict=True))
    return {name: value for name, value in told.items() if value is not None}


@settings(max_examples=25)
@given(NAMES, ROWS)
def test_agrees_with_the_definition(names, rows):
    first, number, second, is_told = zip(*rows, strict=True)
    columns = [quoted(first), texts(number), quoted(second), only_where(np.array(is_told), "true")]

    lines = json_objects(dict(zip(names, columns, strict=True))).to_pylist()

    assert [json.loads(line) for line in lines] == [object_by_hand(names, row) for row in rows]
    assert [list(json.loads(line)) for line in lines] == [list(object_by_hand(names, row)) for row in rows]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"a": quoted(["", None])}, ["{}", "{}"]),
        ({"a": quoted(["", "x"]), "b": "7"}, ['{"b":7}', '{"a":"x","b":7}']),
        ({"a": json_objects({"b": quoted(["x"])})}, ['{"a":{"b":"x"}}']),
        ({"$no": texts([1])}, ['{"$no":1}']),
        ({"a": quoted([])}, []),
    ],
)
def test_what_is_not_told_is_left_out(fields, expected):
    assert json_objects(fields).to_pylist() == expected
