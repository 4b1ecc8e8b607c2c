"""Salesforce's record ids: 15 characters in which case counts, 18 in which it does not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from journey_research.world.simulation.block import BLOCK_PERSONS, Block

from .text import Column, fixed_width, shares

_DIGITS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "uint8")
_CHECKS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", "uint8")
_ORGANISATION = b"5g0"


def salesforce_ids(prefix: str, numbers: Column, *, is_short: Column = False) -> pa.Array:
    """Ids of the records with these numbers; a number below 0 has none (null).

    The last three characters of an 18-character id say, five characters each, which of the first 15
    are capitals: the id then survives a system that does not tell capitals from small letters. Numbers
    that are 26 apart can have ids that differ in nothing but that.

    Args:
        prefix: Three characters for the kind of record: 001 account, 003 contact, 00Q lead.
        numbers: n whole numbers.
        is_short: n truth values, or one for all: leave the last three characters out.

    Example:
        >>> salesforce_ids("003", [10, 36, -1]).to_pylist()
        ['0035g000000000AAAQ', '0035g000000000aAAA', None]
    """
    number = np.asarray(numbers, dtype="int64")
    left = np.maximum(number, 0)
    letters = np.empty((len(number), 15), "uint8")
    letters[:, :6] = np.frombuffer(prefix.encode() + _ORGANISATION, "uint8")
    for at in range(14, 5, -1):
        letters[:, at] = _DIGITS[left % 62]
        left = left // 62
    is_capital = (letters >= ord("A")) & (letters <= ord("Z"))
    bits = is_capital.reshape(-1, 3, 5) @ (1 << np.arange(5))
    missing = number < 0
    long = fixed_width(np.concatenate([letters, _CHECKS[bits]], axis=1), missing)
    short = fixed_width(letters, missing)
    is_short = np.broadcast_to(np.asarray(is_short, dtype=bool), number.shape)
    return pc.if_else(pa.array(is_short), short, long)


def account_ids(numbers: Column, *, is_short: Column = False) -> pa.Array:
    """Ids of accounts: of a firm's first record 2 n, of the one that lost a merge 2 n + 1."""
    return salesforce_ids("001", numbers, is_short=is_short)


def account_of(block: Block, account: np.ndarray) -> np.ndarray:
    """Number of the account record of a row of accounts; -1 where there is none."""
    number = block.accounts["number"].to_numpy()
    return np.where(account >= 0, 2 * number[account], -1) if len(number) else np.full(len(account), -1)


def contact_numbers(block: Block) -> np.ndarray:
    """Numbers of people as contacts of a firm, one after the other; -1 for those who are none."""
    people = block.people
    is_contact = ((people["account"] >= 0) & (shares(people["number"], "is a contact") < 0.93)).to_numpy()
    return np.where(is_contact, block.number * BLOCK_PERSONS + np.cumsum(is_contact) - 1, -1)


def contact_ids(block: Block, who: np.ndarray, *, is_short: Column = False) -> pa.Array:
    """Ids of the first records of contacts, by rows of people; null for who is none (or row -1).

    A contact's first record is 2 n, the one that lost a merge 2 n + 1.
    """
    number = np.append(contact_numbers(block), -1)[who]
    return salesforce_ids("003", np.where(number >= 0, 2 * number, -1), is_short=is_short)
