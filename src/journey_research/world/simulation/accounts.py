"""Firms that buy, and which people buy for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .block import ACCOUNTS
from .calendar import chance_for
from .contact_details import plain
from .names import FIRMS, LEGAL_FORMS, TRADES
from .people import addresses

PERSONS_AN_ACCOUNT = 90  # one firm for so many people of a block
CONTACTS = (2, 6)  # people of a firm whom we know, at least and below


def make_accounts(number: int, block_persons: int, people: pd.DataFrame, world_seed: int) -> pd.DataFrame:
    """Draw the firms of one block: the frame ``accounts``, perhaps empty."""
    chance = chance_for(world_seed, "accounts", number)
    n = len(people) // PERSONS_AN_ACCOUNT
    first = number * (block_persons // PERSONS_AN_ACCOUNT)
    trades = list(TRADES)
    trade, region = chance.integers(0, len(trades), n), chance.integers(0, len(FIRMS), n)
    names = [f"{FIRMS[r]}{trades[t].lower()}" for r, t in zip(region, trade, strict=True)]
    employees = np.round(10 ** chance.uniform(0.9, 3.6, n)).astype("int64")
    accounts = pd.DataFrame({"number": first + np.arange(n)})
    accounts["account"] = [f"a{no + 1:06d}" for no in accounts["number"]]
    accounts["name"] = [
        f"{name} {LEGAL_FORMS[at]}" for name, at in zip(names, chance.integers(0, 5, n), strict=True)
    ]
    accounts["domain"] = [
        f"{plain(name)}{no + 1}.example" for name, no in zip(names, accounts["number"], strict=True)
    ]
    accounts["industry"] = [TRADES[trades[t]] for t in trade]
    accounts["employees"] = employees
    accounts["revenue"] = employees * chance.integers(60, 240, n) * 1000
    for column, cells in addresses(n, chance).items():
        accounts[column] = cells
    accounts["phone"] = [f"+4969{20_000_000 + no}" for no in accounts["number"]]
    # One in eight belongs to a firm that stands before it.
    parent = (chance.random(n) * np.arange(n)).astype("int64")
    accounts["parent"] = np.where((chance.random(n) < 0.12) & (np.arange(n) > 0), parent, -1)
    # A block without a firm has columns of text all the same.
    return accounts[list(ACCOUNTS)].astype({name: object for name, kind in ACCOUNTS.items() if kind == "O"})


def employ(people: pd.DataFrame, accounts: pd.DataFrame, world_seed: int, number: int) -> pd.DataFrame:
    """The people with ``account`` and ``work_email`` of those who buy for a firm."""
    chance = chance_for(world_seed, "contacts of accounts", number)
    sizes = chance.integers(*CONTACTS, len(accounts))
    heads = np.flatnonzero(people["role"].to_numpy() <= 1)
    contacts = chance.permutation(heads)[: sizes.sum()]
    firm = np.repeat(np.arange(len(accounts)), sizes)[: len(contacts)]
    account = np.full(len(people), -1)
    account[contacts] = firm
    mails = np.full(len(people), "", dtype=object)
    domains, first = accounts["domain"].to_numpy(), people["first_name"].to_numpy()
    last = people["last_name"].to_numpy()
    for person, at in zip(contacts, firm, strict=True):
        mails[person] = f"{plain(first[person])[0]}.{plain(last[person])}{person}@{domains[at]}"
    return people.assign(account=account, work_email=mails)
