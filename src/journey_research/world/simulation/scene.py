"""What the people of a block bring along: habits, devices, agreements, and the ledgers of their doings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .calendar import Calendar, chance_for
from .catalogue import Catalogue
from .ledger import Ledger, code
from .people import by_segment

# How much of an order a row needs: nothing, that it was tried (up to the payment), that it was made.
NOTHING, TRIED, MADE = 0, 1, 2
# Share of visits of people in households with a shared device that use it.
ON_SHARED = 0.3


def contacts_ledger() -> Ledger:
    """Potential contacts between the shop and a person: a visit, a mail, a call, a stay.

    ``parent`` is the contact and ``order`` the order that it follows from (-1: none); ``luck`` is its own
    draw: it causes an order when that is below ``effect``. ``sours`` is the probability that an order of
    the person's own accord in the weeks after it is not made.
    """
    return Ledger(
        person=-1, at_ms=0, ended_ms=0, channel=0, tactic=0, campaign=-1, device=-1, product=-1, store=-1,
        peer=-1, parent=-1, order=-1, needs=NOTHING, effect=0.0, luck=1.0, sours=0.0, is_visit=False,
        is_message=False, felt_ms=0, buys_in=-1, recommender=-1, is_robot=False,
    )  # fmt: skip


def events_ledger() -> Ledger:
    """What happens in a contact; ``order`` and ``needs`` as with contacts, ``is_head``: counts its effect.

    ``is_further`` is a product after the first that a visit shows; what ``is_left_out`` does not happen, but
    keeps its number.
    """
    return Ledger(
        contact=-1, order=-1, needs=NOTHING, at_ms=0, ended_ms=0, kind=0, tactic=0, product=-1, ticket=-1,
        referrer=0, is_head=False, is_further=False, is_left_out=False,
    )  # fmt: skip


def orders_ledger() -> Ledger:
    """Potential orders; ``cause`` and ``second`` are contacts that must be there, ``soured_by`` must not."""
    return Ledger(
        person=-1, at_ms=0, cause=-1, second=-1, soured_by=-1, is_synergy=False, at_once=False,
        is_lost=False, recommender=-1, product=-1, visit=-1, begin_ms=0, how=0, store=-1, collected=False,
        device=-1, coupon=0,
    )  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """One block while it is being made; arrays have one number a person.

    Attributes:
        number: Which block.
        world_seed: Names the world.
        calendar: Its weeks.
        catalogue: What is sold.
        people: The frame ``people``.
        devices: The frame ``devices``.
        responsive: How strongly a person answers to a contact; 1 is usual.
        own_rate: Orders a week of the person's own accord.
        online: 1 for who visits the site, else 0.
        app: 1 for who has the app, else 0.
        first_device: Row of the person's first device; the others follow it.
        n_devices: How many the person has.
        shared_device: Row of the household's shared device; -1 for none.
        store: Row of the store that the person goes to.
        contacts: See ``contacts_ledger``.
        events: See ``events_ledger``.
        orders: See ``orders_ledger``.
    """

    number: int
    world_seed: int
    calendar: Calendar
    catalogue: Catalogue
    people: pd.DataFrame
    devices: pd.DataFrame
    responsive: np.ndarray
    own_rate: np.ndarray
    online: np.ndarray
    app: np.ndarray
    first_device: np.ndarray
    n_devices: np.ndarray
    shared_device: np.ndarray
    store: np.ndarray
    contacts: Ledger = field(default_factory=contacts_ledger)
    events: Ledger = field(default_factory=events_ledger)
    orders: Ledger = field(default_factory=orders_ledger)

    def chance(self, purpose: str) -> np.random.Generator:
        """The generator of chance of one purpose in this block."""
        return chance_for(self.world_seed, purpose, self.number)

    def some_persons(self, chance: np.random.Generator, a_week: np.ndarray) -> np.ndarray:
        """Persons, each as often as chance has it at that many times a week, in order of person."""
        return np.repeat(np.arange(len(self.people)), chance.poisson(a_week * self.calendar.weeks))

    def some_device(self, chance: np.random.Generator, persons: np.ndarray) -> np.ndarray:
        """A device of each person, mostly the first, now and then the household's."""
        own = self.first_device[persons] + (
            chance.random(len(persons)) ** 1.6 * self.n_devices[persons]
        ).astype("int64")
        shared = self.shared_device[persons]
        takes_shared = (shared >= 0) & (chance.random(len(persons)) < ON_SHARED)
        return np.where(takes_shared, shared, own)

    def some_products(self, chance: np.random.Generator, n: int, *, in_stock: bool = False) -> np.ndarray:
        """Products as people look at them: the wanted one most, but it is never bought."""
        kinds = len(self.catalogue.products)
        weight = 1.0 / (np.arange(kinds) + 6.0)
        weight[self.catalogue.wanted] = 0.0 if in_stock else weight.sum() * 0.13
        shares = np.cumsum(weight / weight.sum())
        return np.minimum(np.searchsorted(shares, chance.random(n), side="right"), kinds - 1)

    def is_of(self, channel: str) -> np.ndarray:
        """Which contacts are of a channel."""
        return self.contacts["channel"] == code(channel)


def set_scene(
    number: int,
    world_seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    people: pd.DataFrame,
    devices: pd.DataFrame,
) -> Scene:
    """The scene of a block in which nothing has happened yet."""
    n, owner = len(people), devices["person"].to_numpy()
    own = np.flatnonzero(owner >= 0)
    first = np.full(n, -1)
    first[owner[own][::-1]] = own[::-1]
    household = people["household"].to_numpy() - people["household"].to_numpy()[0]
    common = np.flatnonzero(devices["is_shared"].to_numpy())
    of_household = np.full(int(household.max()) + 1, -1)
    of_household[household[owner[common]]] = common
    cities = {city: at for at, city in enumerate(catalogue.stores["city"])}
    near = people["city"].map(cities).fillna(-1).to_numpy(dtype="int64")
    far = chance_for(world_seed, "stores", number).integers(0, len(cities), n)
    return Scene(
        number=number,
        world_seed=world_seed,
        calendar=calendar,
        catalogue=catalogue,
        people=people,
        devices=devices,
        responsive=by_segment(people, 2),
        own_rate=by_segment(people, 1),
        online=people["uses_web"].to_numpy(dtype=float),
        app=people["uses_app"].to_numpy(dtype=float),
        first_device=first,
        n_devices=np.bincount(owner[own], minlength=n),
        shared_device=of_household[household],
        store=np.where(near >= 0, near, far),
    )
