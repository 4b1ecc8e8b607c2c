"""What an order consists of: where it is made, what is in it, what it costs and whether it comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .browsing import browse
from .calendar import DAY_MS, MINUTE_MS
from .ledger import code
from .scene import TRIED, Scene
from .visiting import visit

PAYMENT_DROPS = 0.3  # of those who reach the payment online give up there
_WEB, _APP, _STORE, _PHONE = (code(word) for word in ("direct", "app", "store", "call_centre"))
WORD_OF = {_WEB: "web", _APP: "app", _STORE: "store", _PHONE: "phone"}
COLLECTS = {_WEB: 0.08, _APP: 0.35}
REFUNDED, PARTLY, CANCELLED, PENDING = 0.045, 0.03, 0.02, 0.015
FREE_SHIPPING, SHIPPING = 7500, 490
SPRING_SHARE, USES_FRIENDS_COUPON = 0.1, 0.5
SPRING_COUPON, FRIENDS_COUPON, NEXT_COUPON = 1, 2, 3


def decide(scene: Scene, rows: np.ndarray, purpose: str) -> None:
    """Where these potential orders are made, and in which visit; orders online get one where they lack it."""
    chance, orders, contacts = scene.chance(f"ways of {purpose}"), scene.orders, scene.contacts
    n, person = len(rows), orders["person"][rows]
    online, app = scene.n_devices[person] > 0, scene.app[person] > 0
    phones = (scene.people["channel_preference"].to_numpy() == "phone")[person]
    for_firm = (scene.people["account"].to_numpy() >= 0)[person]
    luck = chance.random(n)
    by_phone = np.select([for_firm, phones], [0.5, 0.2], 0.03)
    in_store = np.where(online, 0.2, 0.9)
    how = np.where(luck < in_store, _STORE, np.where(app & (chance.random(n) < 0.6), _APP, _WEB))
    how = np.where(~online & (luck >= in_store), _PHONE, how)
    how = np.where(chance.random(n) < by_phone, _PHONE, how)
    known = orders["how"][rows]
    how = np.where(known == _WEB, _WEB, np.where(known > 0, known, how))
    at_visit = orders["visit"][rows]
    how = np.where((at_visit >= 0) & (contacts["channel"][at_visit] == _APP), _APP, how)
    orders["how"][rows] = how

    is_online = np.isin(how, [_WEB, _APP])
    orders["is_lost"][rows] = is_online & (chance.random(n) < PAYMENT_DROPS)
    collects = chance.random(n) < np.select([how == _WEB, how == _APP], list(COLLECTS.values()), 0.0)
    orders["collected"][rows] = collects
    store = np.where(orders["store"][rows] >= 0, orders["store"][rows], scene.store[person])
    orders["store"][rows] = np.where((how == _STORE) | collects, store, -1)

    interest = orders["product"][rows]
    known = (interest >= 0) & (interest != scene.catalogue.wanted)
    orders["product"][rows] = np.where(known, interest, scene.some_products(chance, n, in_stock=True))
    cause, luck = orders["cause"][rows], chance.random(n)
    by_mail = (cause >= 0) & (contacts["tactic"][cause] == code("coupon"))
    by_friend = (orders["recommender"][rows] >= 0) & (luck < USES_FRIENDS_COUPON)
    orders["coupon"][rows] = np.select(
        [by_mail, by_friend, luck > 1 - SPRING_SHARE], [NEXT_COUPON, FRIENDS_COUPON, SPRING_COUPON], 0
    )

    # The visit in which it is made, where no other has led there: closest to the order, and no cause of it.
    alone = is_online & (at_visit < 0)
    before = chance.integers(5 * MINUTE_MS, 18 * MINUTE_MS, n)
    own, who = rows[alone], person[alone]
    begin = orders["at_ms"][own] - before[alone]
    end = begin + (before[alone] * 0.6).astype("int64")
    device = np.where(how[alone] == _APP, scene.first_device[who], scene.some_device(chance, who))
    visits = visit(
        scene, chance, who, channel=how[alone], at_ms=begin, ended_ms=end, device=device, order=own,
        needs=TRIED,
    )  # fmt: skip
    browse(scene, visits, f"closing visits of {purpose}")
    orders["visit"][own], orders["begin_ms"][own] = visits, end
    bought_in = orders["visit"][rows]
    orders["device"][rows] = np.where(bought_in >= 0, contacts["device"][bought_in], -1)


def fill_baskets(scene: Scene) -> pd.DataFrame:
    """The lines of all potential orders: ``order`` (potential), ``line, product, quantity, price_cents``."""
    chance = scene.chance("baskets")
    n = len(scene.orders)
    counts = np.minimum(1 + chance.poisson(0.8, n), 6)
    order = np.repeat(np.arange(n), counts)
    line = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    product = scene.some_products(chance, len(order), in_stock=True)
    quantity = 1 + (chance.random(len(order)) < 0.15)
    for_firm = (scene.people["account"].to_numpy() >= 0)[scene.orders["person"][order]]
    quantity = np.where(for_firm, quantity * chance.integers(2, 13, len(order)), quantity)
    product = np.where(line == 1, scene.orders["product"][order], product)
    lines = pd.DataFrame({"order": order, "line": line, "product": product, "quantity": quantity})
    lines["price_cents"] = scene.catalogue.products["price_cents"].to_numpy()[product]
    # A product stands in one line only.
    lines = lines.drop_duplicates(["order", "product"], ignore_index=True)
    lines["line"] = lines.groupby("order").cumcount() + 1
    return lines


def coupon_words(scene: Scene) -> np.ndarray:
    """The coupon of each potential order as it is typed; "" for none."""
    orders, number = scene.orders, scene.people["number"].to_numpy()
    kind, cause = orders["coupon"], orders["cause"]
    words = np.array(["", "SPRING10", "", ""], dtype=object)[kind]
    for at in np.flatnonzero(kind == FRIENDS_COUPON):
        words[at] = f"FRIEND-{number[orders['recommender'][at]]:X}"
    for at in np.flatnonzero(kind == NEXT_COUPON):
        words[at] = f"NEXT-{number[orders['person'][at]]:X}-{cause[at]:X}"
    return words


def price(scene: Scene, lines: pd.DataFrame) -> pd.DataFrame:
    """Money and fate of all potential orders, by their row; ``coupon`` and ``payment`` too."""
    chance, orders = scene.chance("money"), scene.orders
    n, end = len(orders), scene.calendar.end_ms
    weights = lines["quantity"].to_numpy() * lines["price_cents"].to_numpy()
    total = np.bincount(lines["order"], weights=weights, minlength=n).astype("int64")
    discount = np.where(orders["coupon"] > 0, total // 10, 0)
    how = orders["how"]
    ships = ~np.isin(how, [_STORE]) & ~orders["collected"]
    shipping = np.where(ships & (total - discount < FREE_SHIPPING), SHIPPING, 0)
    amount = total - discount + shipping
    fate, later = chance.random(n), chance.integers(3 * DAY_MS, 18 * DAY_MS, n)
    edges = np.cumsum([REFUNDED, PARTLY, CANCELLED, PENDING])
    fate = np.where((how == _STORE) & (fate >= edges[1]), 1.0, fate)  # at a till one pays or leaves
    state = np.searchsorted(edges, fate, side="right")
    late = orders["at_ms"] + later >= end
    state = np.where((state < 2) & late, 4, state)
    first = lines.drop_duplicates("order")["price_cents"].to_numpy()
    refunded = np.select([state == 0, state == 1], [amount, np.minimum(first, amount)], 0)
    state = np.where((state == 1) & (refunded == amount), 0, state)
    words = np.array(["refunded", "partially_refunded", "cancelled", "pending", "paid"], dtype=object)
    invoice = (scene.people["account"].to_numpy() >= 0)[orders["person"]] | (how == _PHONE)
    by_card = chance.random(n) < np.where(how == _STORE, 0.55, 1.0)
    return pd.DataFrame(
        {
            "amount_cents": amount,
            "discount_cents": discount,
            "tax_cents": amount * 19 // 119,
            "shipping_cents": shipping,
            "refunded_cents": refunded,
            "refunded_ms": np.where(refunded > 0, orders["at_ms"] + later, 0),
            "status": words[state],
            "coupon": coupon_words(scene),
            "payment": np.select([invoice, by_card], ["invoice", "card"], "cash").astype(object),
        }
    )
