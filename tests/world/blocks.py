"""Blocks that several tests look at; each is made once."""

from functools import lru_cache

import numpy as np
import pandas as pd

from journey_research.world.simulation.block import Block
from journey_research.world.simulation.calendar import Calendar
from journey_research.world.simulation.catalogue import Catalogue, make_catalogue
from journey_research.world.simulation.living import make_block

CALENDAR = Calendar(12)


@lru_cache
def catalogue() -> Catalogue:
    return make_catalogue(5, CALENDAR)


@lru_cache
def block(number: int = 0, persons: int = 5000, without: tuple[str, ...] = ()) -> Block:
    return make_block(number, persons, 5, CALENDAR, catalogue(), without)


def named_by_number(of: Block) -> dict[str, pd.DataFrame]:
    """The frames with rows of orders and tickets replaced by numbers, which no other row can move."""
    order = np.append(of.orders["number"].to_numpy(), -1)
    ticket = np.append(of.tickets["number"].to_numpy(), -1)
    touches = of.touches.assign(order=order[of.touches["order"]], ticket=ticket[of.touches["ticket"]])
    return {
        "people": of.people.set_index("number"),
        "accounts": of.accounts.set_index("number"),
        "devices": of.devices.set_index("number"),
        # Whether a contact caused an order, and which order of a person's it is, follow from the orders.
        "touches": touches.set_index("id").drop(columns=["did_cause"]),
        "orders": of.orders.set_index("number").drop(columns="cycle"),
        "lines": of.lines.assign(order=order[of.lines["order"]]).set_index(["order", "line"]),
        "tickets": of.tickets.assign(order=order[of.tickets["order"]]).set_index("number"),
    }
