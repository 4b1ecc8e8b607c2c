"""Exports of events: the web site's and app's, the mail sender's, and the receipts of consent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import DAY_MS, END_MS, Calendar, chance_for, iso
from .exports import _speakers
from .names import PRODUCTS
from .writing import Export, as_json_lines

SITE = "https://shop.example.de"
_MEDIUM = {
    "paid_search": ("google", "cpc"),
    "display": ("google", "display"),
    "social": ("facebook", "paid_social"),
    "email": ("sendgrid", "email"),
}
_REFERRER = {
    "organic_search": "https://www.google.com/",
    "paid_search": "https://www.google.com/",
    "display": "https://news.example.net/today",
    "social": "https://www.facebook.com/",
    "referral": "https://blog.example.org/outdoor",
}
_AGENTS = {
    "mobile": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/121.0 Mobile Safari/537.36",
    "desktop": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/121.0 Safari/537.36",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 17_3 like Mac OS X) AppleWebKit/605.1.15 Version/17.3 Safari/604.1",
}
_BOTS = ["Mozilla/5.0 (compatible; Googlebot/2.1)", "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
         "Mozilla/5.0 (compatible; bingbot/2.0)"]  # fmt: skip
MAIL_TOPICS = ["New arrivals", "Spring sale", "Hiking guide", "Rain gear", "Members week", "Tent testing"]


def identity_numbers(chance: np.random.Generator, n: int) -> list[str]:
    """``n`` random identifiers in the form of a UUID."""
    drawn = chance.integers(0, 256, (n, 16), dtype="uint8")
    texts = [bytes(row).hex() for row in drawn]
    return [f"{t[:8]}-{t[8:12]}-4{t[13:16]}-a{t[17:20]}-{t[20:]}" for t in texts]


def mail_campaign(campaign_no: int) -> str:
    """Name of the newsletter of one week."""
    return f"Newsletter {campaign_no + 1:02d} {MAIL_TOPICS[campaign_no % len(MAIL_TOPICS)]}"


def _events_of(visits: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """One row per event of a visit: a page first, then products, perhaps the basket and the checkout."""
    n_products = 1 + chance.poisson(1.0, len(visits)) + visits["buys"].to_numpy()
    buys = visits["buys"].to_numpy()
    adds = buys | (chance.random(len(visits)) < 0.15)
    counts = 1 + n_products + adds + buys
    at = np.repeat(np.arange(len(visits)), counts)
    step = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    products = n_products[at]
    kind = np.select(
        [step == 0, step <= products, step == products + 1], ["page", "view", "add"], default="checkout"
    )
    pause = chance.integers(8_000, 70_000, len(at)) * (step > 0)
    elapsed = pd.Series(pause).groupby(at).cumsum().to_numpy()
    events = pd.DataFrame({"visit": at, "kind": kind, "at_ms": visits["at_ms"].to_numpy()[at] + elapsed})
    events["product"] = chance.integers(0, len(PRODUCTS), len(at))
    return events


def _devices(people: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """One row per cookie: its person, device, the share of its visits, whether it ever logs in."""
    online = np.flatnonzero(people["uses_web"].to_numpy())
    person = np.repeat(online, chance.choice([1, 2, 3], size=len(online), p=[0.45, 0.38, 0.17]))
    cookies = pd.DataFrame({"person": person, "cookie": identity_numbers(chance, len(person))})
    cookies["device"] = chance.choice(["mobile", "desktop", "tablet"], size=len(person), p=[0.55, 0.35, 0.1])
    logs_in = people["has_login"].to_numpy()[person]
    cookies["logs_in"] = logs_in & (chance.random(len(person)) < 0.7)
    cookies["clock_off_ms"] = np.where(
        chance.random(len(person)) < 0.1, chance.integers(-600_000, 600_000, len(person)), 0
    )
    return cookies


def _message(
    event: Any, message_id: str, text: tuple[str, str, str], user: str | None, email: str, page: dict[str, str]
) -> dict[str, Any]:
    received, original, sent = text
    kinds = {"view": "Product Viewed", "add": "Product Added", "checkout": "Checkout Started"}
    row: dict[str, Any] = {
        "messageId": message_id,
        "anonymousId": event.cookie,
        "userId": user,
        "type": {"page": "page", "identify": "identify"}.get(event.kind, "track"),
        "event": kinds.get(event.kind),
        "originalTimestamp": original,
        "sentAt": sent,
        "receivedAt": received,
        "timestamp": received,
        "context": {"page": page, "device": {"type": event.device}, "userAgent": event.agent},
        "properties": {"product_id": PRODUCTS[event.product][0]} if event.kind in ("view", "add") else {},
    }
    if event.channel in _MEDIUM:
        source, medium = _MEDIUM[event.channel]
        row["context"]["campaign"] = {"source": source, "medium": medium, "name": event.campaign}
    if event.kind == "identify":
        row["traits"] = {"email": email}
    return row


def segment_events(people: pd.DataFrame, behaviour: Behaviour, calendar: Calendar, world_seed: int) -> Export:
    """Events of the web site and app; a cookie is known from its first login on, many never are."""
    chance = chance_for(world_seed, "segment")
    visits, cookies = behaviour.visits, _devices(people, chance)
    first = cookies.reset_index().groupby("person")["index"].agg(["min", "size"])
    first = first.reindex(np.arange(len(people)), fill_value=0)
    spread = (chance.random(len(visits)) ** 1.5 * first["size"].to_numpy()[visits["person"]]).astype(int)
    events = _events_of(visits, chance)
    for column in ("person", "channel"):
        events[column] = visits[column].to_numpy()[events["visit"]]
    events["campaign"] = [
        mail_campaign(no) if no >= 0 else campaign
        for no, campaign in zip(
            visits["campaign_no"].to_numpy()[events["visit"]],
            visits["campaign"].to_numpy()[events["visit"]],
            strict=True,
        )
    ]
    cookie_no = (first["min"].to_numpy()[visits["person"]] + spread)[events["visit"]]
    for column in ("cookie", "device", "logs_in", "clock_off_ms"):
        events[column] = cookies[column].to_numpy()[cookie_no]
    events["agent"] = events["device"].map(_AGENTS)
    entering = events["logs_in"] & (events["kind"] == "page")
    entering &= (chance.random(len(visits)) < 0.5)[events["visit"]] | visits["buys"].to_numpy()[events["visit"]]
    logins = events[entering].assign(kind="identify", at_ms=lambda rows: rows["at_ms"] + 3_000)
    events = pd.concat([events, logins, _bots(calendar, len(people), chance)], ignore_index=True)
    events = events.sort_values(["at_ms", "cookie", "kind"], ignore_index=True)
    known_from = logins.groupby("cookie")["at_ms"].min()
    events["is_known"] = events["at_ms"] >= events["cookie"].map(known_from).fillna(END_MS * 2)
    return _written(people, events, chance)


def _bots(calendar: Calendar, persons: int, chance: np.random.Generator) -> pd.DataFrame:
    n = max(2, persons // 150)
    robot = np.repeat(np.arange(n), 12)
    names = identity_numbers(chance, n)
    return pd.DataFrame(
        {
            "visit": -1, "kind": "page", "at_ms": calendar.moments(chance, len(robot)), "product": 0,
            "person": -1 - robot, "channel": "direct", "campaign": "", "cookie": [names[at] for at in robot],
            "device": "desktop", "logs_in": False, "clock_off_ms": 0, "agent": [_BOTS[at % 3] for at in robot],
        }
    )  # fmt: skip


def _written(people: pd.DataFrame, events: pd.DataFrame, chance: np.random.Generator) -> Export:
    received = iso(events["at_ms"].to_numpy())
    clock = events["at_ms"].to_numpy() + events["clock_off_ms"].to_numpy()
    original, sent = iso(clock - 400), iso(clock - 150)
    emails, users = people["email"].to_numpy(), people["login_id"].to_numpy()
    numbers = identity_numbers(chance, len(events))
    again = chance.random(len(events)) < 0.005
    paths = {"page": "/", "identify": "/account/login", "checkout": "/checkout", "add": "/cart"}
    rows: list[dict[str, Any]] = []
    speakers: list[int] = []
    for at, event in enumerate(events.itertuples()):
        path = paths.get(event.kind) or f"/products/{PRODUCTS[event.product][0].lower()}"
        page = {"url": SITE + path, "referrer": _REFERRER.get(event.channel, "")}
        user, email = (users[event.person], emails[event.person]) if event.is_known else (None, "")
        row = _message(event, numbers[at], (received[at], original[at], sent[at]), user, email, page)
        for _ in range(2 if again[at] else 1):
            rows.append(row)
            speakers.append(event.person)
    keys = [row["anonymousId"] for row in rows]
    spoken = _speakers("segment_events", keys, np.array(speakers))
    return Export("segment_events.jsonl", as_json_lines(rows), len(rows), spoken)


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
    for event, number, campaign in zip(events.itertuples(), numbers, campaigns, strict=True):
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
            row["useragent"] = _AGENTS["mobile"]
        if event.kind == "click":
            row["url"] = f"{SITE}/?utm_source=sendgrid&utm_medium=email"
        rows.append(row)
        keys.append(email)
    spoken = _speakers("sendgrid_events", keys, events["person"].to_numpy())
    return Export("sendgrid_events.jsonl", as_json_lines(rows), len(rows), spoken)


def onetrust_receipts(
    people: pd.DataFrame, behaviour: Behaviour, calendar: Calendar, world_seed: int
) -> Export:
    """Receipts of consent, oldest first; a fifth of those who did not agree were never asked."""
    chance = chance_for(world_seed, "onetrust")
    asked = people["agrees_to_mail"].to_numpy() | (chance.random(len(people)) < 0.5)
    found: list[tuple[int, int, list[str], bool]] = []
    left = behaviour.mails[behaviour.mails["left_ms"] > 0].groupby("person")["left_ms"].min().to_dict()
    for at in np.flatnonzero(asked):
        agrees = bool(people["agrees_to_mail"].iat[at])
        when = calendar.start_ms - int(chance.integers(1, 500)) * DAY_MS + int(chance.integers(0, DAY_MS))
        states = ["CONFIRMED" if agrees else "NO_CHOICE"]
        states += ["CONFIRMED" if chance.random() < share else "NO_CHOICE" for share in (0.3, 0.2)]
        found.append((when, int(at), states, chance.random() < 0.01))
        if at in left and chance.random() < 0.9:
            found.append((left[at] + 60_000, int(at), ["WITHDRAWN", *states[1:]], False))
        elif chance.random() < 0.05:
            changed = ["WITHDRAWN" if state == "CONFIRMED" else state for state in states]
            when = int(calendar.moments(chance, 1)[0])
            found.append((when, int(at), [states[0], *changed[1:]], False))
    found.sort(key=lambda receipt: receipt[:2])
    numbers = identity_numbers(chance, len(found))
    names = ["Email marketing", "SMS marketing", "Phone marketing"]
    texts = iso(np.array([receipt[0] for receipt in found], dtype="int64"))
    rows, keys = [], []
    for number, text, (_, at, states, test) in zip(numbers, texts, found, strict=True):
        email = str(people["email"].iat[at])
        purposes = [
            {"Id": f"purpose-{no}", "Name": name, "TransactionType": state}
            for no, (name, state) in enumerate(zip(names, states, strict=True), start=1)
        ]
        rows.append(
            {
                "receiptId": number, "identifier": email, "identifierType": "Email",
                "interactionDate": text, "test": bool(test), "purposes": purposes,
            }
        )  # fmt: skip
        keys.append(email)
    spoken = _speakers("onetrust_receipts", keys, np.array([receipt[1] for receipt in found]))
    return Export("onetrust_receipts.jsonl", as_json_lines(rows), len(rows), spoken)
