"""What a batch of a file says under canonical names, and the canonical tables that come of it."""

import json

import pyarrow as pa
import pytest
from held_exports import KEY, held, mapping, read
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.errors import UserError
from journey_research.privacy.pseudonyms import order_id, record_id

CRM = {
    "version": 1, "file": "crm.csv", "format": "csv", "grain": "contact", "data_class": "marketing",
    "phone_region": "DE", "times": {"when": "iso"},
    "record": {
        "key": "id", "kind": {"from": "type", "values": {"B2B": "account"}, "otherwise": {"is": "profile"}},
        "recorded_at": "when", "deleted": "gone",
        "values": {"language": "lang", "gender": "sex", "job_title": "job", "country": "land"},
    },
    "identifiers": [
        {"value": "mails", "type": "email", "split": ";", "when": "when"},
        {"value": "phone", "type": "phone", "only": {"shared": False}},
        {"value": "phone", "type": "phone", "only": {"shared": True}, "strength": "never"},
    ],
    "same_as": [
        {"key": "merged", "split": ";", "rule": "source_merge", "when": "when"},
        {"source": "shop", "key": {"from": "customer", "lower": True}, "rule": "login"},
    ],
    "member_of": [{"source": "accounts", "key": "firm", "kind": "account"}],
}  # fmt: skip
CONTACTS = b"""id,when,type,gone,lang,sex,job,land,mails,phone,shared,merged,customer,firm
1,2025-01-06T10:00:00Z,B2C,false,de-DE,Frau,Buyer,Germany,ada@x.de; A@y.de ;none,0170 1234567,false,7;8,A9,f1
2,2025-01-07T10:00:00Z,B2B,true,,,,Atlantis,,4.92E+11,false,,,f1
3,2025-01-08T10:00:00Z,B2C,,,,,,,0170 7654321,true,3,,
"""


def crm(data=CONTACTS, **more):
    return read(held("crm", {**CRM, **more}, data, "crm.csv"))


def test_records_say_what_they_are_and_whether_they_are_gone():
    told = {one["record_id"]: one for one in crm()["records"]}

    assert [(told[record_id("crm", key, KEY)][name]) for key in "123" for name in ("kind", "is_deleted")] == [
        "profile", False, "account", True, "profile", False,
    ]  # fmt: skip
    values = [{**one, "record_id": ""} for one in crm()["record_values"]]
    assert [one for one in values if one["gender"]] == [
        {**dict.fromkeys(values[0]), "record_id": "", "language": "de", "gender": "female",
         "job_title": "Buyer", "country": "DE"}
    ]  # fmt: skip


def test_a_cell_that_holds_a_list_gives_an_identifier_for_each():
    told = sorted((one["identifier_value"], one["strength"]) for one in crm()["identifiers"])

    assert told == [
        ("+491701234567", "strong"),
        ("+491707654321", "never"),  # the source knows that several people share it
        ("a@y.de", "strong"),
        ("ada@x.de", "strong"),
    ]


def test_what_had_no_form_is_counted_and_never_guessed():
    assert sorted((one["field"], one["reason"], one["n_rows"]) for one in crm()["lost_values"]) == [
        ("identifier.email", "it has not the form of one", 1),
        ("identifier.phone", "a spreadsheet has rounded it", 1),
        ("record.country", "it has not the form of one", 1),
    ]


def test_links_of_a_source_are_pairs_in_order_even_to_records_that_nobody_lists():
    told = {(one["record_id_a"], one["record_id_b"]): one["rule"] for one in crm()["source_links"]}

    ada = record_id("crm", "1", KEY)
    others = [(record_id("crm", "7", KEY), "source_merge"), (record_id("crm", "8", KEY), "source_merge")]
    others.append((record_id("shop", "a9", KEY), "login"))
    # Record 3 names itself; that is no link.
    assert told == {tuple(sorted((ada, other))): rule for other, rule in others}


def test_members_name_their_account_s_own_record():
    told = {one["record_id"]: (one["group_record_id"], one["kind"]) for one in crm()["memberships"]}

    firm = record_id("accounts", "f1", KEY)
    assert told == {record_id("crm", key, KEY): (firm, "account") for key in "12"}


TILL = {
    "version": 1, "file": "till.csv", "format": "csv", "grain": "payment", "data_class": "transactional",
    "times": {"at": "iso"}, "numbers": {"cents": {"unit": "minor", "currency": "cur"}},
    "record": {"key": "id"},
    "order": {
        "key": "id", "when": "at", "status": {"is": "paid"}, "channel": {"is": "web"}, "total": "cents",
        "currency": "cur", "line_product_id": "sku", "line_amount": "cents",
        "sighting_of": {"source": "shop", "key": "order"},
    },
}  # fmt: skip
PAYMENTS = b"""id,at,cents,cur,order,sku
p1,2025-01-06T10:00:00Z,1990,eur,#1,A
p2,2025-01-06T10:00:00Z,1990,jpy,#9,A
p3,2025-01-06T10:00:00Z,500,EUR,,A
p4,2025-01-06T10:00:00Z,500,XXL,,A
"""
ORDERS = b"id,at,cents,cur,order,sku\n#1,2025-01-06T09:59:00Z,1990,EUR,,A\n"


def test_an_order_told_by_two_systems_is_one_order():
    shop = {**TILL, "order": {name: how for name, how in TILL["order"].items() if name != "sighting_of"}}
    told = read(held("stripe", TILL, PAYMENTS, "till.csv"), held("shop", shop, ORDERS, "shop.csv"))

    keys = [("shop", "#1"), ("shop", "#9"), ("stripe", "p1"), ("stripe", "p2"), ("stripe", "p3")]
    ids = {(source, key): order_id(source, key, KEY) for source, key in keys}
    orders = {one["order_id"]: str(one["order_amount"]) for one in told["orders"]}
    # p2 tells of an order that its shop never told, so the payment is all there is of it.
    assert orders == {
        ids["shop", "#1"]: "19.90",
        ids["stripe", "p2"]: "1990.00",
        ids["stripe", "p3"]: "5.00",
    }
    assert {(one["sighting_id"], one["order_id"], one["is_counted"]) for one in told["order_sightings"]} == {
        (ids["stripe", "p1"], ids["shop", "#1"], False),
        (ids["stripe", "p2"], ids["shop", "#9"], True),
    }
    assert {one["order_id"] for one in told["order_lines"]} == set(orders)
    # Of a currency nobody knows the unit is not known either, and the amount is no number.
    assert [(one["row_number"], one["rule"]) for one in told["rejected"]] == [(4, "is a number")]


def test_two_orders_that_tell_of_each_other_do_not_both_vanish():
    both = (
        b"id,at,cents,cur,order,sku\na,2025-01-06T10:00:00Z,100,EUR,b,A\nb,2025-01-06T10:00:00Z,100,EUR,a,A\n"
    )
    told = read(held("shop", TILL, both, "till.csv"))

    assert len(told["orders"]) == 1
    assert sorted(one["is_counted"] for one in told["order_sightings"]) == [False, True]


EVENTS = {
    "version": 1, "file": "events.csv", "format": "csv", "grain": "event", "data_class": "support",
    "times": {"at": {"format": ["iso", "date"], "zone": "Europe/Berlin"}, "end": "iso"},
    "record": {"key": "who"},
    "touch": [
        {
            "key": "id", "when": "at", "ended_at": "end", "channel": {"is": "call_centre"}, "tactic": "topic",
            "direction": {"is": "inbound"}, "initiative": {"is": "customer"}, "action": {"is": "called"},
            "store_id": "shop", "device_class": "device", "session": "visit", "content_id": "text",
            "sentiment": {"from": "mood", "values": {"good": 1, "bad": -1}},
            "counterpart": {"source": "staff", "key": "agent"}, "is_bot": "machine", "clock": "server",
        },
        {
            "key": "id", "when": "at", "only": {"mood": "present"}, "channel": {"is": "call_centre"},
            "direction": {"is": "inbound"}, "initiative": {"is": "customer"}, "action": {"is": "rated"},
        },
    ],
}  # fmt: skip
CALLS = b"""id,who,at,end,topic,shop,device,visit,text,mood,agent,machine
c1,ada,2025-10-26 02:30,2025-10-26T01:00:00Z,returns,s1,phone,v1,x,good,anna,no
c2,ada,2025-01-06,,,,,,,,,Yes
c3,bob,2025-01-06T10:00:00Z,,,,,,,7,,
"""


def test_touches_say_how_well_their_time_is_known():
    told = sorted(read(held("calls", EVENTS, CALLS, "events.csv"))["touches"], key=lambda one: str(one))
    by_action = {(one["action"], one["time_quality"]): one for one in told}

    call, day = by_action["called", "server"], by_action["called", "date_only"]
    assert (call["time_note"], call["tactic"], call["sentiment"]) == ("repeated hour", "returns", 1.0)
    assert str(call["ended_at"]) == "2025-10-26 01:00:00"
    assert call["counterpart_record_id"] == record_id("staff", "anna", KEY)
    assert call["session_id"].startswith("calls:")
    assert "v1" not in call["session_id"]
    assert (day["is_date_only"], day["time_note"], day["is_bot"], call["is_bot"]) == (True, None, True, False)
    # One row, two touches: each has its own name.
    assert len({one["touch_id"] for one in told}) == len(told) == 3


def test_a_mood_beyond_the_scale_is_set_aside():
    told = read(held("calls", EVENTS, CALLS, "events.csv"))["rejected"]

    assert [(one["row_number"], one["column"], one["rule"]) for one in told] == [
        (3, "mood", "lies between -1 and 1")
    ]


@pytest.mark.parametrize(
    ("form", "day"),
    [("date", "2025-01-06"), ({"format": "iso", "zone": "Europe/Berlin"}, "2025-01-06"), ("iso", None)],
)
def test_a_day_of_spend_is_the_account_s(form, day):
    ads = {
        "version": 1, "file": "ads.csv", "format": "csv", "grain": "day", "data_class": "marketing",
        "times": {"day": form},
        "spend": {
            "key": "day", "when": "day", "channel": {"is": "display"}, "amount": "cost",
            "currency": {"is": "eur"}, "reach": "reach", "platform_conversions": "won",
            "platform_value": "worth", "tactic": {"is": "video"},
        },
    }  # fmt: skip
    written = "2025-01-06" if form == "date" else "2025-01-06T00:00:00"
    rows = f"day,cost,reach,won,worth\n{written},1.50,7,0.25,9.99\n".encode()
    told = read(held("ads", ads, rows, "ads.csv"))["spend"]

    assert [str(one["spent_date"]) for one in told] == [day] * (day is not None)
    for one in told:
        assert (one["currency"], one["n_reach"], one["platform_conversions"]) == ("EUR", 7, 0.25)
        assert (str(one["platform_amount"]), one["tactic"]) == ("9.99", "video")


STOCK = {
    "version": 1, "file": "stock.csv", "format": "csv", "grain": "count", "data_class": "inventory",
    "times": {"at": "iso"},
    "availability": {
        "product_id": "sku", "location_id": "place", "when": "at", "quantity": "n",
        "state": {"from": "n", "values": {"0": "out"}, "otherwise": {"is": "in_stock"}},
    },
}  # fmt: skip


def test_stock_told_twice_promises_the_less():
    rows = b"sku,place,at,n\n"
    rows += b"A,s1,2025-01-06T10:00:00Z,3\nA,s1,2025-01-06T10:00:00Z,0\nA,,2025-01-06T10:00:00Z,-1\n"
    told = read(held("stock", STOCK, rows, "stock.csv"))["availability"]

    assert sorted((one["location_id"] or "", one["quantity"], one["state"]) for one in told) == [
        ("", -1.0, "in_stock"),
        ("s1", 0.0, "out"),
    ]


@pytest.mark.parametrize(
    ("direction", "giver", "receiver"), [("given", "ada", "bob"), ("received", "bob", "ada")]
)
def test_who_brings_whom(direction, giver, receiver):
    shared = {
        "version": 1, "file": "r.csv", "format": "csv", "grain": "share", "data_class": "social",
        "times": {"at": "iso"}, "record": {"key": "who"},
        "referral": {
            "key": "id", "when": "at", "kind": {"is": "share"}, "to": {"source": "shop", "key": "other"},
            "direction": direction,
        },
    }  # fmt: skip
    rows = b"id,who,at,other\nr1,ada,2025-01-06T10:00:00Z,bob\nr2,ada,2025-01-06T10:00:00Z,\n"
    told = read(held("shop", shared, rows, "r.csv"))["referrals"]

    pairs = {(one["giver_record_id"], one["receiver_record_id"]) for one in told}
    ids = {"ada": record_id("shop", "ada", KEY), "bob": record_id("shop", "bob", KEY)}
    known_alone = (ids["ada"], None) if direction == "given" else (None, ids["ada"])
    assert pairs == {(ids[giver], ids[receiver]), known_alone}


def test_damage_is_told_of_a_file_whatever_folder_it_lies_in():
    truth = {
        "version": 1, "file": "d.csv", "format": "csv", "grain": "row", "data_class": "evaluation",
        "planted_dirt": {"file": "file", "row": "row", "damage": "damage"},
    }  # fmt: skip
    rows = b"file,row,damage\nga4/e.jsonl,3,cut\ne.jsonl,0,cut\ne.jsonl,x,cut\n"
    told = read(held("truth", truth, rows, "d.csv"))

    assert told["planted_dirt"] == [{"file_name": "e.jsonl", "row_number": 3, "damage": "cut"}]
    assert [one["rule"] for one in told["rejected"]] == ["is 1 or more", "is a number"]


FIELDS = ["visitor", "ts", "medium"]


def visit(names):
    row = {"visitor": "ada", "ts": "2025-01-06T10:00:00Z", "medium": "cpc", "unknown": "x", "nota": "1,5"}
    data = json.dumps({name: row[name] for name in names}) + "\n"
    told = read(held("web", mapping("jsonl"), data.encode(), "a.jsonl"))
    return {name: told[name] for name in ("records", "record_values", "identifiers", "touches")}


@given(st.permutations([*FIELDS, "unknown", "nota"]))
@settings(max_examples=6, deadline=None)
def test_a_column_that_the_mapping_does_not_know_changes_nothing(names):
    assert visit(names) == visit(FIELDS)


OPTIONAL = ["end", "topic", "shop", "device", "visit", "text", "mood", "agent", "machine"]
FIELD_OF = {
    "end": "ended_at", "topic": "tactic", "shop": "store_id", "device": "device_class", "visit": "session_id",
    "text": "content_id", "mood": "sentiment", "agent": "counterpart_record_id", "machine": "is_bot",
}  # fmt: skip


@pytest.mark.parametrize("missing", OPTIONAL)
def test_an_optional_column_that_is_missing_changes_its_own_field_alone(missing):
    header, *lines = [line.split(",") for line in CALLS.decode().splitlines()[:3]]
    place = header.index(missing)
    short = "\n".join(",".join(line[:place] + line[place + 1 :]) for line in [header, *lines])
    one_touch = {**EVENTS, "touch": EVENTS["touch"][0]}
    whole = read(held("calls", one_touch, "\n".join(map(",".join, [header, *lines])).encode(), "events.csv"))
    told = read(held("calls", one_touch, short.encode(), "events.csv"))

    assert told["rejected"] == whole["rejected"] == []
    for before, after in zip(
        *(sorted(one["touches"], key=lambda row: row["touch_id"]) for one in (whole, told)), strict=True
    ):
        assert {name for name in before if before[name] != after[name]} <= {FIELD_OF[missing]}


@pytest.mark.parametrize("missing", ["id", "who", "at"])
def test_a_required_column_that_is_missing_stops_with_its_name(missing):
    header = CALLS.decode().splitlines()[0].split(",")
    header.remove(missing)

    with pytest.raises(UserError, match=f"column is missing.*column '{missing}'"):
        read(
            held(
                "calls",
                EVENTS,
                (",".join(header) + "\n" + "x," * (len(header) - 1) + "x\n").encode(),
                "events.csv",
            )
        )


def test_a_batch_is_mapped_by_what_is_said_and_nothing_else():
    import numpy as np

    from journey_research.pipelines.ingestion.files.rows import Rows
    from journey_research.pipelines.ingestion.keeping import keep
    from journey_research.pipelines.ingestion.mapped_rows import MAPPED, mapped, newest_at
    from journey_research.pipelines.ingestion.mapping import read_mapping

    told = read_mapping("web", mapping())
    table = pa.table(
        {"visitor": ["ada"], "ts": ["2025-01-06T10:00:00Z"], "medium": pa.array([None], pa.string())}
    )
    rows = Rows(table, np.array([1]), None, None, 1, [], table.column_names)
    once, twice = (mapped(told, keep(rows, told, "a.csv").yielded, KEY, "f") for _ in range(2))

    assert set(once) == set(MAPPED)
    assert all(once[name].equals(twice[name]) and once[name].schema == MAPPED[name] for name in MAPPED)
    assert str(newest_at(once)) == "2025-01-06 10:00:00"
