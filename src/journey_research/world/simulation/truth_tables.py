"""Truth that can be read off a block's frames, table by table; ``truth`` says what becomes of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from .block import Block
from .calendar import DAY_MS, utc
from .mistakes import RATES, slips_of

_STEPS = {
    "cart": ("added_to_cart", ""),
    "address": ("checkout_started", ""),
    "delivery": ("page_viewed", "checkout/delivery"),
    "payment": ("page_viewed", "checkout/payment"),
    "order": ("order_completed", ""),
}


def mistakes_made(block: Block, spoken: pd.DataFrame | None) -> pd.DataFrame:
    """``person, source, time, mistake``: the mistake when a source records a person for the n-th time."""
    found = []
    for source in RATES:
        kind = slips_of(block.people, source, block.world_seed, block.number).kind
        person, time = np.nonzero(kind != "")
        if spoken is not None:
            there = np.isin(person, spoken.loc[spoken["source"] == source, "row"])
            person, time = person[there], time[there]
        names = block.people["person"].to_numpy()[person]
        found.append(
            pd.DataFrame({"person": names, "source": source, "time": time + 1, "mistake": kind[person, time]})
        )
    return pd.concat(found, ignore_index=True)


def steps_of_buying(block: Block) -> pd.DataFrame:
    """Visits that reach each step of buying, and of them those that reach the next."""
    touches = block.touches[~block.touches["is_bot"]]
    reached = {}
    for step, (kind, tactic) in _STEPS.items():
        of = touches["kind"] == kind
        of &= (touches["tactic"] == tactic) if tactic else True
        reached[step] = touches.loc[of, "visit"].unique()
    names = list(_STEPS)
    table = pd.DataFrame(
        {
            "step": names[:-1],
            "is_planted": [step == "payment" for step in names[:-1]],
            "reached": [len(reached[step]) for step in names[:-1]],
            "went_on": [int(np.isin(reached[step], reached[later]).sum()) for step, later in pairwise(names)],
        }
    )
    planted = block.told["friction"]
    gained = int((planted["orders_without_friction"] - planted["orders"]).sum())
    return table.assign(orders_lost=np.where(table["is_planted"], gained, 0))


def interest_and_stock(block: Block) -> pd.DataFrame:
    """By product: what people show interest in, what they buy, and whether any place has it at the end."""
    products, touches, lines = block.catalogue.products, block.touches, block.lines
    n = len(products)
    stock = block.catalogue.stock
    last = stock[stock["at_ms"] == stock["at_ms"].max()].groupby("product")["quantity"].sum()
    table = products[["sku", "name"]].assign(
        is_wanted=np.arange(n) == block.catalogue.wanted,
        in_stock=last.reindex(range(n), fill_value=0).to_numpy(),
    )
    for column, kind in [("views", "product_viewed"), ("wishes", "added_to_wishlist")]:
        seen = touches.loc[
            (touches["kind"] == kind) & ~touches["is_bot"] & (touches["product"] >= 0), "product"
        ]
        table[column] = np.bincount(seen, minlength=n)
    table["sold"] = np.bincount(lines["product"], weights=lines["quantity"], minlength=n).astype("int64")
    return table


def recommenders(block: Block) -> pd.DataFrame:
    """By person who recommends: how many they reached, and the orders that came of it."""
    n, orders = len(block.people), block.orders
    steps = block.referrals.drop_duplicates(["giver", "receiver"])
    brought = orders[orders["recommended_by"] >= 0]
    table = pd.DataFrame(
        {
            "person": block.people["person"],
            "is_recommender": block.people["is_recommender"],
            "persons_reached": np.bincount(steps["giver"], minlength=n),
            "orders_brought": np.bincount(brought["recommended_by"], minlength=n),
            "amount_cents": np.bincount(
                brought["recommended_by"], weights=brought["amount_cents"], minlength=n
            ).astype("int64"),
        }
    )
    return table[table["is_recommender"] | (table["persons_reached"] > 0)].reset_index(drop=True)


def second_screens(block: Block) -> pd.DataFrame:
    """Visits of one person on two devices: after one another, or at the same time."""
    table = block.told["devices"]
    columns = ["person", "pattern", "first_device", "second_device", "first_visit", "second_visit"]
    return table[columns].assign(
        first_at=_text(table["first_ms"].to_numpy()), second_at=_text(table["second_ms"].to_numpy())
    )


def _text(at_ms: np.ndarray) -> pd.Series:
    return pd.Series(utc(at_ms).strftime("%Y-%m-%dT%H:%M:%SZ"), dtype="str")


def contradictions(block: Block) -> pd.DataFrame:
    """People told by one team that prices never change, and by another, within a week, of a flash sale."""
    touches, campaigns = block.touches, block.catalogue.campaigns
    firm = np.flatnonzero(campaigns["name"].str.contains("never change").to_numpy())
    said = touches[(touches["kind"] == "mail_delivered") & touches["campaign"].isin(firm)]
    sale = touches[(touches["kind"] == "sms_sent") & (touches["tactic"] == "discount")]
    both = said[["person", "at_ms"]].merge(sale[["person", "at_ms"]], on="person", suffixes=("_mail", "_sms"))
    both = both[(both["at_ms_sms"] - both["at_ms_mail"]).abs() < 7 * DAY_MS].reset_index(drop=True)
    return pd.DataFrame(
        {
            "person": block.people["person"].to_numpy()[both["person"]],
            "first_message": "newsletter",
            "first_at": _text(both["at_ms_mail"].to_numpy()),
            "second_message": "sms",
            "second_at": _text(both["at_ms_sms"].to_numpy()),
        }
    )


def arms_drawn(block: Block) -> pd.DataFrame:
    """By arm: the probability with which it was drawn, and who got it."""
    assigned = block.touches.loc[block.touches["kind"] == "arm_assigned", "referrer"].value_counts()
    table = block.catalogue.experiments[["experiment", "arm", "probability"]].copy()
    return table.assign(persons=table["arm"].map(assigned).fillna(0).astype("int64"))
