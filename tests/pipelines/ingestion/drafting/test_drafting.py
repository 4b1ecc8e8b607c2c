"""A new export looked at, and the mapping that comes of it."""

import gzip
import json
import sqlite3

import pytest
import yaml

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.drafting.drafting import draft_mapping
from journey_research.pipelines.ingestion.drafting.guessing import guess
from journey_research.pipelines.ingestion.mapping import read_mapping

VISITS = """Besucher;Zeitpunkt;Aktion;Kanal;E-Mail;Umsatz
c-81723;31.12.2024 23:59;Suche;Web;ada@example.org;1.234,50
c-81724;01.01.2025 00:10;Kauf;App;;12,00
c-81723;13.01.2025 08:00;Suche;Web;bo@example.org;0,50
c-81725;14.01.2025 09:30;Suche;Web;;3,25
c-81725;14.01.2025 09:31;Kauf;App;;99,00
c-81726;14.01.2025 10:00;Suche;Web;;
"""
LEADS = """id,first_name,last_name,email,created_at,opt_in
1,Ada,King,ada@example.org,2025-01-01T10:00:00Z,yes
2,Bo,Lind,bo@example.org,2025-01-02T10:00:00Z,no
3,Cy,Moor,cy@example.org,2025-01-03T10:00:00Z,perhaps
4,Di,Nash,di@example.org,2025-01-04T10:00:00Z,yes
"""


def drafted(tmp_path, name, data, known=None):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return draft_mapping(path, known or {})


def test_worked_example(tmp_path):
    draft = drafted(tmp_path, "Besuche 2025-01.csv", VISITS.encode("cp1252"))

    assert draft.source == "besuche"
    assert draft.says["file"] == "Besuche*.csv"
    assert draft.says["format"] == {"type": "csv", "separator": ";"}
    assert draft.says["times"] == {"Zeitpunkt": {"format": "%d.%m.%Y %H:%M", "zone": "UTC"}}
    assert draft.says["numbers"] == {"Umsatz": {"decimal": ","}}
    assert draft.says["record"]["values"] == {"email": "E-Mail"}
    assert any("time zone" in one for one in draft.unsure["times"])


def test_a_draft_says_what_it_is_unsure_of_and_reads_back(tmp_path):
    draft = drafted(tmp_path, "leads.csv", LEADS)

    told = yaml.safe_load(draft.text)
    assert told == {"leads": draft.says}
    assert "# unsure: 'opt_in': what do its words mean?" in draft.text
    assert read_mapping("leads", told["leads"]).required == ("id", "email", "created_at")
    status = draft.says["consent"][0]["status"]["values"]
    assert status == {"yes": "granted", "no": "denied", "perhaps": "unknown"}


def test_a_known_vendor_is_recognised_by_its_columns(tmp_path):
    known = {
        "crm": {
            "version": 3, "file": "crm*.csv", "folder": "elsewhere", "format": "csv", "grain": "contact",
            "data_class": "demographic", "required": ["id", "email"], "times": {"created_at": "iso"},
            "record": {"key": "id", "recorded_at": "created_at", "values": {"first_name": "first_name"}},
        }
    }  # fmt: skip

    draft = drafted(tmp_path, "export_7.csv", LEADS, known)

    assert draft.like == "crm"
    assert draft.says["version"] == 3
    assert draft.says["file"] == "export*.csv"
    assert "folder" not in draft.says


def test_nested_records_and_packed_files(tmp_path):
    rows = [
        {"id": f"e{n}", "ts": 1735689600000 + n, "ctx": {"page": {"url": f"/p{n}"}},
         "params": [{"key": "session", "value": {"int": n}}]}
        for n in range(20)
    ]  # fmt: skip
    data = gzip.compress("\n".join(map(json.dumps, rows)).encode())

    draft = drafted(tmp_path, "events.jsonl.gz", data)

    assert draft.says["format"] == "jsonl"
    assert draft.says["times"] == {"ts": "epoch_millis"}
    assert draft.n_rows == 20


def test_a_database_is_looked_at(tmp_path):
    base = sqlite3.connect(tmp_path / "shop.sqlite")
    base.execute("create table small (a text)")
    base.execute("create table orders (order_id text, total real, ordered_at text, email text)")
    base.executemany(
        "insert into orders values (?, ?, ?, ?)",
        [(f"o{n}", n + 0.5, f"2025-01-{n + 1:02d}T10:00:00Z", f"p{n}@example.org") for n in range(9)],
    )
    base.commit()
    base.close()

    draft = draft_mapping(tmp_path / "shop.sqlite", {})

    assert draft.says["format"] == {"type": "sql", "table": "orders"}
    assert draft.says["order"]["total"] == "total"
    assert "2 tables" in draft.unsure["format"][0]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "file is empty"),
        (b"\n\n", "no rows"),
        (b"a,a\n1,2\n", "stands twice"),
        (b"1,2\n3,4\n", "names no columns"),
        (b"PK\x03\x04 and no more", "not a readable workbook"),
        (b"PAR1 and no more", "not readable Parquet"),
        (b"\x1f\x8b\x08 broken", "cannot be unpacked"),
    ],
)
def test_what_cannot_be_looked_at_is_told_in_one_line(tmp_path, data, named):
    with pytest.raises(UserError, match=named):
        drafted(tmp_path, "a.csv", data)


@pytest.mark.parametrize(
    ("name", "cells", "kind", "what"),
    [
        ("day", ["13/01/2025", "02/02/2025"], "time", "%d/%m/%Y"),
        ("day", ["01/13/2025", "02/02/2025"], "time", "%m/%d/%Y"),
        ("created", ["1735689600", "1735689700"], "time", "epoch_seconds"),
        ("customer no", ["1735689600", "17356"], "identifier", "crm_id"),
        ("Telefon", ["0170 1234567", "+49 30 123456"], "phone", None),
        ("amount", ["1,234.50", "2.00"], "number", "."),
        ("betrag", ["1.234,50", "2,00"], "number", ","),
        ("empty", [None, None], "text", None),
    ],
)
def test_guesses(name, cells, kind, what):
    told = guess(name, cells)

    assert (told.kind, told.what) == (kind, what)


def test_day_and_month_that_could_be_either_are_told():
    assert "other way round" in guess("day", ["01/02/2025", "03/04/2025"]).unsure


def test_titles_before_the_header_and_sums_behind_the_rows_are_seen(tmp_path):
    rows = "".join(f"B{n:03d};K{n % 3};{n + 1:02d}.03.2025;{n},50;EUR\n" for n in range(20))
    titles = "Sales;;;;\nBranch 7;;;;\nAs of 01.04.2025;;;;\n"
    text = f"{titles}Doc No;Customer No;Date;Amount;Cur\n{rows}Total;;;190,00;\n"

    draft = drafted(tmp_path, "erp.csv", text)

    assert draft.says["format"] == {"type": "csv", "separator": ";", "skip_rows": "auto"}
    assert draft.says["required"] == ["Doc No", "Customer No", "Date"]
    assert draft.says["leave_out"] == {"Doc No": ["Total"]}
    assert draft.says["times"] == {"Date": "%d.%m.%Y"}


def test_a_header_of_two_rows_in_a_workbook_is_seen(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Customer", None, None, "Sales"])
    book.active.append(["Customer No", "Name", "E-Mail", "Amount"])
    for n in range(5):
        book.active.append([f"{n:05d}", f"Ada {n}", f"ada{n}@example.org", 1.5])
    book.save(tmp_path / "a.xlsx")

    draft = draft_mapping(tmp_path / "a.xlsx", {})

    assert draft.says["format"]["skip_rows"] == 1
    assert draft.says["record"]["key"] == "Customer No"


def test_polish_letters_are_no_signs(tmp_path):
    rows = "".join(f"{n};Żółć;1 23{n},50 zł;Łódź;{n + 1:02d}.03.2025\n" for n in range(9))
    draft = drafted(tmp_path, "a.csv", f"Nr zamówienia;Nazwisko;Wartość;Miasto;Data\n{rows}".encode("cp1250"))

    assert draft.says["format"]["encoding"] == "cp1250"
    assert draft.says["numbers"] == {"Wartość": {"decimal": ","}}
    assert draft.says["order"]["total"] == "Wartość"


def test_single_quotes_and_lists_deep_in_a_document_are_seen(tmp_path):
    quoted = "".join(f"'m{n}|x'|2025-03-{n + 1:02d}|p{n}@example.org\n" for n in range(9))
    assert drafted(tmp_path, "a.txt", f"member|joined|mail\n{quoted}").says["format"]["quote"] == "'"

    rows = [{"id": n, "at": f"2025-03-{n + 1:02d}T10:00:00Z"} for n in range(9)]
    draft = drafted(tmp_path, "a.json", json.dumps({"meta": {}, "data": {"tickets": rows}}))
    assert draft.says["format"] == {"type": "json", "rows_at": "data.tickets"}


def test_a_document_larger_than_the_sample_is_looked_at(tmp_path):
    rows = [{"id": n, "at": "2025-03-01T10:00:00Z", "text": "x" * 400} for n in range(2000)]
    assert drafted(tmp_path, "a.json", json.dumps(rows)).says["format"] == "json"


def test_a_file_without_a_header_gives_no_draft_of_its_values(tmp_path):
    with pytest.raises(UserError, match="names no columns") as told:
        drafted(tmp_path, "a.csv", "Ada,ada@example.org,2025-03-01\nBo,bo@example.org,2025-03-02\n")
    assert "ada" not in str(told.value)


def test_what_nothing_reads_is_told(tmp_path):
    draft = drafted(tmp_path, "a.csv", "id,email,shoe\n1,ada@example.org,44 x\n2,bo@example.org,43 y\n")

    assert draft.unsure["columns"] == ["nothing reads 'shoe'"]
    assert "# unsure: nothing reads 'shoe'" in draft.text
    assert yaml.safe_load(draft.text) == {"a": draft.says}


def test_a_view_is_named_and_cents_are_counted_as_such(tmp_path):
    base = sqlite3.connect(tmp_path / "shop.sqlite")
    base.execute(
        "create table orders (order_id text, total_cents int, ordered_at text, email text, cur text)"
    )
    base.executemany(
        "insert into orders values (?, ?, ?, ?, 'SEK')",
        [(f"o{n}", n + 100, f"2025-01-{n + 1:02d}T10:00:00Z", f"p{n}@example.org") for n in range(9)],
    )
    base.execute("create view sales as select * from orders")
    base.commit()
    base.close()

    draft = draft_mapping(tmp_path / "shop.sqlite", {})

    assert "orders, sales" in draft.unsure["format"][0]
    assert draft.says["numbers"] == {"total_cents": {"unit": "minor", "currency": "cur"}}


@pytest.mark.parametrize(
    ("name", "values", "kind", "what"),
    [
        ("Created", ["03/01/2025 12:05 AM", "03/13/2025 01:10 PM"], "time", "%m/%d/%Y %I:%M %p"),
        ("ts", ["1741600000.125", "1741600001.5"], "time", "epoch_seconds"),
        ("Data di nascita", ["01/02/1980", "13/02/1981"], "time", "%d/%m/%Y"),
        ("Cognome", ["Rossi", "Bianchi"], "value", "last_name"),
        ("uid", ["u1", "u1", "u2"], "identifier", "user_id"),
        ("rate", ["19.0%", "7.0%"], "number", "."),
    ],
)
def test_more_that_columns_hold(name, values, kind, what):
    told = guess(name, values)
    assert (told.kind, told.what) == (kind, what)


def test_rounded_numbers_and_broken_times_are_doubted():
    assert "rounded" in guess("Telefon", ["4,91523E+11", "4,91524E+11"]).unsure
    assert "60% of it are times" in guess("at", ["2025-01-01T00:00:00Z"] * 6 + ["never"] * 4).unsure
