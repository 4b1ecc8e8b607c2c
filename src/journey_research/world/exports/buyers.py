"""The orders that the shop took itself, and what was typed about who placed them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.mistakes import noted

from .spellings import emails_as_typed, phones_as_typed, streets_as_typed
from .text import Column, chosen, joined, shares

SHOP = "shopify_orders"  # whose mistakes they are, also in what is told on to the payment system
TEST_EMAIL = "checkout-test@shop.example.de"


def order_names(numbers: Column) -> pa.Array:
    """Names of orders as the shop prints them, from their numbers."""
    return joined("#$no", no=1001 + np.asarray(numbers, dtype="int64"))


def is_online(block: Block) -> np.ndarray:
    """Which orders the shop took, on the web, in the app or on the telephone; the others are the tills'."""
    return (block.orders["ordered_channel"] != "store").to_numpy()


@dataclass(frozen=True)
class Buyers:
    """What was typed about the buyer of each of n orders.

    Attributes:
        told: n rows of details, as ``mistakes.noted`` gives them.
        is_guest: Which orders were placed without the account.
        email: n mail addresses; null where nobody asked for one.
        typed_email: The same in the letters of that day.
        is_nobodys: Whose address stands for nobody and was typed to get past the form.
    """

    told: pd.DataFrame
    is_guest: np.ndarray
    email: pa.Array
    typed_email: pa.Array
    is_nobodys: np.ndarray


def buyers(block: Block, orders: pd.DataFrame) -> Buyers:
    """An account keeps what was typed once; a guest types anew each time, often another address."""
    number, person = orders["number"].to_numpy(), orders["person"].to_numpy()
    is_guest = shares(number, "ordered as a guest") < 0.14
    holders, account = np.unique(person, return_inverse=True)
    who = np.concatenate([holders, person[is_guest]])
    noted_once = noted(block.people, who, SHOP, block.world_seed, block.number)
    kept = np.concatenate([number[np.unique(account, return_index=True)[1]], number[is_guest]])
    noted_once = noted_once.assign(
        phone=phones_as_typed(noted_once["phone"], kept, SHOP),
        street=streets_as_typed(noted_once["street"], kept, SHOP),
    )
    row = account.astype("int64")
    row[is_guest] = len(holders) + np.arange(int(is_guest.sum()))
    told = noted_once.iloc[row].reset_index(drop=True)
    by_phone = (orders["ordered_channel"] == "phone").to_numpy()
    unasked = by_phone & (shares(number, "no mail address by phone") < 0.4)
    nobodys = told["email"].isin(block.catalogue.junk["value"]).to_numpy()
    email = told["email"].where(~is_guest | nobodys | (told["other_email"] == ""), told["other_email"])
    typed = emails_as_typed(email, number, SHOP)
    typed = np.where(nobodys, email, typed)
    unasked |= (email == "").to_numpy()
    return Buyers(
        told, is_guest, chosen(unasked, None, email), chosen(unasked, None, typed), nobodys & ~unasked
    )
