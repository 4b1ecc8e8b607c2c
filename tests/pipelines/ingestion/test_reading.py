import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from held_exports import KEY, held, mapping, read
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research import contracts
from journey_research.errors import UserError
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources
from journey_research.privacy.pseudonyms import record_id

WORKED_EXAMPLE = b"""visitor,ts,medium
ada,2025-01-06T10:00:00Z,cpc
ada,2025-01-06T12:00:00+01:00,
,2025-01-06T13:00:00Z,cpc
bob,2025-01-06 14:00,email
bob,2025-01-06T15:00:00Z,email,too much
"""


def test_worked_example():
    told = read(held("web", mapping(), WORKED_EXAMPLE))

    touches = sorted(told["touches"], key=lambda one: one["touched_at"])
    # Row 2 is an hour later, not two: 12:00 in Berlin is 11:00 in UTC.
    assert [(str(one["touched_at"]), one["channel"]) for one in touches] == [
        ("2025-01-06 10:00:00", "paid_search"),
        ("2025-01-06 11:00:00", "direct"),
    ]
    assert {one["record_id"] for one in touches} == {record_id("web", "ada", KEY)}
    assert [(one["row_number"], one["column"], one["rule"]) for one in told["rejected"]] == [
        (3, "visitor", "is present"),
        (4, "ts", "ends in Z or an offset"),
        (5, None, "has 3 columns"),
    ]
    [file] = told["source_files"]
    assert (file["n_rows"], file["n_accepted"], file["n_rejected"]) == (5, 2, 3)


def test_a_reject_points_to_its_line_and_holds_none_of_its_text():
    told = read(held("web", mapping(), WORKED_EXAMPLE))

    cut = [WORKED_EXAMPLE[one["byte_offset"] :][: one["byte_length"]] for one in told["rejected"]]
    assert cut == WORKED_EXAMPLE.splitlines()[3:]
    said = json.dumps(told["rejected"])
    assert not [word for word in ("ada", "bob", "email", "too much", "14:00") if word in said]


def test_a_file_delivered_twice_is_accounted_for_twice_and_counted_once():
    once = read(held("web", mapping(), WORKED_EXAMPLE, "a.csv"))
    twice = read(
        held("web", mapping(), WORKED_EXAMPLE, "a.csv"), held("web", mapping(), WORKED_EXAMPLE, "b.csv")
    )

    assert sorted(twice["touches"], key=str) == sorted(once["touches"], key=str)  # no order is promised
    assert [(one["n_rows"], one["n_rejected"]) for one in twice["source_files"]] == [(5, 3), (5, 3)]
    keys = [tuple(one[name] for name in contracts.REJECTED.key) for one in twice["rejected"]]
    assert len(set(keys)) == len(keys) == 6


def test_what_happened_lies_in_years_of_people_alive():
    times = ("2025-01-06T10:00:00Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z")
    rows = "visitor,ts,medium\n" + "".join(f"ada,{one},cpc\n" for one in times)

    told = read(held("web", mapping(), rows.encode()))

    assert len(told["touches"]) == 1
    assert [(one["row_number"], one["rule"]) for one in told["rejected"]] == [
        (2, "lies in the years 1900 to 2199"),
        (3, "lies in the years 1900 to 2199"),
    ]


def test_native_keys_stay_behind():
    told = read(held("web", mapping(), WORKED_EXAMPLE))

    outside = {name: rows for name, rows in told.items() if name not in ("identifiers", "record_values")}
    assert "ada" not in json.dumps(outside, default=str)
    assert [one["identifier_value"] for one in told["identifiers"]] == ["ada"]


WORLD = [
    {"visitor": "ada", "ts": "2025-01-06T10:00:00Z", "medium": "cpc"},
    {"visitor": "bob, the \"second\"", "ts": "2025-01-06T11:30:00+01:00", "medium": None},
    {"visitor": "Zoë\nKing", "ts": "2025-01-07T00:00:00.123Z", "medium": "email"},
]  # fmt: skip


def as_csv(rows):
    lines = ["visitor,ts,medium"]
    for row in rows:
        lines.append(",".join('"' + (row[name] or "").replace('"', '""') + '"' for name in row))
    return "\n".join(lines).encode()


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_parquet(rows):
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def as_xlsx(rows):
    book, sink = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("jsonl", as_jsonl(WORLD)),
        ("json", json.dumps(WORLD).encode()),
        ("parquet", as_parquet(WORLD)),
        ("xlsx", as_xlsx(WORLD)),
        ({"type": "csv", "encoding": "utf-16"}, as_csv(WORLD).decode().encode("utf-16")),
        ({"type": "csv", "encoding": "cp1252"}, as_csv(WORLD).decode().encode("cp1252")),
        ("csv", b"\xef\xbb\xbf" + as_csv(WORLD).replace(b"\nada", b"\r\nada")),
    ],
)
def test_the_format_does_not_show(kind, written):
    as_told = read(held("web", mapping(), as_csv(WORLD)))
    told = read(held("web", mapping(kind), written))

    assert len(told["touches"]) == 3
    for name in ("records", "identifiers", "touches", "rejected"):
        assert sorted(map(str, told[name])) == sorted(map(str, as_told[name]))


@given(st.permutations(WORLD))
@settings(max_examples=6, deadline=None)
def test_row_order_does_not_show(rows):
    told, shuffled = (read(held("web", mapping(), as_csv(one))) for one in (WORLD, rows))

    for name in OUTPUTS[:-1]:
        assert sorted(map(str, told[name])) == sorted(map(str, shuffled[name]))


def test_the_same_file_twice_adds_nothing_but_a_line_in_source_files():
    once = read(held("web", mapping(), as_csv(WORLD), "a.csv"))
    twice = read(
        held("web", mapping(), as_csv(WORLD), "a.csv"), held("web", mapping(), as_csv(WORLD), "b.csv")
    )

    assert len(twice["source_files"]) == 2
    assert sorted(map(str, once["touches"])) == sorted(map(str, twice["touches"]))


def test_every_table_keeps_its_contract_even_without_rows():
    silent = mapping(optional=True)
    for exports in ([], [held("web", silent, b"visitor,ts,medium\n")]):
        for name, table in zip(OUTPUTS, read_sources(exports, KEY), strict=True):
            contract = getattr(contracts, name.upper())
            assert table.columns == list(contract.columns)
            assert contract.findings(table.query(contract.count_broken("this")).first_row()) == []


ORDERS = b"""Name,Email,Total,Status,Day,Sku,Qty,Price
#1,Ada@Example.org,59.80,paid,2025-01-06,A,2,19.90
#1,,,,,B,1,20.00
#2,,5.00,paid,2025-01-07,A,1,5.00
#3,bob@example.org,l9.9O,paid,2025-01-07,A,1,5.00
#3,,,,,B,1,5.00
#4,bob@example.org,1.00,lost,2025-01-08,A,1,1.00
"""
SHOP = {
    "version": 2,
    "file": "orders.csv",
    "format": "csv",
    "grain": "line of an order",
    "data_class": "transactional",
    "times": {"Day": "date"},
    "fill": {"by": "Name", "columns": ["Email", "Total", "Status", "Day"]},
    "record": {
        "key": {"first_of": [{"from": "Email", "lower": True}, "Name"]},
        "values": {"email": "Email"},
    },
    "order": {
        "key": "Name",
        "when": "Day",
        "status": "Status",
        "channel": {"is": "web"},
        "total": "Total",
        "currency": {"is": "EUR"},
        "line_product_id": "Sku",
        "line_quantity": "Qty",
        "line_amount": {"product_of": ["Price", "Qty"]},
    },
}


def test_an_order_of_many_rows_stands_or_falls_as_one():
    told = read(held("shop", SHOP, ORDERS, "orders.csv"))

    assert sorted(str(one["order_amount"]) for one in told["orders"]) == ["5.00", "59.80"]
    assert sorted(str(one["line_amount"]) for one in told["order_lines"]) == ["20.00", "39.80", "5.00"]
    # Order 3 says a total that is no number, on both its rows; order 4 a status nobody knows.
    assert [(one["row_number"], one["column"], one["rule"]) for one in told["rejected"]] == [
        (4, "Total", "is a number"),
        (5, "Total", "is a number"),
        (6, "Status", "means one of pending, paid, cancelled, refunded"),
    ]
    assert {one["record_id"] for one in told["orders"]} == {
        record_id("shop", "ada@example.org", KEY),
        record_id("shop", "#2", KEY),
    }


def receipt(number, who, uses, test=False):
    uses = [{"n": channel, "s": status} for channel, status in uses.items()]
    return {"id": number, "who": who, "at": "2025-01-06T10:00:00Z", "test": test, "uses": uses}


RECEIPTS = [
    receipt("r1", "Ada@example.org", {"mail": "CONFIRMED", "phone": "NO_CHOICE"}),
    receipt("r2", "bob@example.org", {"mail": "?"}, test=True),
    receipt("r3", "bob@example.org", {"mail": "?", "phone": "CONFIRMED"}),
]
CONSENT = {
    "version": 1,
    "file": "receipts.jsonl",
    "format": {"type": "jsonl", "explode": "uses"},
    "grain": "receipt",
    "data_class": "consent",
    "leave_out": {"test": True},
    "times": {"at": "iso"},
    "record": {"key": {"from": "who", "lower": True}},
    "consent": {
        "key": ["id", "uses.n"],
        "when": "at",
        "channel": {"from": "uses.n", "values": {"mail": "email", "phone": "call_centre"}},
        "purpose": {"is": "marketing"},
        "status": {"from": "uses.s", "values": {"CONFIRMED": "granted", "NO_CHOICE": "unknown"}},
    },
}


def test_no_choice_is_neither_yes_nor_no_and_test_rows_are_left_out():
    told = read(held("consent", CONSENT, as_jsonl(RECEIPTS), "receipts.jsonl"))

    assert sorted((one["channel"], one["status"]) for one in told["consents"]) == [
        ("call_centre", "unknown"),
        ("email", "granted"),
    ]
    # The third receipt is set aside whole: half a receipt would be another statement.
    assert [(one["row_number"], one["column"]) for one in told["rejected"]] == [(3, "uses.s")]
    [file] = told["source_files"]
    assert (file["n_rows"], file["n_accepted"], file["n_rejected"], file["n_left_out"]) == (3, 2, 1, 1)


def test_a_lookup_brings_the_day_of_a_campaign():
    campaigns = {
        "version": 1, "file": "c.csv", "format": "csv", "grain": "household", "data_class": "marketing",
        "lookup": [{"file": "days.csv", "by": "campaign", "take": {"start": "first_day"}}],
        "times": {"start": "date"},
        "record": {"key": "household"},
        "touch": {
            "key": ["campaign", "household"], "when": "start", "channel": {"is": "direct_mail"},
            "direction": {"is": "outbound"}, "initiative": {"is": "company"}, "action": {"is": "received"},
        },
    }  # fmt: skip
    days = held("mail", campaigns, b"campaign,first_day\nc1,2025-02-01\n", "days.csv")
    told = read(held("mail", campaigns, b"campaign,household\nc1,h1\nc2,h1\n", "c.csv", {"days.csv": days}))

    [touch] = told["touches"]
    assert (str(touch["touched_at"]), touch["is_date_only"]) == ("2025-02-01 00:00:00", True)
    assert [(one["row_number"], one["column"], one["rule"]) for one in told["rejected"]] == [
        (2, "start", "is present")
    ]


def test_judgements_and_truth_name_the_records_of_other_sources():
    judged = {
        "version": 1, "file": "j.csv", "format": "csv", "grain": "pair", "data_class": "support",
        "judgement": {"source_a": "sa", "key_a": "a", "source_b": "sb", "key_b": "b", "answer": "answer"},
    }  # fmt: skip
    truth = {
        "version": 1, "file": "t.csv", "format": "csv", "grain": "record", "data_class": "demographic",
        "true_person": {"source": "source", "key": "key", "person": "person"},
    }  # fmt: skip
    told = read(
        held("judged", judged, b"sa,a,sb,b,answer\nweb,1,crm,2,same\nweb,1,crm,1,perhaps\n", "j.csv"),
        held("truth", truth, b"source,key,person\nweb,1,p1\ncrm,2,p1\n", "t.csv"),
    )

    ids = sorted([record_id("web", "1", KEY), record_id("crm", "2", KEY)])
    assert [(one["record_id_a"], one["record_id_b"]) for one in told["judgements"]] == [tuple(ids)]
    assert sorted(one["record_id"] for one in told["true_people"]) == ids
    assert len({one["true_person_id"] for one in told["true_people"]}) == 1
    assert [one["rule"] for one in told["rejected"]] == ["means one of same, distinct, unsure"]


def test_a_sample_and_its_complement_share_no_group_and_miss_none():
    block = {"by": "g", "share": 0.5, "seed": 1}
    halves = {
        "version": 1, "file": "g.csv", "format": "csv", "grain": "row", "data_class": "support",
        "record": {"key": {"row_number": True}},
        "labelled_group": {"group": "g", "sample": {**block, "keep": "inside"}},
        "true_person": {"person": "g", "sample": {**block, "keep": "outside"}},
    }  # fmt: skip
    told = read(held("g", halves, b"g\n" + b"".join(b"%d\n" % (n // 2) for n in range(200)), "g.csv"))

    inside = {one["record_id"] for one in told["labelled_groups"]}
    outside = {one["record_id"] for one in told["true_people"]}
    assert not inside & outside
    assert len(inside | outside) == 200
    assert 60 < len(inside) < 140


MESSAGES = [
    (b"", mapping(), "file is empty (file visits.csv)"),
    (b"visitor\n", mapping(), "column is missing (file visits.csv, column 'ts'); the file has 'visitor'"),
    (
        b"ada@example.org,2025-01-06T10:00:00Z\n",
        mapping(),
        "column is missing (file visits.csv, column 'visitor'); the mapping knows none of its 2 columns",
    ),
    (b"ts,visitor,ada,ada\n", mapping(), "column 4 repeats another's name (file visits.csv)"),
    (b"visitor,ts,visitor\n", mapping(), "column stands twice (file visits.csv, column 'visitor')"),
    ("visitor,ts\n".encode("utf-16"), mapping(), "encoding is not utf-8 (file visits.csv)"),
    (b"\xffisitor,ts\n", mapping(), "encoding is not utf-8 (file visits.csv)"),
    (b"\n\n", mapping(), "file has no header (file visits.csv)"),
    (b"PAR1 and nothing", mapping("parquet"), "file is not readable Parquet (file visits.csv)"),
    (b"PK and nothing", mapping("xlsx"), "file is not a readable workbook (file visits.csv)"),
    (b"{", mapping("json"), "file is not JSON (file visits.csv)"),
    (b'{"visitor": "ada"}\n', mapping("jsonl"), "column is missing (file visits.csv, column 'ts')"),
    (b"x", mapping(tuch={}), "the mapping of source 'web' says 'tuch', which is not known"),
    (b"x", mapping(times={}), "the mapping of source 'web' 'ts' is read as a time"),
    (b"x", mapping("sas"), "the mapping of source 'web' names a format that is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told", "message"), MESSAGES)
def test_what_a_user_can_mend_is_one_line(data, told, message):
    with pytest.raises(UserError) as raised:
        read(held("web", told, data))

    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)
    assert "ada@" not in str(raised.value)
    assert "'ada'" not in str(raised.value)
    assert raised.value.exit_code == 2
