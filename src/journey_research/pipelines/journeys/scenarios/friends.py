"""Friends who are asked, what they answer, and which conversions were made on their word."""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

from .word_lists import DAY_US, check_positive, checked_words, words


@dataclass(frozen=True)
class FriendRule:
    """How long a friend's word holds, and by what it is recognised.

    Attributes:
        answer_days: A review read so long after the question answers it, in days.
        purchase_days: A purchase so long after the review followed it, in days.
        recommendation_days: A conversion so long after a friend's word was made on it, in days.
        friend_prefixes: How coupon codes begin that friends hand on.
        link_tactics: Tactics of visits behind a friend's link.
    """

    answer_days: int = 7
    purchase_days: int = 14
    recommendation_days: int = 5
    friend_prefixes: tuple[str, ...] = ("FRIEND-",)
    link_tactics: tuple[str, ...] = ("refer_link",)

    def __post_init__(self) -> None:
        check_positive(
            answer_days=self.answer_days,
            purchase_days=self.purchase_days,
            recommendation_days=self.recommendation_days,
        )
        for name in ("friend_prefixes", "link_tactics"):
            object.__setattr__(self, name, checked_words(name, getattr(self, name)))


def find_friend_reviews(referrals: Table, people: Table, rule: FriendRule) -> Table:
    """Reviews that persons read of the very friends whom they had asked.

    Args:
        referrals: n rows, contract ``Referrals``.
        people: k rows, contract ``People``; a friend who is nobody known is the same by record.
        rule: How long a review answers.

    Returns:
        Contract ``FriendReviews``: at most one row per act of kind ``review``.
    """
    return run_sql(
        "friend_reviews.sql", referrals=referrals, people=people, answer_us=rule.answer_days * DAY_US
    )


def follow_friend_asks(
    friend_reviews: Table,
    referrals: Table,
    touches: Table,
    orders: Table,
    order_lines: Table,
    people: Table,
    rule: FriendRule,
) -> Table:
    """Every question to a friend: whether it was answered, and what was bought after it.

    Args:
        friend_reviews: Contract ``FriendReviews``, of the same referrals.
        referrals: n rows, contract ``Referrals``.
        touches: Contract ``Touches``; wish lists are in it.
        orders: Contract ``Orders``.
        order_lines: Contract ``OrderLines``.
        people: k rows, contract ``People``.
        rule: How long after the review a purchase counts.

    Returns:
        Contract ``FriendAsks``: a row per act of kind ``ask``.
    """
    return run_sql(
        "friend_asks.sql",
        friend_reviews=friend_reviews,
        referrals=referrals,
        touches=touches,
        orders=orders,
        order_lines=order_lines,
        people=people,
        purchase_us=rule.purchase_days * DAY_US,
    )


def tell_conversion_natures(
    outcomes: Table,
    orders: Table,
    friend_reviews: Table,
    touches: Table,
    people: Table,
    rule: FriendRule,
) -> Table:
    """Say of each conversion whether a friend's word stood before it.

    Before, not behind: whoever buys after a friend's review might have bought without it.

    Args:
        outcomes: n rows, contract ``Outcomes``.
        orders: Contract ``Orders``; their coupon codes.
        friend_reviews: Contract ``FriendReviews``.
        touches: Contract ``Touches``.
        people: k rows, contract ``People``.
        rule: How long a friend's word holds, and by what it is recognised.

    Returns:
        n rows, contract ``ConversionNatures``.
    """
    return run_sql(
        "conversion_natures.sql",
        outcomes=outcomes,
        orders=orders,
        friend_reviews=friend_reviews,
        touches=touches,
        people=people,
        friend_prefixes=words(rule.friend_prefixes),
        link_tactics=words(rule.link_tactics),
        recommendation_us=rule.recommendation_days * DAY_US,
    )
