"""Stays in a store, as the app's beacons notice them; many after something was looked at online."""

from __future__ import annotations

import numpy as np

from .calendar import HOUR_MS, MINUTE_MS
from .ledger import code
from .scene import Scene

STAYS_A_WEEK, AFTER_A_LOOK, STAY_EFFECT = 0.03, 0.09, 0.10
CHECKS_IN = 0.3


def stay(
    scene: Scene, chance: np.random.Generator, persons: np.ndarray, at_ms: np.ndarray, ended_ms: np.ndarray,
    effect: np.ndarray | float = 0.0, **follows: np.ndarray | int,
) -> np.ndarray:  # fmt: skip
    """Add stays in the person's store, with what the beacon there notices. Gives their rows."""
    n = len(persons)
    follows.setdefault("store", scene.store[persons])
    rows = scene.contacts.add(
        n, person=persons, at_ms=at_ms, ended_ms=ended_ms, channel=code("store"), effect=effect,
        device=scene.first_device[persons], luck=chance.random(n), **follows,
    )  # fmt: skip
    ranged = chance.integers(1, 4, n)
    of = np.repeat(np.arange(n), ranged)
    between = at_ms[of] + ((ended_ms - at_ms)[of] * chance.uniform(0.05, 0.95, len(of))).astype("int64")
    checks_in = np.flatnonzero(chance.random(n) < CHECKS_IN)
    for kind, which, instant in [
        ("beacon_entered", np.arange(n), at_ms),
        ("beacon_ranged", of, between),
        ("checked_in", checks_in, at_ms[checks_in] + 40_000),
        ("beacon_left", np.arange(n), ended_ms),
    ]:
        is_head = kind == "beacon_entered"
        scene.events.add(
            len(which), contact=rows[which], at_ms=instant, kind=code(kind), is_head=is_head,
            ended_ms=ended_ms if is_head else instant,
        )  # fmt: skip
    return rows


def walk_in(scene: Scene, visits: np.ndarray) -> None:
    """Stays of people with the app: some just so, some in the days after they looked at something online.

    Whoever means to go to the store looks beforehand; the looking does not send anybody there.
    """
    chance = scene.chance("stays")
    persons = scene.some_persons(chance, STAYS_A_WEEK * scene.app)
    at_ms = _open_hours(scene, chance, len(persons))
    _some_minutes(scene, chance, persons, at_ms)
    seen = scene.contacts["person"][visits]
    follows = (scene.app[seen] > 0) & (chance.random(len(visits)) < AFTER_A_LOOK)
    looked = visits[follows]
    after = scene.contacts["ended_ms"][looked] + chance.integers(HOUR_MS, 60 * HOUR_MS, len(looked))
    inside = after < scene.calendar.end_ms - 2 * HOUR_MS
    looked, after = looked[inside], after[inside]
    products = scene.contacts["product"][looked]
    _some_minutes(scene, chance, scene.contacts["person"][looked], after, product=products)


def _some_minutes(
    scene: Scene, chance: np.random.Generator, persons: np.ndarray, at_ms: np.ndarray, **follows: np.ndarray
) -> None:
    ended = at_ms + chance.integers(6 * MINUTE_MS, 50 * MINUTE_MS, len(persons))
    stay(scene, chance, persons, at_ms, ended, STAY_EFFECT * scene.responsive[persons], **follows)


def _open_hours(scene: Scene, chance: np.random.Generator, n: int) -> np.ndarray:
    day = chance.integers(0, scene.calendar.days, n)
    return scene.calendar.start_ms + (24 * day + 9) * HOUR_MS + chance.integers(0, 9 * HOUR_MS, n)
