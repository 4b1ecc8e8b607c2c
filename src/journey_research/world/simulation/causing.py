"""Why orders come about: of people's own accord, from one contact, or from two close together.

Every contact has a draw of its own, made whatever else happens, and causes one more order when the draw
is below the probability it adds. What a channel does is therefore the orders that are gone without it.
"""

from __future__ import annotations

import numpy as np

from .calendar import DAY_MS, MINUTE_MS
from .experimenting import HORIZON
from .ledger import code
from .scene import Scene
from .trend import weekly_factor

SYNERGY = ("email", "organic_search")  # a mail delivered, then a visit from a search engine
SYNERGY_DAYS, SYNERGY_EFFECT = 7, 0.06
AT_ONCE = 0.5
_DAY = 10**11  # longer than any calendar in milliseconds, so that person * _DAY + time sorts by both


def order_of_own_accord(scene: Scene) -> np.ndarray:
    """Potential orders that nothing causes; some of them are soured by a letter. Gives their rows."""
    chance, calendar = scene.chance("own accord"), scene.calendar
    rate = np.outer(weekly_factor(calendar), scene.own_rate)
    week, person = np.nonzero(np.ones_like(rate, dtype=bool))
    counts = chance.poisson(rate).ravel()
    week, person = np.repeat(week, counts), np.repeat(person, counts)
    day = 7 * week + chance.integers(0, 7, len(week))
    at_ms = calendar.moments(chance, len(week), day)
    luck = chance.random(len(week))
    contacts = scene.contacts
    letters = np.flatnonzero(contacts["sours"] > 0)
    letter_of = np.full(len(scene.people), -1)
    letter_of[contacts["person"][letters]] = letters
    letter = letter_of[person]
    posted, sours = contacts["at_ms"][letter], contacts["sours"][letter]
    soured = (letter >= 0) & (at_ms >= posted) & (at_ms < posted + HORIZON * DAY_MS) & (luck < sours)
    kept = at_ms < calendar.end_ms - 15 * MINUTE_MS
    return scene.orders.add(
        int(kept.sum()), person=person[kept], at_ms=at_ms[kept], soured_by=np.where(soured, letter, -1)[kept]
    )


def order_because(
    scene: Scene, contacts: np.ndarray, purpose: str, second: np.ndarray | None = None
) -> np.ndarray:
    """Potential orders that these contacts cause, within the calendar. Gives their rows.

    Args:
        scene: The block.
        contacts: Rows of contacts that do cause one.
        purpose: Names the chance.
        second: Rows of a second contact each that must be there as well.
    """
    chance, table = scene.chance(f"orders because of {purpose}"), scene.contacts
    n = len(contacts)
    at_once = chance.random(n) < AT_ONCE
    soon = chance.integers(3 * MINUTE_MS, 9 * MINUTE_MS, n)
    later = (chance.exponential(1.5, n) * DAY_MS).astype("int64") + 40 * MINUTE_MS
    felt = np.maximum(table["ended_ms"][contacts], table["felt_ms"][contacts])
    visits = np.where(table["is_visit"][contacts], contacts, table["buys_in"][contacts])
    is_call = table["channel"][contacts] == code("call_centre")
    in_store = table["channel"][contacts] == code("store")
    begin = np.where(visits >= 0, table["ended_ms"][visits], felt)
    at_once &= (visits >= 0) & ~np.isin(visits, _handed_over(scene)) | is_call | in_store
    at_ms = np.where(at_once, begin + soon, felt + later)
    at_ms = np.where(at_once & (is_call | in_store), table["ended_ms"][contacts] - MINUTE_MS // 2, at_ms)
    how_known = np.where(is_call, code("call_centre"), np.where(in_store, code("store"), code("direct")))
    kept = at_ms < scene.calendar.end_ms - 15 * MINUTE_MS
    return scene.orders.add(
        int(kept.sum()),
        person=table["person"][contacts][kept],
        at_ms=at_ms[kept],
        cause=contacts[kept],
        second=-1 if second is None else second[kept],
        is_synergy=second is not None,
        at_once=at_once[kept],
        how=np.where(at_once, how_known, 0)[kept],
        visit=np.where(at_once & (visits >= 0), visits, -1)[kept],
        begin_ms=begin[kept],
        recommender=table["recommender"][contacts][kept],
        product=table["product"][contacts][kept],
        store=np.where(at_once & in_store, table["store"][contacts], -1)[kept],
    )


def _handed_over(scene: Scene) -> np.ndarray:
    """Visits that are gone on with on a second device; nothing is bought at their end."""
    table = scene.contacts
    first = table["parent"][table["is_visit"] & (table["parent"] >= 0)]
    return first[table["is_visit"][first]]


def causing(scene: Scene, rows: np.ndarray) -> np.ndarray:
    """Those of the contacts that cause an order."""
    return rows[scene.contacts["luck"][rows] < scene.contacts["effect"][rows]]


def pairs_close_together(scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Contacts of the second channel of the synergy, with the last one of the first in the days before."""
    table = scene.contacts
    # Newsletters that arrived; mail after an order belongs to the order.
    first = np.flatnonzero((table["tactic"] == code("newsletter")) & (table["effect"] > 0))
    second = np.flatnonzero(scene.is_of(SYNERGY[1]))
    key = table["person"][first] * _DAY + (table["at_ms"][first] - scene.calendar.start_ms)
    first = first[np.argsort(key, kind="stable")]
    key = np.sort(key)
    at_ms = table["at_ms"][second] - scene.calendar.start_ms
    place = np.searchsorted(key, table["person"][second] * _DAY + at_ms, side="right") - 1
    if not len(first):
        return first, first
    before = first[np.maximum(place, 0)]
    gap = table["at_ms"][second] - table["at_ms"][before]
    close = (
        (place >= 0) & (table["person"][before] == table["person"][second]) & (gap < SYNERGY_DAYS * DAY_MS)
    )
    return before[close], second[close]


def order_because_of_both(scene: Scene) -> tuple[np.ndarray, int]:
    """Potential orders that two contacts together cause. Gives their rows, and how many pairs there are."""
    before, after = pairs_close_together(scene)
    persons = scene.contacts["person"][after]
    causes = scene.chance("synergy").random(len(after)) < SYNERGY_EFFECT * scene.responsive[persons]
    return order_because(scene, after[causes], "two together", before[causes]), len(after)
