"""What really happened of the scenarios that a reader of the exports has to find again.

Read off the block's frames, before any vendor writes them: who has not agreed to be measured, who pays
without a card and which row is damaged plays no part here, so nobody can find all of it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .block import Block
from .calendar import DAY_MS, utc
from .writing_down import CONTACTS_A_BLOCK

LOOKED_BEFORE_DAYS = 14
_SHOWS_INTEREST = ("product_viewed", "added_to_wishlist", "added_to_cart", "product_shared")
_INSTANTS = ("began_ms", "ended_ms", "ordered_ms")
COLUMNS = ["scenario", "person", "peer", "product", "store", "began_at", "ended_at", "ordered_at"]


def scenarios_lived(block: Block) -> pd.DataFrame:
    """One row per occasion of a scenario; what does not belong to it is blank.

    Returns:
        ``scenario, person, peer, product, store, began_at, ended_at, ordered_at``. *store check-in*: a stay
        (began, store) and a product looked at in the 14 days before; *friend's review*: asked (began), read
        (ended), of a peer; *collected at the counter*: ordered at, store; *coupon for the next visit*:
        mailed (began) and, where it was redeemed, ordered at; *complaint in public*: said (began), first
        answered (ended), about an order, ``peer`` blank; *recommended by a friend*: ordered at, peer.
    """
    found = [
        _check_ins(block), _reviews(block), _collected(block), _coupons(block), _complaints(block),
        _recommended(block),
    ]  # fmt: skip
    whole = pd.concat(found, ignore_index=True)
    people = np.append(block.people["person"].to_numpy(dtype=object), "")
    skus = np.append(block.catalogue.products["sku"].to_numpy(dtype=object), "")
    stores = np.append(block.catalogue.stores["store_id"].to_numpy(dtype=object), "")
    return pd.DataFrame(
        {
            "scenario": whole["scenario"],
            "person": people[whole["person"]],
            "peer": people[whole["peer"]],
            "product": skus[whole["product"]],
            "store": stores[whole["store"]],
            "began_at": _text(whole["began_ms"]),
            "ended_at": _text(whole["ended_ms"]),
            "ordered_at": _text(whole["ordered_ms"]),
        }
    )[COLUMNS]


def _text(at_ms: pd.Series) -> pd.Series:
    told = pd.Series(utc(at_ms.to_numpy()).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), dtype="str")
    return told.where(at_ms.to_numpy() > 0, "")


def _rows(scenario: str, n: int, **columns: object) -> pd.DataFrame:
    blank = {"person": -1, "peer": -1, "product": -1, "store": -1} | dict.fromkeys(_INSTANTS, 0)
    told = {name: np.broadcast_to(np.asarray(columns.get(name, none)), n) for name, none in blank.items()}
    return pd.DataFrame({"scenario": scenario, **told}, index=range(n))


def _check_ins(block: Block) -> pd.DataFrame:
    touches = block.touches[block.touches["person"] >= 0]
    stays = touches.loc[touches["kind"] == "beacon_entered", ["person", "store", "at_ms"]]
    seen = touches.loc[
        touches["kind"].isin(_SHOWS_INTEREST) & (touches["product"] >= 0), ["person", "product", "at_ms"]
    ]
    both = stays.merge(seen, on="person", suffixes=("", "_seen"))
    before = both["at_ms"] - both["at_ms_seen"]
    both = both[(before > 0) & (before <= LOOKED_BEFORE_DAYS * DAY_MS)]
    pairs = both.drop_duplicates(["person", "at_ms", "product"]).sort_values(["at_ms", "person", "product"])
    return _rows(
        "store check-in", len(pairs), person=pairs["person"], product=pairs["product"], store=pairs["store"],
        began_ms=pairs["at_ms"],
    )  # fmt: skip


def _reviews(block: Block) -> pd.DataFrame:
    steps = block.referrals
    asks, reviews = (steps[steps["kind"] == kind].sort_values("at_ms") for kind in ("ask", "review"))
    asks = asks[["giver", "receiver", "at_ms"]].assign(asked_ms=asks["at_ms"])
    pairs = pd.merge_asof(
        reviews[["giver", "receiver", "product", "at_ms"]], asks, on="at_ms", by=["giver", "receiver"],
        allow_exact_matches=False,
    ).dropna(subset="asked_ms")  # fmt: skip
    return _rows(
        "friend's review", len(pairs), person=pairs["receiver"], peer=pairs["giver"],
        product=pairs["product"], began_ms=pairs["asked_ms"].astype("int64"), ended_ms=pairs["at_ms"],
    )  # fmt: skip


def _collected(block: Block) -> pd.DataFrame:
    orders = block.orders
    kept = orders[(orders["fulfilled_channel"] == "store") & orders["ordered_channel"].isin(["web", "app"])]
    return _rows(
        "collected at the counter", len(kept), person=kept["person"], store=kept["store"],
        ordered_ms=kept["at_ms"],
    )  # fmt: skip


def _coupons(block: Block) -> pd.DataFrame:
    touches, orders = block.touches, block.orders
    mails = touches[(touches["kind"] == "mail_delivered") & (touches["tactic"] == "coupon")]
    # The code tells the mail: NEXT-<number of the person>-<contact>, both of base 16.
    codes = orders.loc[orders["coupon"].str.startswith("NEXT-"), ["person", "coupon", "at_ms"]]
    contact = codes["coupon"].str.rsplit("-", n=1).str[1].map(_from_hex).astype("int64")
    codes = codes.assign(contact=contact).drop_duplicates(["person", "contact"])
    mails = mails.assign(contact=_contacts(mails["message"].to_numpy(), block))
    both = mails[["person", "contact", "at_ms"]].merge(
        codes[["person", "contact", "at_ms"]], on=["person", "contact"], how="left", suffixes=("", "_order")
    )
    return _rows(
        "coupon for the next visit", len(both), person=both["person"], began_ms=both["at_ms"],
        ordered_ms=both["at_ms_order"].fillna(0).astype("int64"),
    )  # fmt: skip


def _from_hex(text: str) -> int:
    return int(text, 16)


def _contacts(messages: np.ndarray, block: Block) -> np.ndarray:
    return messages - block.number * CONTACTS_A_BLOCK


def _complaints(block: Block) -> pd.DataFrame:
    touches = block.touches
    said = touches[(touches["kind"] == "complained") & (touches["order"] >= 0)]
    replied = touches[touches["kind"] == "replied"].groupby("order")["at_ms"].min()
    return _rows(
        "complaint in public", len(said), person=said["person"], began_ms=said["at_ms"],
        ended_ms=said["order"].map(replied).fillna(0).astype("int64"),
        ordered_ms=block.orders["at_ms"].to_numpy()[said["order"]],
    )  # fmt: skip


def _recommended(block: Block) -> pd.DataFrame:
    orders = block.orders[block.orders["recommended_by"] >= 0]
    return _rows(
        "recommended by a friend", len(orders), person=orders["person"], peer=orders["recommended_by"],
        ordered_ms=orders["at_ms"],
    )  # fmt: skip
