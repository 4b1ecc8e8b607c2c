"""What a warehouse keeps in several tables, put together by the words of a mapping."""

from held_exports import held, read

ORDERS = {
    "version": 1,
    "file": "orders.csv",
    "format": "csv",
    "grain": "order",
    "data_class": "transactional",
    "required": ["id", "created_at"],
    "times": {"created_at": {"format": "iso", "zone": "UTC"}},
    "record": {"key": "customer_id"},
    "order": {
        "key": "id",
        "when": "created_at",
        "status": {"from": "cancelled_at", "blank": {"is": "paid"}, "otherwise": {"is": "cancelled"}},
        "channel": {"is": "direct"},
        "total": "total",
        "currency": {"is": "EUR"},
    },
}
LINES = {
    "version": 1,
    "file": "lines.csv",
    "format": "csv",
    "grain": "line",
    "data_class": "transactional",
    "required": ["order_id"],
    "lookup": [{"file": "orders.csv", "by": "order_id", "there": "id", "take": {"ordered_at": "created_at"}}],
    "times": {"ordered_at": {"format": "iso", "zone": "UTC"}},
    "record": {"key": "order_id", "kind": "anonymous"},
    "order": {
        "key": "order_id",
        "when": "ordered_at",
        "status": {"is": "paid"},
        "channel": {"is": "direct"},
        "sum": {"product_of": ["price", "quantity"]},
        "currency": {"is": "EUR"},
        "sighting_of": {"source": "orders", "key": "order_id"},
        "line_product_id": "sku",
        "line_quantity": "quantity",
        "line_amount": {"product_of": ["price", "quantity"]},
    },
}
ORDER_ROWS = b"""id,customer_id,created_at,cancelled_at,total
1,ada,2025-01-06 10:00:00,,7.00
2,bob,2025-01-07 10:00:00,2025-01-08 09:00:00,2.50
"""
LINE_ROWS = b"""order_id,sku,price,quantity
1,tent,2.00,3
1,rope,1.00,1
2,rope,2.50,1
9,lamp,4.00,1
"""


def orders_and_lines(order=ORDERS["order"]):
    orders = held("orders", ORDERS | {"order": order}, ORDER_ROWS, "orders.csv")
    return read(orders, held("lines", LINES, LINE_ROWS, "lines.csv", beside={"orders.csv": orders}))


def test_lines_find_their_order_by_a_key_that_is_called_otherwise_there():
    told = orders_and_lines()

    by_amount = {row["order_id"]: str(row["order_amount"]) for row in told["orders"]}
    lines = sorted(
        (by_amount[row["order_id"]], row["product_id"], row["quantity"]) for row in told["order_lines"]
    )
    assert lines == [("2.50", "rope", 1.0), ("7.00", "rope", 1.0), ("7.00", "tent", 3.0)]
    # A line of an order that the other table does not have: nobody knows when.
    assert [(row["row_number"], row["column"]) for row in told["rejected"]] == [(4, "ordered_at")]


def test_an_order_that_tells_its_own_lines_keeps_them():
    told = orders_and_lines(ORDERS["order"] | {"line_product_id": {"is": "own"}, "line_amount": "total"})

    assert {row["product_id"] for row in told["order_lines"]} == {"own"}


def test_any_value_at_all_is_otherwise():
    assert {row["status"]: str(row["order_amount"]) for row in orders_and_lines()["orders"]} == {
        "paid": "7.00",
        "cancelled": "2.50",  # its cell holds a time, which no list of values could name
    }


def test_numbers_that_stand_in_one_cell_with_their_times_are_parted():
    mapping = {
        "version": 1,
        "file": "contacts.csv",
        "format": "csv",
        "grain": "contact",
        "data_class": "demographic",
        "record": {"key": "id", "extra": {"note": "note"}},
        "same_as": {"key": "merged", "without": ":[0-9]+", "split": ";", "rule": "source_merge"},
    }
    rows = b"id,merged,note\n1,,\n2,,\n3,,\n4,1:1661707291575; 2:1661707931852,\n5,3:1661696530403;9:1,last\n"
    told = read(held("contacts", mapping, rows, "contacts.csv"))

    names = {row["record_id"] for row in told["records"]}
    ends = [{row["record_id_a"], row["record_id_b"]} for row in told["source_links"]]
    assert len(names) == 5
    assert len(ends) == 4
    assert sum(pair <= names for pair in ends) == 3  # the contact 9 is gone, as merged ones are
    assert [row["extra"] for row in told["record_values"]] == ['{"note": "last"}']


def test_true_and_false_have_many_spellings():
    mapping = {
        "version": 1,
        "file": "orders.csv",
        "format": "csv",
        "grain": "order",
        "data_class": "transactional",
        "record": {"key": "id", "kind": {"from": "guest", "values": {True: "anonymous", False: "profile"}}},
        "leave_out": {"test": True},
    }
    spelled = ["TRUE", "true", "True", "1", "yes", "FALSE", "false", "False", "0", "no", ""]
    rows = "".join(f"{number},{word},{word or 'no'}\n" for number, word in enumerate(spelled))
    told = read(held("orders", mapping, f"id,test,guest\n{rows}".encode(), "orders.csv"))

    assert told["source_files"][0]["n_left_out"] == 5
    assert [row["kind"] for row in told["records"]] == ["profile"] * 6
