"""The export of the web site and app: one event a line, by cookie, seldom by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .behaviour import Behaviour
from .calendar import END_MS, Calendar, chance_for, identity_numbers, iso
from .mail_exports import mail_campaign
from .names import AGENTS, PRODUCTS, SITE
from .writing import Export, as_json_lines, speakers_of, tuples_of

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
_BOTS = ["Mozilla/5.0 (compatible; Googlebot/2.1)", "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
         "Mozilla/5.0 (compatible; bingbot/2.0)"]  # fmt: skip


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
    event: Any,
    message_id: str,
    text: tuple[str, str, str],
    user: str | None,
    email: str,
    page: dict[str, str],
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
    events["agent"] = events["device"].map(AGENTS)
    entering = events["logs_in"] & (events["kind"] == "page")
    entering &= (chance.random(len(visits)) < 0.5)[events["visit"]] | visits["buys"].to_numpy()[
        events["visit"]
    ]
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
            "device": "desktop", "logs_in": False, "clock_off_ms": 0,
            "agent": [_BOTS[at % 3] for at in robot],
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
    for at, event in enumerate(tuples_of(events)):
        path = paths.get(event.kind) or f"/products/{PRODUCTS[event.product][0].lower()}"
        page = {"url": SITE + path, "referrer": _REFERRER.get(event.channel, "")}
        user, email = (users[event.person], emails[event.person]) if event.is_known else (None, "")
        row = _message(event, numbers[at], (received[at], original[at], sent[at]), user, email, page)
        for _ in range(2 if again[at] else 1):
            rows.append(row)
            speakers.append(event.person)
    keys = [row["anonymousId"] for row in rows]
    spoken = speakers_of("segment_events", keys, np.array(speakers))
    return Export("segment_events.jsonl", as_json_lines(rows), len(rows), spoken)
