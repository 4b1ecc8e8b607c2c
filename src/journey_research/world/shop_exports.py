"""The export of the shop: orders, with the name and address that the buyer typed that day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .calendar import chance_for, local
from .mistakes import respell_phone, respell_street, typed_name
from .names import PRODUCTS
from .writing import Export, as_csv, speakers_of, tuples_of

SHOPIFY = [
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Discount Code", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
    "Billing Name", "Billing Street", "Billing City", "Billing Zip", "Billing Country", "Phone",
    "Refunded Amount", "Accepts Marketing", "Id", "Source",
]  # fmt: skip


def _shopper(person: Any, chance: np.random.Generator, *, guest: bool) -> dict[str, str]:
    """What a checkout remembers of a person: one set of fields for the account, another each as guest."""
    first, last = typed_name(person.first_name, person.last_name, chance, clean=0.82)
    moved = chance.random() < 0.06
    return {
        "email": person.other_email if guest else person.email,
        "name": f"{first} {last}",
        "street": respell_street(person.former_street if moved else person.street, chance),
        "city": person.former_city if moved else person.city,
        "zip": person.former_postal_code if moved else person.postal_code,
        "phone": respell_phone(person.phone, chance) if chance.random() < 0.75 else "",
    }


def _lines(chance: np.random.Generator) -> list[tuple[int, str, int, str]]:
    chosen = chance.choice(len(PRODUCTS), size=min(1 + chance.poisson(0.8), 6), replace=False)
    quantity = [int(1 + (chance.random() < 0.15)) for _ in chosen]
    return [
        (n, PRODUCTS[at][1], PRODUCTS[at][2], PRODUCTS[at][0]) for n, at in zip(quantity, chosen, strict=True)
    ]


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def shopify_orders(people: pd.DataFrame, orders: pd.DataFrame, world_seed: int) -> Export:
    """Orders of the shop, a row a line; what belongs to the whole order stands in its first row only."""
    chance = chance_for(world_seed, "shopify")
    persons = tuples_of(people)
    created = local(orders["at_ms"].to_numpy(), "%Y-%m-%d %H:%M:%S %z")
    paid = local(orders["at_ms"].to_numpy() + 40_000, "%Y-%m-%d %H:%M:%S %z")
    accounts: dict[int, dict[str, str]] = {}
    rows: list[list[Any]] = []
    keys, spoken = [], []
    for no, order in enumerate(tuples_of(orders)):
        person, name = persons[order.person], f"#{1001 + no}"
        guest = chance.random() < 0.14
        if guest or order.person not in accounts:
            told = _shopper(person, chance, guest=guest)
            if not guest:
                accounts[order.person] = told
        else:
            told = accounts[order.person]
        till = order.source == "pos"
        email = "" if till and chance.random() < 0.5 else told["email"]
        email_written = email.title() if chance.random() < 0.03 else email
        lines = _lines(chance)
        code = "SPRING10" if chance.random() < 0.12 else ""
        subtotal = sum(quantity * price for quantity, _, price, _ in lines)
        subtotal = subtotal * 9 // 10 if code else subtotal
        shipping = 0 if till or subtotal >= 7500 else 490
        total = subtotal + shipping
        fate = chance.random()
        status = "pending" if fate < 0.02 else "refunded" if fate < 0.05 else "paid"
        status = "partially_refunded" if 0.05 <= fate < 0.08 else status
        refunded = {"refunded": total, "partially_refunded": min(lines[0][2], total)}.get(status, 0)
        marketing = "yes" if person.agrees_to_mail and chance.random() < 0.8 else "no"
        for at, (quantity, label, price, sku) in enumerate(lines):
            line = [quantity, label, _money(price), sku]
            if at:
                rows.append([name, email_written, *[""] * 9, *line, *[""] * 10])
                continue
            rows.append(
                [
                    name, email_written, status, paid[no] if status != "pending" else "", "EUR",
                    _money(subtotal), _money(shipping), _money(total * 19 // 119), _money(total), code,
                    created[no], *line, told["name"], told["street"], told["city"],
                    ("'" if chance.random() < 0.2 else "") + told["zip"], "DE", told["phone"],
                    _money(refunded), marketing, 5_400_000_000_000 + 7919 * no, order.source,
                ]
            )  # fmt: skip
        keys.append(email or name)
        spoken.append(order.person)
    return Export(
        "shopify_orders.csv", as_csv(SHOPIFY, rows), len(rows), speakers_of("shopify_orders", keys, spoken)
    )
