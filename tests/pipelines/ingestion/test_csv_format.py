"""No line of a CSV file is lost, whatever is done to its bytes."""

import csv
import io

import pytest
from held_exports import held
from hypothesis import example, given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files import text_lines
from journey_research.pipelines.ingestion.files.csv_format import read_csv
from journey_research.pipelines.ingestion.files.formats import joined, read_rows
from journey_research.pipelines.ingestion.mapping import Format

WANTED = ["a", "b"]
CSV = Format("csv")

WORKED_EXAMPLE = '''\
a,b
1,2
"two
lines",3
"never closed,4
5,6
7
"say ""hi""",8
5" pipe,9
'''


def parted(data, form=CSV):
    return read_rows(held("web", {}, data), form, WANTED)


def told(rows):
    return [(one["a"], one["b"]) for one in rows.columns.to_pylist()]


def test_worked_example():
    rows = parted(WORKED_EXAMPLE.encode())

    assert told(rows) == [("1", "2"), ("two\nlines", "3"), ("5", "6"), ('say "hi"', "8"), ('5" pipe', "9")]
    assert rows.row_number.tolist() == [1, 2, 4, 6, 7]
    # Only the line of the open quote is set aside; the line after it is read afresh.
    assert [(one.row_number, one.rule) for one in rows.rejects] == [
        (3, "closes its quotes"),
        (5, "has 2 columns"),
    ]


def by_hand(data):
    """The definition for lines without quotes: one line, one row; two cells or set aside."""
    lines = [line.removesuffix(b"\r") for line in data.split(b"\n")][1:]
    cells = [line.split(b",") for line in lines if line]
    return [tuple(cell.decode() for cell in row) for row in cells if len(row) == 2]


PLAIN = st.lists(st.text("ab,;é \r\t", max_size=6), max_size=8)


@given(PLAIN, st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=25, deadline=None)
def test_agrees_with_the_definition_where_there_are_no_quotes(lines, end):
    lines = [line.replace("\r", "") for line in lines]
    data = end.join(["a,b", *lines]).encode()

    assert told(parted(data)) == by_hand(data)


@given(st.lists(st.lists(st.text('a,"\n\r é', max_size=5), min_size=2, max_size=2), max_size=6))
@settings(max_examples=25, deadline=None)
def test_reads_what_was_written(cells):
    cells = [[cell.replace("\r", "") for cell in row] for row in cells]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b"], *cells])

    rows = parted(text.getvalue().encode())

    assert told(rows) == [tuple(row) for row in cells]
    assert not rows.rejects


PLAIN_LINES = [b"1,2", b'"x,y",2', b'"",""', b'"a""b",2', b"1,2\r"]
BROKEN_LINES = [
    b"1",
    b"1,2,3",
    b'""',
    b" ",
    b'"a"x,2',
    b'"open,2',
    b'close",2',
    b'x"a,b",c',
    b'"\xe9,2',
    b"\xff,2",
]
STRANGE_LINES = [b"", b'",', b'5" pipe,2', b'a"b,"c', b'ab","cd', b"1\r2,3", b"\x00,2"]
POLLUTED = st.lists(st.sampled_from([*PLAIN_LINES, *BROKEN_LINES, *STRANGE_LINES]), max_size=9)


@given(POLLUTED, st.booleans(), st.booleans())
@example([b'x,ab","cd,y', b"1,2"], True, False)
@example([b'a"b,"c', b'd",2', b'"open,2', b"1,2"], False, False)
@settings(max_examples=60, deadline=None)
def test_every_line_is_in_exactly_one_row(lines, ends, spaced):
    data = b"a,b\n" + b"\n".join(lines) + b"\n" * ends
    rows = parted(data, Format("csv", skip_initial_space=spaced))

    numbers = sorted([*rows.row_number.tolist(), *(one.row_number for one in rows.rejects)])
    assert numbers == list(range(1, rows.n_rows + 1))
    places = [*zip(rows.byte_offset.tolist(), rows.byte_length.tolist(), strict=True)]
    places += [(one.byte_offset, one.byte_length) for one in rows.rejects]
    kept = bytearray(data)
    for offset, length in sorted(places):
        assert b"\x01" not in kept[offset : offset + length]
        kept[offset : offset + length] = b"\x01" * length
    # What no row claims is the header and line ends.
    assert kept[4:].replace(b"\x01", b"").strip(b"\r\n") == b""
    for one in rows.rejects:
        cut = data[one.byte_offset : one.byte_offset + one.byte_length]
        assert b"\n" not in cut
        assert cut not in PLAIN_LINES


@given(POLLUTED)
@settings(max_examples=15, deadline=None)
def test_a_reject_cut_out_and_read_alone_is_a_reject(lines):
    data = b"a,b\n" + b"\n".join(lines)

    for one in parted(data).rejects:
        cut = data[one.byte_offset : one.byte_offset + one.byte_length]
        assert [again.rule for again in parted(b"a,b\n" + cut + b"\r\n").rejects] == [one.rule]


def test_offsets_are_the_files_own_in_every_encoding():
    text = "a,b\nä€,2\nä,1,1\nx\n"
    for encoding in ("utf-8-sig", "utf-16", "utf-16-be", "cp1252"):
        data = text.encode(encoding)
        rows = parted(data, Format("csv", encoding=encoding))
        name = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
        cut = [data[one.byte_offset : one.byte_offset + one.byte_length].decode(name) for one in rows.rejects]
        assert cut == ["ä,1,1", "x"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32-be"])
@pytest.mark.parametrize("batch_bytes", [3, 1 << 20])
def test_byte_order_marks_that_stand_twice_are_no_letters(encoding, batch_bytes):
    own = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    data = ("\ufeff\ufeff" + "a,b\n1,2\n3,4,5\n").encode(own)
    batches = read_csv(io.BytesIO(data), Format("csv", encoding=encoding), WANTED, "a.csv", batch_bytes)
    rows = joined(list(batches))

    assert told(rows) == [("1", "2")]
    [one] = rows.rejects
    assert data[one.byte_offset : one.byte_offset + one.byte_length].decode(own) == "3,4,5"


def test_lines_that_end_in_two_returns_are_lines_all_the_same():
    assert told(parted(b"\r\r\na,b\r\r\n1,2\r\r\n\r\r\n3,4\r\r\n")) == [("1", "2"), ("3", "4")]
    with pytest.raises(UserError, match="no header"):
        parted(b"\r\r\n\r\r\n")


def test_a_separator_a_preamble_and_old_line_ends():
    form = Format("csv", separator=";", skip_rows=1)

    assert told(parted(b"Report of today\ra;b\r1,5;2\r", form)) == [("1,5", "2")]


def test_a_header_that_stands_twice_is_named():
    with pytest.raises(UserError, match=r"column stands twice \(file visits.csv, column 'a'\)"):
        parted(b"a,b,a\n1,2,3\n")


def batched(data, batch_bytes, form=CSV, required=()):
    """The file read in small pieces, put together again."""
    return joined(list(read_csv(io.BytesIO(data), form, WANTED, "visits.csv", batch_bytes, required)))


def everything(rows):
    """All that a reader tells of a file."""
    places = zip(rows.row_number, rows.byte_offset, rows.byte_length, strict=True)
    return told(rows), [tuple(map(int, one)) for one in places], rows.n_rows, rows.rejects, rows.found


@given(POLLUTED, st.booleans(), st.integers(1, 40))
@example([b'"never closed,4', b"5,6", b'x",y'], False, 7)
@settings(max_examples=25, deadline=None)
def test_where_batches_end_shows_nowhere(lines, ends, batch_bytes):
    data = b"a,b\n" + b"\n".join(lines) + b"\n" * ends

    assert everything(batched(data, batch_bytes)) == everything(parted(data))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "shift_jis"])
def test_where_batches_end_shows_nowhere_in_any_encoding(encoding):
    euro = "¥" if encoding == "cp1252" else "漢" if encoding == "shift_jis" else "\U0001f600€"
    data = f'a,b\r\n{euro},2\r\n"{euro}\r\nx",1\r\nä,1\r\n'.replace("ä", euro).encode(encoding)
    whole = parted(data, Format("csv", encoding=encoding))

    assert whole.n_rows == 3
    name = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    places = zip(whole.byte_offset, whole.byte_length, strict=True)
    cut = [data[offset : offset + length].decode(name) for offset, length in places]
    assert cut == [f"{euro},2", f'"{euro}\r\nx",1', f"{euro},1"]
    for batch_bytes in (1, 2, 3, 5, 11):
        assert everything(batched(data, batch_bytes, Format("csv", encoding=encoding))) == everything(whole)


def test_an_open_quote_reaches_no_further_than_one_mebibyte():
    near, far = (b"x\n" * (half_mebibytes << 18) for half_mebibytes in (1, 3))

    # Half a MiB of lines inside quotes is one cell; one and a half are lines of their own.
    assert parted(b'a,b\n1,"' + near + b'"\n').n_rows == 1
    rows = parted(b'a,b\n1,"' + far + b'"\n3,4\n')
    assert told(rows) == [("3", "4")]
    assert rows.rejects[0].rule == "closes its quotes"


@pytest.mark.parametrize("batch_bytes", [1 << 16, 1 << 20, 1 << 24])
def test_the_reach_of_a_quote_does_not_depend_on_the_batches(batch_bytes):
    beyond = b'a,b\n1,"' + b"1,2\n" * (1 << 18) + b'"\n'  # closed, but a little too late

    assert batched(beyond, batch_bytes).n_rows == (1 << 18) + 1


def test_the_header_is_the_first_line_with_all_the_columns_required():
    data = b"Report of today\n\n,a\nb,x,a\n2,0,1\n"
    form = Format("csv", skip_rows="auto")

    for batch_bytes in (1, 4, 1000):
        assert told(batched(data, batch_bytes, form, ["a", "b"])) == [("1", "2")]
    with pytest.raises(UserError, match="none of the first 50 lines holds the columns required"):
        batched(data, 1000, form, ["a", "b", "c"])


def test_a_line_without_an_end_in_sight_is_refused(monkeypatch):
    monkeypatch.setattr(text_lines, "MOST_LINE_BYTES", 1 << 20)

    with pytest.raises(UserError, match="a line is longer than 1 MiB"):
        batched(b"a,b\n" + b"x" * (3 << 20), 1 << 16)


def test_spaces_behind_a_separator_are_skipped_when_the_mapping_says_so():
    spaced = Format("csv", skip_initial_space=True)

    assert told(parted(b'a, b\n 1,  2 \n3, "4, 5"\n', spaced)) == [("1", "2 "), ("3", "4, 5")]


def test_a_cell_may_be_long():
    cell = b"x" * 200_000

    assert told(parted(b'a,b\n5" ' + cell + b',2\n"' + cell + b'\n",2\n')) == [
        ('5" ' + cell.decode(), "2"),
        (cell.decode() + "\n", "2"),
    ]
