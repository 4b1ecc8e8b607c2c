"""The people themselves, in households, as nobody outside ever sees them: without mistakes."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from .calendar import chance_for
from .names import CITIES, FEMALE, MAIL_HOUSES, MALE, STREETS, SURNAMES

# Segment: share of people, orders a week of their own accord, how strongly they answer to a touch.
SEGMENTS = {
    "loyal": (0.18, 0.10, 0.4),
    "bargain": (0.27, 0.03, 1.9),
    "browser": (0.35, 0.02, 1.0),
    "dormant": (0.20, 0.008, 0.3),
}
CHANNEL_PREFERENCES = {"web": 0.55, "email": 0.25, "phone": 0.2}


def _often_first(names: list[str], chance: np.random.Generator, n: int, power: float) -> np.ndarray:
    weight = 1.0 / np.arange(3, len(names) + 3) ** power
    return np.array(names, dtype=object)[chance.choice(len(names), size=n, p=weight / weight.sum())]


def _households(persons: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    sizes = chance.choice([1, 2, 3, 4], size=persons, p=[0.52, 0.30, 0.12, 0.06])
    household = np.repeat(np.arange(persons), sizes)[:persons]
    role = np.concatenate([np.arange(size) for size in sizes])[:persons]
    return household, role


def _addresses(n: int, chance: np.random.Generator) -> pd.DataFrame:
    cities = _often_first(list(CITIES), chance, n, 0.6)
    district = chance.integers(0, 12, n)
    streets = np.array([street.replace("|", " ") for street in STREETS], dtype=object)
    street = streets[chance.integers(0, len(streets), n)]
    house = np.minimum(chance.geometric(0.03, n), 180)
    letter = np.where(chance.random(n) < 0.08, "a", "")
    return pd.DataFrame(
        {
            "street": [f"{name} {no}{a}" for name, no, a in zip(street, house, letter, strict=True)],
            "postal_code": [f"{CITIES[c]}{100 + 37 * d:03d}" for c, d in zip(cities, district, strict=True)],
            "city": cities,
        }
    )


def plain(text: str) -> str:
    """Lower-case letters without marks, as mail addresses are made from names.

    Example:
        >>> plain("Jörg Groß")
        'joerg gross'
    """
    low = text.lower()
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ı", "i")):
        low = low.replace(letter, spelled)
    return unicodedata.normalize("NFKD", low).encode("ascii", "ignore").decode()


def _mail(first: str, last: str, year: int, house: str, form: int, taken: set[str]) -> str:
    first, last = plain(first), plain(last)
    local = [f"{first}.{last}", f"{first[0]}.{last}", f"{last}{year % 100:02d}", f"{first}{last}{year}"][form]
    address, number = f"{local}@{house}", 2
    while address in taken:
        address, number = f"{local}{number}@{house}", number + 1
    taken.add(address)
    return address


def _mails(people: pd.DataFrame, chance: np.random.Generator, taken: set[str], n_forms: int) -> list[str]:
    houses, forms = chance.integers(0, 5, len(people)), chance.integers(0, n_forms, len(people))
    years = [int(born[:4]) for born in people["birth_date"]]
    return [
        _mail(first, last, year, MAIL_HOUSES[house], form, taken)
        for first, last, year, house, form in zip(
            people["first_name"], people["last_name"], years, houses, forms, strict=True
        )
    ]


def _phones(prefix: str, n: int, chance: np.random.Generator) -> np.ndarray:
    numbers = chance.choice(9_000_000, size=n, replace=False) + 1_000_000
    areas = chance.integers(0, 10, n)
    return np.array([f"+49{prefix}{a}{no}" for a, no in zip(areas, numbers, strict=True)], dtype=object)


def make_people(persons: int, world_seed: int) -> pd.DataFrame:
    """Draw the people of the world.

    Args:
        persons: How many; at least 2.
        world_seed: Names the world.

    Returns:
        One row per person, index 0..persons-1: name, birth date (text), address, the address and
        surname before, two mail addresses, mobile number, the household's landline, segment,
        channel preference, and what of our systems they use.
    """
    if persons < 2:
        raise ValueError(f"persons is {persons}; a world has at least 2")
    chance = chance_for(world_seed, "people")
    household, role = _households(persons, chance)
    n_households = int(household.max()) + 1
    female = np.where(role == 0, chance.random(persons) < 0.5, False)
    head_female = female[np.searchsorted(household, household)]
    female = np.where(role == 1, ~head_female, np.where(role > 1, chance.random(persons) < 0.5, female))
    first = np.where(
        female, _often_first(FEMALE, chance, persons, 0.5), _often_first(MALE, chance, persons, 0.5)
    )
    family = _often_first(SURNAMES, chance, n_households, 0.75)
    own = _often_first(SURNAMES, chance, persons, 0.75)
    last = np.where((role == 1) & (chance.random(persons) < 0.15), own, family[household])
    # Father and son of one name: rare, and nearly impossible to tell apart without a birth date.
    head = np.searchsorted(household, household)
    namesake = (role > 1) & (female == female[head]) & (chance.random(persons) < 0.06)
    first = np.where(namesake, first[head], first)
    head_age = chance.integers(24, 78, n_households)[household]
    age = np.where(
        role > 1, chance.integers(18, 27, persons), head_age + chance.integers(-4, 5, persons) * role
    )
    born = np.datetime64("2025-01-01") - (age * 365.25 + chance.integers(0, 365, persons)).astype(int)

    people = pd.DataFrame({"person": [f"p{no:05d}" for no in range(1, persons + 1)], "household": household})
    people["role"], people["female"] = role, female
    people["first_name"], people["last_name"] = first, last
    people["birth_date"] = born.astype(str)
    where, before = _addresses(n_households, chance), _addresses(persons, chance)
    for column in ("street", "postal_code", "city"):
        people[column] = where[column].to_numpy()[household]
        people[f"former_{column}"] = before[column]
    married = female & (role <= 1) & (chance.random(persons) < 0.3)
    people["former_last_name"] = np.where(married, own, last)

    chance = chance_for(world_seed, "contact details")
    taken: set[str] = set()
    people["email"] = _mails(people, chance, taken, 4)
    people["other_email"] = _mails(people, chance, taken, 4)
    family_mail = (role > 0) & (chance.random(persons) < 0.05)
    people["email"] = np.where(family_mail, people["email"].to_numpy()[head], people["email"])
    people["phone"] = _phones("17", persons, chance)
    people["landline"] = _phones("30", n_households, chance)[household]
    shared_phone = (role > 0) & (chance.random(persons) < 0.07)
    people["phone"] = np.where(shared_phone, people["phone"].to_numpy()[head], people["phone"])

    chance = chance_for(world_seed, "habits")
    shares = np.array([share for share, _, _ in SEGMENTS.values()])
    people["segment"] = np.array(list(SEGMENTS), dtype=object)[chance.choice(4, size=persons, p=shares)]
    people["channel_preference"] = np.array(list(CHANNEL_PREFERENCES), dtype=object)[
        chance.choice(3, size=persons, p=list(CHANNEL_PREFERENCES.values()))
    ]
    people["own_orders_a_week"] = [SEGMENTS[segment][1] for segment in people["segment"]]
    people["responsiveness"] = [SEGMENTS[segment][2] for segment in people["segment"]]
    people["uses_web"] = chance.random(persons) < np.where(people["channel_preference"] == "phone", 0.45, 0.9)
    people["has_login"] = people["uses_web"] & (chance.random(persons) < 0.6)
    people["login_id"] = [f"u_{10000 + no}" for no in chance.permutation(persons)]
    people["agrees_to_mail"] = chance.random(persons) < 0.62
    return people
