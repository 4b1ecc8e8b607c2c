import datetime
import gzip
import io
import struct
import subprocess
import sys
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from held_exports import held
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files import parquet_format
from journey_research.pipelines.ingestion.files.formats import read_batches, read_rows
from journey_research.pipelines.ingestion.files.parquet_footer import coded_columns, nests_deeper
from journey_research.pipelines.ingestion.mapping import Format

PARQUET = Format("parquet")
EVENT = {
    "who": "ann",
    "n": 7,
    "paid": Decimal("1.50"),
    "at": datetime.datetime(2025, 1, 31, 12, 30, tzinfo=datetime.UTC),
    "is_in": True,
    "device": {"kind": "phone", "system": {"name": "x"}},
    "params": [{"key": "page", "text": "/a"}, {"key": "session", "text": "5"}, {"key": "page", "text": "/b"}],
    "labels": [("colour", "red"), ("size", "xl")],
    "a.b": "its very name",
}
NOTHING = dict.fromkeys(EVENT)
TOLD = {
    "who": "ann",
    "n": "7",
    "paid": "1.50",
    "at": "2025-01-31 12:30:00.000000Z",
    "is_in": "true",
    "device.system.name": "x",
    "params[0].key": "page",
    "params[2].text": "/b",
    "params[3].text": None,
    "params[key=page].text": "/a",
    "params[key=nobody].text": None,
    "labels[key=size].value": "xl",
    "device": '{"kind": "phone", "system": {"name": "x"}}',
    "a.b": "its very name",
    "never": None,
    "who.never": None,
}


def written(rows, **options):
    schema = pa.Table.from_pylist([EVENT]).schema
    schema = schema.set(
        schema.get_field_index("labels"), pa.field("labels", pa.map_(pa.string(), pa.string()))
    )
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink, **options)
    return sink.getvalue()


def read(data, wanted=tuple(TOLD)):
    return read_rows(held("web", {}, data), PARQUET, list(wanted))


def test_values_and_what_is_nested_in_them_become_text():
    rows = read(written([EVENT, NOTHING]))

    assert rows.columns.to_pylist() == [TOLD, dict.fromkeys(TOLD)]
    assert set(TOLD) - set(rows.found) == {"never", "who.never"}
    assert set(EVENT) <= set(rows.found)


@given(st.lists(st.booleans(), max_size=12), st.integers(1, 5), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_row_groups_and_batches_show_nowhere(is_there, group_rows, batch_rows):
    data = written([EVENT if one else NOTHING for one in is_there], row_group_size=group_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_format, "BATCH_ROWS", batch_rows)
        batches = list(read_batches(held("web", {}, data), PARQUET, list(TOLD)))

    assert max(batch.n_rows for batch in batches) <= batch_rows
    told = [row for batch in batches for row in batch.columns.to_pylist()]
    assert told == [TOLD if one else dict.fromkeys(TOLD) for one in is_there]
    assert [n for batch in batches for n in batch.row_number.tolist()] == list(range(1, len(is_there) + 1))


def test_a_packed_file_is_read_as_well():
    assert read(gzip.compress(written([EVENT]))).columns.to_pylist() == [TOLD]


def test_bytes_that_are_no_text_spoil_their_own_row_only():
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [b"fine", b"\xff", None], "b": ["1", "2", "3"]}), sink)

    rows = read(sink.getvalue(), ["a", "b"])

    assert rows.columns.to_pylist() == [{"a": "fine", "b": "1"}, {"a": None, "b": "3"}]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(2, "is UTF-8 text")]


@pytest.mark.parametrize("cut", [4, 11, 100, -1, -9])
def test_a_file_that_is_cut_off_is_refused(cut):
    with pytest.raises(UserError, match="not readable Parquet"):
        read(written([EVENT])[:cut])


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def nested(depth, n_rows=0):
    """A file of one column inside so many groups: Thrift's compact protocol, by hand."""
    group = b"\x35\x02\x18\x01g\x15\x02\x00"  # repetition, name, number of children
    root, leaf = b"\x48\x01s\x15\x02\x00", b"\x15\x02\x25\x02\x18\x01x\x00"
    elements = varint(depth + 2) + root + group * depth + leaf
    footer = b"\x15\x02\x19\xfc" + elements + b"\x16" + varint(2 * n_rows) + b"\x19\x0c\x00"
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


def test_nesting_is_counted_before_anybody_follows_it():
    assert read(nested(60), ["g"]).n_rows == 0
    for depth in (64, 1000, 100_000):  # the last one ends a process that follows it
        with pytest.raises(UserError, match="nests its columns deeper than 64"):
            read(nested(depth), ["g"])


@given(st.integers(0, 30), st.integers(1, 30))
@settings(max_examples=25, deadline=None)
def test_depth_is_the_number_of_groups_inside_one_another(depth, most):
    assert nests_deeper(io.BytesIO(nested(depth)), most) == (depth + 1 > most)


def test_groups_beside_one_another_are_not_inside_one_another():
    sink = io.BytesIO()
    pq.write_table(pa.table({f"c{at}": [{"in": {"deeper": 1}}] for at in range(20)}), sink)
    assert not nests_deeper(sink, 3)
    assert nests_deeper(sink, 2)


def test_rows_that_no_bytes_could_hold_are_not_waited_for():
    with pytest.raises(UserError, match=r"says it holds 1,000,000,000 rows in \d+ bytes"):
        read(nested(1, n_rows=1_000_000_000), ["g"])


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_spoilt_byte_is_read_or_refused(data):
    whole = bytearray(written([EVENT, NOTHING], compression="none"))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows = read(bytes(whole))
    except UserError:
        return
    assert rows.n_rows == rows.columns.num_rows + len(rows.rejects)


@given(st.sets(st.sampled_from(["a", "b", "deep.in.list.element.x"])), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_columns_that_hold_each_value_once_are_read_of_the_footer(coded, group_rows):
    rows = [{"a": "x", "b": "y", "deep": {"in": [{"x": "z"}]}}] * 4
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, use_dictionary=sorted(coded), row_group_size=group_rows)
    sink.seek(5)
    assert coded_columns(sink) == coded
    assert sink.tell() == 0


def test_no_row_groups_hold_nothing():
    sink = io.BytesIO()
    pq.ParquetWriter(sink, pa.schema([("a", pa.string())])).close()
    assert coded_columns(sink) == set()


SPOIL = """
import sys
sys.path[:0] = sys.argv[1:]
from test_parquet_format import EVENT, NOTHING, UserError, read, written

whole = written([EVENT, NOTHING], compression="none")
for at in range(len(whole) - 8 - int.from_bytes(whole[-8:-4], "little"), len(whole)):
    spoilt = bytearray(whole)
    spoilt[at] = (spoilt[at] + 4) % 256
    try:
        read(bytes(spoilt))
    except UserError:
        pass
"""


def test_no_byte_of_a_footer_ends_the_process():
    """Level histograms that contradict the schema did, where a chunk of a column was asked for."""
    paths = [path for path in sys.path if path]
    done = subprocess.run([sys.executable, "-c", SPOIL, *paths], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
