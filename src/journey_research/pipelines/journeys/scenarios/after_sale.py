"""What follows an order: the counter where it waits, the mail of thanks, the coupon for the next visit."""

from __future__ import annotations

from dataclasses import dataclass

from journey_research.engine import Table, run_sql

from .word_lists import DAY_US, check_positive, checked_words, words


@dataclass(frozen=True)
class AfterSaleRule:
    """How long things wait and hold after a sale, and by what mails and coupons are recognised.

    Attributes:
        collect_days: A stay in the store so long after the order collects it, in days.
        thanks_days: A mail so long after an order is about it, in days.
        coupon_days: How long a coupon can be redeemed after its mail, in days.
        channel: Channel of the mails, as touches and consents name it.
        purpose: Purpose that permission is needed for, as consents name it.
        mail_tactics: Tactics of mails after a sale.
        coupon_tactics: Those of them that bring a coupon.
        coupon_prefixes: How the codes of these coupons begin.
    """

    collect_days: int = 14
    thanks_days: int = 30
    coupon_days: int = 60
    channel: str = "email"
    purpose: str = "marketing"
    mail_tactics: tuple[str, ...] = ("post_sale", "coupon")
    coupon_tactics: tuple[str, ...] = ("coupon",)
    coupon_prefixes: tuple[str, ...] = ("NEXT-",)

    def __post_init__(self) -> None:
        check_positive(
            collect_days=self.collect_days, thanks_days=self.thanks_days, coupon_days=self.coupon_days
        )
        for name in ("mail_tactics", "coupon_tactics", "coupon_prefixes"):
            object.__setattr__(self, name, checked_words(name, getattr(self, name)))
        if not set(self.coupon_tactics) <= set(self.mail_tactics):
            raise ValueError("coupon_tactics holds a tactic that is not among mail_tactics")


def follow_collected_orders(
    orders: Table, order_sightings: Table, store_visits: Table, people: Table, rule: AfterSaleRule
) -> Table:
    """Orders made elsewhere and handed over in a store, with the stay in which they were.

    Args:
        orders: n rows, contract ``Orders``; each is money once.
        order_sightings: Contract ``OrderSightings``; other systems' tellings, which are counted only.
        store_visits: Contract ``StoreVisits``.
        people: k rows, contract ``People``.
        rule: How long an order waits.

    Returns:
        At most n rows, contract ``CollectedOrders``; the amounts are those of ``orders``.
    """
    return run_sql(
        "collected_orders.sql",
        orders=orders,
        order_sightings=order_sightings,
        store_visits=store_visits,
        people=people,
        collect_us=rule.collect_days * DAY_US,
    )


def follow_post_sale_mails(
    touches: Table, orders: Table, consents: Table, people: Table, rule: AfterSaleRule
) -> Table:
    """Mails of thanks and with coupons: opened, clicked, redeemed, and whether they were permitted.

    Permission is read as for decisions: the last word of each record as of the mail, where a no of any
    record speaks for the person and no word is no permission; a yes that has run out is none.

    Args:
        touches: n rows, contract ``Touches``.
        orders: Contract ``Orders``.
        consents: Contract ``Consents``.
        people: k rows, contract ``People``.
        rule: What mails and coupons look like and how long they hold.

    Returns:
        Contract ``PostSaleMails``: a row per mail that arrived.
    """
    return run_sql(
        "post_sale_mails.sql",
        touches=touches,
        orders=orders,
        consents=consents,
        people=people,
        channel=rule.channel,
        purpose=rule.purpose,
        mail_tactics=words(rule.mail_tactics),
        coupon_tactics=words(rule.coupon_tactics),
        coupon_prefixes=words(rule.coupon_prefixes),
        thanks_us=rule.thanks_days * DAY_US,
        coupon_us=rule.coupon_days * DAY_US,
    )
