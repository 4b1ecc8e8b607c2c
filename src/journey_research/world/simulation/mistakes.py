"""People as a system has them: what goes wrong when somebody types, hears or keeps their details."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .calendar import chance_for
from .catalogue import JUNK
from .slips import by_ear, choose, familiar, typo, wrong_birth_date, wrong_digit

# System -> the share of its records with each mistake. What a system is not named here has the form's.
_FORM = {
    "typo": 0.10, "nickname": 0.06, "swapped": 0.015, "other_email": 0.07, "wrong_birth_date": 0.02,
    "wrong_phone": 0.02, "junk_email": 0.004, "junk_phone": 0.006, "missing": 0.11,
}  # fmt: skip
_CLERK = {
    "typo": 0.07, "by_ear": 0.17, "nickname": 0.05, "swapped": 0.01, "other_email": 0.03,
    "wrong_birth_date": 0.01, "wrong_phone": 0.02, "junk_email": 0.006, "junk_phone": 0.008, "missing": 0.2,
}  # fmt: skip
_SALES = _FORM | {"nickname": 0.07, "missing": 0.16, "junk_phone": 0.01}
_CHECKOUT = _FORM | {"typo": 0.13, "nickname": 0.09, "swapped": 0.02, "other_email": 0.1, "junk_email": 0.002}
RATES = {
    "hubspot_contacts": _FORM, "salesforce_leads": _SALES, "salesforce_contacts": _SALES,
    "shopify_orders": _CHECKOUT, "square_transactions": _CLERK, "loyalty_members": _CLERK,
    "zendesk_users": _FORM, "twilio_calls": _CLERK, "badge_scans": _SALES, "mail_drops": _CLERK,
    "mailchimp_members": _FORM,
}  # fmt: skip
STALE = 0.4  # of the records of people who moved or married still hold what was before
COPIES = 3  # mistakes are drawn anew for so many records of one person in one system


@dataclass(frozen=True)
class Slips:
    """The mistakes of one system about the people of one block.

    Attributes:
        kind: n x COPIES, the name of the mistake or "".
        luck: n x COPIES, which of the many mistakes of that kind.
    """

    kind: np.ndarray
    luck: np.ndarray


def slips_of(people: pd.DataFrame, system: str, world_seed: int, block: int) -> Slips:
    """Draw the mistakes that a system makes when it records the people of a block.

    They depend on nobody but the person, the system and how often it has recorded that person.
    """
    chance = chance_for(world_seed, f"mistakes of {system}", block)
    rates = RATES.get(system, _FORM)
    shape = (len(people), COPIES)
    at = np.searchsorted(np.cumsum(list(rates.values())), chance.random(shape), side="right")
    kind = np.array([*rates, ""], dtype=object)[at]
    is_stale, luck = chance.random(shape) < STALE, chance.random(shape)
    moved = (people["moved_ms"].to_numpy() > 0)[:, None] & is_stale & (kind == "")
    kind[moved] = "moved"
    married = (people["married_ms"].to_numpy() > 0)[:, None] & is_stale & (kind == "")
    kind[married] = "married"
    return Slips(kind, luck)


_JUNK = {
    f"junk_{column}": (column, [value for kind, value, _ in JUNK if kind == column])
    for column in ("email", "phone")
}
_MAY_LACK = (("email",), ("phone",), ("street", "postal_code"), ("birth_date",))
_NAMES = ("first_name", "last_name")
_WRITTEN = ("first_name", "last_name", "email", "phone", "birth_date", "street", "postal_code", "city")
_DETAILS = (
    *_WRITTEN, "former_last_name", "other_email", "former_street", "former_postal_code", "former_city",
)  # fmt: skip


def _slipped(told: Mapping[Hashable, str], mistake: str, luck: float) -> dict[str, str]:
    """The details that differ when one mistake falls on what is true."""
    if mistake in _JUNK:
        column, values = _JUNK[mistake]
        return {column: values[choose(luck, len(values))[0]]}
    if mistake == "missing":
        return dict.fromkeys(_MAY_LACK[choose(luck, len(_MAY_LACK))[0]], "")
    if mistake in ("typo", "by_ear"):
        slip: Callable[[str, float], str] = typo if mistake == "typo" else by_ear
        at, luck = choose(luck, 3)
        column = _NAMES[at > 0]  # surnames are longer and stranger
        return {column: slip(told[column], luck)}
    if mistake == "moved":
        return {column: told[f"former_{column}"] for column in ("street", "postal_code", "city")}
    return {
        "nickname": lambda: {"first_name": familiar(told["first_name"])},
        "swapped": lambda: {"first_name": told["last_name"], "last_name": told["first_name"]},
        "married": lambda: {"last_name": told["former_last_name"]},
        "other_email": lambda: {"email": told["other_email"]},
        "wrong_phone": lambda: {"phone": wrong_digit(told["phone"], luck)},
        "wrong_birth_date": lambda: {"birth_date": wrong_birth_date(told["birth_date"], luck)},
    }[mistake]()


def noted(people: pd.DataFrame, who: np.ndarray, system: str, world_seed: int, block: int) -> pd.DataFrame:
    """The details of people as a system has them.

    Args:
        people: The frame ``people`` of a block.
        who: Row of the person behind each record; a person who comes again gets other mistakes, from
            the fourth time on the third's.
        system: The system's name, see ``RATES``.
        world_seed: Names the world.
        block: Which block.

    Returns:
        One row per record, in the order of ``who``, index from 0: the columns of ``people`` with the
        mistakes in them, and ``mistake``, a word or "".
    """
    who = np.asarray(who, dtype="int64")
    slips = slips_of(people, system, world_seed, block)
    again = np.minimum(pd.Series(who).groupby(who).cumcount().to_numpy(), COPIES - 1)
    kind, luck = slips.kind[who, again], slips.luck[who, again]
    rows = np.flatnonzero(kind != "")
    touched = people[list(_DETAILS)].iloc[who[rows]].to_dict("records")
    told = people.iloc[who].reset_index(drop=True)
    cells = {column: told[column].to_numpy(dtype=object).copy() for column in _WRITTEN}
    for row, truth, mistake, drawn in zip(rows, touched, kind[rows], luck[rows], strict=True):
        for column, cell in _slipped(truth, mistake, drawn).items():
            cells[column][row] = cell
    return told.assign(**cells, mistake=kind)
