"""One block of the made-up world: some thousand people, and everything they did and were sent.

A block is drawn from chances named by world, purpose and block number alone, so blocks can be made
one at a time, in any order and any process, with the same bytes. Households, accounts, friendships
and recommendations stay inside a block; the catalogue and the calendar are those of every block.

In all frames a *row* is a position (from 0) in the named frame of the same block (or of the
catalogue), -1 and ``""`` mean none, and instants are milliseconds UTC (0: never).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from .calendar import Calendar
from .catalogue import Catalogue

BLOCK_PERSONS = 5000

CHANNELS = (
    "direct", "organic_search", "paid_search", "display", "social", "referral", "email", "sms", "push",
    "messenger", "in_app", "call_centre", "store", "direct_mail", "trade_show", "support", "social_public",
    "app",
)  # fmt: skip

# Column -> numpy kind: i int64, f float64, b bool, O text.
PEOPLE = {
    "number": "i",  # unique over all blocks
    "person": "O",  # p0000001
    "household": "i",  # unique over all blocks
    "role": "i",  # 0 head, 1 partner, 2.. grown-up children
    "female": "b",
    "first_name": "O",
    "last_name": "O",
    "former_last_name": "O",  # equal to last_name where nobody married
    "nickname": "O",  # what friends say; "" where the name has no short form
    "birth_date": "O",  # YYYY-MM-DD
    "street": "O",
    "postal_code": "O",
    "city": "O",
    "country": "O",  # DE, AT, CH
    "former_street": "O",
    "former_postal_code": "O",
    "former_city": "O",
    "moved_ms": "i",  # 0: did not move; then the former address is equal to the present one
    "married_ms": "i",
    "email": "O",  # some of a household share one
    "other_email": "O",
    "work_email": "O",  # only contacts of accounts
    "phone": "O",  # E.164, mobile; some of a household share one
    "landline": "O",  # E.164, of the household
    "language": "O",  # de, en, fr, tr
    "segment": "O",  # loyal, bargain, browser, dormant
    "channel_preference": "O",  # web, email, phone
    "account": "i",  # row in accounts
    "login_id": "O",  # "" without a login
    "loyalty_id": "O",  # "" without a card
    "social_handle": "O",  # "" without
    "uses_web": "b",
    "uses_app": "b",
    "joined_ms": "i",  # when the shop first heard of the person; may lie before the calendar
    "is_recommender": "b",
}
ACCOUNTS = {
    "number": "i", "account": "O", "name": "O", "domain": "O", "industry": "O", "employees": "i",
    "revenue": "i", "street": "O", "postal_code": "O", "city": "O", "country": "O", "phone": "O",
    "parent": "i",
}  # fmt: skip
DEVICES = {
    "number": "i",  # unique over all blocks
    "person": "i",  # row of its main user; -1 - n: robot n of the block
    "kind": "O",  # desktop, mobile, tablet
    "system": "O",  # web, ios, android
    "is_shared": "b",  # others of the household use it too
    "allows_ads_id": "b",
}
TOUCHES = {
    "id": "i",  # unique over all blocks
    "person": "i",  # row in people; -1 - n: robot n of the block (is_bot is then true)
    "device": "i",
    "at_ms": "i",
    "ended_ms": "i",  # end of a call, of a stay; else equal to at_ms
    "kind": "O",
    "channel": "O",
    # Mail and messages: newsletter, post_sale, coupon, discount ...; calls: advice, sales, order_taken,
    # service; letters: catalogue, offer, brand_message; pages of the checkout: checkout/address (with
    # checkout_started), checkout/delivery, checkout/payment; arm_assigned: the experiment.
    "tactic": "O",
    "campaign": "i",  # row in catalogue.campaigns
    "product": "i",  # row in catalogue.products
    "store": "i",  # row in catalogue.stores
    "visit": "i",  # one number a visit, unique over all blocks
    "message": "i",  # one number a message sent, unique over all blocks
    "order": "i",  # row in orders: which it makes, or which it is about
    "peer": "i",  # row in people: the friend who is asked, answered, sent the link, gets the link
    "ticket": "i",  # row in tickets
    "is_bot": "b",
    "referrer": "O",  # first page of a visit: address of the page before; arm_assigned: the arm
    "site": "O",  # shop, app, ""
    # Added probability of an order, before anybody gives up at the payment; below 0 where it sours
    # orders of the person's own accord; 0 except in the row in which the contact takes place.
    "effect": "f",
    "did_cause": "b",
}
ORDERS = {
    "number": "i",  # unique over all blocks
    "person": "i",
    "at_ms": "i",
    "store": "i",  # where it was bought or is collected; -1 online and shipped
    "ordered_channel": "O",  # web, app, store, phone
    "fulfilled_channel": "O",  # ship, store
    "amount_cents": "i",  # sum(quantity * price) - discount + shipping; tax is inside
    "discount_cents": "i",
    "tax_cents": "i",
    "shipping_cents": "i",
    "refunded_cents": "i",
    "refunded_ms": "i",
    "status": "O",  # paid, refunded, partially_refunded, cancelled, pending
    "coupon": "O",
    "payment": "O",  # card, invoice, cash
    "cause": "O",  # a channel, or "own accord"
    "device": "i",
    "recommended_by": "i",  # row in people
    "cycle": "i",  # 1 for a person's first order in the calendar, then 2 ...
}
LINES = {"order": "i", "line": "i", "product": "i", "quantity": "i", "price_cents": "i"}
TICKETS = {
    "number": "i", "person": "i", "order": "i", "at_ms": "i", "replied_ms": "i", "solved_ms": "i",
    "channel": "O", "topic": "O", "priority": "O", "satisfaction": "O",
}  # fmt: skip
CONSENTS = {
    "person": "i", "about": "O", "channel": "O", "purpose": "O", "status": "O", "at_ms": "i",
    "expires_ms": "i", "device": "i",
}  # fmt: skip
REFERRALS = {"giver": "i", "receiver": "i", "kind": "O", "product": "i", "at_ms": "i", "order": "i"}
FRAMES = {
    "people": PEOPLE, "accounts": ACCOUNTS, "devices": DEVICES, "touches": TOUCHES, "orders": ORDERS,
    "lines": LINES, "tickets": TICKETS, "consents": CONSENTS, "referrals": REFERRALS,
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """People and what happened to them. Columns and their kinds: ``FRAMES``.

    Attributes:
        number: Which block, from 0.
        world_seed: Names the world.
        people: One row per person.
        accounts: One row per firm that buys.
        devices: One row per device or browser; a bot has one of its own.
        touches: One row per event; sorted by ``at_ms``, ``id``. Kinds: on a device page_viewed,
            product_viewed, added_to_wishlist, product_shared, added_to_cart, checkout_started,
            coupon_applied, order_completed, signed_up, logged_in, friends_asked, review_read; mail
            mail_sent, mail_delivered, mail_bounced, mail_opened, mail_machine_opened, mail_clicked,
            mail_unsubscribed, mail_complained; sms_sent, push_sent, messenger_sent, in_app_shown;
            call_in, call_out, call_machine; mail_dropped (by post); badge_scanned; in a store
            beacon_entered, beacon_ranged, beacon_left, checked_in, till; ticket_opened,
            ticket_answered, ticket_solved, satisfaction_given; in public mentioned, complained,
            replied, reviewed; arm_assigned (tactic: experiment, referrer: arm); widget_answered.
        orders: One row per order; sorted by ``at_ms``, ``number``.
        lines: One row per line of an order, in order of order and line.
        tickets: One row per support ticket, sorted by ``at_ms``, ``number``.
        consents: One row per decision, sorted by ``at_ms``.
        referrals: One row per step of a recommendation, sorted by ``at_ms``.
        told: What only the truth may know, by name; see ``truth``.
    """

    number: int
    world_seed: int
    calendar: Calendar
    catalogue: Catalogue
    people: pd.DataFrame
    accounts: pd.DataFrame
    devices: pd.DataFrame
    touches: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    tickets: pd.DataFrame
    consents: pd.DataFrame
    referrals: pd.DataFrame
    told: dict[str, pd.DataFrame] = field(default_factory=dict)
