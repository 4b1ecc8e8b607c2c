"""Friends: a few people whom others ask, who share what they found, and on whose word others buy."""

from __future__ import annotations

import numpy as np

from .browsing import browse
from .calendar import HOUR_MS, MINUTE_MS
from .ledger import Ledger, code
from .scene import Scene
from .visiting import visit

HAS_FRIEND = 0.35  # of the people online have one of the recommenders for a friend
ASKS_A_WEEK, ANSWERED, ANSWER_EFFECT = 0.04, 0.75, 0.22
SHARES_A_WEEK, FOLLOWED, LINK_EFFECT = 0.16, 0.65, 0.18
SHARES_AFTER_ORDER = 0.5
KINDS = ("share", "ask", "review", "coupon_code", "refer_link")


def referrals_ledger() -> Ledger:
    """Steps of recommendations: ``contact`` is the contact it lies in, ``kind`` a place in ``KINDS``."""
    return Ledger(giver=-1, receiver=-1, kind=0, product=-1, at_ms=0, contact=-1)


def friends_of(scene: Scene) -> np.ndarray:
    """The recommender whom each person knows; -1 for none."""
    chance = scene.chance("friends")
    n = len(scene.people)
    luck, drawn = chance.random(n), chance.random(n)
    known = np.flatnonzero(scene.people["is_recommender"].to_numpy() & (scene.n_devices > 0))
    if not len(known):
        return np.full(n, -1)
    # Some are known to many, most to few.
    friend = known[(drawn**1.7 * len(known)).astype("int64")]
    return np.where((luck < HAS_FRIEND) & (scene.n_devices > 0) & (friend != np.arange(n)), friend, -1)


def ask_friends(scene: Scene, friends: np.ndarray, told: Ledger) -> None:
    """People who ask a friend about a product, and read what the friend answers."""
    chance = scene.chance("asking friends")
    persons = scene.some_persons(chance, ASKS_A_WEEK * (friends >= 0))
    at_ms, giver = scene.calendar.moments(chance, len(persons)), friends[persons]
    n = len(persons)
    said = {"peer": giver, "product": scene.some_products(chance, n, in_stock=True)}
    device = scene.some_device(chance, persons)
    asked = scene.contacts.add(
        n, person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code("referral"), device=device, **said
    )
    scene.events.add(
        n, contact=asked, at_ms=at_ms, ended_ms=at_ms, kind=code("friends_asked"), product=said["product"]
    )
    told.add(n, giver=giver, receiver=persons, kind=1, product=said["product"], at_ms=at_ms, contact=asked)
    later = at_ms + (chance.exponential(9, n) * HOUR_MS).astype("int64") + 10 * MINUTE_MS
    luck = chance.random(n)
    answered = (chance.random(n) < ANSWERED) & (later < scene.calendar.end_ms - HOUR_MS)
    at, m = later[answered], int(answered.sum())
    rows = scene.contacts.add(
        m, person=persons[answered], at_ms=at, ended_ms=at, channel=code("referral"), device=device[answered],
        parent=asked[answered], effect=ANSWER_EFFECT * scene.responsive[persons[answered]],
        luck=luck[answered], recommender=giver[answered],
        **{name: values[answered] for name, values in said.items()},
    )  # fmt: skip
    product = said["product"][answered]
    scene.events.add(
        m, contact=rows, at_ms=at, ended_ms=at, kind=code("review_read"), product=product, is_head=True
    )
    told.add(
        m, giver=giver[answered], receiver=persons[answered], kind=2, product=product, at_ms=at, contact=rows
    )


def share_links(
    scene: Scene, friends: np.ndarray, told: Ledger, givers: np.ndarray, at_ms: np.ndarray, purpose: str,
    **follows: np.ndarray | int,
) -> np.ndarray:  # fmt: skip
    """Recommenders share a product with one of their friends, who may follow the link.

    Gives the rows of the visits behind the links.
    """
    chance = scene.chance(f"links shared {purpose}")
    order = np.argsort(friends, kind="stable")
    begin, end = (
        np.searchsorted(friends[order], givers),
        np.searchsorted(friends[order], givers, side="right"),
    )
    luck, product = chance.random(len(givers)), scene.some_products(chance, len(givers), in_stock=True)
    device = scene.some_device(chance, givers)
    later = at_ms + (chance.exponential(8, len(givers)) * HOUR_MS).astype("int64") + 2 * MINUTE_MS
    comes = chance.random(len(givers)) < FOLLOWED
    has_friend = end > begin
    receiver = order[np.minimum(begin + (luck * (end - begin)).astype("int64"), len(order) - 1)]
    kept = has_friend & (at_ms < scene.calendar.end_ms)
    follows = {name: np.broadcast_to(values, len(givers))[kept] for name, values in follows.items()}
    shared = scene.contacts.add(
        int(kept.sum()), person=givers[kept], at_ms=at_ms[kept], ended_ms=at_ms[kept],
        channel=code("referral"), device=device[kept], peer=receiver[kept], product=product[kept], **follows,
    )  # fmt: skip
    scene.events.add(
        len(shared), contact=shared, at_ms=at_ms[kept], ended_ms=at_ms[kept], kind=code("product_shared"),
        product=product[kept],
    )  # fmt: skip
    told.add(
        len(shared), giver=givers[kept], receiver=receiver[kept], product=product[kept], at_ms=at_ms[kept],
        contact=shared,
    )  # fmt: skip
    opens = comes[kept] & (later[kept] < scene.calendar.end_ms - HOUR_MS)
    who, giver, at = receiver[kept][opens], givers[kept][opens], later[kept][opens]
    visits = visit(
        scene, chance, who, channel=code("referral"), tactic=code("refer_link"), at_ms=at, peer=giver,
        product=product[kept][opens], parent=shared[opens], recommender=giver,
        effect=LINK_EFFECT * scene.responsive[who],
    )  # fmt: skip
    browse(scene, visits, f"links shared {purpose}")
    told.add(
        len(visits), giver=giver, receiver=who, kind=4, product=product[kept][opens], at_ms=at, contact=visits
    )
    return visits


def share_freely(scene: Scene, friends: np.ndarray, told: Ledger) -> None:
    """Links shared for no reason but that somebody likes to."""
    chance = scene.chance("links")
    is_known = np.isin(np.arange(len(friends)), friends)
    givers = scene.some_persons(chance, SHARES_A_WEEK * is_known)
    share_links(scene, friends, told, givers, scene.calendar.moments(chance, len(givers)), "freely")
