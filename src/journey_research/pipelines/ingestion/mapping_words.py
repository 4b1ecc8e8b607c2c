"""The words a mapping may use, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping
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
    "except",
}
KEY_WORDS = CELL_WORDS | {"row_number", "counted"}

# What a block may say: name -> how it is read. "?" marks what may be left out.
BLOCKS: dict[str, dict[str, str]] = {
    "record": {"key": "key", "kind": "word?", "recorded_at": "time?", "values": "cells?", "extra": "cells?"},
    "identifiers": {"value": "cell", "type": "word", "verified": "word?", "when": "time?"},
    "touch": {
        "key": "key", "when": "time", "channel": "cell", "direction": "cell", "initiative": "cell",
        "action": "cell", "campaign_id": "cell?", "product_id": "cell?", "is_bot": "cell?",
    },
    "order": {
        "key": "key", "when": "time", "status": "cell", "channel": "cell", "store_id": "cell?",
        "total": "number?", "sum": "number?", "refunded": "number?", "currency": "cell", "coupon_id": "cell?",
        "line_product_id": "cell?", "line_quantity": "number?", "line_amount": "number?",
    },
    "consent": {"key": "key", "channel": "cell", "purpose": "cell", "status": "cell", "when": "time"},
    "spend": {
        "key": "key", "when": "time", "channel": "cell", "campaign_id": "cell?", "amount": "number",
        "currency": "cell", "impressions": "number?", "clicks": "number?",
    },
    "offer": {
        "key": "key", "kind": "cell", "campaign_id": "cell?", "product_id": "cell?", "store_id": "cell?",
        "placement": "cell?", "week_number": "number?",
    },
    "judgement": {
        "source_a": "cell", "key_a": "key", "source_b": "cell", "key_b": "key", "answer": "cell",
        "reviewer": "cell?", "when": "time?",
    },
    "labelled_group": {"group": "cell"},
    "true_person": {"source": "cell?", "key": "key?", "person": "cell"},
}  # fmt: skip
EVERYWHERE = {"only": "filter?", "sample": "sample?"}
NEEDS_RECORD = ("identifiers", "touch", "order", "consent", "labelled_group")


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
