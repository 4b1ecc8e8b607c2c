"""Exports of clerks and forms: the CRM's contacts and the call centre's list."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Any

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import DAY_MS, END_MS, MINUTE_MS, chance_for, local, utc
from .mistakes import heard_name, pick, respell_phone, respell_street, typed_name, typo, wrong_digit
from .writing import Export, as_csv, as_workbook, speakers_of, tuples_of

HUBSPOT = [
    "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Date of birth", "Street Address",
    "City", "Postal Code", "Country/Region", "Lifecycle Stage", "Original Source", "Create Date",
]  # fmt: skip
TWILIO = [
    "sid", "from", "to", "direction", "status", "start_time", "end_time", "duration", "caller_name",
    "caller_city", "answered_by",
]  # fmt: skip
OUR_NUMBER = "+49305550100"
_ORIGINS = ["DIRECT_TRAFFIC", "ORGANIC_SEARCH", "PAID_SEARCH", "PAID_SOCIAL", "REFERRALS", "EMAIL_MARKETING"]


def _contact(person: Any, chance: np.random.Generator, *, again: bool) -> dict[str, str]:
    """What a CRM's form holds of a person; the second time (``again``) one or two things differ."""
    first, last = typed_name(person.first_name, person.last_name, chance, clean=0.91)
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
        told["born"] = pick(
            chance,
            [
                "",
                f"{year}-{day}-{month}"
                if int(day) <= 12
                else wrong_digit(person.birth_date[:-1], chance) + person.birth_date[-1],
            ],
        )


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
    persons = tuples_of(people)
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
    speakers = speakers_of("hubspot_contacts", keys, order)
    return Export("hubspot_contacts.csv", as_csv(HUBSPOT, rows, mark=True), len(rows), speakers)


def call_centre(people: pd.DataFrame, behaviour: Behaviour, world_seed: int) -> Export:
    """Calls as the telephone system lists them, names typed by ear."""
    chance = chance_for(world_seed, "calls written down")
    persons, calls = tuples_of(people), behaviour.calls
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
    speakers = speakers_of("call_centre", keys, calls["person"].to_numpy())
    return Export("call_centre.xlsx", as_workbook("Calls", TWILIO, rows), len(rows), speakers)
