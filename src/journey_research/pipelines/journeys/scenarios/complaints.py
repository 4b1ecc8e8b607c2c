"""Complaints in public: who it is, about which order, and how long it took until anybody answered."""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

from .word_lists import DAY_US, HOUR_US, check_positive, checked_words, words


@dataclass(frozen=True)
class ComplaintRule:
    """What a complaint is, what belongs to it, and when an answer is late.

    Attributes:
        episode_days: Complaints and answers so long after a complaint belong to its episode, in days.
        sla_hours: Longest time until the first answer, in hours; an answer after exactly that is in time.
        order_days: A complaint so long after an order can be about it, in days.
        newsletter_days: An order so long after a newsletter was opened came of it, in days.
        complaint_actions: Actions of touches that are complaints.
        answer_actions: Actions of ours that answer, on whatever channel.
        contact_actions: Actions by which the person presses for an answer elsewhere.
        newsletter_tactics: Tactics of newsletters.
    """

    episode_days: int = 7
    sla_hours: int = 24
    order_days: int = 30
    newsletter_days: int = 7
    complaint_actions: tuple[str, ...] = ("complained",)
    answer_actions: tuple[str, ...] = ("replied", "ticket_answered", "called")
    contact_actions: tuple[str, ...] = ("ticket_opened", "called")
    newsletter_tactics: tuple[str, ...] = ("newsletter",)

    def __post_init__(self) -> None:
        check_positive(
            episode_days=self.episode_days,
            sla_hours=self.sla_hours,
            order_days=self.order_days,
            newsletter_days=self.newsletter_days,
        )
        for name in ("complaint_actions", "answer_actions", "contact_actions", "newsletter_tactics"):
            object.__setattr__(self, name, checked_words(name, getattr(self, name)))


def follow_complaints(
    touches: Table, orders: Table, people: Table, as_of: Table, rule: ComplaintRule
) -> Table:
    """Episodes of complaints with their order and the first answer on any channel.

    Args:
        touches: n rows, contract ``Touches``.
        orders: Contract ``Orders``; paid ones and those that were given back.
        people: k rows, contract ``People``.
        as_of: The instant the run looks from; one row. Who has waited longer than agreed by then waits
            too long, answered or not; who has waited less and has no answer is not judged.
        rule: What belongs together, and when an answer is late.

    Returns:
        Contract ``Complaints``: a row per person and episode, so lateness counts once however many
        channels were used.
    """
    return run_sql(
        "complaints.sql",
        touches=touches,
        orders=orders,
        people=people,
        as_of=as_of,
        complaint_actions=words(rule.complaint_actions),
        answer_actions=words(rule.answer_actions),
        contact_actions=words(rule.contact_actions),
        newsletter_tactics=words(rule.newsletter_tactics),
        episode_us=rule.episode_days * DAY_US,
        sla_us=rule.sla_hours * HOUR_US,
        order_us=rule.order_days * DAY_US,
        newsletter_us=rule.newsletter_days * DAY_US,
    )
