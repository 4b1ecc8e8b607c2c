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
        (b"PK\x03\x04 and no more", "cannot be read to its end"),
        (b"PAR1 and no more", "cannot be read to its end"),
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
