"""What a journey is about: buying, seeking information, service or a complaint."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from journey_research.engine import Table


@dataclass(frozen=True)
class KindRule:
    """Which actions tell what a journey is about.

    A journey that converted is ``buying``; else the first of these that one of its touches tells: a
    complaint, service, buying; else it is ``information_seeking``.

    Attributes:
        complaint_actions: Actions that complain.
        service_actions: Actions that ask for help, or give it.
        buying_actions: Actions on the way to a purchase.
    """

    complaint_actions: tuple[str, ...] = ("complained", "email_complained")
    service_actions: tuple[str, ...] = (
        "called", "call_missed", "satisfaction_given", "ticket_answered", "ticket_opened", "ticket_solved",
    )  # fmt: skip
    buying_actions: tuple[str, ...] = (
        "added_to_cart", "added_to_wishlist", "checkout_started", "coupon_applied", "purchased",
    )  # fmt: skip

    def __post_init__(self) -> None:
        told: list[str] = []
        for name in ("complaint_actions", "service_actions", "buying_actions"):
            words = tuple(getattr(self, name))
            object.__setattr__(self, name, words)
            told += words
        if len(set(told)) < len(told):
            raise ValueError("an action tells one kind of journey; some stands in two places")

    def table(self) -> Table:
        """``action, kind``: one row per action that tells something.

        Example:
            >>> KindRule(("complained",), (), ()).table().to_pandas().values.tolist()
            [['complained', 'complaint']]
        """
        told = [
            *((action, "complaint") for action in self.complaint_actions),
            *((action, "service") for action in self.service_actions),
            *((action, "buying") for action in self.buying_actions),
        ]
        return Table.from_pandas(pd.DataFrame(sorted(told), columns=["action", "kind"], dtype="str"))
