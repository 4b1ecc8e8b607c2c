"""What is told several times: the SQL, which looks closely at few rows, against the plain definition."""

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_research.contracts.parts import Part
from journey_research.pipelines.ingestion.canonical import canonical_tables
from journey_research.pipelines.ingestion.mapped_schemas import MAPPED

NOON = datetime(2025, 3, 31, 12)
KEYS = ["a:1", "a:2", "b:1", "b:2", "c:1"]
ORDER = {
    "record_id": "a:r", "ordered_at": NOON, "status": "paid", "channel": "web", "currency": "EUR",
}  # fmt: skip
TELLING = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(KEYS),
        "piece": st.sampled_from(["0", "0", "1"]),
        "original_order_id": st.sampled_from([None, None, *KEYS, "z:9"]),
        "addend": st.sampled_from(["1", "2.5", "-1"]),
        "store_id": st.sampled_from([None, "s1", "s2"]),
        "line_quantity": st.sampled_from([None, "1", "2"]),
        "line_product_id": st.sampled_from([None, "p", "q"]),
    }
)
TOUCH = st.fixed_dictionaries(
    {
        "touch_id": st.sampled_from(["w:1", "w:2", "w:3"]),
        "touched_at": st.sampled_from([NOON, datetime(2025, 3, 30)]),
        "action": st.sampled_from(["opened", "clicked"]),
    }
)


def part(table, rows):
    return Part({}, {table: pa.Table.from_pylist(rows, schema=MAPPED[table])} if rows else {})


def of_files(files):
    """The canonical tables of order rows in files, the last of which is believed."""
    told = {}
    for number, rows in enumerate(files):
        named = [
            {"piece": "0", **ORDER, **one, "source": one["order_id"][0], "file_id": f"file {number}"}
            for one in rows
        ]
        told[f"file {number}"] = part("orders", named)
    return canonical_tables(told)


def rows_of(table, *columns):
    return sorted((tuple(row[one] for one in columns) for row in table.to_arrow().to_pylist()), key=str)


def plainly(files):
    """(orders, lines, sightings) by their definitions."""
    last = {(one["order_id"], one["piece"]): place for place, rows in enumerate(files) for one in rows}
    told = {}
    for place, rows in enumerate(files):
        for one in rows:
            if last[one["order_id"], one["piece"]] == place:
                told.setdefault(one["order_id"], []).append(one)
    claims = {
        key: min((row["original_order_id"] for row in rows if row["original_order_id"]), default=None)
        for key, rows in told.items()
    }
    sighted = {
        key
        for key, other in claims.items()
        if other in told and other != key and not (claims[other] == key and key < other)
    }
    orders = [
        (
            key,
            sum(Decimal(row["addend"]) for row in rows),
            min((row["store_id"] for row in rows if row["store_id"]), default=None),
        )
        for key, rows in told.items()
        if key not in sighted
    ]
    tellers = {}
    for key, rows in told.items():
        for row in rows:
            whose = row["original_order_id"] if key in sighted else key
            if row["line_quantity"] and whose in told and whose not in sighted:
                line = (row["line_product_id"], float(row["line_quantity"]))
                tellers.setdefault(whose, {}).setdefault((key in sighted, key[0]), []).append(line)
    lines = []
    for key, by_teller in tellers.items():
        held = sorted(by_teller[min(by_teller)], key=lambda line: (line[0] or "", line[1]))
        lines += [(key, number, *line) for number, line in enumerate(held, 1)]
    sightings = [(key, other, key not in sighted) for key, other in claims.items() if other and other != key]
    return [sorted(one, key=str) for one in (orders, lines, sightings)]


def test_worked_example():
    # The shop tells an order of two rows; a later file corrects it; the bank retells it.
    first = [{"order_id": "a:1", "addend": "1"}]
    second = [
        {"order_id": "a:1", "addend": "2", "line_product_id": "q", "line_quantity": "1"},
        {"order_id": "a:1", "addend": "3", "line_product_id": "p", "line_quantity": "2"},
        {"order_id": "b:7", "addend": "5", "original_order_id": "a:1"},
    ]

    tables = of_files([first, second])

    assert rows_of(tables["orders"], "order_id", "order_amount") == [("a:1", Decimal("5.00"))]
    assert rows_of(tables["order_lines"], "line_number", "product_id") == [(1, "p"), (2, "q")]
    assert rows_of(tables["order_sightings"], "sighting_id", "order_id", "is_counted") == [
        ("b:7", "a:1", False)
    ]


def test_a_payment_and_the_refund_in_next_weeks_file_are_one_order():
    # Two blocks of a mapping, each with its rows: the refund does not take the payment's place.
    paid = {"order_id": "a:1", "piece": "0", "total": "50"}
    refunded = {"order_id": "a:1", "piece": "1", "total": "0", "refunded": "50"}

    for files in ([[paid], [refunded]], [[paid, refunded]], [[paid], [paid, refunded]]):
        told = rows_of(of_files(files)["orders"], "order_amount", "refunded_amount")
        assert told == [(Decimal("50.00"), Decimal("50.00"))]


def test_of_two_that_retell_an_order_the_first_by_name_gives_its_lines():
    rows = [
        {"order_id": "a:1", "addend": "2"},
        {"order_id": "c:7", "addend": "2", "original_order_id": "a:1", "line_quantity": "1"},
        {"order_id": "b:7", "addend": "2", "original_order_id": "a:1", "line_quantity": "2"},
    ]

    tables = of_files([rows])

    assert rows_of(tables["order_lines"], "order_id", "line_number", "quantity") == [("a:1", 1, 2.0)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(TELLING, max_size=6), min_size=1, max_size=3))
def test_orders_lines_and_sightings_as_they_are_defined(files):
    tables = of_files(files)

    told = [
        rows_of(tables["orders"], "order_id", "order_amount", "store_id"),
        rows_of(tables["order_lines"], "order_id", "line_number", "product_id", "quantity"),
        rows_of(tables["order_sightings"], "sighting_id", "order_id", "is_counted"),
    ]

    assert told == plainly(files)


@settings(max_examples=10, deadline=None)
@given(st.lists(TOUCH, max_size=8))
def test_of_a_touch_told_again_the_earliest_telling_is_kept(touches):
    earliest = {}
    for one in sorted(touches, key=lambda one: (one["touched_at"], one["action"])):
        earliest.setdefault(one["touch_id"], (one["touch_id"], one["touched_at"], one["action"]))

    told = canonical_tables({"file": part("touches", touches)})["touches"]

    assert rows_of(told, "touch_id", "touched_at", "action") == sorted(earliest.values(), key=str)
