import io
import zipfile

import openpyxl
import pytest
from held_exports import held

from journey_research.errors import UserError
from journey_research.pipelines.ingestion import binary_formats
from journey_research.pipelines.ingestion.formats import read_rows
from journey_research.pipelines.ingestion.mapping import Format

XLSX = Format("xlsx")


def workbook(*rows, sheet="Calls"):
    book, sink = openpyxl.Workbook(), io.BytesIO()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(sink)
    return sink.getvalue()


def repacked(data, part, change):
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return sink.getvalue()


def test_cells_become_the_text_a_reader_sees():
    data = workbook(["a", "b"], [1.0, True], [None, None], ["007", 2.5])

    rows = read_rows(held("calls", {}, data), XLSX, ["a", "b"])

    assert rows.columns.to_pylist() == [{"a": "1", "b": "true"}, {"a": "007", "b": "2.5"}]
    assert rows.n_rows == 2


def test_a_row_wider_than_the_header_is_set_aside():
    rows = read_rows(held("calls", {}, workbook(["a"], ["x"], ["x", "y"])), XLSX, ["a"])

    assert rows.row_number.tolist() == [1]
    assert [(one.row_number, one.rule) for one in rows.rejects] == [(2, "has 1 columns")]


def test_a_workbook_that_unzips_to_too_much_is_not_unzipped(monkeypatch):
    monkeypatch.setattr(binary_formats, "MOST_UNZIPPED_BYTES", 1000)

    with pytest.raises(UserError, match="at most 1,000 are read"):
        read_rows(held("calls", {}, workbook(["a"])), XLSX, ["a"])


def test_an_entity_bomb_is_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    data = repacked(
        workbook(["a"]),
        "xl/workbook.xml",
        lambda xml: bomb + xml.split(b"?>", 1)[-1].replace(b"Calls", b"&b;"),
    )

    with pytest.raises(UserError, match="not a readable workbook"):
        read_rows(held("calls", {}, data), XLSX, ["a"])


def test_a_sheet_that_is_not_there_is_named():
    with pytest.raises(UserError, match="sheet 'Calls' is missing"):
        read_rows(held("calls", {}, workbook(["a"], sheet="Other")), Format("xlsx", sheet="Calls"), ["a"])
