import datetime
import io
import zipfile

import openpyxl
import pytest
from held_exports import held

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files import xlsx_format
from journey_research.pipelines.ingestion.files.formats import read_batches, read_rows
from journey_research.pipelines.ingestion.mapping import Format

XLSX = Format("xlsx")


def workbook(*rows, sheet="Calls", merged=()):
    book, sink = openpyxl.Workbook(), io.BytesIO()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(sink)
    return sink.getvalue()


def repacked(data, part, change):
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return sink.getvalue()


def test_cells_become_the_text_a_reader_sees():
    day, noon = datetime.date(2025, 1, 31), datetime.datetime(2025, 1, 31, 12, 30)
    data = workbook(["a", "b"], [1.0, True], [None, None], ["007", 2.5], [day, noon], [1e20, "=1+1"])
    # The value that the formula had is saved beside it; a workbook that was never opened has none.
    data = repacked(
        data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    )

    rows = read_rows(held("calls", {}, data), XLSX, ["a", "b"])

    assert [tuple(row.values()) for row in rows.columns.to_pylist()] == [
        ("1", "true"),
        ("007", "2.5"),
        ("2025-01-31T00:00:00", "2025-01-31T12:30:00"),
        ("1e+20", "2"),
    ]
    assert rows.n_rows == 4


def test_a_row_wider_than_the_header_is_set_aside():
    rows = read_rows(held("calls", {}, workbook(["a"], ["x"], ["x", "y"])), XLSX, ["a"])

    assert rows.row_number.tolist() == [1]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(2, "has 1 columns")]


def test_a_merged_header_cell_names_the_first_of_its_columns():
    data = workbook(["a", "b", None, "d"], [1, 2, 3, 4], merged=["B1:C1"])

    rows = read_rows(held("calls", {}, data), XLSX, ["a", "b", "d"])

    assert rows.columns.to_pylist() == [{"a": "1", "b": "2", "d": "4"}]


@pytest.mark.parametrize("skip_rows", [2, "auto"])
def test_a_header_may_stand_under_a_title(skip_rows):
    data = workbook(["Calls in May"], ["made by", "somebody"], ["who", "when"], ["ann", "noon"])
    form = Format("xlsx", skip_rows=skip_rows)

    rows = read_rows(held("calls", {}, data), form, ["who", "when"], ["when", "who"])

    assert rows.columns.to_pylist() == [{"who": "ann", "when": "noon"}]
    assert rows.n_rows == 1


def test_a_header_that_cannot_be_found_is_told():
    with pytest.raises(UserError, match="none of the first 50 rows holds the columns required"):
        read_rows(held("calls", {}, workbook(["a"])), Format("xlsx", skip_rows="auto"), ["b"], ["b"])


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3, 4, 7])
def test_batches_go_on_counting(monkeypatch, n_rows):
    monkeypatch.setattr(xlsx_format, "BATCH_ROWS", 2)
    data = workbook(["a"], *[[f"r{at}"] for at in range(1, n_rows + 1)])

    batches = list(read_batches(held("calls", {}, data), XLSX, ["a"]))

    assert max(batch.n_rows for batch in batches) <= 2
    told = [
        (number, text)
        for b in batches
        for number, text in zip(b.row_number, b.columns["a"].to_pylist(), strict=True)
    ]
    assert told == [(at, f"r{at}") for at in range(1, n_rows + 1)]


def test_a_workbook_that_unzips_to_too_much_is_not_unzipped(monkeypatch):
    monkeypatch.setattr(xlsx_format, "MOST_UNZIPPED_BYTES", 1000)

    with pytest.raises(UserError, match="at most 1,000 are read"):
        read_rows(held("calls", {}, workbook(["a"])), XLSX, ["a"])


def test_a_row_that_claims_to_be_the_thousand_millionth_is_not_waited_for():
    data = repacked(
        workbook(["a"], ["x"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999"').replace(b'"A2"', b'"A999999999"'),
    )

    with pytest.raises(UserError, match="more than 1,048,576 rows"):
        read_rows(held("calls", {}, data), XLSX, ["a"])


def test_an_entity_bomb_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    data = repacked(
        workbook(["a"]),
        "xl/workbook.xml",
        lambda xml: bomb + xml.split(b"?>", 1)[-1].replace(b"Calls", b"&b;"),
    )

    with pytest.raises(UserError, match="not a readable workbook"):
        read_rows(held("calls", {}, data), XLSX, ["a"])


def test_an_old_or_locked_workbook_is_named_as_what_it_is():
    with pytest.raises(UserError, match=r"an old \.xls workbook, or one behind a password"):
        read_rows(held("calls", {}, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), XLSX, ["a"])


def test_a_sheet_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"sheet 'Calls' is missing.*did you mean 'Cals'"):
        read_rows(held("calls", {}, workbook(["a"], sheet="Cals")), Format("xlsx", sheet="Calls"), ["a"])
