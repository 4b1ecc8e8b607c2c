"""What happens in a visit: pages, products, the basket; first logins; and robots, which fetch pages only."""

from __future__ import annotations

import numpy as np

from .calendar import DAY_MS, MINUTE_MS
from .ledger import code, codes
from .scene import Scene
from .visiting import visit

REFERRERS = {
    "organic_search": "https://www.google.com/",
    "paid_search": "https://www.google.com/",
    "display": "https://news.example.net/today",
    "social": "https://www.facebook.com/",
    "referral": "https://blog.example.org/outdoor",
}
FRIENDS_SITE = "https://friends.example.org/"  # where links of friends are followed
_REFERRER_OF = np.zeros(64, dtype="int64")
for _channel, _address in REFERRERS.items():
    _REFERRER_OF[code(_channel)] = code(_address)
ADDS, STARTS = 0.06, 0.5  # of visits without an order fill the basket; of those, begin to buy


def wish_chance(scene: Scene, products: np.ndarray) -> np.ndarray:
    """Probability that a visit to these products ends in a wish."""
    return np.where(products == scene.catalogue.wanted, 0.22, 0.05)


def browse(scene: Scene, visits: np.ndarray, purpose: str) -> None:
    """What happens in visits: a page first, then products, at times the basket, seldom the checkout."""
    chance, contacts = scene.chance(f"events of {purpose}"), scene.contacts
    n = len(visits)
    person = contacts["person"][visits]
    n_products = np.minimum(1 + chance.poisson(0.9, n), 7)
    wishing, adds = chance.random(n), chance.random(n) < ADDS
    wishes = wishing < wish_chance(scene, contacts["product"][visits])
    starts = adds & (chance.random(n) < STARTS)
    has_login = (scene.people["login_id"].to_numpy() != "")[person] & (person >= 0)
    enters = has_login & (chance.random(n) < 0.35)
    enters &= contacts["at_ms"][visits] > scene.people["joined_ms"].to_numpy()[person]
    counts = 1 + enters + n_products + wishes + adds + 2 * starts
    of = np.repeat(np.arange(n), counts)
    step = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    last_view = (enters + n_products)[of]
    after = step - last_view - wishes[of]
    kind = np.select(
        [
            step == 0,
            (step == 1) & enters[of],
            step <= last_view,
            (step == last_view + 1) & wishes[of],
            after == 1,
            after == 2,
        ],
        codes(
            [
                "page_viewed", "logged_in", "product_viewed", "added_to_wishlist", "added_to_cart",
                "checkout_started",
            ]
        ).tolist(),
        default=code("page_viewed"),
    )  # fmt: skip
    by_friend = contacts["recommender"][visits] >= 0
    referrer = np.where(by_friend, code(FRIENDS_SITE), _REFERRER_OF[contacts["channel"][visits]])
    begin, end = contacts["at_ms"][visits], contacts["ended_ms"][visits]
    share = (step + np.where(step > 0, chance.random(len(of)) - 0.5, 0.0)) / counts[of]
    at_ms = begin[of] + (share * (end - begin)[of]).astype("int64")
    shows = np.isin(kind, codes(["product_viewed", "added_to_wishlist", "added_to_cart"]))
    first_shown = (kind == code("product_viewed")) & (step == 1 + enters[of])
    same = first_shown | (kind == code("added_to_wishlist"))
    product = np.where(same, contacts["product"][visits][of], scene.some_products(chance, len(of)))
    scene.events.add(
        len(of),
        contact=visits[of],
        at_ms=at_ms,
        ended_ms=at_ms,
        kind=kind,
        tactic=np.where(after == 3, code("checkout/delivery"), 0),
        product=np.where(shows, product, -1),
        referrer=np.where(step == 0, referrer[of], 0),
        is_head=step == 0,
        is_further=(kind == code("product_viewed")) & ~first_shown,
    )


def sign_up(scene: Scene) -> None:
    """First logins of people who joined in the calendar and have a device."""
    chance = scene.chance("sign-ups")
    people = scene.people
    joined = people["joined_ms"].to_numpy()
    news = (joined >= scene.calendar.start_ms) & (joined < scene.calendar.end_ms - DAY_MS)
    persons = np.flatnonzero(news & (people["login_id"].to_numpy() != "") & (scene.n_devices > 0))
    rows = visit(scene, chance, persons, channel=code("direct"), at_ms=joined[persons] - 3 * MINUTE_MS)
    browse(scene, rows, "sign-ups")
    at_ms = joined[persons]
    scene.events.add(len(rows), contact=rows, at_ms=at_ms, ended_ms=at_ms, kind=code("signed_up"))


def robots(scene: Scene) -> None:
    """Programs that fetch page after page."""
    chance = scene.chance("robots")
    devices = np.flatnonzero(scene.devices["person"].to_numpy() < 0)
    at = np.repeat(np.arange(len(devices)), 4)
    begin = scene.calendar.moments(chance, len(at))
    rows = scene.contacts.add(
        len(at), person=-1 - at, at_ms=begin, ended_ms=begin + 12_000, channel=code("direct"),
        device=devices[at], is_visit=True, is_robot=True,
    )  # fmt: skip
    of, step = np.repeat(rows, 6), np.tile(np.arange(6), len(rows))
    at_ms = np.repeat(begin, 6) + step * 2000
    kind = np.where(step % 2, code("product_viewed"), code("page_viewed"))
    product = np.where(step % 2, chance.integers(0, len(scene.catalogue.products), len(of)), -1)
    scene.events.add(
        len(of), contact=of, at_ms=at_ms, ended_ms=at_ms, kind=kind, product=product, is_head=step == 0
    )
