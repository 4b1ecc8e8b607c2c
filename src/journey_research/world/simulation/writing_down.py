"""From everything that might be to the frames of what is: touches, orders, lines, tickets, referrals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .block import LINES, ORDERS, REFERRALS, TICKETS, TOUCHES
from .buying import FRIENDS_COUPON, WORD_OF
from .experimenting import HORIZON
from .ledger import Ledger, code, spelled
from .recommending import KINDS
from .scene import Scene
from .surviving import Survivors, needed

TOUCHES_A_BLOCK, CONTACTS_A_BLOCK, ORDERS_A_BLOCK = 10_000_000, 2_000_000, 1_000_000


def orders_of(scene: Scene, money: pd.DataFrame, made: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """The frame ``orders``, and the row in it of each potential order (-1: not made)."""
    orders = scene.orders
    kept = np.flatnonzero(made)
    kept = kept[np.lexsort((kept, orders["at_ms"][kept]))]
    row_of = np.full(len(orders), -1)
    row_of[kept] = np.arange(len(kept))
    told = money.iloc[kept].reset_index(drop=True)
    cause, how = orders["cause"][kept], orders["how"][kept]
    told["number"] = scene.number * ORDERS_A_BLOCK + kept
    for column in ("person", "at_ms", "store", "device"):
        told[column] = orders[column][kept]
    told["ordered_channel"] = pd.Series(how).map(WORD_OF)
    in_store = (how == code("store")) | orders["collected"][kept]
    told["fulfilled_channel"] = np.where(in_store, "store", "ship")
    channel = spelled(np.where(cause >= 0, scene.contacts["channel"][cause], 0))
    told["cause"] = np.where(cause >= 0, channel, "own accord")
    told["recommended_by"] = orders["recommender"][kept]
    told["cycle"] = told.groupby("person").cumcount() + 1
    return told[list(ORDERS)], row_of


def lines_of(lines: pd.DataFrame, row_of: np.ndarray) -> pd.DataFrame:
    """The frame ``lines``."""
    told = lines.assign(order=row_of[lines["order"]])
    told = told[told["order"] >= 0]
    return told.sort_values(["order", "line"], ignore_index=True)[list(LINES)]


def tickets_of(
    scene: Scene, tickets: Ledger, left: Survivors, row_of: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray]:
    """The frame ``tickets``, and the row in it of each potential ticket."""
    kept = np.flatnonzero(left.contacts[tickets["contact"]])
    kept = kept[np.lexsort((kept, tickets["at_ms"][kept]))]
    ticket_row = np.full(len(tickets), -1)
    ticket_row[kept] = np.arange(len(kept))
    told = pd.DataFrame({"number": scene.number * ORDERS_A_BLOCK + kept})
    for column in ("person", "at_ms", "replied_ms", "solved_ms"):
        told[column] = tickets[column][kept]
    told["order"] = row_of[tickets["order"][kept]]
    for column in ("channel", "topic", "satisfaction"):
        told[column] = spelled(tickets[column][kept])
    told["priority"] = np.where(tickets["is_high"][kept], "high", "normal")
    return told[list(TICKETS)], ticket_row


def touches_of(scene: Scene, left: Survivors, row_of: np.ndarray, ticket_row: np.ndarray) -> pd.DataFrame:
    """The frame ``touches``: what happened in the contacts that are there, within the calendar."""
    events, contacts, orders = scene.events, scene.contacts, scene.orders
    kept = left.contacts[events["contact"]] & ~events["is_left_out"]
    kept &= needed(left.tried, left.made, events["order"], events["needs"])
    kept &= (events["at_ms"] >= scene.calendar.start_ms) & (events["at_ms"] < scene.calendar.end_ms)
    rows = np.flatnonzero(kept)
    rows = rows[np.lexsort((rows, events["at_ms"][rows]))]
    of = {name: values[rows] for name, values in events.columns().items()}
    contact = of["contact"]
    seen = {name: values[contact] for name, values in contacts.columns().items()}
    did_cause = np.zeros(len(contacts), dtype=bool)
    caused = np.flatnonzero(left.made & (orders["cause"] >= 0))
    did_cause[orders["cause"][caused]] = True
    tactic = np.where(of["tactic"] > 0, of["tactic"], np.where(seen["is_visit"], 0, seen["tactic"]))
    experiment = code(scene.catalogue.experiment)
    tactic = np.where(of["kind"] == code("arm_assigned"), experiment, tactic)
    app, shop = code("app"), code("shop")
    site = np.where(seen["channel"] == app, app, shop)
    on_site = seen["is_visit"] | np.isin(
        of["kind"],
        [code(kind) for kind in ("friends_asked", "review_read", "product_shared", "widget_answered")],
    )
    site = np.where(of["kind"] == code("in_app_shown"), app, np.where(on_site, site, 0))
    lasts = np.minimum(of["ended_ms"], scene.calendar.end_ms - 1)
    # What adds to the probability of an order, less the orders of their own accord that are soured.
    sours = seen["sours"] * scene.own_rate[seen["person"]] * (HORIZON / 7)
    told = {
        "id": scene.number * TOUCHES_A_BLOCK + rows,
        "person": seen["person"],
        "device": seen["device"],
        "at_ms": of["at_ms"],
        "ended_ms": np.maximum(lasts, of["at_ms"]),
        "kind": spelled(of["kind"]),
        "channel": spelled(seen["channel"]),
        "tactic": spelled(tactic),
        "campaign": seen["campaign"],
        "product": of["product"],
        "store": seen["store"],
        "visit": np.where(seen["is_visit"], scene.number * CONTACTS_A_BLOCK + contact, -1),
        "message": np.where(seen["is_message"], scene.number * CONTACTS_A_BLOCK + contact, -1),
        "order": np.append(row_of, -1)[of["order"]],
        "peer": seen["peer"],
        "ticket": np.append(ticket_row, -1)[of["ticket"]],
        "is_bot": seen["is_robot"],
        "referrer": spelled(of["referrer"]),
        "site": spelled(site),
        "effect": np.where(of["is_head"], seen["effect"] - sours, 0.0),
        "did_cause": of["is_head"] & did_cause[contact],
    }
    return pd.DataFrame(told)[list(TOUCHES)]


def referrals_of(scene: Scene, steps: Ledger, left: Survivors, row_of: np.ndarray) -> pd.DataFrame:
    """The frame ``referrals``; a step that led to an order names it, and a friend's coupon is one more."""
    orders = scene.orders
    order_of = np.full(len(scene.contacts), -1)
    caused = np.flatnonzero(left.made & (orders["recommender"] >= 0))
    order_of[orders["cause"][caused]] = row_of[caused]
    kept = left.contacts[steps["contact"]] & (steps["at_ms"] < scene.calendar.end_ms)
    told = pd.DataFrame(
        {name: steps[name][kept] for name in ("giver", "receiver", "kind", "product", "at_ms", "contact")}
    )
    told["order"] = order_of[told.pop("contact")]
    used = caused[orders["coupon"][caused] == FRIENDS_COUPON]
    redeemed = pd.DataFrame(
        {
            "giver": orders["recommender"][used],
            "receiver": orders["person"][used],
            "kind": KINDS.index("coupon_code"),
            "product": orders["product"][used],
            "at_ms": orders["at_ms"][used],
            "order": row_of[used],
        }
    )
    told = pd.concat([told, redeemed], ignore_index=True)
    told["kind"] = pd.Series(np.array(KINDS, dtype=object)[told["kind"].to_numpy()])
    order = ["at_ms", "giver", "receiver", "kind", "product"]
    return told.sort_values(order, ignore_index=True)[list(REFERRALS)]
