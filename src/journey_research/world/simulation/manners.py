"""How people of a segment look around: what they open in a visit, what they wish for, which mail they read.

Context: a segment shows in what people do, and nothing that people do here may change which orders come
about, whose record is whose, or how often anybody comes. Choice: everything else is drawn first, as if all
were alike; then, from a chance of its own, what a visit shows beyond its first product is drawn anew by
segment, and wishes and openings of mail are thinned or added to. Rows that were there keep their numbers, so
all that hangs on a number (mistakes, cookies, vendors' keys) stays. Given up: segments that come at other
hours, more often, or with other baskets: those move orders, and with them every effect that is planted.
"""

from __future__ import annotations

import numpy as np

from .browsing import wish_chance
from .ledger import code, codes
from .mailing import fond_of_mail, until_opened
from .people import MANNERS, SEGMENTS
from .scene import Scene

PAGES = ("sale", "new", "guide", "account")  # pages a visit may show besides products, as in the address
DEPTH_SHAPE, TASTE_SHAPE = (
    6.0,
    4.0,
)  # gamma shapes, mean 1: how persons of one segment differ among themselves


def manners_of(scene: Scene, *, alike: bool = False) -> dict[str, np.ndarray]:
    """The numbers of ``MANNERS`` for each person, by name; ``alike``: everybody has those of all together."""
    names = list(MANNERS["loyal"])
    table = np.array([[MANNERS[segment][name] for name in names] for segment in SEGMENTS])
    if alike:
        table[:] = np.average(table, axis=0, weights=[facts[0] for facts in SEGMENTS.values()])
    row = scene.people["segment"].map({segment: at for at, segment in enumerate(SEGMENTS)}).to_numpy()
    return {name: table[row, at] for at, name in enumerate(names)}


def show_manners(scene: Scene, *, alike: bool = False) -> None:
    """Let everybody look around as their segment does; once, when all visits and mails are there.

    Args:
        scene: All that might be.
        alike: Whether segments are to leave no trace in how people look around.
    """
    manners = manners_of(scene, alike=alike)
    _look_around(scene, manners)
    _wish(scene, manners["wishes"])
    _open_mail(scene, manners["opened"])


def _visits(scene: Scene) -> np.ndarray:
    contacts = scene.contacts
    return np.flatnonzero(contacts["is_visit"] & ~contacts["is_robot"] & (contacts["person"] >= 0))


def _leave_out(scene: Scene, rows: np.ndarray) -> None:
    scene.events["is_left_out"][rows] = True


def _look_around(scene: Scene, manners: dict[str, np.ndarray]) -> None:
    """Products after the first of a visit, and pages that are about none."""
    chance, contacts = scene.chance("looking around"), scene.contacts
    _leave_out(scene, np.flatnonzero(scene.events["is_further"]))
    visits = _visits(scene)
    person = contacts["person"][visits]
    n_people = len(scene.people)
    depth = chance.gamma(DEPTH_SHAPE, 1 / DEPTH_SHAPE, n_people)
    for name in ("products", *PAGES):
        taste = chance.gamma(TASTE_SHAPE, 1 / TASTE_SHAPE, n_people)
        rate = depth * taste * manners[name]
        of = np.repeat(visits, np.minimum(chance.poisson(rate[person]), 12))
        begin, end = contacts["at_ms"][of], contacts["ended_ms"][of]
        at_ms = begin + (chance.uniform(0.05, 0.95, len(of)) * (end - begin)).astype("int64")
        if name == "products":
            shown = {"kind": code("product_viewed"), "product": scene.some_products(chance, len(of))}
        else:
            shown = {"kind": code("page_viewed"), "tactic": code(name)}
        scene.events.add(len(of), contact=of, at_ms=at_ms, ended_ms=at_ms, **shown)


def _wish(scene: Scene, times: np.ndarray) -> None:
    """Wishes, so many times those that everybody has: some are left out, or some are added."""
    chance, contacts = scene.chance("wishing by segment"), scene.contacts
    kinds, of = scene.events["kind"], scene.events["contact"]
    wished = np.flatnonzero(kinds == code("added_to_wishlist"))
    dropped = chance.random(len(wished)) >= times[contacts["person"][of[wished]]]
    _leave_out(scene, wished[dropped])
    visits = np.setdiff1d(_visits(scene), of[wished])
    person, product = contacts["person"][visits], contacts["product"][visits]
    more = np.maximum(times[person] - 1, 0) * wish_chance(scene, product)
    visits = visits[chance.random(len(visits)) < more]
    begin, end = contacts["at_ms"][visits], contacts["ended_ms"][visits]
    at_ms = begin + (0.96 * (end - begin)).astype("int64")
    scene.events.add(
        len(visits), contact=visits, at_ms=at_ms, ended_ms=at_ms, kind=code("added_to_wishlist"),
        product=contacts["product"][visits],
    )  # fmt: skip


def _open_mail(scene: Scene, share: np.ndarray) -> None:
    """Mail that arrived and that nothing followed from is opened by so many, or by so many fewer."""
    chance, contacts, events = scene.chance("opening by segment"), scene.contacts, scene.events
    kinds, of = events["kind"], events["contact"]

    def has(*words: str) -> np.ndarray:
        told = np.zeros(len(contacts), dtype=bool)
        told[of[np.isin(kinds, codes(list(words)))]] = True
        return told

    causes = contacts["luck"] < contacts["effect"]
    settled = has("mail_clicked", "mail_unsubscribed", "mail_complained") | causes
    mails = np.flatnonzero(has("mail_delivered") & ~settled)
    person = contacts["person"][mails]
    opens = chance.random(len(mails)) < np.minimum(share * fond_of_mail(scene), 0.95)[person]
    later = until_opened(chance, len(mails))
    opened = has("mail_opened")[mails]
    unread = np.zeros(len(contacts), dtype=bool)
    unread[mails[~opens]] = True
    _leave_out(scene, np.flatnonzero((kinds == code("mail_opened")) & unread[of]))
    news = mails[opens & ~opened]
    at_ms = (contacts["at_ms"][mails] + later)[opens & ~opened]
    events.add(
        len(news), contact=news, order=contacts["order"][news], at_ms=at_ms, ended_ms=at_ms,
        kind=code("mail_opened"),
    )  # fmt: skip
