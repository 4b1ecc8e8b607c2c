"""What was bought in the stores, by which of the two till systems, and which card was shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from journey_research.world.simulation.block import Block

from .text import chosen, shares

_EVERY = 5  # one store in five is a pop-up shop
_FORGOTTEN = 0.18  # share of holders' receipts without their card
_TILLS_OWN = 0.04  # share of other receipts for which the cashier takes the till's own card


def is_popup(stores: pd.Series) -> np.ndarray:
    """Which rows of stores are pop-up shops.

    Example:
        >>> is_popup(pd.Series([-1, 3, 4])).tolist()
        [False, False, True]
    """
    return (stores % _EVERY == _EVERY - 1).to_numpy() & (stores >= 0).to_numpy()


def till_orders(block: Block, *, popup: bool) -> pd.DataFrame:
    """What was bought in the stores, or in the pop-up shops, in the order of time; ``row`` is its row."""
    orders = block.orders.assign(row=np.arange(len(block.orders)))
    bought = (orders["ordered_channel"] == "store") & (is_popup(orders["store"]) == popup)
    return orders[bought].reset_index(drop=True)


def cards_shown(block: Block, orders: pd.DataFrame) -> tuple[pa.Array, np.ndarray]:
    """The loyalty card at each purchase, null where none was shown; and where it was the till's own."""
    card = block.people["loyalty_id"].to_numpy()[orders["person"]]
    luck = shares(orders["number"], "card at the till")
    shown = (card != "") & (luck >= _FORGOTTEN)
    tills_own = ~shown & (luck < _TILLS_OWN)
    junk = block.catalogue.junk
    own_card = str(junk.loc[junk["type"] == "loyalty_id", "value"].iloc[0])
    return chosen(shown, card, chosen(tills_own, own_card, None)), tills_own
