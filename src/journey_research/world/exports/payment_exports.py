"""Export of Stripe: charges as its API tells them, amounts in the currency's smallest unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import Block

from .buyers import TEST_EMAIL, Buyers, buyers, is_online, order_names
from .exporting import AnyExporter, Exporter, Part, speakers_of
from .json_objects import json_objects, only_where, quoted
from .text import chosen, epoch_seconds, joined, json_text, letter_ids, looked_up, shares, texts

SOURCE = "stripe_charges"
_YEN_A_CENT = 1.63  # the yen has no smaller unit, so its amounts are whole yen
_PAID, _REFUSED, _TEST = 0, 1, 2
_AFTER_MS = np.array([20_000, -40_000, 320_000])  # how long after the order, by kind of attempt
_EVERY_TEST = 150  # one order in so many is tried again in the test mode


def stripe_charges(block: Block) -> Part:
    """Charges of the orders that were paid by card; each order once more than the shop tells it.

    A card that is refused is tried again, some buyers' banks charge them in yen, and people of the shop
    try the checkout in the test mode.
    """
    paid_by_card = is_online(block) & (block.orders["payment"] == "card").to_numpy()
    orders = block.orders[paid_by_card].reset_index(drop=True)
    who, charges = buyers(block, orders), _charges(block, orders)
    order, number = charges["order"].to_numpy(), charges["number"].to_numpy()
    is_test, succeeded = (charges["attempt"] == _TEST).to_numpy(), (charges["attempt"] != _REFUSED).to_numpy()
    email = chosen(is_test, TEST_EMAIL, looked_up(who.email, order))
    person = block.people["number"].to_numpy()[charges["person"]]
    customer = joined("cus_$k", k=letter_ids(person, "stripe customer", 14))
    customer = chosen(who.is_guest[order] | is_test, None, customer)
    charge_id = joined("ch_3$k", k=letter_ids(3 * number + charges["attempt"], "stripe charge", 22))
    status = chosen(charges["status"] == "pending", "pending", "succeeded")
    lines = json_objects(
        {
            "id": json_text(charge_id),
            "object": '"charge"',
            "amount": texts(charges["amount"]),
            "amount_captured": texts(np.where(succeeded, charges["amount"], 0)),
            "amount_refunded": texts(charges["returned"]),
            "billing_details": _billing_details(block, who, charges, email),
            "captured": texts(succeeded),
            "created": epoch_seconds(charges["at_ms"]),
            "currency": json_text(charges["currency"]),
            "customer": pc.fill_null(quoted(customer), "null"),
            "failure_code": chosen(succeeded, "null", '"card_declined"'),
            "livemode": texts(~is_test),
            "metadata": joined('{"order_id":$k}', k=json_text(order_names(number))),
            "paid": texts(succeeded),
            "payment_intent": json_text(joined("pi_3$k", k=letter_ids(number, "stripe intent", 22))),
            "payment_method_details": _card(block, charges, person),
            "receipt_email": only_where(succeeded, json_text(email)),
            "refunded": texts((charges["returned"] == charges["amount"]) & (charges["returned"] > 0)),
            "status": json_text(chosen(succeeded, status, "failed")),
        }
    )
    live = np.flatnonzero(~is_test)
    keys = pc.coalesce(customer, charge_id).take(pa.array(live))
    return Part(lines, speakers_of(SOURCE, keys, charges["person"].to_numpy()[live]))


def _charges(block: Block, orders: pd.DataFrame) -> pd.DataFrame:
    """Each attempt to charge n orders, those of one order together.

    Returns:
        ``order`` (row of ``orders``), ``attempt``, ``at_ms``, ``amount`` and ``returned`` in ``currency``,
        and the order's ``number, person, status``.
    """
    refused = np.flatnonzero(shares(orders["number"], "card was refused") < 0.03)
    tested = np.arange(0, len(orders), _EVERY_TEST)
    order = np.concatenate([np.arange(len(orders)), refused, tested])
    attempt = np.repeat([_PAID, _REFUSED, _TEST], [len(orders), len(refused), len(tested)])
    together = np.lexsort((attempt, order))
    order, attempt = order[together], attempt[together]
    told = orders.iloc[order].reset_index(drop=True)
    at_ms = np.minimum(told["at_ms"].to_numpy() + _AFTER_MS[attempt], block.calendar.end_ms - 1)
    back = told["refunded_cents"].where(told["status"] != "cancelled", told["amount_cents"])
    in_yen = (shares(told["number"], "bank charges in yen") < 0.03) & (attempt == _PAID)
    rate = np.where(in_yen, _YEN_A_CENT, 1.0)
    return pd.DataFrame(
        {
            "order": order,
            "attempt": attempt,
            "at_ms": at_ms,
            "amount": np.round(told["amount_cents"] * rate).astype("int64"),
            "returned": np.round(np.where(attempt == _PAID, back, 0) * rate).astype("int64"),
            "currency": np.where(in_yen, "jpy", "eur"),
            **{name: told[name] for name in ("number", "person", "status")},
        }
    )


def _billing_details(block: Block, who: Buyers, charges: pd.DataFrame, email: pa.Array) -> pa.Array:
    """Who is charged, as the shop hands it on."""
    told = who.told.iloc[charges["order"]]
    is_test = (charges["attempt"] == _TEST).to_numpy()
    name = joined("$first $last", first=told["first_name"], last=told["last_name"])
    address = json_objects(
        {
            "city": json_text(told["city"]),
            "country": json_text(block.people["country"].to_numpy()[charges["person"]]),
            "line1": json_text(told["street"]),
            "line2": "null",
            "postal_code": json_text(told["postal_code"]),
        }
    )
    return json_objects(
        {
            "address": chosen(is_test, "null", address),
            "email": json_text(email),
            "name": json_text(chosen(is_test, "Test Test", name)),
            "phone": json_text(chosen(is_test | (told["phone"] == "").to_numpy(), None, told["phone"])),
        }
    )


def _card(block: Block, charges: pd.DataFrame, person: np.ndarray) -> pa.Array:
    """The card: one's own, in some cases the one that a household shares."""
    household = block.people["household"].to_numpy()[charges["person"]]
    owner = np.where(shares(charges["number"], "whose card") < 0.15, -1 - household, person)
    owner = np.where(charges["attempt"] == _TEST, -1_000_000_007, owner)
    return joined(
        '{"card":{"brand":"$brand","fingerprint":"$print","last4":"$last"},"type":"card"}',
        brand=chosen(owner % 3 == 0, "mastercard", "visa"),
        print=letter_ids(owner, "card fingerprint", 16),
        last=pc.utf8_slice_codeunits(texts(1_000_000 + owner % 9_973), -4, None),
    )


PAYMENTS: tuple[AnyExporter, ...] = (
    Exporter("stripe_charges.jsonl", b"", stripe_charges, dirt=("json", "cut")),
)
