"""What reading promises of any export: laws, held against small made-up shops, whole ingestion each time."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_shop import (
    BROKEN,
    CELLS,
    GOOD,
    KEY,
    READING,
    SHOP,
    TOLD,
    Folder,
    customers,
    rules,
    shops,
    tables,
    value,
)
from written_as import FORMATS

from journey_research.errors import UserError
from journey_research.pipelines.ingestion.files import csv_format, text_lines
from journey_research.pipelines.ingestion.forms.normalising import email, name, phone, postal_code
from journey_research.pipelines.ingestion.reading import OUTPUTS, read_sources

FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEWER = settings(FEW, max_examples=6)

# --- I1: every row is accepted or set aside, with a reason -----------------------------------


@FEW
@given(shops)
def test_every_row_is_accepted_or_set_aside_with_a_reason(shop):
    with Folder() as folder:
        told = tables(folder.export(shop))

    [file] = told["source_files"]
    rejected = list(told["rejected"].elements())
    numbers = [int(value(row, "row_number")) for row in rejected]
    assert int(value(file, "n_rows")) == len(shop)
    assert int(value(file, "n_accepted")) == len(shop) - len(rejected)
    assert int(value(file, "n_rejected")) == len(set(numbers)) == len(rejected)
    assert set(numbers) <= set(range(1, len(shop) + 1))
    assert all(value(row, "rule") not in ("None", "''") for row in rejected)
    # Each accepted row is there: its customer is.
    kept = [row for number, row in enumerate(shop, 1) if number not in numbers]
    spoken = sum(int(value(row, "n_rows")) for row in told["records"])
    assert spoken == len(kept)
    assert len(told["records"]) == len({row["customer"].strip() for row in kept})


def test_the_first_rule_that_a_row_breaks_is_told():
    """A good row, and the same with one broken cell each."""
    shop = [GOOD, *(GOOD | {column: cell} for column, cell in BROKEN)]
    with Folder() as folder:
        told = tables(folder.export(shop))

    rejected = [dict(row) for row in told["rejected"]]
    places = {int(row["row_number"]): row["column"].strip("'") for row in rejected}
    assert places == {number: column for number, (column, _) in enumerate(BROKEN, 2)}


lines = st.lists(
    st.sampled_from([
        b"1,ada,2025-01-06 10:00,10", b"2,bob,2025-01-06 10:00,9.99", b"3,bob", b"", b",,,", b"4,eve,never,1",
        b"5,a,2025-01-06 10:00,1,more", b"6,\xff\xfe,2025-01-06 10:00,1",
        b'7,"never closed,2025-01-06 10:00,1', b'8,"closed",2025-01-06 10:00,1',
        b"9,nul\x00,2025-01-06 10:00,1",
        b'10,in"side,2025-01-06 10:00,1',
    ]),
    min_size=1, max_size=10,
)  # fmt: skip


@FEW
@given(lines, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_lines_of_any_kind_are_all_counted(lines, end, is_ended):
    """Lines that are no rows at all, among lines that are: nothing that stands in the file is lost."""
    plain = {
        name: said
        for name, said in SHOP.items()
        if name not in ("checks", "consent", "same_as", "identifiers")
    }
    plain |= {"optional": True, "record": {"key": "customer"}, "times": {"at": SHOP["times"]["at"]}}
    plain["touch"] = {**SHOP["touch"][0], "key": "order"}
    with Folder() as folder:
        data = end.join([b"order,customer,at,total", *lines]) + (end if is_ended else b"")
        told = tables(folder.bytes(data, mapping=plain))

    [file] = told["source_files"]
    n_read, n_accepted = int(value(file, "n_rows")), int(value(file, "n_accepted"))
    assert n_read == n_accepted + len(list(told["rejected"].elements()))
    assert all(value(row, "rule") != "None" for row in told["rejected"])
    # Whatever counts as accepted has said something.
    assert sum(int(value(row, "n_rows")) for row in told["records"]) == n_accepted
    # A blank line is no row, and quotes may hold lines together: at most one row a line, no good one lost.
    assert n_read <= len(lines)
    if not any(b'"' in line for line in lines):
        assert n_read == sum(line != b"" for line in lines)
        good = [line for line in lines if line[:2] in (b"1,", b"2,")]
        assert n_accepted >= len(good)
        assert len(told["orders"]) >= len(set(good))


# --- I2: what is told again adds nothing -----------------------------------------------------


@FEW
@given(shops, st.integers(0, 12))
def test_rows_told_again_add_nothing(shop, n_again):
    again = shop[:n_again] or shop
    # Orders are taken from the last file: a part of an order is no telling of it again.
    again = [row for row in shop if row["order"].strip() in {one["order"].strip() for one in again}]
    with Folder() as folder:
        once = tables(folder.export(shop))
        copied = tables(folder.export(shop), folder.export(shop, "shop_copy.csv"))
        partly = tables(folder.export(shop), folder.export(again, "shop_later.csv"))

    assert customers(copied) == customers(once)
    assert customers(partly) == customers(once)
    assert sum(rules(copied).values()) == 2 * sum(rules(once).values())


@FEWER
@given(shops)
def test_a_row_that_stands_twice_in_a_file_is_no_second_contact(shop):
    without_lines = {**SHOP, "order": {k: v for k, v in SHOP["order"].items() if not k.startswith("line_")}}
    with Folder() as folder:
        once = tables(folder.export(shop, mapping=without_lines))
        twice = tables(folder.export([*shop, *shop], mapping=without_lines))

    assert customers(twice) == customers(once)


@FEWER
@given(shops)
def test_the_next_run_over_the_same_bytes_is_the_same(shop):
    from journey_research.engine import duckdb_engine
    from journey_research.runs.parts import PartStore

    with Folder() as folder:
        duckdb_engine.configure(duckdb_engine.DuckDBLimits(folders=(str(folder.path),)))
        try:
            store = PartStore(folder.path / "mapped")
            export = folder.export(shop)
            assert tables(export, store=store) == tables(export, store=store) == tables(export)
        finally:
            duckdb_engine.configure(duckdb_engine.DuckDBLimits())


# --- I3: order and size of batches show nowhere ----------------------------------------------


@FEW
@given(shops, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_files_shows_nowhere(shop, chance):
    mixed = list(shop)
    chance.shuffle(mixed)
    with Folder() as folder:
        first, second = folder.export(shop), folder.export(mixed, "shop_2.csv")
        told = tables(first)
        other = tables(folder.export(mixed))
        both, both_turned = tables(first, second), tables(second, first)

    assert customers(other) == customers(told)
    assert rules(other) == rules(told)
    assert both == both_turned


def test_values_that_look_alike_when_put_together_are_believed_in_any_order():
    """Two tellings of one moment: 'x|y' of no firm, and 'x' of the firm 'y|'."""
    row = dict.fromkeys(CELLS, "") | {"order": "1", "customer": "ada", "at": "2025-01-06 10:00"}
    row |= {"total": "1", "sku": "tent"}
    two = [row | {"name": "x|y"}, row | {"name": "x", "firm": "y|"}]
    with Folder() as folder:
        told, turned = tables(folder.export(two)), tables(folder.export(two[::-1]))
    assert told["records"]
    assert customers(told) == customers(turned)


@FEWER
@given(shops, st.integers(16, 400))
def test_the_size_of_batches_shows_nowhere(shop, batch_bytes):
    real = text_lines.read_lines

    def in_pieces(stream, encoding, file_name, _):
        return real(stream, encoding, file_name, batch_bytes)

    with Folder() as folder, pytest.MonkeyPatch.context() as patched:
        export = folder.export(shop)
        whole = tables(export)
        patched.setattr(csv_format, "read_lines", in_pieces)
        pieces = tables(export)

    assert pieces == whole


@FEWER
@given(st.permutations(range(7)))
def test_blanks_are_filled_from_the_row_that_tells_wherever_it_stands(order):
    filled = {**SHOP, "fill": {"by": "order", "columns": ["customer", "at", "total", "currency"]}}
    blank = dict.fromkeys(CELLS, "") | {"pieces": "1", "price": "2.00"}
    told = [
        blank | {"order": one, "customer": who, "at": at, "total": total, "sku": sku}
        for one, who, at, total, sku in [
            ("1", "ada", "2025-01-06 10:00", "6.00", "tent"), ("1", "", "", "", "rope"),
            ("1", "", "", "", "lamp"),
            ("2", "bob", "2025-01-06 11:00", "4.00", "rope"), ("2", "", "", "", "rope"),
            ("3", "ada", "2025-01-06 12:00", "2.00", "tent"), ("4", "", "", "", "nobody's"),
        ]
    ]  # fmt: skip
    with Folder() as folder:
        straight = tables(folder.export(told, mapping=filled))
        mixed = tables(folder.export([told[place] for place in order], mapping=filled))

    assert customers(mixed) == customers(straight)
    amounts = sorted(value(row, "order_amount") for row in mixed["orders"])
    assert amounts == ["Decimal('2.00')", "Decimal('4.00')", "Decimal('6.00')"]
    assert sum(rules(mixed).values()) == 1  # nobody tells of order 4


# --- I4: formats ------------------------------------------------------------------------------


@FEWER
@given(shops)
def test_every_format_tells_the_same(shop):
    told = {}
    with Folder() as folder:
        for form, (_, ending, _) in FORMATS.items():
            read = tables(folder.export(shop, f"shop{ending}", form=form))
            placed = {
                tuple(c for c in row if c[0] in ("row_number", "column", "rule")) for row in read["rejected"]
            }
            told[form] = ({name: read[name] for name in read if name not in READING}, placed)
    for form, read in told.items():
        assert read == told["csv"], form


# --- I5: times --------------------------------------------------------------------------------

ZONES = {
    "Europe/Berlin": "Europe/Berlin",
    "Berlin": "Europe/Berlin",
    "Eastern Time (US & Canada)": "America/New_York",
    "America/New_York": "America/New_York",
    "Australia/Lord_Howe": "Australia/Lord_Howe",  # its clock is changed by half an hour
    "UTC": "UTC",
}
CHANGES = {  # when their clocks are put forward or back, UTC
    "Europe/Berlin": [datetime(2025, 3, 30, 1), datetime(2025, 10, 26, 1)],
    "America/New_York": [datetime(2025, 3, 9, 7), datetime(2025, 11, 2, 6)],
    "Australia/Lord_Howe": [datetime(2025, 4, 5, 15), datetime(2025, 10, 4, 15, 30)],
    "UTC": [datetime(2025, 3, 30, 1)],
}
moments = st.one_of(
    st.tuples(st.sampled_from(CHANGES[zone]), st.integers(-100, 100), st.just(name))
    for name, zone in ZONES.items()
)
CLOCK = {
    "version": 1,
    "file": "shop.*",
    "format": "csv",
    "grain": "contact",
    "data_class": "marketing",
    "required": ["id", "day", "time", "zone"],
    "times": {"at": {"format": "%d.%m.%Y %H:%M", "join": ["day", "time"], "zone_from": "zone"}},
    "record": {"key": "id"},
    "touch": {
        "key": "id",
        "when": "at",
        "channel": {"is": "store"},
        "direction": {"is": "inbound"},
        "initiative": {"is": "customer"},
        "action": {"is": "visited"},
        "content_id": "id",
        "clock": "server",
    },
}


def touches_of(export):
    made = dict(zip(OUTPUTS, read_sources([export], KEY), strict=True))
    return made["touches"].to_arrow().to_pylist()


@FEW
@given(st.lists(moments, min_size=20, max_size=60))
def test_wall_time_and_zone_give_the_instant_back_and_doubt_is_noted(times):
    instants = [(change + timedelta(minutes=after)).replace(tzinfo=UTC) for change, after, _ in times]
    walls = [at.astimezone(ZoneInfo(ZONES[zone])) for at, (_, _, zone) in zip(instants, times, strict=True)]
    told = [
        {"id": str(n), "day": wall.strftime("%d.%m.%Y"), "time": wall.strftime("%H:%M"), "zone": zone}
        for n, (wall, (_, _, zone)) in enumerate(zip(walls, times, strict=True))
    ]
    with Folder() as folder:
        read = {int(row["content_id"]): row for row in touches_of(folder.export(told, mapping=CLOCK))}

    assert len(read) == len(times)
    for n, (at, wall) in enumerate(zip(instants, walls, strict=True)):
        is_twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
        earlier = wall.replace(fold=0).astimezone(UTC)
        assert read[n]["touched_at"].replace(tzinfo=UTC) == (earlier if is_twice else at)
        assert read[n]["time_note"] == ("repeated hour" if is_twice else None)
        assert (read[n]["is_date_only"], read[n]["time_quality"]) == (False, "server")


@pytest.mark.parametrize(
    ("zone", "wall", "first_after"),
    [
        ("Europe/Berlin", "30.03.2025 02:00", datetime(2025, 3, 30, 1)),
        ("Berlin", "30.03.2025 02:59", datetime(2025, 3, 30, 1)),
        ("Eastern Time (US & Canada)", "09.03.2025 02:30", datetime(2025, 3, 9, 7)),
        ("Australia/Lord_Howe", "05.10.2025 02:15", datetime(2025, 10, 4, 15, 30)),
    ],
)
def test_an_hour_that_never_was_is_flagged_not_shifted_silently(zone, wall, first_after):
    day, time = wall.split()
    with Folder() as folder:
        [row] = touches_of(
            folder.export([{"id": "1", "day": day, "time": time, "zone": zone}], mapping=CLOCK)
        )
    assert (row["touched_at"], row["time_note"]) == (first_after, "skipped hour")


@FEWER
@given(
    st.lists(st.dates(datetime(1975, 1, 1).date(), datetime(2035, 1, 1).date()), min_size=1, max_size=10),
    st.sampled_from(["", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.sampled_from(["date", "%d.%m.%Y", ["iso", "date"]]),
)
def test_a_day_stays_a_day(days, zone, spelled):
    """It has no time: midnight stands for it in every zone, and it says that it is a day."""
    form = {"format": spelled} | ({"zone": zone} if zone else {})
    daily = {**CLOCK, "required": ["id", "at"], "times": {"at": form}}
    pattern = "%d.%m.%Y" if spelled == "%d.%m.%Y" else "%Y-%m-%d"
    told = [{"id": str(n), "at": day.strftime(pattern)} for n, day in enumerate(days)]
    with Folder() as folder:
        read = {int(row["content_id"]): row for row in touches_of(folder.export(told, mapping=daily))}

    for n, day in enumerate(days):
        assert read[n]["touched_at"] == datetime(day.year, day.month, day.day)
        assert (read[n]["is_date_only"], read[n]["time_quality"]) == (True, "date_only")
        assert read[n]["time_note"] is None


# --- I6: money --------------------------------------------------------------------------------

DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "HUF": 2, "KWD": 3}
CENT = Decimal("0.01")
TILL = {
    **{name: SHOP[name] for name in ("version", "file", "grain", "data_class")},
    "format": "csv",
    "required": ["order", "at", "total", "currency"],
    "times": {"at": "iso"},
    "fill": {"by": "order", "columns": ["at", "total", "currency", "discount", "shipping", "refunded"]},
    "record": {"key": "order"},
    "order": {
        "key": "order",
        "when": "at",
        "status": {"is": "paid"},
        "channel": {"is": "web"},
        "total": "total",
        "discount": "discount",
        "shipping": "shipping",
        "refunded": "refunded",
        "currency": "currency",
        "coupon_id": "order",
        "line_product_id": "sku",
        "line_quantity": "pieces",
        "line_amount": {"product_of": ["price", "pieces"]},
    },
}
CHARGES = {
    **{name: TILL[name] for name in ("version", "file", "grain", "data_class")},
    "format": "jsonl",
    "required": ["id", "amount", "created", "currency"],
    "times": {"created": "epoch_seconds"},
    "numbers": {
        "amount": {"unit": "minor", "currency": "currency"},
        "amount_refunded": {"unit": "minor", "currency": "currency"},
    },
    "record": {"key": "id"},
    "order": {
        "key": "id",
        "when": "created",
        "status": {"is": "paid"},
        "channel": {"is": "web"},
        "total": "amount",
        "refunded": "amount_refunded",
        "currency": "currency",
        "coupon_id": "metadata.order_id",
    },
}
order_lines = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 99_999)), min_size=1, max_size=4)
baskets = st.lists(
    st.tuples(order_lines, st.sampled_from(sorted(DIGITS)), st.integers(0, 500), st.floats(0, 1)),
    min_size=1,
    max_size=6,
)


@FEW
@given(baskets)
def test_lines_add_up_and_both_units_tell_the_same_net(baskets):
    """A shop that writes amounts and a card company that writes the smallest units, of the same orders."""
    shop, cards, net = [], [], {}
    for n, (items, currency, shipping, share) in enumerate(baskets):
        unit = Decimal(1).scaleb(-DIGITS[currency])
        total = sum(pieces * price for pieces, price in items) + shipping
        refunded = int(total * share)
        net[f"#{n}"] = (Decimal(total) * unit, Decimal(refunded) * unit, Decimal(shipping) * unit)
        amounts = {
            "at": "2025-01-06T10:00:00Z", "total": total * unit, "shipping": shipping * unit,
            "discount": 0 * unit, "refunded": refunded * unit, "currency": currency,
        }  # fmt: skip
        for place, (pieces, price) in enumerate(items):
            told = dict.fromkeys(amounts, "") if place else {name: str(one) for name, one in amounts.items()}
            shop.append(
                {
                    "order": f"#{n}",
                    **told,
                    "sku": f"s{place}",
                    "pieces": str(pieces),
                    "price": str(price * unit),
                }
            )
        cards.append(
            {"id": f"ch_{n}", "amount": total, "amount_refunded": refunded, "created": 1736157600,
             "currency": currency.lower(), "metadata": {"order_id": f"#{n}"}}
        )  # fmt: skip
    with Folder() as folder:
        made = read_sources(
            [folder.export(shop, mapping=TILL),
             replace(folder.export(cards, "cards.jsonl", CHARGES, "jsonl"), source="cards")], KEY
        )  # fmt: skip
        read = {name: table.to_arrow().to_pylist() for name, table in zip(OUTPUTS, made, strict=True)}

    assert read["rejected"] == []
    assert len(read["orders"]) == 2 * len(net)
    lines_of = {order["order_id"]: Decimal(0) for order in read["orders"]}
    n_lines = Counter()
    for line in read["order_lines"]:
        lines_of[line["order_id"]] += line["line_amount"]
        n_lines[line["order_id"]] += 1
    for order in read["orders"]:
        total, refunded, shipping = (
            amount.quantize(CENT, ROUND_HALF_UP) for amount in net[order["coupon_id"]]
        )
        assert (order["order_amount"], order["refunded_amount"]) == (total, refunded)
        assert 0 <= order["refunded_amount"] <= order["order_amount"]
        if order["source"] == "shop":
            # Each amount is rounded once: half a cent a line, and one for shipping and total.
            slack = CENT / 2 * (n_lines[order["order_id"]] + 2)
            assert abs(lines_of[order["order_id"]] + order["shipping_amount"] - total) <= slack
            assert order["shipping_amount"] == shipping


@FEW
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8))
def test_every_spelling_of_an_amount_is_the_same_amount(cents):
    """1234.50 as shops, tills, French offices, ledgers and ad platforms write it."""

    def parted(text, thousands, decimal):
        return text.replace(",", "T").replace(".", decimal).replace("T", thousands)

    spellings = {
        "plain": ({}, lambda x: f"{x:.2f}"),
        "dollars": ({}, lambda x: f"{'-' if x < 0 else ''}${abs(x):,.2f}"),
        "ledger": ({}, lambda x: f"({abs(x):,.2f})" if x < 0 else f"{x:,.2f}"),
        "german": ({"decimal": ","}, lambda x: parted(f"{x:,.2f}", ".", ",") + " €"),
        "french": ({"decimal": ","}, lambda x: parted(f"{x:,.2f}", "\u00a0", ",")),
        "narrow": ({"decimal": ","}, lambda x: parted(f"{x:,.2f}", "\u202f", ",")),
        "micros": ({"divide_by": 1_000_000}, lambda x: str(int(x * 1_000_000))),
        "minor": ({"unit": "minor", "currency": "EUR"}, lambda x: str(int(x * 100))),
    }
    amounts = [Decimal(one) / 100 for one in cents]
    told = [
        {"order": str(n), "at": "2025-01-06T10:00:00Z"}
        | {name: spell(x) for name, (_, spell) in spellings.items()}
        for n, x in enumerate(amounts)
    ]
    mapping = {
        **{name: TILL[name] for name in ("version", "file", "grain", "data_class", "format", "record")},
        "times": {"at": "iso"},
        "numbers": {name: said for name, (said, _) in spellings.items() if said},
        "order": [
            {"key": ["order", {"is": name}], "when": "at", "status": {"is": "paid"}, "channel": {"is": name},
             "total": name, "currency": {"is": "EUR"}, "coupon_id": "order"}
            for name in spellings
        ],
    }  # fmt: skip
    with Folder() as folder:
        made = dict(zip(OUTPUTS, read_sources([folder.export(told, mapping=mapping)], KEY), strict=True))

    assert made["rejected"].to_arrow().to_pylist() == []
    read = {
        (row["channel"], row["coupon_id"]): row["order_amount"]
        for row in made["orders"].to_arrow().to_pylist()
    }
    assert read == {(name, str(n)): x for name in spellings for n, x in enumerate(amounts)}


# --- I7: one form -----------------------------------------------------------------------------

letters = st.text(st.sampled_from("aÄß .@+-0197'|;\u00a0\u200bﬁİ"), max_size=12)
written = st.one_of(
    letters,
    st.sampled_from(
        ["Ada@Example.org", "  ada@EXAMPLE.org ", "ada@straße.de", "0049 (170) 12 34 567", "'01067", "N/A"]
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(written, max_size=30))
def test_bringing_into_form_twice_changes_nothing(texts):
    for text in texts:
        for bring in (email, name, postal_code, lambda one: phone(one, "DE")):
            once = bring(text)
            assert once is None or (once.strip() and bring(once) == once)


@FEW
@given(st.lists(st.tuples(written, written), min_size=1, max_size=8))
def test_identifiers_are_in_form_and_nothing_makes_none(told):
    blank = dict.fromkeys(CELLS, "")
    shop = [
        blank
        | {"order": str(n), "customer": str(n), "at": "2025-01-06 10:00", "total": "1", "sku": "tent"}
        | {"email": mail, "phone": ring}
        for n, (mail, ring) in enumerate(told)
    ]
    with Folder() as folder:
        first = dict(zip(OUTPUTS, read_sources([folder.export(shop)], KEY), strict=True))
        found = sorted(first["identifiers"].to_arrow().to_pylist(), key=str)
        in_form = [
            row | {"email": email(row["email"]) or "", "phone": phone(row["phone"], "DE") or ""}
            for row in shop
        ]
        again = dict(zip(OUTPUTS, read_sources([folder.export(in_form)], KEY), strict=True))
        assert sorted(again["identifiers"].to_arrow().to_pylist(), key=str) == found

    assert all(row["identifier_value"].strip() for row in found)
    assert len(found) == sum(bool(row["email"]) + bool(row["phone"]) for row in in_form)


# --- I8: columns that come and go -------------------------------------------------------------


@FEWER
@given(shops, st.sampled_from(["new", "Order", "a.b", "n_rows", "ß"]), st.integers(0, len(CELLS)))
def test_an_unknown_column_changes_nothing(shop, column, place):
    columns = list(shop[0])
    columns.insert(place, column)
    wider = [row | {column: "something, new"} for row in shop]
    with Folder() as folder:
        before = tables(folder.export(shop))
        after = tables(folder.export(wider, columns=columns))

    assert customers(after) == customers(before)
    assert rules(after) == rules(before)


# Optional column -> what it alone tells, as (table, fields); a row that told it badly is heard again.
ITS_OWN = {
    "name": {("record_values", "full_name")},
    "firm": {("record_values", "company")},
    "zip": {("record_values", "postal_code"), ("lost_values", None)},
    "refunded": {("orders", "refunded_amount")},
    "medium": {("touches", "channel")},
    "note": {("record_values", "extra")},
}


@pytest.mark.parametrize("column", sorted(ITS_OWN))
def test_an_optional_column_that_is_missing_changes_its_own_field_alone(column):
    two = [GOOD, GOOD | {"order": "2", "customer": "bob", "email": "bob@example.org"}]
    with Folder() as folder:
        with_it = dict(zip(OUTPUTS, read_sources([folder.export(two)], KEY), strict=True))
        columns = [name for name in GOOD if name != column]
        without = dict(zip(OUTPUTS, read_sources([folder.export(two, columns=columns)], KEY), strict=True))
        changed = set()
        for table in TOLD[:-1]:
            before, after = (one[table].to_arrow().to_pylist() for one in (with_it, without))
            keys = {"touches": "touch_id", "orders": "order_id"}
            if keys.get(table):
                before, after = (sorted(one, key=lambda row: row[keys[table]]) for one in (before, after))
            else:
                before, after = (
                    sorted(one, key=lambda row: str(list(row.values())[:2])) for one in (before, after)
                )
            assert len(before) == len(after), table
            changed |= {
                (table, field)
                for old, new in zip(before, after, strict=True)
                for field in old
                if old[field] != new[field]
            }
    assert changed
    assert changed <= ITS_OWN[column]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx", "sql"])
@pytest.mark.parametrize("column", SHOP["required"])
def test_a_required_column_that_is_missing_stops_with_its_name(column, form):
    columns = [name for name in GOOD if name != column]
    with Folder() as folder:
        told = [{name: GOOD[name] for name in columns}]
        export = folder.export(told, f"shop{FORMATS[form][1]}", form=form, columns=columns)
        with pytest.raises(UserError, match="column is missing") as stopped:
            read_sources([export], KEY)

    assert stopped.value.column == column
    assert stopped.value.file == export.file_name
    assert "ada" not in str(stopped.value).lower()
