"""Export of Square, with which the pop-up shops sell: amounts as they are printed, clocks as they are set."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.mistakes import noted

from .exporting import AnyExporter, Exporter, Part, speakers_of
from .text import (
    Column,
    chosen,
    csv_lines,
    joined,
    letter_ids,
    local_time,
    looked_up,
    money,
    padded,
    shares,
    texts,
)
from .tills import cards_shown, till_orders

SOURCE = "square_transactions"
TRANSACTIONS = (
    "Date", "Time", "Time Zone", "Gross Sales", "Discounts", "Net Sales", "Tax", "Tip", "Partial Refunds",
    "Total Collected", "Source", "Card", "Cash", "Transaction ID", "Payment ID", "Card Brand", "PAN Suffix",
    "Device Name", "Staff Name", "Description", "Event Type", "Location", "Customer ID", "Customer Name",
    "Customer Reference ID",
)  # fmt: skip
_ABROAD = "Eastern Time (US & Canada)"  # what a device says that nobody has set
_ZONES = {_ABROAD: "America/New_York", "Berlin": "Europe/Berlin"}


def square_transactions(block: Block) -> Part:
    """Sales of the pop-up shops and what was given back, in the order in which they happened.

    The account was opened as an American one: it prints a dollar sign before euros. Each row is on the
    clock of its device, which it names as Rails names zones.
    """
    orders = till_orders(block, popup=True)
    back = np.flatnonzero(orders["refunded_cents"] > 0)
    order = np.concatenate([np.arange(len(orders)), back])
    is_refund = np.arange(len(order)) >= len(orders)
    at_ms = np.where(is_refund, orders["refunded_ms"].to_numpy()[order], orders["at_ms"].to_numpy()[order])
    by_time = np.lexsort((is_refund, order, at_ms))
    order, is_refund, at_ms = order[by_time], is_refund[by_time], at_ms[by_time]
    sale = orders.iloc[order].reset_index(drop=True)
    number, who = sale["number"].to_numpy(), sale["person"].to_numpy()
    amount = np.where(is_refund, -sale["refunded_cents"], sale["amount_cents"])
    discount = np.where(is_refund, 0, sale["discount_cents"])
    tax = np.where(sale["amount_cents"] > 0, amount * sale["tax_cents"] // sale["amount_cents"].clip(1), 0)
    by_card = (sale["payment"] == "card").to_numpy()
    card = looked_up(cards_shown(block, orders)[0], order)
    device = 1 + number % 3
    is_abroad = device == 3
    person_number = block.people["number"].to_numpy()[who]
    is_known = by_card & (shares(person_number, "known to square") < 0.3)
    has_reference = card.is_valid().to_numpy(zero_copy_only=False)
    customer = chosen(is_known | has_reference, letter_ids(person_number, "square customer", 22), None)
    told = noted(block.people, orders["person"].to_numpy(), SOURCE, block.world_seed, block.number).iloc[
        order
    ]
    full_name = joined("$first $last", first=told["first_name"], last=told["last_name"])
    transaction = letter_ids(number, "square transaction", 20)
    cells: dict[str, Column] = {
        "Date": _clock(at_ms, is_abroad, "%Y-%m-%d"),
        "Time": _clock(at_ms, is_abroad, "%H:%M:%S"),
        "Time Zone": chosen(is_abroad, _ABROAD, "Berlin"),
        "Gross Sales": money(amount + discount, before="$", thousands=","),
        "Discounts": money(-discount, before="$", thousands=","),
        "Net Sales": money(amount - tax, before="$", thousands=","),
        "Tax": money(tax, before="$", thousands=","),
        "Tip": "$0.00",
        "Partial Refunds": "$0.00",
        "Total Collected": money(amount, before="$", thousands=","),
        "Source": "Point of Sale",
        "Card": money(np.where(by_card, amount, 0), before="$", thousands=","),
        "Cash": money(np.where(by_card, 0, amount), before="$", thousands=","),
        "Transaction ID": transaction,
        "Payment ID": letter_ids(2 * number + is_refund, "square payment", 22),
        "Card Brand": chosen(by_card, chosen(person_number % 3 == 0, "MasterCard", "Visa"), None),
        "PAN Suffix": chosen(by_card, padded(person_number * 7919 % 10_000, 4), None),
        "Device Name": joined("Kasse $no", no=device),
        "Staff Name": texts(np.array(["Aylin", "Jonas", "Mia"], dtype=object)[number % 3]),
        "Description": looked_up(_descriptions(block, orders), order),
        "Event Type": chosen(is_refund, "Refund", "Payment"),
        "Location": looked_up(block.catalogue.stores["name"], sale["store"]),
        "Customer ID": customer,
        "Customer Name": chosen(has_reference, full_name, None),
        "Customer Reference ID": card,
    }
    keys = pc.coalesce(card, customer, transaction)
    written = csv_lines([cells[name] for name in TRANSACTIONS])
    return Part(written, speakers_of(SOURCE, keys, who), {"touchpoints": len(orders)})


def _clock(at_ms: np.ndarray, is_abroad: np.ndarray, pattern: str) -> pa.Array:
    abroad, here = (local_time(at_ms, zone, pattern) for zone in _ZONES.values())
    return chosen(is_abroad, abroad, here)


def _descriptions(block: Block, orders: pd.DataFrame) -> pa.Array:
    """What was bought, in words: "2 x Mütze blau, Zelt, 2 Personen grün"."""
    place = np.full(len(block.orders), -1)
    place[orders["row"]] = np.arange(len(orders))
    lines = block.lines[place[block.lines["order"]] >= 0]
    lines = lines.iloc[np.argsort(place[lines["order"]], kind="stable")]
    name = looked_up(block.catalogue.products["name"], lines["product"])
    several = joined("$n x $name", n=lines["quantity"], name=name)
    words = chosen(lines["quantity"] > 1, several, name)
    ends = np.searchsorted(place[lines["order"]], np.arange(len(orders) + 1))
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), words)
    return pc.binary_join(lists, ", ")


SQUARE: tuple[AnyExporter, ...] = (
    Exporter(
        "square_transactions.csv", (",".join(TRANSACTIONS) + "\n").encode(), square_transactions,
        dirt=("day", "number", "cut", "extra", "quote", "bytes"),
    ),
)  # fmt: skip
