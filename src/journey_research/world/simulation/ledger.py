"""Tables that grow: columns of numbers, filled in lots, and the words behind the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from .block import CHANNELS

WORDS = (
    "", *CHANNELS,
    "page_viewed", "product_viewed", "added_to_wishlist", "product_shared", "added_to_cart",
    "checkout_started", "coupon_applied", "order_completed", "signed_up", "logged_in", "friends_asked",
    "review_read", "mail_sent", "mail_delivered", "mail_bounced", "mail_opened", "mail_machine_opened",
    "mail_clicked", "mail_unsubscribed", "mail_complained", "sms_sent", "push_sent", "messenger_sent",
    "in_app_shown", "call_in", "call_out", "call_machine", "mail_dropped", "badge_scanned",
    "beacon_entered", "beacon_ranged", "beacon_left", "checked_in", "till", "ticket_opened",
    "ticket_answered", "ticket_solved", "satisfaction_given", "mentioned", "complained", "replied",
    "reviewed", "arm_assigned", "widget_answered",
    "newsletter", "post_sale", "coupon", "discount", "reminder", "advice", "banner", "catalogue", "fair",
    "service", "sales", "order_taken", "refer_link", "brand", "generic", "retargeting", "prospecting", "b2b",
    "web", "phone", "spring_offer", "offer", "brand_message", "nothing", "delivery", "return",
    "damaged", "invoice", "good", "bad",
    "checkout/address", "checkout/delivery", "checkout/payment", "category", "account",
    "https://www.google.com/", "https://news.example.net/today", "https://www.facebook.com/",
    "https://blog.example.org/outdoor", "https://friends.example.org/", "shop",
    "sale", "new", "guide",
)  # fmt: skip
_CODES = {word: at for at, word in enumerate(WORDS)}


def code(word: str) -> int:
    """The number that stands for a word."""
    return _CODES[word]


def codes(words: pd.Series | np.ndarray | list[str]) -> np.ndarray:
    """The numbers that stand for many words of few kinds."""
    return pd.Series(words).map(_CODES).to_numpy(dtype="int64")


def spelled(numbers: np.ndarray) -> pd.Series:
    """The words behind numbers."""
    coded = pa.DictionaryArray.from_arrays(
        pa.array(numbers.astype("int16")), pa.array(WORDS, pa.large_string())
    )
    return pd.Series(pd.array(coded.cast(pa.large_string()), dtype="str"))


class Ledger:
    """A table that grows by lots of rows; a row keeps its number for ever.

    Args:
        defaults: Column -> what stands there when a lot does not say; an int, a float or a bool.

    Example:
        >>> ledger = Ledger(person=-1, effect=0.0)
        >>> ledger.add(2, person=np.array([4, 5])).tolist(), ledger.add(1, effect=0.5).tolist()
        ([0, 1], [2])
        >>> ledger["person"].tolist(), ledger["effect"].tolist()
        ([4, 5, -1], [0.0, 0.0, 0.5])
    """

    def __init__(self, **defaults: Any) -> None:
        self._defaults = defaults
        self._lots: dict[str, list[np.ndarray]] = {name: [] for name in defaults}
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def add(self, n: int, **columns: Any) -> np.ndarray:
        """Add ``n`` rows; a column is an array of n or one value for all. Gives their numbers."""
        unknown = set(columns) - set(self._defaults)
        if unknown:
            raise KeyError(f"no such columns: {sorted(unknown)}")
        for name, default in self._defaults.items():
            lot = np.empty(n, dtype=np.asarray(default).dtype)
            lot[:] = columns.get(name, default)
            self._lots[name].append(lot)
        self._n += n
        return np.arange(self._n - n, self._n)

    def __getitem__(self, name: str) -> np.ndarray:
        lots = self._lots[name]
        if len(lots) != 1:
            self._lots[name] = lots = [
                np.concatenate(lots) if lots else np.empty(0, dtype=np.asarray(self._defaults[name]).dtype)
            ]
        return lots[0]

    def columns(self) -> dict[str, np.ndarray]:
        """All columns."""
        return {name: self[name] for name in self._defaults}
