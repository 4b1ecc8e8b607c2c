"""A user's own table, read and written: each rule that all verbs share."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.verbs.files import (
    as_text,
    frame_writer,
    json_writer,
    read_frame,
    to_instants,
    to_numbers,
    write_folder,
    write_frame,
)

SUFFIXES = [".csv", ".csv.gz", ".parquet"]
SECRET = "lovelace"


def refused(tmp_path, content: bytes, name="events.csv", **options) -> str:
    """What the user is told about a file; one line, and never a value."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as trouble:
        read_frame(tmp_path / name, **options)
    told = str(trouble.value)
    assert "\n" not in told
    assert SECRET not in told
    assert name in told
    return told


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read_again(tmp_path, suffix):
    frame = pd.DataFrame(
        {"id": ["007", "a,b", 'say "x"', "line\nbreak", "é"], "share": [0.1, 1 / 3, 1e-300, 1e22, -0.0]}
    )

    write_frame(frame, tmp_path / f"t{suffix}")
    again = read_frame(tmp_path / f"t{suffix}", needed=["id", "share"])

    assert again["id"].tolist() == frame["id"].tolist()
    assert to_numbers(again["share"], "share").tolist() == frame["share"].tolist()


@settings(max_examples=25)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_to_the_last_bit(tmp_path_factory, number):
    path = tmp_path_factory.mktemp("floats") / "t.csv"
    write_frame(pd.DataFrame({"x": [number]}), path)

    assert to_numbers(read_frame(path)["x"], "x").tolist() == [number]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_equal_tables_are_equal_bytes_under_any_name(tmp_path, suffix):
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1.5, 2.5]})

    write_frame(frame, tmp_path / f"one{suffix}")
    write_frame(frame, tmp_path / f"two{suffix}")

    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"one{suffix}", f"two{suffix}"]


def test_ids_are_text_also_where_parquet_holds_numbers(tmp_path):
    pd.DataFrame({"id": [7, 8], "loose": [1.0, None]}).to_parquet(tmp_path / "t.parquet")

    found = read_frame(tmp_path / "t.parquet", text=["id", "loose"])

    assert found["id"].tolist() == ["7", "8"]
    assert found["loose"].fillna("none").tolist() == ["1", "none"]


def test_na_and_null_are_names_and_only_blanks_are_missing(tmp_path):
    (tmp_path / "t.csv").write_bytes(b'\xef\xbb\xbfid,x\r\nNA,null\r\n,""\r\n')

    found = read_frame(tmp_path / "t.csv", needed=["id"])

    assert found["id"].fillna("(missing)").tolist() == ["NA", "(missing)"]
    assert found["x"].fillna("(missing)").tolist() == ["null", "(missing)"]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"file is not there \(file none\.csv\); check the path"):
        read_frame(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "file does not begin with a header"),
        (b"id,x\n", "file has no rows"),
        (b"id,id\nlovelace,2\n", "column stands more than once"),
        (b"a,b\nlovelace,2\n", "column is missing (file events.csv, column 'id'); there are: a, b"),
        (b"id;x\nlovelace;2\n", "are the columns separated by commas?"),
        (
            b"id,x\n1,2\nlovelace,2,3\nlovelace\n",
            "2 rows do not fit the header: the first has 3 values, not 2",
        ),
        (b'id,x\n1,2\n3,"lovelace\n5,6\n', "a quote is opened and never closed (file events.csv, row 2)"),
        (b"id,x\nlovelace,\xff\n", "not UTF-8 text"),
        ("id,x\nlovelace,2\n".encode("utf-16"), "not UTF-8 text"),
    ],
)
def test_a_broken_csv_is_refused_in_one_line(tmp_path, content, told):
    assert told in refused(tmp_path, content, needed=["id"])


def test_the_first_row_that_does_not_fit_is_named(tmp_path):
    assert "row 2" in refused(tmp_path, b"id,x\n1,2\nlovelace,2,3\n", needed=["id"])


@pytest.mark.parametrize("name", ["events.parquet", "events.csv.gz", "events.xlsx"])
def test_other_formats_are_refused_in_one_line(tmp_path, name):
    refused(tmp_path, b"lovelace", name)


def test_a_truncated_gzip_is_refused(tmp_path):
    whole = gzip.compress(b"id,x\n" + b"lovelace,2\n" * 1000)
    refused(tmp_path, whole[:-20], "events.csv.gz")


def test_times_with_and_without_a_zone_are_utc():
    told = [
        "2025-01-01 09:00",
        "2025-01-01T09:00:00+02:00",
        "2025-01-01T09:00:00.123456789Z",
        "20250101",
        "9999-12-31",
    ]

    found = to_instants(pd.Series(told), "when")

    assert found.dtype == "datetime64[us]"
    assert found.astype(str).str[:19].tolist() == [
        "2025-01-01 09:00:00", "2025-01-01 07:00:00", "2025-01-01 09:00:00",
        "2025-01-01 00:00:00", "9999-12-31 00:00:00",
    ]  # fmt: skip
    zoned = pd.Series(pd.to_datetime(["2025-01-01T09:00+02:00"]))
    assert to_instants(zoned, "when").tolist() == [pd.Timestamp("2025-01-01 07:00")]


@pytest.mark.parametrize("bad", [SECRET, "now", "today", "2025", "2025-02-30", "2025-01-01T25:00", None, " "])
def test_the_first_time_that_cannot_be_read_is_named_by_row(bad):
    with pytest.raises(
        UserError, match=r"file e\.csv, row 2, column 'when', rule: is an ISO 8601 time"
    ) as told:
        to_instants(pd.Series(["2025-01-01", bad, bad]), "when", "e.csv")
    assert SECRET not in str(told.value)


@pytest.mark.parametrize("bad", [SECRET, "1,5", "0x10", "1_000", "inf", "nan", None, ""])
def test_the_first_value_that_is_no_number_is_named_by_row(bad):
    with pytest.raises(UserError, match=r"row 2, column 'amount', rule: is a number"):
        to_numbers(pd.Series(["1.5", bad]), "amount")
    if not bad:
        assert to_numbers(pd.Series(["1.5", bad]), "amount", blank=0).tolist() == [1.5, 0]


def test_numbers_of_every_type_and_blanks():
    assert to_numbers(pd.Series([" 1e3 ", "-.5", "+2."]), "x").tolist() == [1000, -0.5, 2]
    assert to_numbers(pd.Series([1, 2], dtype="int64"), "x").tolist() == [1, 2]
    with pytest.raises(UserError):
        to_numbers(pd.Series([1.0, np.inf]), "x")


def test_text_keeps_what_is_missing():
    assert as_text(pd.Series(["1", None], dtype="category")).fillna("-").tolist() == ["1", "-"]
    assert as_text(pd.Series([1.5, 2.0])).tolist() == ["1.5", "2.0"]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    def fails(to):
        to.write_text("half")
        raise RuntimeError("the disk is on fire")

    write_folder(tmp_path / "out", {"a.csv": frame_writer(pd.DataFrame({"a": [1]}), "a.csv")})
    before = (tmp_path / "out" / "a.csv").read_bytes()
    with pytest.raises(RuntimeError):
        write_folder(
            tmp_path / "out", {"a.csv": frame_writer(pd.DataFrame({"a": [2]}), "a.csv"), "b.csv": fails}
        )

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.csv"]
    assert (tmp_path / "out" / "a.csv").read_bytes() == before


def test_a_place_that_cannot_be_written_is_the_users_to_mend(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        write_folder(tmp_path / "file", {"t.json": json_writer({})})
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(UserError, match="a folder stands where the file should go"):
        write_frame(pd.DataFrame({"a": [1]}), tmp_path / "t.csv")


def test_json_keeps_order_and_floats(tmp_path):
    write_folder(tmp_path, {"t.json": json_writer({"b": 0.1, "a": {"n": 1}})})

    assert json.loads((tmp_path / "t.json").read_text()) == {"b": 0.1, "a": {"n": 1}}
    assert (tmp_path / "t.json").read_text().index('"b"') < (tmp_path / "t.json").read_text().index('"a"')
