"""Visits to the shop's site and app: how people come, on what, and what they look at there."""

from __future__ import annotations

import numpy as np

from .calendar import MINUTE_MS
from .ledger import code
from .scene import Scene
from .trend import weekly_factor

# Channel: visits a week of a person on the web, added order probability a visit, drawn to buyers?
VISITS = {
    "direct": (0.20, 0.0, False),
    "organic_search": (0.16, 0.05, False),
    "paid_search": (0.12, 0.06, True),
    "display": (0.08, 0.005, True),
    "social": (0.011, 0.02, False),
    "referral": (0.035, 0.14, False),
}
APP_VISITS, APP_EFFECT = 0.33, 0.02
CAMPAIGNS = {
    "paid_search": ["Brand Search", "Generic Search Outdoor"],
    "display": ["Display Retargeting"],
    "social": ["Spring Prospecting", "Social Retargeting"],
}
HANDOVERS = {"sequential": 0.05, "simultaneous": 0.03}
B2B_SHARE = 0.7  # of the social visits of people who buy for a firm come from the firms' network


def lengths(chance: np.random.Generator, n: int) -> np.ndarray:
    """How long visits last, in milliseconds: a few minutes, seldom half an hour."""
    return (np.clip(chance.lognormal(5.3, 0.8, n), 20, 3000) * 1000).astype("int64")


def visit(scene: Scene, chance: np.random.Generator, persons: np.ndarray, **columns: object) -> np.ndarray:
    """Add visits of persons to the contacts; what is not said is drawn. Gives their rows."""
    drawn = {
        "device": scene.some_device(chance, persons),
        "product": scene.some_products(chance, len(persons)),
        "luck": chance.random(len(persons)),
    }
    length = lengths(chance, len(persons))
    told = {**drawn, **columns}
    told.setdefault("ended_ms", np.asarray(told["at_ms"]) + length)
    return scene.contacts.add(len(persons), person=persons, is_visit=True, **told)


def visits_of_their_own(scene: Scene) -> np.ndarray:
    """Visits that follow from nothing else, by every channel. Gives their rows."""
    found = []
    intent = scene.own_rate / scene.own_rate.mean()
    for channel, (rate, effect, drawn) in VISITS.items():
        chance = scene.chance(f"visits by {channel}")
        persons = scene.some_persons(chance, rate * scene.online * (0.4 + 0.6 * intent if drawn else 1.0))
        found.append(
            visit(
                scene,
                chance,
                persons,
                channel=code(channel),
                at_ms=when(scene, chance, len(persons)),
                campaign=campaigns_of(scene, chance, channel, persons),
                effect=effect * scene.responsive[persons],
            )
        )
    chance = scene.chance("visits by app")
    persons = scene.some_persons(chance, APP_VISITS * scene.app)
    found.append(
        visit(
            scene,
            chance,
            persons,
            channel=code("app"),
            device=scene.first_device[persons],
            at_ms=when(scene, chance, len(persons)),
            effect=APP_EFFECT * scene.responsive[persons],
        )
    )
    return np.concatenate(found)


def when(scene: Scene, chance: np.random.Generator, n: int) -> np.ndarray:
    """Instants in the calendar, in weeks as the trend has them."""
    shares = np.cumsum(weekly_factor(scene.calendar))
    week = np.searchsorted(shares, chance.random(n) * shares[-1], side="right")
    week = np.minimum(week, scene.calendar.weeks - 1)
    return scene.calendar.moments(chance, n, 7 * week + chance.integers(0, 7, n))


def campaigns_of(scene: Scene, chance: np.random.Generator, channel: str, persons: np.ndarray) -> np.ndarray:
    """The campaign that brought each visit; none where the channel has none."""
    luck = chance.random((2, len(persons)))
    if channel not in CAMPAIGNS:
        return np.full(len(persons), -1)
    rows = np.array([scene.catalogue.campaign(name) for name in CAMPAIGNS[channel]])
    chosen = rows[(luck[0] * len(rows)).astype("int64")]
    for_firm = (scene.people["account"].to_numpy()[persons] >= 0) & (luck[1] < B2B_SHARE)
    if channel == "social":
        chosen = np.where(for_firm, scene.catalogue.campaign("Teamausstattung für Firmen"), chosen)
    return chosen


def hand_over(scene: Scene, visits: np.ndarray) -> dict[str, np.ndarray]:
    """Visits that go on, or run beside, on a second device of the same person.

    Gives pattern -> rows of the second visits; ``parent`` is the first.
    """
    chance = scene.chance("second screens")
    contacts = scene.contacts
    persons = contacts["person"][visits]
    luck = chance.random(len(visits))
    able = (scene.n_devices[persons] > 1) & (contacts["channel"][visits] != code("app"))
    found = {}
    for pattern, share in HANDOVERS.items():
        chosen = visits[able & (luck < share)]
        luck = luck - share
        luck[luck < 0] = 1.0
        who = contacts["person"][chosen]
        first = contacts["device"][chosen]
        own = scene.first_device[who]
        second = np.where(first == own, own + 1, own)
        begin, end = contacts["at_ms"][chosen], contacts["ended_ms"][chosen]
        after = end + chance.integers(1 * MINUTE_MS, 15 * MINUTE_MS, len(chosen))
        beside = begin + ((end - begin) * chance.uniform(0.1, 0.7, len(chosen))).astype("int64")
        found[pattern] = visit(
            scene,
            chance,
            who,
            channel=code("direct"),
            at_ms=after if pattern == "sequential" else beside,
            device=second,
            product=contacts["product"][chosen],
            parent=chosen,
        )
    return found
