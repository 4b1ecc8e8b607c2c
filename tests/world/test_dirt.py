"""Dirt falls on bytes: as many rows as before, few of them damaged, each unreadable, none hiding the next."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.world.dirt import KINDS, soil, soiled_cells

CELL = st.text(st.characters(exclude_characters="\r\x00", codec="utf-8"), min_size=1, max_size=12)
EXAMPLES = [
    ("day", b"7,2025-01-07,a,1.50", b"7,2025-13-45,a,1.50"),
    ("day", b"7;07.01.2025;a", b"7;45.13.2025;a"),
    ("number", b"7,2025-01-07,a,1.50", b"7,2025-01-07,a,1.5lO"),
    ("cut", b"7,2025-01-07,a,1.50", b"7,2025-01-07"),
    ("extra", b"7,2025-01-07,a,1.50", b"7,2025-01-07,,a,1.50"),
    ("quote", b"7,2025-01-07,a,1.50", b'"7,2025-01-07,a,1.50'),
    ("quote", b',"a, b",c,d', b',"a, b","c,d'),  # neither the empty cell nor the quoted one
    ("json", b'{"a":1,"b":{"c":2}}', b'{"a":1,"b:{"c":2}}'),
    ("bytes", "müde".encode(), "mü".encode() + b"\xff" + b"de"),
]


@pytest.mark.parametrize(("kind", "row", "broken"), EXAMPLES)
def test_worked_examples(kind, row, broken):
    separator = b"" if row.startswith(b"{") else b";" if b";" in row else b","

    assert KINDS[kind](row, separator) == broken


def lines_of(cells, separator=","):
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\x00", delimiter=separator)
    writer.writerows(cells)
    return pa.array(text.getvalue().split("\x00")[:-1], pa.string())


def whole_records(lines, width, separator=","):
    """How many of the lines a strict reader takes, each on its own."""
    kept = 0
    for line in lines:
        try:
            rows = list(csv.reader([line.decode()], strict=True, delimiter=separator))
        except (csv.Error, UnicodeDecodeError):
            continue
        kept += len(rows) == 1 and len(rows[0]) == width
    return kept


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=30),
    st.floats(0.01, 1),
    st.integers(0, 99),
    st.sampled_from(",;"),
)
def test_whatever_is_called_damaged_is_unreadable_and_nothing_else(cells, share, seed, separator):
    rows = lines_of(cells, separator)
    before = rows.cast(pa.binary()).to_pylist()

    kept, told = soil(
        rows, np.random.default_rng(seed), ("cut", "extra", "quote", "bytes"), separator.encode(), share
    )

    after = kept.to_pylist()
    changed = [at + 1 for at, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    assert told["row"].tolist() == changed
    assert len(changed) <= max(1, share * len(rows))
    assert whole_records([after[row - 1] for row in changed], 4, separator) == 0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.dictionaries(CELL, st.one_of(CELL, st.integers(), st.none()), min_size=1), min_size=1),
    st.integers(0, 99),
)
def test_a_damaged_object_is_none(objects, seed):
    rows = pa.array([json.dumps(one, ensure_ascii=False) for one in objects], pa.string())

    kept, told = soil(rows, np.random.default_rng(seed), ("json", "cut", "bytes"), b"", 1.0)

    for row in told["row"]:
        with pytest.raises(ValueError):  # noqa: PT011 - of bytes or of JSON
            json.loads(kept[row - 1].as_py().decode())
    assert len(told) == len(rows)


def test_every_kind_falls_somewhere_and_the_same_dirt_in_the_same_places():
    rows = lines_of([[at, "2025-01-07", "1.00", "x"] for at in range(1000)])
    kinds = ("day", "number", "cut", "extra", "quote", "bytes")

    one, told = soil(rows, np.random.default_rng(7), kinds, b",", 0.2)
    other, _ = soil(rows, np.random.default_rng(7), kinds, b",", 0.2)

    assert one.equals(other)
    assert len(told) == 200
    assert set(told["damage"]) == set(kinds)
    assert told["row"].is_monotonic_increasing
    assert told["row"].is_unique


def test_small_files_and_files_without_kinds_stay_clean():
    rows = lines_of([[at, "2025-01-07"] for at in range(119)])

    for share, kinds in ((0.003, ("day",)), (1.0, ()), (0.0, ("day",))):
        kept, told = soil(rows, np.random.default_rng(7), kinds, b",", share)
        assert kept.to_pylist() == rows.cast(pa.binary()).to_pylist()
        assert len(told) == 0
    more = lines_of([[at, "2025-01-07"] for at in range(120)])
    assert len(soil(more, np.random.default_rng(7), ("day",), b",")[1]) == 1


def test_rows_that_others_lean_on_are_spared():
    rows = lines_of([[at, "2025-01-07"] for at in range(1000)])
    spared = np.arange(1000) % 2 == 0

    _, told = soil(rows, np.random.default_rng(7), ("day",), b",", 0.2, spared)

    assert 50 < len(told) < 150
    assert (told["row"] % 2 == 0).all()  # counted from 1


def test_rows_over_several_lines_are_left_alone():
    rows = pa.array(['1,"a\nb",2025-01-07'] * 5)

    assert len(soil(rows, np.random.default_rng(0), ("day", "cut"), b",", 1.0)[1]) == 0


def test_cells_of_a_sheet_hold_words_instead():
    told = soiled_cells(1000, ["Joined", "Points"], np.random.default_rng(0), 0.1)

    assert len(told) == 100
    assert set(told["column"]) == {"Joined", "Points"}
    assert told["row"].between(1, 1000).all()
    assert told["row"].is_unique
    assert len(soiled_cells(1000, [], np.random.default_rng(0), 0.1)) == 0
