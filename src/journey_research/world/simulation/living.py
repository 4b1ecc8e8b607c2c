"""A block of people, living through the calendar's weeks."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from .accounts import employ, make_accounts
from .block import BLOCK_PERSONS, PEOPLE, Block
from .browsing import browse, robots, sign_up
from .buying import decide, fill_baskets, price
from .calendar import Calendar
from .catalogue import Catalogue
from .causing import causing, order_because, order_because_of_both, order_of_own_accord
from .consenting import AGREES, Agreement, agreement, consents_of
from .devices import make_devices
from .experimenting import assign_arms
from .following import (
    call_for_service,
    find_buyers,
    promise,
    stand_at_till,
    take_steps,
    tell_friends,
    thank,
)
from .ledger import Ledger
from .mailing import send_newsletters
from .manners import show_manners
from .people import make_people
from .reaching import ask_by_widget, call_about_wares, drop_letters, meet_at_fair, send_messages
from .recommending import ask_friends, friends_of, referrals_ledger, share_freely
from .scene import Scene, set_scene
from .store_visits import walk_in
from .supporting import ask_for_help, mention, speak_up, tickets_ledger
from .surviving import ALIKE, survivors
from .telling import effects, friction, second_screens, synergy, trend, uplift
from .visiting import hand_over, visits_of_their_own
from .writing_down import CONTACTS_A_BLOCK, lines_of, orders_of, referrals_of, tickets_of, touches_of


def make_block(
    number: int,
    persons_in_block: int,
    world_seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    without: Collection[str] = (),
) -> Block:
    """Make one block of the world, or the same block with some channels switched off.

    Args:
        number: Which block, from 0.
        persons_in_block: At most ``BLOCK_PERSONS`` (one more in a world's last block).
        world_seed: Names the world.
        calendar: Its weeks.
        catalogue: What ``make_catalogue`` gives for this seed and calendar.
        without: Channels that are off, see ``CHANNELS``, or "payment": nobody gives up at the payment; or
            "synergy": no two contacts cause an order together; or "segments": people of all segments look
            around alike. All else is drawn from the same chances: only what follows from these changes.

    Returns:
        The block; the same arguments give the same block in any process.

    Raises:
        ValueError: A number is out of bounds or a channel is unknown.
    """
    people = make_people(number, BLOCK_PERSONS, persons_in_block, world_seed, calendar)
    accounts = make_accounts(number, BLOCK_PERSONS, people, world_seed)
    people = employ(people, accounts, world_seed, number)[list(PEOPLE)]
    devices = make_devices(number, BLOCK_PERSONS, people, world_seed)
    scene = set_scene(number, world_seed, calendar, catalogue, people, devices)

    tickets, steps = tickets_ledger(), referrals_ledger()
    agreements = {channel: agreement(scene, channel) for channel in AGREES}
    approach = dict(agreements)
    approach["email"], left_mail = send_newsletters(scene, agreements["email"])
    letters, second = _come_and_go(scene, approach, steps)
    _order_and_after(scene, approach["email"], steps, tickets)
    show_manners(scene, alike=ALIKE in without)

    lines = fill_baskets(scene)
    money = price(scene, lines)
    off = tuple(sorted(set(without)))
    left = survivors(scene, off)
    orders, row_of = orders_of(scene, money, left.made)
    told_tickets, ticket_row = tickets_of(scene, tickets, left, row_of)
    gone = left_mail[left.contacts[left_mail["contact"]]]
    return Block(
        number=number,
        world_seed=world_seed,
        calendar=calendar,
        catalogue=catalogue,
        people=people,
        accounts=accounts,
        devices=devices,
        touches=touches_of(scene, left, row_of, ticket_row),
        orders=orders,
        lines=lines_of(lines, row_of),
        tickets=told_tickets,
        consents=consents_of(scene, agreements, gone),
        referrals=referrals_of(scene, steps, left, row_of),
        told={
            "effects": effects(scene, left, off),
            "synergy": synergy(scene, left, off),
            "uplift": uplift(scene, left, off, letters),
            "friction": friction(scene, left, off),
            "trend": trend(scene, left),
            "devices": second_screens(scene, left, second, number * CONTACTS_A_BLOCK),
        },
    )


def _come_and_go(
    scene: Scene, agreements: dict[str, Agreement], steps: Ledger
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """All contacts that follow from no order. Gives the experiment's letters and the second screens."""
    visits = visits_of_their_own(scene)
    browse(scene, visits, "visits")
    second = hand_over(scene, visits)
    for pattern, rows in second.items():
        browse(scene, rows, f"{pattern} visits")
    sign_up(scene)
    robots(scene)
    send_messages(scene, agreements)
    drop_letters(scene)
    letters = assign_arms(scene)
    meet_at_fair(scene)
    call_about_wares(scene, agreements["call_centre"])
    ask_by_widget(scene)
    walk_in(scene, visits)
    friends = friends_of(scene)
    ask_friends(scene, friends, steps)
    share_freely(scene, friends, steps)
    mention(scene)
    return letters, second


def _order_and_after(scene: Scene, agreed: Agreement, steps: Ledger, tickets: Ledger) -> None:
    """All potential orders, and all contacts that follow from them: twice, as some lead to orders again."""
    caused = order_because(scene, causing(scene, np.arange(len(scene.contacts))), "one contact")
    both, _ = order_because_of_both(scene)
    own = order_of_own_accord(scene)
    first = np.concatenate([caused, both, own])
    decide(scene, first, "first orders")
    find_buyers(scene, own)
    _after(scene, first, agreed, tickets, "first orders")
    leading = np.concatenate(
        [promise(scene, first, agreed), tell_friends(scene, first, friends_of(scene), steps)]
    )
    again = order_because(scene, causing(scene, leading), "what followed an order")
    decide(scene, again, "later orders")
    _after(scene, again, agreed, tickets, "later orders")


def _after(scene: Scene, rows: np.ndarray, agreed: Agreement, tickets: Ledger, purpose: str) -> None:
    take_steps(scene, rows)
    stand_at_till(scene, rows, purpose)
    thank(scene, rows, agreed, purpose)
    call_for_service(scene, rows, purpose)
    ask_for_help(scene, tickets, rows, purpose)
    speak_up(scene, tickets, rows, purpose)
