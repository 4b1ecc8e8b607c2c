"""Judgements of customers and of those who served them, side by side: neither replaces the other."""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

from .word_lists import MINUTE_US, check_positive, checked_words, words


@dataclass(frozen=True)
class FeedbackRule:
    """Who speaks in which kind of touch.

    Attributes:
        customer_actions: Actions in which a customer judges.
        assistant_actions: Actions in which somebody of ours judges how it went with the customer.
        stay_gap_minutes: A judgement so long after the last sighting belongs to the stay, in minutes.
    """

    customer_actions: tuple[str, ...] = (
        "customer_rated", "satisfaction_given", "widget_answered", "reviewed",
    )  # fmt: skip
    assistant_actions: tuple[str, ...] = ("assistant_rated",)
    stay_gap_minutes: int = 60

    def __post_init__(self) -> None:
        check_positive(stay_gap_minutes=self.stay_gap_minutes)
        for name in ("customer_actions", "assistant_actions"):
            object.__setattr__(self, name, checked_words(name, getattr(self, name)))
        if both := set(self.customer_actions) & set(self.assistant_actions):
            raise ValueError(f"{sorted(both)} would be a customer's word and an assistant's")


def gather_feedback(touches: Table, store_visits: Table, people: Table, rule: FeedbackRule) -> Table:
    """All judgements with their author, and the stay in a store that they are about.

    Args:
        touches: n rows, contract ``Touches``.
        store_visits: Contract ``StoreVisits``.
        people: k rows, contract ``People``.
        rule: Who speaks in which kind of touch.

    Returns:
        Contract ``Feedback``: a row per judgement; both sides of a stay are two rows.
    """
    return run_sql(
        "feedback.sql",
        touches=touches,
        store_visits=store_visits,
        people=people,
        customer_actions=words(rule.customer_actions),
        assistant_actions=words(rule.assistant_actions),
        visit_gap_us=rule.stay_gap_minutes * MINUTE_US,
    )
