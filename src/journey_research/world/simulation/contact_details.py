"""How people can be reached: mail addresses, numbers, logins, cards and handles, unique by construction.

No list of what is taken is kept, because blocks are made apart. Every personal address ends in a number
that is nobody else's, and every number is a one-to-one image of its owner's: another image for each
purpose, so that nothing of one person is alike but what people make alike.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from .calendar import chance_for
from .names import AREA_CODES, MAIL_HOUSES

_MOBILE = ["160", "170", "171", "172", "173", "174", "175", "177", "178", "179"]
_ALL = 90_000_000  # its factors are 2, 3 and 5; times a number without them, modulo it, is one to one
_SPREADS = {"phone": 54_018_521, "login": 31_415_927, "card": 27_182_819, "handle": 14_142_133}
_PRIME = 5003  # more than a block has people
FAMILY_MAIL, FAMILY_PHONE = 0.05, 0.07  # of those who are not heads of a household


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


def scattered(numbers: np.ndarray, purpose: str, world_seed: int) -> np.ndarray:
    """Other numbers below ``_ALL``, one for each, in no order that shows.

    Example:
        >>> len(set(scattered(np.arange(1000), "login", 1).tolist()))
        1000
    """
    return (numbers * _SPREADS[purpose] + world_seed * 7_919 + 1_234_567) % _ALL


def _mails(people: pd.DataFrame, ends: np.ndarray, houses: np.ndarray, forms: np.ndarray) -> list[str]:
    spelled = {name: plain(name) for name in {*people["first_name"], *people["last_name"]}}
    addresses = []
    for first, last, born, end, house, form in zip(
        people["first_name"], people["last_name"], people["birth_date"], ends.tolist(), houses, forms,
        strict=True,
    ):  # fmt: skip
        first, last = spelled[first], spelled[last]
        # What stands before the number ends in a letter or a dot, so two numbers never make one address.
        local = (
            f"{first}.{last}", f"{first[0]}.{last}", f"{last}{born[2:4]}.", f"{first}{last}"
        )[form]  # fmt: skip
        addresses.append(f"{local}{end}@{MAIL_HOUSES[house]}")
    return addresses


def _mobiles(numbers: np.ndarray, country: np.ndarray, world_seed: int) -> list[str]:
    spread = scattered(numbers, "phone", world_seed)
    # Switzerland has five prefixes only, so half the range is spread there: still one to one.
    spread = np.where(country == "CH", spread % (_ALL // 2), spread)
    texts = []
    for at, land in zip(spread.tolist(), country, strict=True):
        prefix, rest = at // 9_000_000, at % 9_000_000 + 1_000_000
        start = {"DE": f"49{_MOBILE[prefix]}", "AT": f"43664{prefix}", "CH": f"417{5 + prefix % 5}"}[land]
        texts.append(f"+{start}{rest}")
    return texts


def _landlines(people: pd.DataFrame) -> list[str]:
    spread = (people["household"].to_numpy() * 3_518_743 + 77) % 8_000_000 + 1_000_000
    land = people["country"].map({"DE": "+49", "AT": "+43", "CH": "+41"})
    area = people["city"].map(AREA_CODES)
    return [f"{c}{a}{no}" for c, a, no in zip(land, area, spread.tolist(), strict=True)]


def contact_details(people: pd.DataFrame, world_seed: int, number: int) -> pd.DataFrame:
    """The people with how they can be reached, and what of our systems knows them by a name of its own.

    Args:
        people: n rows with ``number, household, role``, names, birth date, country and habits.
        world_seed: Names the world.
        number: Which block.

    Returns:
        The same rows with ``email, other_email, work_email, phone, landline, login_id, loyalty_id,
        social_handle`` and ``account`` (-1 for all).
    """
    chance = chance_for(world_seed, "contact details", number)
    n = len(people)
    head = np.searchsorted(people["household"].to_numpy(), people["household"].to_numpy())
    house, forms = chance.integers(0, len(MAIL_HOUSES), n), chance.integers(0, 4, (2, n))
    other_house = (house + chance.integers(1, len(MAIL_HOUSES), n)) % len(MAIL_HOUSES)
    later_born = people["role"].to_numpy() > 0
    family_mail = later_born & (chance.random(n) < FAMILY_MAIL)
    family_phone = later_born & (chance.random(n) < FAMILY_PHONE)
    place, start = np.arange(n), number * _PRIME
    ends = [2 * (start + (place * 1_237 + 77) % _PRIME) + 2, 2 * (start + (place * 3_001 + 5) % _PRIME) + 1]
    numbers = people["number"].to_numpy()
    email = np.array(_mails(people, ends[0], house, forms[0]), dtype=object)
    phone = np.array(_mobiles(numbers, people["country"].to_numpy(), world_seed), dtype=object)
    told = people.copy()
    told["email"] = np.where(family_mail, email[head], email)
    told["other_email"] = _mails(people, ends[1], other_house, forms[1])
    told["work_email"] = ""
    told["phone"] = np.where(family_phone, phone[head], phone)
    told["landline"] = _landlines(people)
    has_login = people["uses_web"].to_numpy() & (chance.random(n) < 0.6)
    has_card = chance.random(n) < np.where(people["segment"] == "loyal", 0.8, 0.35)
    is_public = chance.random(n) < 0.3
    logins, cards = scattered(numbers, "login", world_seed), scattered(numbers, "card", world_seed)
    told["login_id"] = np.where(has_login, [f"u_{no}" for no in (logins + 10_000_000).tolist()], "")
    told["loyalty_id"] = np.where(has_card, [f"{no}" for no in (cards + 9_010_000_000).tolist()], "")
    handles = scattered(numbers, "handle", world_seed).tolist()
    spelled = [f"{plain(name)}_{no:x}" for name, no in zip(people["first_name"], handles, strict=True)]
    told["social_handle"] = np.where(is_public, spelled, "")
    told["account"] = -1
    return told
