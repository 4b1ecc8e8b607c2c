"""The words a mapping may use, and how each is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CELL_WORDS = {
    "is",
    "from",
    "values",
    "contains",
    "blank",
    "otherwise",
    "first_of",
    "product_of",
    "lower",
    "first_characters",
    "except",
}
KEY_WORDS = CELL_WORDS | {"row_number", "counted"}

# What a block may say: name -> how it is read. "?" marks what may be left out.
#   cell, key, number, time   a value in every row; a time is one column
#   cells                     names with a cell each
#   kind                      one of the words below, or a cell
#   source                    the name of a source, or a cell; left out, it is the mapping's own
#   party                     somebody of a source: {source, key}
#   word                      said once for all rows
BLOCKS: dict[str, dict[str, str]] = {
    "record": {
        "key": "key", "kind": "kind?", "recorded_at": "time?", "deleted": "cell?", "values": "cells?",
        "extra": "cells?",
    },
    "identifiers": {
        "value": "cell", "type": "word", "verified": "word?", "when": "time?", "split": "word?",
        "strength": "word?",
    },
    "same_as": {
        "source": "source?", "key": "key", "split": "word?", "without": "word?", "rule": "word",
        "when": "time?",
    },
    "member_of": {"source": "source?", "key": "key", "split": "word?", "without": "word?", "kind": "word"},
    "touch": {
        "key": "key", "when": "time", "ended_at": "time?", "channel": "cell", "tactic": "cell?",
        "direction": "cell", "initiative": "cell", "action": "cell", "campaign_id": "cell?",
        "content_id": "cell?", "product_id": "cell?", "store_id": "cell?", "device_class": "cell?",
        "session": "key?", "sentiment": "number?", "counterpart": "party?", "is_bot": "cell?",
        "clock": "word?",
    },
    "order": {
        "key": "key", "when": "time", "status": "cell", "channel": "cell", "ordered_channel": "cell?",
        "fulfilled_channel": "cell?", "store_id": "cell?", "total": "number?", "sum": "number?",
        "discount": "number?", "tax": "number?", "shipping": "number?", "refunded": "number?",
        "currency": "cell", "coupon_id": "cell?", "line_product_id": "cell?", "line_quantity": "number?",
        "line_amount": "number?", "sighting_of": "party?",
    },
    "consent": {
        "key": "key", "channel": "cell", "purpose": "cell", "status": "cell", "when": "time",
        "expires_at": "time?", "legal_basis": "cell?", "jurisdiction": "cell?",
    },
    "spend": {
        "key": "key", "when": "time", "channel": "cell", "tactic": "cell?", "campaign_id": "cell?",
        "amount": "number", "currency": "cell", "impressions": "number?", "reach": "number?",
        "clicks": "number?", "platform_conversions": "number?", "platform_value": "number?",
    },
    "offer": {
        "key": "key", "kind": "cell", "campaign_id": "cell?", "product_id": "cell?", "store_id": "cell?",
        "placement": "cell?", "week_number": "number?",
    },
    "availability": {
        "product_id": "cell", "location_id": "cell?", "when": "time", "quantity": "number?",
        "state": "cell?",
    },
    "referral": {
        "key": "key", "when": "time", "kind": "cell", "to": "party?", "product_id": "cell?",
        "direction": "word?",
    },
    "judged_pair": {
        "record_a": "cell", "record_b": "cell", "answer": "cell", "reviewer": "cell?", "when": "time?",
    },
    "judgement": {
        "source_a": "cell", "key_a": "key", "source_b": "cell", "key_b": "key", "answer": "cell",
        "reviewer": "cell?", "when": "time?",
    },
    "labelled_group": {"group": "cell"},
    "true_person": {"source": "cell?", "key": "key?", "person": "cell"},
    "planted_dirt": {"file": "cell", "row": "number", "damage": "cell"},
}  # fmt: skip
EVERYWHERE = {"only": "filter?", "sample": "sample?"}
PARTY = {"source": "source?", "key": "key"}
NEEDS_RECORD = (
    "identifiers", "same_as", "member_of", "touch", "order", "consent", "referral", "labelled_group",
)  # fmt: skip

VALUE_FIELDS = (
    "first_name", "last_name", "full_name", "company", "job_title", "gender", "birth_date", "street",
    "postal_code", "city", "country", "language", "email", "phone", "extra",
)  # fmt: skip
RECORD_KINDS = ("profile", "lead", "account", "anonymous")
STRENGTHS = ("strong", "weak", "never")
LINK_RULES = ("source_merge", "lead_conversion", "login", "alias")
GROUP_KINDS = ("account", "household")
CLOCKS = ("server", "client_corrected", "client")
DIRECTIONS = ("given", "received")
LEGAL_BASES = (
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests",
)  # fmt: skip
DATA_CLASSES = (
    "transactional", "marketing", "social", "demographic", "support", "consent", "inventory", "sensor",
    "evaluation",
)  # fmt: skip
CADENCES = ("once", "hourly", "daily", "weekly", "monthly")

# Words that are said once for all rows, and what they may be.
SAID_ONCE: dict[tuple[str, str], tuple[str, ...]] = {
    ("identifiers", "strength"): STRENGTHS,
    ("same_as", "rule"): LINK_RULES,
    ("member_of", "kind"): GROUP_KINDS,
    ("touch", "clock"): CLOCKS,
    ("referral", "direction"): DIRECTIONS,
}


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """What to do about a word that is not known: the nearest that is, and all of them.

    Example:
        >>> did_you_mean("tuch", ["order", "touch"])
        "did you mean 'touch'? known are order, touch"
    """
    import difflib

    listed, plain = sorted(known), str(word).lower()
    near = difflib.get_close_matches(plain, listed, n=1, cutoff=0.6)
    near = near or [one for one in listed if len(plain) > 2 and plain in one]
    return (f"did you mean '{near[0]}'? " if near else "") + f"known are {', '.join(listed)}"


def columns_of(cell: Any) -> list[str]:
    """Native columns a cell reads.

    Example:
        >>> columns_of({"from": "medium", "values": {"cpc": "paid"}, "otherwise": {"from": "referrer"}})
        ['medium', 'referrer']
    """
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, list | tuple):
        return [name for one in cell for name in columns_of(one)]
    if not isinstance(cell, Mapping):
        return []
    told = [
        name for word in ("from", "first_of", "product_of", "counted") for name in columns_of(cell.get(word))
    ]
    return told + [
        name for word in ("otherwise", "blank") for name in columns_of(cell.get(word)) if name is not None
    ]


def columns_read(how: str, said: Any) -> list[str]:
    """Native columns that a word of a block reads, by how it is read.

    Example:
        >>> columns_read("party", {"source": "crm", "key": {"from": "Owner", "lower": True}})
        ['Owner']
    """
    if how == "cells":
        return [name for cell in said.values() for name in columns_of(cell)]
    if how in ("kind", "source"):  # a text is the word itself
        return columns_of(said) if isinstance(said, Mapping) else []
    if how == "party":
        return columns_read("source", said.get("source")) + columns_of(said["key"])
    return columns_of(said)
