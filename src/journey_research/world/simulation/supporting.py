"""Tickets after an order, and what people say of it in public, to which the shop answers sooner or later."""

from __future__ import annotations

import numpy as np

from .calendar import DAY_MS, HOUR_MS, MINUTE_MS
from .ledger import Ledger, code, codes
from .scene import MADE, Scene

TICKETS_AN_ORDER = 0.13
TOPICS = {"delivery": 0.4, "return": 0.3, "damaged": 0.12, "invoice": 0.18}
CHANNELS = {"email": 0.55, "web": 0.25, "phone": 0.2}
# Of the orders of people with a public name: complained about, if a newsletter led to it or else; reviewed.
COMPLAINS_AFTER_MAIL, COMPLAINS, REVIEWS = 0.2, 0.05, 0.06
MENTIONS_A_WEEK = 0.03
SOLVED, RATED = 0.92, 0.35


def tickets_ledger() -> Ledger:
    """Potential tickets; ``channel, topic, priority, satisfaction`` are words."""
    return Ledger(
        contact=-1, order=-1, person=-1, at_ms=0, replied_ms=0, solved_ms=0, channel=0, topic=0,
        is_high=False, satisfaction=0,
    )  # fmt: skip


def _ticket(
    scene: Scene, tickets: Ledger, chance: np.random.Generator, orders: np.ndarray, at_ms: np.ndarray,
    channel: np.ndarray | int, hours: float, parent: np.ndarray | int = -1,
) -> None:  # fmt: skip
    """Tickets about orders, answered after so many hours in the median."""
    n, end = len(orders), scene.calendar.end_ms
    person = scene.orders["person"][orders]
    topic = codes(np.array(list(TOPICS), dtype=object)[chance.choice(4, size=n, p=list(TOPICS.values()))])
    high = (topic == code("damaged")) | (chance.random(n) < 0.1)
    wait = (chance.lognormal(np.log(hours), 1.0, n) * np.where(high, 0.5, 1.0) * HOUR_MS).astype("int64")
    replied = at_ms + wait + MINUTE_MS
    solved = replied + (chance.exponential(20, n) * HOUR_MS).astype("int64") + 5 * MINUTE_MS
    replied = np.where(replied < end, replied, 0)
    solved = np.where((replied > 0) & (solved < end) & (chance.random(n) < SOLVED), solved, 0)
    pleased = chance.random(n) < np.where(wait < 12 * HOUR_MS, 0.85, 0.4)
    rated_ms = solved + 30 * MINUTE_MS
    rates = (solved > 0) & (rated_ms < end) & (chance.random(n) < RATED)
    rows = scene.contacts.add(
        n, person=person, at_ms=at_ms, ended_ms=at_ms, channel=code("support"), order=orders, needs=MADE,
        parent=parent, tactic=topic,
    )  # fmt: skip
    numbers = tickets.add(
        n, contact=rows, order=orders, person=person, at_ms=at_ms, replied_ms=replied, solved_ms=solved,
        channel=channel, topic=topic, is_high=high,
        satisfaction=np.where(rates, np.where(pleased, code("good"), code("bad")), 0),
    )  # fmt: skip
    for kind, instant, happens in [
        ("ticket_opened", at_ms, np.full(n, True)),
        ("ticket_answered", replied, replied > 0),
        ("ticket_solved", solved, solved > 0),
        ("satisfaction_given", rated_ms, rates),
    ]:
        scene.events.add(
            int(happens.sum()), contact=rows[happens], order=orders[happens], ticket=numbers[happens],
            at_ms=instant[happens], ended_ms=instant[happens], kind=code(kind),
            is_head=kind == "ticket_opened",
        )  # fmt: skip


def ask_for_help(scene: Scene, tickets: Ledger, rows: np.ndarray, purpose: str) -> None:
    """Tickets some days after an order."""
    chance = scene.chance(f"tickets about {purpose}")
    at_ms = (
        scene.orders["at_ms"][rows] + (chance.exponential(4, len(rows)) * DAY_MS).astype("int64") + HOUR_MS
    )
    asks = (chance.random(len(rows)) < TICKETS_AN_ORDER) & (at_ms < scene.calendar.end_ms - HOUR_MS)
    words = np.array(["email", "web", "phone"], dtype=object)
    channel = codes(words[chance.choice(3, size=len(rows), p=list(CHANNELS.values()))])
    _ticket(scene, tickets, chance, rows[asks], at_ms[asks], channel[asks], hours=9.0)


def speak_up(scene: Scene, tickets: Ledger, rows: np.ndarray, purpose: str) -> None:
    """Complaints and reviews in public about orders; a complaint becomes a ticket and gets a reply there."""
    chance, orders = scene.chance(f"complaints about {purpose}"), scene.orders
    person, cause = orders["person"][rows], orders["cause"][rows]
    public = (scene.people["social_handle"].to_numpy() != "")[person]
    by_mail = (cause >= 0) & (scene.contacts["channel"][cause] == code("email"))
    luck = chance.random(len(rows))
    at_ms = orders["at_ms"][rows] + (chance.exponential(3, len(rows)) * DAY_MS).astype("int64") + 5 * HOUR_MS
    inside = public & (at_ms < scene.calendar.end_ms - HOUR_MS)
    share = np.where(by_mail, COMPLAINS_AFTER_MAIL, COMPLAINS)
    complains, reviews = inside & (luck < share), inside & (luck >= share) & (luck < share + REVIEWS)
    posts = _say(scene, person[complains], at_ms[complains], "complained", order=rows[complains])
    before = len(tickets)
    _ticket(
        scene, tickets, chance, rows[complains], at_ms[complains] + 20 * MINUTE_MS, code("social"),
        hours=16.0, parent=posts,
    )  # fmt: skip
    replied = tickets["replied_ms"][before:]
    answered = replied > 0
    scene.events.add(
        int(answered.sum()), contact=posts[answered], order=rows[complains][answered],
        ticket=np.arange(before, len(tickets))[answered], at_ms=replied[answered], ended_ms=replied[answered],
        kind=code("replied"),
    )  # fmt: skip
    product = orders["product"][rows][reviews]
    _say(scene, person[reviews], at_ms[reviews], "reviewed", order=rows[reviews], product=product)


def _say(
    scene: Scene, persons: np.ndarray, at_ms: np.ndarray, kind: str, order: np.ndarray | int = -1,
    product: np.ndarray | int = -1,
) -> np.ndarray:  # fmt: skip
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code("social_public"), order=order,
        needs=MADE if isinstance(order, np.ndarray) else 0,
    )  # fmt: skip
    scene.events.add(
        len(rows), contact=rows, order=order, at_ms=at_ms, ended_ms=at_ms, kind=code(kind), product=product,
        is_head=True,
    )  # fmt: skip
    return rows


def mention(scene: Scene) -> None:
    """Words about the shop in public that are about no order."""
    chance = scene.chance("mentions")
    public = (scene.people["social_handle"].to_numpy() != "").astype(float)
    persons = scene.some_persons(chance, MENTIONS_A_WEEK * public)
    _say(scene, persons, scene.calendar.moments(chance, len(persons)), "mentioned")
