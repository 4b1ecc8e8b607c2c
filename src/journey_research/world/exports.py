"""Exports that carry names: the CRM's contacts, the shop's orders, the call centre's list."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import DAY_MS, END_MS, MINUTE_MS, chance_for, local, utc
from .mistakes import heard_name, pick, respell_phone, respell_street, typed_name, typo, wrong_digit
from .names import PRODUCTS
from .writing import Export, as_csv, as_workbook

HUBSPOT = [
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Date of birth", "Street Address", "City",
    "Postal Code", "Country/Region", "Lifecycle Stage", "Original Source", "Create Date",
]  # fmt: skip
SHOPIFY = [
    "Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
    "Discount Code", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
    "Billing Name", "Billing Street", "Billing City", "Billing Zip", "Billing Country", "Phone",
    "Refunded Amount", "Accepts Marketing", "Id", "Source",
]  # fmt: skip
TWILIO = [
    "sid", "from", "to", "direction", "status", "start_time", "end_time", "duration", "caller_name",
    "caller_city", "answered_by",
]  # fmt: skip
OUR_NUMBER = "+49305550100"
_ORIGINS = ["DIRECT_TRAFFIC", "ORGANIC_SEARCH", "PAID_SEARCH", "PAID_SOCIAL", "REFERRALS", "EMAIL_MARKETING"]


def _speakers(source: str, keys: list[str], persons: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "key": keys, "person": np.asarray(persons, dtype="int64")})


def _contact(person: Any, chance: np.random.Generator, *, again: bool) -> dict[str, str]:
    """What a CRM's form holds of a person; the second time (``again``) one or two things differ."""
    first, last = typed_name(person.first_name, person.last_name, chance, clean=0.93)
    told = {
        "first": first,
        "last": last,
        "email": person.email if chance.random() < 0.92 else "",
        "phone": person.phone if chance.random() < 0.82 else "",
        "born": person.birth_date if chance.random() < 0.75 else "",
        "street": person.street,
        "city": person.city,
        "zip": person.postal_code,
    }
    if chance.random() < 0.10:
        told |= {"street": "", "zip": ""}
    if told["phone"] and chance.random() < 0.06:
        told["phone"] = person.landline
    for _ in range(1 + (chance.random() < 0.3) if again else 0):
        _spoil(told, person, chance)
    return told


def _spoil(told: dict[str, str], person: Any, chance: np.random.Generator) -> None:
    kind = chance.random()
    if kind < 0.3:
        told["first"], told["last"] = typed_name(person.first_name, person.last_name, chance, clean=0.0)
    elif kind < 0.4:
        told["last"] = person.former_last_name
    elif kind < 0.6:
        told["email"] = pick(chance, [person.other_email, "", typo(person.email, chance)])
    elif kind < 0.75:
        told["phone"] = pick(chance, [person.landline, "", wrong_digit(person.phone, chance)])
    elif kind < 0.9:
        told["street"], told["city"] = person.former_street, person.former_city
        told["zip"] = person.former_postal_code
    else:
        year, month, day = person.birth_date.split("-")
        told["born"] = pick(chance, ["", f"{year}-{day}-{month}" if int(day) <= 12 else wrong_digit(
            person.birth_date[:-1], chance) + person.birth_date[-1]])


def hubspot_contacts(people: pd.DataFrame, world_seed: int) -> Export:
    """Contacts of the CRM; about a quarter of its people stand in it more than once."""
    chance = chance_for(world_seed, "hubspot")
    copies = (chance.random(len(people)) < 0.92) * (1 + (chance.random(len(people)) < 0.25))
    copies += (copies == 2) & (chance.random(len(people)) < 0.15)
    order = chance.permutation(np.repeat(np.arange(len(people)), copies))
    created = END_MS - (chance.random(len(order)) ** 2 * 2100 * DAY_MS).astype("int64")
    created = created - created % DAY_MS + chance.integers(7 * 60, 20 * 60, len(order)) * MINUTE_MS
    created = np.where(created >= END_MS - 6 * 60 * MINUTE_MS, created - DAY_MS, created)
    stamps = local(created, "%Y-%m-%d %H:%M")
    persons = list(people.itertuples())
    seen: set[int] = set()
    rows, keys = [], []
    for no, (at, stamp) in enumerate(zip(order, stamps, strict=True)):
        told = _contact(persons[at], chance, again=at in seen)
        seen.add(int(at))
        email = told["email"]
        if email and chance.random() < 0.08:
            email = pick(chance, [email.title(), email.upper(), f" {email}", f"{email} "])
        key = str(512_000_000 + 37 * no)
        keys.append(key)
        rows.append(
            [
                key, told["first"], told["last"], email,
                respell_phone(told["phone"], chance) if told["phone"] else "", told["born"],
                respell_street(told["street"], chance), told["city"], told["zip"],
                pick(chance, ["Germany", "Germany", "Deutschland", "DE"]),
                pick(chance, ["subscriber", "lead", "customer", "customer"]),
                pick(chance, [*_ORIGINS, "OFFLINE"]), stamp,
            ]
        )  # fmt: skip
    speakers = _speakers("hubspot_contacts", keys, order)
    return Export("hubspot_contacts.csv", as_csv(HUBSPOT, rows, mark=True), len(rows), speakers)


def _shopper(person: Any, chance: np.random.Generator, *, guest: bool) -> dict[str, str]:
    """What a checkout remembers of a person: one set of fields for the account, another each as guest."""
    first, last = typed_name(person.first_name, person.last_name, chance, clean=0.86)
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
    persons = list(people.itertuples())
    created = local(orders["at_ms"].to_numpy(), "%Y-%m-%d %H:%M:%S %z")
    paid = local(orders["at_ms"].to_numpy() + 40_000, "%Y-%m-%d %H:%M:%S %z")
    accounts: dict[int, dict[str, str]] = {}
    rows: list[list[Any]] = []
    keys, spoken = [], []
    for no, order in enumerate(orders.itertuples()):
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
        "shopify_orders.csv", as_csv(SHOPIFY, rows), len(rows), _speakers("shopify_orders", keys, spoken)
    )


def call_centre(people: pd.DataFrame, behaviour: Behaviour, world_seed: int) -> Export:
    """Calls as the telephone system lists them, names typed by ear."""
    chance = chance_for(world_seed, "calls written down")
    persons, calls = list(people.itertuples()), behaviour.calls
    begins = utc(calls["at_ms"].to_numpy() // 1000 * 1000)
    rows, keys = [], []
    for at, begin in zip(calls["person"], begins, strict=True):
        person = persons[at]
        sid = "CA" + bytes(chance.integers(0, 256, 16, dtype="uint8")).hex()
        number = person.landline if chance.random() < 0.06 else person.phone
        number = "anonymous" if chance.random() < 0.03 else number
        status = "no-answer" if chance.random() < 0.06 else "completed"
        seconds = int(chance.gamma(2.0, 120)) + 5 if status == "completed" else 0
        heard = heard_name(person.first_name, person.last_name, chance, clean=0.74)
        name = heard if status == "completed" and chance.random() < 0.92 else ""
        city = person.city if name and chance.random() < 0.85 else ""
        ends = begin + pd.Timedelta(seconds=seconds)
        rows.append(
            [
                sid, number, OUR_NUMBER, "inbound", status, format_datetime(begin.to_pydatetime()),
                format_datetime(ends.to_pydatetime()), str(seconds), name, city,
                "human" if status == "completed" else "",
            ]
        )  # fmt: skip
        keys.append(sid if number == "anonymous" else number)
    speakers = _speakers("call_centre", keys, calls["person"].to_numpy())
    return Export("call_centre.xlsx", as_workbook("Calls", TWILIO, rows), len(rows), speakers)
