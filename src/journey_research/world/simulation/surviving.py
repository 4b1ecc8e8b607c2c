"""The do-operator: what is left of everything that might be when some channels are switched off.

A block is first drawn with all that might happen in it. A contact is there if its channel is on, and
what it follows from is there; an order if what causes it is there, nothing there sours it and its
payment is not given up. All draws are made before this question is asked, so what does not follow
from a channel is the same with and without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from .block import CHANNELS
from .ledger import code
from .scene import MADE, TRIED, Scene

PAYMENT = "payment"  # the step of the checkout at which people give up; may be switched off like a channel
TOGETHER = "synergy"  # what two contacts cause together and neither alone; may be switched off as well
ALIKE = "segments"  # without them people of all segments look around alike; what causes orders is left alone


@dataclass(frozen=True)
class Survivors:
    """Which of the potential rows are there: ``contacts, tried, made`` (orders up to, and with, payment)."""

    contacts: np.ndarray
    tried: np.ndarray
    made: np.ndarray


def survivors(scene: Scene, without: Collection[str] = (), off: np.ndarray | None = None) -> Survivors:
    """What is there when these channels (or ``PAYMENT``'s friction, or what two cause ``TOGETHER``) are off.

    Args:
        scene: All that might be.
        without: Words of ``CHANNELS``, ``PAYMENT`` or ``TOGETHER``; ``ALIKE`` changes nothing here.
        off: Rows of single contacts that are switched off besides; letters, or what follows from an order.

    Raises:
        ValueError: A word is no channel.
    """
    unknown = sorted(set(without) - {*CHANNELS, PAYMENT, TOGETHER, ALIKE})
    if unknown:
        raise ValueError(f"no such channels: {', '.join(unknown)}")
    table, orders = scene.contacts, scene.orders
    is_on = ~np.isin(table["channel"], [code(word) for word in without if word in CHANNELS])
    if off is not None:
        is_on[off] = False
    pays = np.ones(len(orders), dtype=bool) if PAYMENT in without else ~orders["is_lost"]
    caused = np.ones(len(orders), dtype=bool) if TOGETHER not in without else ~orders["is_synergy"]
    # Letters follow from nothing, so whether they sour an order is known at once.
    soured = (orders["soured_by"] >= 0) & is_on[orders["soured_by"]]
    there = is_on
    while True:
        tried = caused & ~soured & _all_there(there, orders["cause"]) & _all_there(there, orders["second"])
        made = tried & pays
        left = (
            is_on & _all_there(there, table["parent"]) & needed(tried, made, table["order"], table["needs"])
        )
        if np.array_equal(left, there):
            return Survivors(there, tried, made)
        there = left


def _all_there(there: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return (rows < 0) | there[rows]


def needed(tried: np.ndarray, made: np.ndarray, order: np.ndarray, needs: np.ndarray) -> np.ndarray:
    """Whether as much of an order is there as each row needs."""
    if not len(tried):
        return needs < TRIED
    return (needs < TRIED) | np.where(needs == MADE, made[order], tried[order])
