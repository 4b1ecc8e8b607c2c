"""Exports of the web shop: orders as typed that day, and what lies where."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import ZONE

from .buyers import TEST_EMAIL, Buyers, buyers, is_online, order_names
from .exporting import AnyExporter, Exporter, Part, speakers_of
from .payment_exports import PAYMENTS
from .standing import standing
from .text import (
    Column,
    chosen,
    csv_cells,
    csv_lines,
    joined,
    local_time,
    looked_up,
    money,
    over_distinct,
    shares,
    texts,
)

ORDERS, INVENTORY = "shopify_orders", "shopify_inventory"
# Cells of the order as a whole; an order's second and later rows leave them empty.
_OF_THE_ORDER = (
    "Financial Status", "Paid at", "Fulfillment Status", "Accepts Marketing", "Currency", "Subtotal",
    "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at",
    "Billing Name", "Billing Street", "Billing City", "Billing Zip", "Billing Country", "Billing Phone",
    "Cancelled at", "Payment Method", "Refunded Amount", "Location", "Id", "Tags", "Source", "Phone",
)  # fmt: skip
_OF_THE_LINE = ("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku")
SHOPIFY = (
    "Name", "Email", *_OF_THE_ORDER[:13], *_OF_THE_LINE, *_OF_THE_ORDER[13:],
)  # fmt: skip
STOCK = ("item.sku", "location.name", "quantities.name", "quantities.quantity", "quantities.updatedAt")
_STATUS = {"cancelled": "voided"}
_SOURCES = {"web": "web", "app": "3890849", "phone": "shopify_draft_order"}
_OFFSET_TIME = "%Y-%m-%d %H:%M:%S %z"
_TEST_PAYMENT = "bogus"  # the gateway that people use who try the checkout


def _cells(block: Block, orders: pd.DataFrame) -> tuple[dict[str, Column | str], Buyers]:
    """What the first row of each of n orders says."""
    number, at_ms = orders["number"].to_numpy(), orders["at_ms"].to_numpy()
    who = buyers(block, orders)
    told, status = who.told, orders["status"]
    full_name = joined("$first $last", first=told["first_name"], last=told["last_name"])
    agreed = standing(block, "email", orders["person"].to_numpy(), at_ms)["status"] == "granted"
    collected = (orders["fulfilled_channel"] == "store").to_numpy()
    phone = chosen(shares(number, "phone of the order") < 0.75, told["phone"], None)
    apostrophe = (shares(number, "apostrophe") < 0.2) & (told["postal_code"] != "").to_numpy()
    zip_code = joined("'$zip", zip=told["postal_code"])
    cells: dict[str, Column | str] = {
        "Name": order_names(number),
        "Email": who.typed_email,
        "Financial Status": over_distinct(status, _status),
        "Paid at": chosen(status.isin(["pending"]), None, local_time(at_ms + 40_000, ZONE, _OFFSET_TIME)),
        "Fulfillment Status": chosen(status.isin(["pending", "cancelled"]), "unfulfilled", "fulfilled"),
        "Accepts Marketing": chosen(agreed, "yes", "no"),
        "Currency": "EUR",
        "Subtotal": money(orders["amount_cents"] - orders["shipping_cents"]),
        "Shipping": money(orders["shipping_cents"]),
        "Taxes": money(orders["tax_cents"]),
        "Total": money(orders["amount_cents"]),
        "Discount Code": orders["coupon"],
        "Discount Amount": money(orders["discount_cents"]),
        "Shipping Method": chosen(collected, "Abholung in der Filiale", "Standardversand"),
        "Created at": local_time(at_ms, ZONE, _OFFSET_TIME),
        "Billing Name": full_name,
        "Billing Street": told["street"],
        "Billing City": told["city"],
        "Billing Zip": chosen(apostrophe, zip_code, told["postal_code"]),
        "Billing Country": block.people["country"].to_numpy()[orders["person"]],
        "Billing Phone": phone,
        "Cancelled at": chosen(
            status == "cancelled", local_time(at_ms + 3_600_000, ZONE, _OFFSET_TIME), None
        ),
        "Payment Method": chosen(orders["payment"] == "card", "Stripe", "Rechnung"),
        "Refunded Amount": money(orders["refunded_cents"]),
        "Location": looked_up(block.catalogue.stores["name"], orders["store"]),
        "Id": texts(5_400_000_000_000 + 7919 * number),
        "Tags": chosen(orders["coupon"] != "", "coupon", None),
        "Source": over_distinct(orders["ordered_channel"], _SOURCES.get),
        "Phone": phone,
    }
    return cells, who


def _status(status: str) -> str:
    return _STATUS.get(status, status)


def shopify_orders(block: Block) -> Part:
    """Orders of the shop, a row a line; what belongs to the whole order stands in its first row only."""
    online = np.flatnonzero(is_online(block))
    orders = block.orders.iloc[online].reset_index(drop=True)
    cells, who = _cells(block, orders)
    place = np.full(len(block.orders), -1)
    place[online] = np.arange(len(online))
    lines = block.lines[place[block.lines["order"]] >= 0]
    row = place[lines["order"]]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.empty(0, dtype=bool)
    shown: dict[str, Column] = {name: looked_up(cells[name], row) for name in ("Name", "Email")}
    for name in _OF_THE_ORDER:
        told = cells[name]
        is_word = isinstance(told, str)
        shown[name] = chosen(first, told, None) if is_word else looked_up(told, np.where(first, row, -1))
    products = block.catalogue.products
    shown |= {
        "Lineitem quantity": lines["quantity"],
        "Lineitem name": looked_up(products["name"], lines["product"]),
        "Lineitem price": money(lines["price_cents"]),
        "Lineitem sku": looked_up(products["sku"], lines["product"]),
    }
    written = csv_lines([shown[name] for name in SHOPIFY])
    keys = pc.coalesce(chosen(who.is_nobodys, None, pc.utf8_lower(who.email)), texts(cells["Name"]))
    tests = _tests(block, orders)
    followed = first & ~np.append(first[1:], True) if len(first) else first
    leaned_on = np.append(followed, np.zeros(len(tests), dtype=bool))
    keys_of = speakers_of(ORDERS, keys, orders["person"].to_numpy())
    return Part(pa.concat_arrays([written, tests]), keys_of, leaned_on=leaned_on)


def _tests(block: Block, orders: pd.DataFrame) -> pa.Array:
    """Orders with which somebody tried the checkout, one for two hundred; they are worth nothing."""
    tried = orders.iloc[:: max(1, min(200, len(orders)))]
    if not len(tried):
        return pa.array([], pa.string())
    at = local_time(tried["at_ms"] + 5 * 60_000, ZONE, _OFFSET_TIME)
    product = block.catalogue.products.iloc[0]
    price = money([int(product["price_cents"])])[0].as_py()
    cells: dict[str, Column] = dict.fromkeys(SHOPIFY, "") | {
        "Name": joined("#T$no", no=1001 + tried["number"]), "Email": TEST_EMAIL, "Created at": at,
        "Paid at": at, "Financial Status": "paid", "Currency": "EUR", "Total": price, "Subtotal": price,
        "Shipping": "0.00", "Taxes": "0.00", "Discount Amount": "0.00", "Refunded Amount": "0.00",
        "Accepts Marketing": "no", "Lineitem quantity": "1", "Lineitem name": str(product["name"]),
        "Lineitem price": price, "Lineitem sku": str(product["sku"]), "Payment Method": _TEST_PAYMENT,
        "Tags": "test", "Source": "web", "Billing Name": "Test Test", "Billing Country": "DE",
    }  # fmt: skip
    return csv_lines([cells[name] for name in SHOPIFY])


def shopify_inventory(block: Block) -> Part:
    """Counts of the stock, the same for everybody: told with the first block."""
    if block.number:
        return Part(pa.array([], pa.string()))
    stock, catalogue = block.catalogue.stock, block.catalogue
    where = looked_up(catalogue.stores["name"], stock["store"])
    return Part(
        csv_lines(
            [
                looked_up(catalogue.products["sku"], stock["product"]),
                pc.fill_null(where, "Zentrallager"),
                stock["state"],
                stock["quantity"],
                local_time(stock["at_ms"], "UTC", "%Y-%m-%dT%H:%M:%SZ"),
            ]
        )
    )


def _header(names: tuple[str, ...]) -> bytes:
    return ",".join(csv_cells(list(names)).to_pylist()).encode() + b"\n"


EXPORTERS: tuple[AnyExporter, ...] = (
    Exporter(
        "shopify_orders.csv", _header(SHOPIFY), shopify_orders,
        dirt=("day", "number", "cut", "extra", "quote", "bytes"),
    ),
    Exporter("shopify_inventory.csv", _header(STOCK), shopify_inventory, dirt=("day", "cut", "extra")),
    *PAYMENTS,
)  # fmt: skip
