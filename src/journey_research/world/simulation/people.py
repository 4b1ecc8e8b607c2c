"""The people themselves, in households, as nobody outside ever sees them: without mistakes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .calendar import DAY_MS, Calendar, chance_for
from .contact_details import contact_details
from .names import ABROAD, CITIES, FEMALE, MALE, NICKNAMES, STREETS, SURNAMES

# Segment: share of people, orders a week of their own accord, how strongly they answer to a touch.
SEGMENTS = {
    "loyal": (0.18, 0.10, 0.4),
    "bargain": (0.27, 0.03, 1.9),
    "browser": (0.35, 0.02, 1.0),
    "dormant": (0.20, 0.008, 0.3),
}
# Segment: what its people do in a visit and with their mail, on average (`manners` tells how they differ).
# Times a visit: products opened after the first, pages with reduced wares, of new arrivals, of advice, and of
# the own account. `wishes`: times as many as everybody's. `opened`: share of the mail that nothing followed
# from, before it is weighed by how fond of mail a person is (1.6 or 0.8).
MANNERS = {
    "loyal": {
        "products": 0.2, "sale": 0.03, "new": 0.5, "guide": 0.03, "account": 0.45, "wishes": 0.8,
        "opened": 0.6,
    },
    "bargain": {
        "products": 0.35, "sale": 0.95, "new": 0.05, "guide": 0.02, "account": 0.03, "wishes": 0.5,
        "opened": 0.4,
    },
    "browser": {
        "products": 1.1, "sale": 0.05, "new": 0.15, "guide": 0.65, "account": 0.02, "wishes": 2.0,
        "opened": 0.15,
    },
    "dormant": {
        "products": 0.05, "sale": 0.02, "new": 0.02, "guide": 0.01, "account": 0.02, "wishes": 0.2,
        "opened": 0.03,
    },
}  # fmt: skip
CHANNEL_PREFERENCES = {"web": 0.55, "email": 0.25, "phone": 0.2}
COUNTRIES = {"DE": 0.9, "AT": 0.06, "CH": 0.04}
MOVED, MARRIED = 0.06, 0.015  # of the people, since the shop first knew them
RECOMMENDERS = 0.06


def by_segment(people: pd.DataFrame, at: int) -> np.ndarray:
    """One of the numbers of ``SEGMENTS`` (1: own orders a week, 2: responsiveness) for each person."""
    return people["segment"].map({name: facts[at] for name, facts in SEGMENTS.items()}).to_numpy(dtype=float)


def often_first(names: list[str], chance: np.random.Generator, n: int, power: float) -> np.ndarray:
    """``n`` of the names, those at the front the more often the higher the power."""
    weight = 1.0 / np.arange(3, len(names) + 3) ** power
    return np.array(names, dtype=object)[chance.choice(len(names), size=n, p=weight / weight.sum())]


def drawn(shares: dict[str, float], chance: np.random.Generator, n: int) -> np.ndarray:
    """``n`` of the words, each as often as its share says."""
    return np.array(list(shares), dtype=object)[chance.choice(len(shares), size=n, p=list(shares.values()))]


def households(persons: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Household (from 0) and place in it (from 0) of each person; the last may be cut short."""
    sizes = chance.choice([1, 2, 3, 4], size=persons, p=[0.52, 0.30, 0.12, 0.06])
    household = np.repeat(np.arange(persons), sizes)[:persons]
    starts = np.cumsum(sizes) - sizes
    return household, np.arange(persons) - starts[household]


def addresses(n: int, chance: np.random.Generator) -> pd.DataFrame:
    """``n`` addresses: ``street, postal_code, city, country``."""
    country = drawn(COUNTRIES, chance, n)
    cities = often_first(list(CITIES), chance, n, 0.6)
    prefix = pd.Series(cities).map(CITIES).to_numpy(dtype=object)
    for code, towns in ABROAD.items():
        there = often_first(list(towns), chance, n, 0.4)
        cities = np.where(country == code, there, cities)
        prefix = np.where(country == code, pd.Series(there).map(towns).to_numpy(dtype=object), prefix)
    district = 100 + 37 * chance.integers(0, 12, n)
    district = np.where(country == "DE", district, district % 100)
    width = np.where(country == "DE", 3, 2)
    streets = np.array([street.replace("|", " ") for street in STREETS], dtype=object)
    street = streets[chance.integers(0, len(streets), n)]
    house = np.minimum(chance.geometric(0.03, n), 180)
    letter = np.where(chance.random(n) < 0.08, "a", "")
    return pd.DataFrame(
        {
            "street": [f"{name} {no}{a}" for name, no, a in zip(street, house, letter, strict=True)],
            "postal_code": [f"{p}{d:0{w}d}" for p, d, w in zip(prefix, district, width, strict=True)],
            "city": cities,
            "country": country,
        }
    )


def _named(household: np.ndarray, role: np.ndarray, chance: np.random.Generator) -> pd.DataFrame:
    """First and last names, of the kind a family has; ``born_days`` is the age in days."""
    persons, n_households = len(household), int(household.max()) + 1
    head = np.searchsorted(household, household)
    female = chance.random(persons) < 0.5
    female = np.where(role == 1, ~female[head], female)
    first = np.where(
        female, often_first(FEMALE, chance, persons, 0.5), often_first(MALE, chance, persons, 0.5)
    )
    family = often_first(SURNAMES, chance, n_households, 0.75)
    own = often_first(SURNAMES, chance, persons, 0.75)
    last = np.where((role == 1) & (chance.random(persons) < 0.15), own, family[household])
    # Father and son of one name: rare, and nearly impossible to tell apart without a birth date.
    namesake = (role > 1) & (female == female[head]) & (chance.random(persons) < 0.06)
    first = np.where(namesake, first[head], first)
    age = chance.integers(24, 78, n_households)[household] + chance.integers(-4, 5, persons) * (role == 1)
    age = np.where(role > 1, chance.integers(18, 27, persons), age)
    born = (age * 365.25 + chance.integers(0, 365, persons)).astype(int)
    married = (female & (role <= 1)) & (chance.random(persons) < MARRIED / 0.4)
    return pd.DataFrame(
        {
            "female": female,
            "first_name": first,
            "last_name": last,
            "former_last_name": np.where(married, own, last),
            "nickname": [NICKNAMES.get(name, "") for name in first],
            "birth_date": (np.datetime64("2025-01-01") - born).astype(str),
        }
    )


def _habits(persons: int, chance: np.random.Generator) -> pd.DataFrame:
    segment = drawn({name: facts[0] for name, facts in SEGMENTS.items()}, chance, persons)
    preference = drawn(CHANNEL_PREFERENCES, chance, persons)
    uses_web = chance.random(persons) < np.where(preference == "phone", 0.45, 0.9)
    return pd.DataFrame(
        {
            "segment": segment,
            "channel_preference": preference,
            "uses_web": uses_web,
            "uses_app": uses_web & (chance.random(persons) < 0.35),
            "is_recommender": chance.random(persons) < RECOMMENDERS,
            "language": drawn({"de": 0.93, "en": 0.04, "tr": 0.02, "fr": 0.01}, chance, persons),
        }
    )


def make_people(
    number: int, block_persons: int, persons_in_block: int, world_seed: int, calendar: Calendar
) -> pd.DataFrame:
    """Draw the people of one block; the frame ``people`` but for ``account`` and ``work_email``.

    Args:
        number: Which block.
        block_persons: People in a full block: block k begins with person k * block_persons.
        persons_in_block: How many here; at least 1.
        world_seed: Names the world.
        calendar: Its weeks.
    """
    if not 1 <= persons_in_block <= block_persons + 1:  # the last block of a world may hold one more
        raise ValueError(f"persons_in_block is {persons_in_block}; a block holds 1 to {block_persons + 1}")
    chance = chance_for(world_seed, "people", number)
    first = number * block_persons
    household, role = households(persons_in_block, chance)
    people = pd.DataFrame({"number": first + np.arange(persons_in_block)})
    people["person"] = [f"p{no + 1:07d}" for no in people["number"]]
    people["household"] = first + household
    people["role"] = role
    people = pd.concat([people, _named(household, role, chance)], axis=1)

    where, before = addresses(int(household.max()) + 1, chance), addresses(persons_in_block, chance)
    moved = chance.random(persons_in_block) < MOVED
    for column in ("street", "postal_code", "city", "country"):
        people[column] = where[column].to_numpy()[household]
    # Nobody moved over a border: a former address abroad counts as never lived at.
    moved &= (before["country"] == people["country"]).to_numpy()
    for column in ("street", "postal_code", "city"):
        people[f"former_{column}"] = np.where(moved, before[column], people[column])
    people = pd.concat([people, _habits(persons_in_block, chance_for(world_seed, "habits", number))], axis=1)

    joined = calendar.end_ms - (chance.random(persons_in_block) ** 1.7 * 1800 * DAY_MS).astype("int64")
    people["joined_ms"] = joined
    later = joined + (chance.random(persons_in_block) * (calendar.end_ms - joined)).astype("int64")
    people["moved_ms"] = np.where(moved, later, 0)
    people["married_ms"] = np.where(people["former_last_name"] != people["last_name"], later, 0)
    return contact_details(people, world_seed, number)
