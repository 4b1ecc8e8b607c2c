"""What an order brings with it: the steps of buying, and the loop after the sale that leads to the next."""

from __future__ import annotations

import numpy as np

from .browsing import browse
from .calendar import DAY_MS, HOUR_MS, MINUTE_MS
from .consenting import Agreement
from .ledger import Ledger, code
from .mailing import fate_of, post
from .reaching import call
from .recommending import SHARES_AFTER_ORDER, share_links
from .scene import MADE, TRIED, Scene
from .store_visits import stay
from .visiting import campaigns_of, visit

THANKS_AFTER, COUPON_AFTER = 3 * DAY_MS, 9 * DAY_MS
COUPON_MAILS, COUPON_EFFECT = 0.6, 0.11
SERVICE_CALLS = 0.2
# Channels that find people who would buy anyway: the share of orders of own accord that they stand before.
FINDS_BUYERS = {"paid_search": 0.35, "display": 0.3}
_WEB, _APP, _STORE, _PHONE = (code(word) for word in ("direct", "app", "store", "call_centre"))


def take_steps(scene: Scene, rows: np.ndarray) -> None:
    """The steps of buying online, up to the payment and, where that is made, the order."""
    orders = scene.orders
    rows = rows[orders["visit"][rows] >= 0]
    begin, end = orders["begin_ms"][rows], orders["at_ms"][rows]
    with_coupon = orders["coupon"][rows] > 0
    for kind, tactic, share, needs, which in [
        ("product_viewed", "", 0.15, TRIED, None),
        ("added_to_cart", "", 0.35, TRIED, None),
        ("checkout_started", "checkout/address", 0.5, TRIED, None),
        ("page_viewed", "checkout/delivery", 0.65, TRIED, None),
        ("page_viewed", "checkout/payment", 0.8, TRIED, None),
        ("coupon_applied", "checkout/payment", 0.9, TRIED, with_coupon),
        ("order_completed", "", 1.0, MADE, None),
    ]:
        at = np.arange(len(rows)) if which is None else np.flatnonzero(which)
        at_ms = begin[at] + ((end - begin)[at] * share).astype("int64")
        shows = kind in ("product_viewed", "added_to_cart")
        scene.events.add(
            len(at), contact=orders["visit"][rows][at], order=rows[at], needs=needs, at_ms=at_ms,
            ended_ms=at_ms, kind=code(kind), tactic=code(tactic),
            product=orders["product"][rows][at] if shows else -1,
        )  # fmt: skip


def stand_at_till(scene: Scene, rows: np.ndarray, purpose: str) -> None:
    """Tills, stays of people with the app around them, and calls in which an order is taken."""
    chance, orders = scene.chance(f"tills of {purpose}"), scene.orders
    how, person, at_ms = orders["how"][rows], orders["person"][rows], orders["at_ms"][rows]
    sold = rows[how == _STORE]
    at = orders["at_ms"][sold]
    tills = scene.contacts.add(
        len(sold), person=orders["person"][sold], at_ms=at, ended_ms=at, channel=_STORE,
        store=orders["store"][sold], order=sold, needs=MADE,
    )  # fmt: skip
    scene.events.add(len(sold), contact=tills, order=sold, at_ms=at, ended_ms=at, kind=code("till"))
    collected = orders["collected"][rows]
    noticed = rows[((how == _STORE) & ~orders["at_once"][rows] | collected) & (scene.app[person] > 0)]
    wait = np.where(orders["collected"][noticed], chance.integers(3 * HOUR_MS, 50 * HOUR_MS, len(noticed)), 0)
    begin = orders["at_ms"][noticed] + wait - chance.integers(5 * MINUTE_MS, 40 * MINUTE_MS, len(noticed))
    end = orders["at_ms"][noticed] + wait + chance.integers(1 * MINUTE_MS, 6 * MINUTE_MS, len(noticed))
    stay(
        scene, chance, orders["person"][noticed], begin, end, order=noticed, needs=MADE,
        store=orders["store"][noticed],
    )  # fmt: skip
    phoned = (how == _PHONE) & ~orders["at_once"][rows]
    before = at_ms[phoned] - 6 * MINUTE_MS
    call(scene, chance, person[phoned], before, "order_taken", order=rows[phoned], needs=MADE)


def find_buyers(scene: Scene, rows: np.ndarray) -> None:
    """Visits by advertising of people who are about to order anyway."""
    for channel, share in FINDS_BUYERS.items():
        chance = scene.chance(f"buyers found by {channel}")
        person = scene.orders["person"][rows]
        found = (chance.random(len(rows)) < share) & (scene.n_devices[person] > 0)
        at_ms = scene.orders["at_ms"][rows] - (chance.exponential(1.2, len(rows)) * DAY_MS).astype("int64")
        at_ms = at_ms - 30 * MINUTE_MS
        found &= at_ms >= scene.calendar.start_ms
        visits = visit(
            scene, chance, person[found], channel=code(channel), at_ms=at_ms[found],
            campaign=campaigns_of(scene, chance, channel, person[found]), order=rows[found], needs=TRIED,
        )  # fmt: skip
        browse(scene, visits, f"buyers found by {channel}")


def thank(scene: Scene, rows: np.ndarray, agreed: Agreement, purpose: str) -> None:
    """A mail of thanks some days after an order, asking how it was; only to those who agree to mail."""
    chance, orders = scene.chance(f"thanks for {purpose}"), scene.orders
    person = orders["person"][rows]
    at_ms = orders["at_ms"][rows] + THANKS_AFTER + chance.integers(0, 6 * HOUR_MS, len(rows))
    fate_all = (at_ms < scene.calendar.end_ms - MINUTE_MS) & agreed.holds(person, at_ms)
    rows, person, at_ms = rows[fate_all], person[fate_all], at_ms[fate_all]
    fate = fate_of(scene, chance, person, at_ms, np.zeros(len(rows)), leaving=False)
    campaign = scene.catalogue.campaign("Thank you")
    post(scene, person, at_ms, fate, "post_sale", campaign, f"thanks for {purpose}", order=rows, needs=MADE)


def promise(scene: Scene, rows: np.ndarray, agreed: Agreement) -> np.ndarray:
    """A coupon for the next visit by mail. Gives the rows of the mails."""
    chance, orders = scene.chance("coupons sent"), scene.orders
    person = orders["person"][rows]
    at_ms = orders["at_ms"][rows] + COUPON_AFTER + chance.integers(0, 6 * HOUR_MS, len(rows))
    kept = (chance.random(len(rows)) < COUPON_MAILS) & (at_ms < scene.calendar.end_ms - MINUTE_MS)
    kept &= agreed.holds(person, at_ms)
    rows, person, at_ms = rows[kept], person[kept], at_ms[kept]
    effect = COUPON_EFFECT * scene.responsive[person]
    fate = fate_of(scene, chance, person, at_ms, effect, leaving=False)
    campaign = scene.catalogue.campaign("Coupon for the next visit")
    return post(scene, person, at_ms, fate, "coupon", campaign, "coupons sent", order=rows, needs=MADE)


def call_for_service(scene: Scene, rows: np.ndarray, purpose: str) -> None:
    """Calls after an order: closest to it, and no cause of any."""
    chance, orders = scene.chance(f"service for {purpose}"), scene.orders
    after = orders["at_ms"][rows] + (chance.exponential(2.0, len(rows)) * DAY_MS).astype("int64") + HOUR_MS
    asks = (chance.random(len(rows)) < SERVICE_CALLS) & (after < scene.calendar.end_ms - 30 * MINUTE_MS)
    rows, after = rows[asks], after[asks]
    call(scene, chance, orders["person"][rows], after, "service", order=rows, needs=MADE)


def tell_friends(scene: Scene, rows: np.ndarray, friends: np.ndarray, told: Ledger) -> np.ndarray:
    """Recommenders who share what they have bought. Gives the rows of the visits behind their links."""
    chance, orders = scene.chance("telling friends"), scene.orders
    person = orders["person"][rows]
    able = (scene.n_devices[person] > 0) & np.isin(person, friends)
    tells = rows[able & (chance.random(len(rows)) < SHARES_AFTER_ORDER)]
    at_ms = orders["at_ms"][tells] + (chance.exponential(30, len(tells)) * HOUR_MS).astype("int64") + HOUR_MS
    return share_links(
        scene, friends, told, orders["person"][tells], at_ms, "after an order", order=tells, needs=MADE
    )
