"""Exports of the mail sender and of the keeper of consents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import DAY_MS, Calendar, chance_for, identity_numbers, iso
from .names import AGENTS, SITE
from .writing import Export, as_json_lines, speakers_of, tuples_of

MAIL_TOPICS = ["New arrivals", "Spring sale", "Hiking guide", "Rain gear", "Members week", "Tent testing"]


def mail_campaign(campaign_no: int) -> str:
    """Name of the newsletter of one week."""
    return f"Newsletter {campaign_no + 1:02d} {MAIL_TOPICS[campaign_no % len(MAIL_TOPICS)]}"


def sendgrid_events(people: pd.DataFrame, behaviour: Behaviour, world_seed: int) -> Export:
    """What became of every mail: delivered, bounced, opened (by a machine too), clicked, left."""
    chance = chance_for(world_seed, "sendgrid")
    mails, emails = behaviour.mails, people["email"].to_numpy()
    bounced = (chance.random(len(mails)) < 0.012) & (mails["opened_ms"].to_numpy() == 0)
    machine = (chance.random(len(mails)) < 0.06) & ~bounced
    parts = [
        ("bounce", bounced, mails["at_ms"] + 2_000),
        ("delivered", ~bounced, mails["at_ms"] + 2_000),
        ("machine", machine, mails["at_ms"] + 9_000),
        ("open", mails["opened_ms"] > 0, mails["opened_ms"]),
        ("click", mails["clicked_ms"] > 0, mails["clicked_ms"]),
        ("unsubscribe", mails["left_ms"] > 0, mails["left_ms"]),
    ]
    found = [pd.DataFrame({"mail": np.flatnonzero(on), "kind": k, "at_ms": at[on]}) for k, on, at in parts]
    events = pd.concat(found, ignore_index=True).sort_values(["at_ms", "mail", "kind"], ignore_index=True)
    events["person"] = mails["person"].to_numpy()[events["mail"]]
    campaigns = mails["campaign_no"].to_numpy()[events["mail"]]
    numbers, letters = identity_numbers(chance, len(events)), identity_numbers(chance, len(mails))
    rows, keys = [], []
    for event, number, campaign in zip(tuples_of(events), numbers, campaigns, strict=True):
        email = emails[event.person]
        row: dict[str, Any] = {
            "email": email.title() if event.mail % 50 == 7 else email,
            "timestamp": int(event.at_ms) // 1000,
            "event": "open" if event.kind == "machine" else event.kind,
            "category": ["newsletter"],
            "sg_event_id": number,
            "sg_message_id": letters[event.mail],
            "marketing_campaign_id": 7000 + int(campaign),
            "marketing_campaign_name": mail_campaign(int(campaign)),
        }
        if event.kind in ("open", "machine"):
            row["sg_machine_open"] = event.kind == "machine"
        if event.kind in ("open", "click"):
            row["useragent"] = AGENTS["mobile"]
        if event.kind == "click":
            row["url"] = f"{SITE}/?utm_source=sendgrid&utm_medium=email"
        rows.append(row)
        keys.append(email)
    spoken = speakers_of("sendgrid_events", keys, events["person"].to_numpy())
    return Export("sendgrid_events.jsonl", as_json_lines(rows), len(rows), spoken)


def _answers(
    people: pd.DataFrame, behaviour: Behaviour, calendar: Calendar, chance: np.random.Generator
) -> list[tuple[int, int, list[str], bool]]:
    """Instant, person, state of each purpose and whether it is a trial; oldest first."""
    agrees = people["agrees_to_mail"].to_numpy()
    asked = agrees | (chance.random(len(people)) < 0.5)
    leaving = behaviour.mails[behaviour.mails["left_ms"] > 0]
    left = dict(zip(leaving["person"].tolist(), leaving["left_ms"].tolist(), strict=True))
    found: list[tuple[int, int, list[str], bool]] = []
    for at in np.flatnonzero(asked).tolist():
        when = calendar.start_ms - int(chance.integers(1, 500)) * DAY_MS + int(chance.integers(0, DAY_MS))
        states = ["CONFIRMED" if agrees[at] else "NO_CHOICE"]
        states += ["CONFIRMED" if chance.random() < share else "NO_CHOICE" for share in (0.3, 0.2)]
        found.append((when, at, states, False))
        if chance.random() < 0.01:  # somebody trying out the form
            found.append((when + 1000, at, ["CONFIRMED"] * 3, True))
        if at in left and chance.random() < 0.9:
            found.append((left[at] + 60_000, at, ["WITHDRAWN", *states[1:]], False))
        elif chance.random() < 0.05:
            changed = ["WITHDRAWN" if state == "CONFIRMED" else state for state in states]
            found.append((int(calendar.moments(chance, 1)[0]), at, [states[0], *changed[1:]], False))
    return sorted(found, key=lambda answer: answer[:2])


def onetrust_receipts(
    people: pd.DataFrame, behaviour: Behaviour, calendar: Calendar, world_seed: int
) -> Export:
    """Receipts of consent, oldest first; half of those who would not agree were never asked."""
    chance = chance_for(world_seed, "onetrust")
    found = _answers(people, behaviour, calendar, chance)
    numbers = identity_numbers(chance, len(found))
    names = ["Email marketing", "SMS marketing", "Phone marketing"]
    texts = iso(np.array([when for when, _, _, _ in found], dtype="int64"))
    emails = people["email"].tolist()
    rows = [
        {
            "receiptId": number,
            "identifier": emails[at],
            "identifierType": "Email",
            "interactionDate": text,
            "test": is_trial,
            "purposes": [
                {"Id": f"purpose-{no}", "Name": name, "TransactionType": state}
                for no, (name, state) in enumerate(zip(names, states, strict=True), start=1)
            ],
        }
        for number, text, (_, at, states, is_trial) in zip(numbers, texts, found, strict=True)
    ]
    spoken = speakers_of("onetrust_receipts", [emails[a[1]] for a in found], [a[1] for a in found])
    return Export("onetrust_receipts.jsonl", as_json_lines(rows), len(rows), spoken)
