"""Mail: newsletters to a random part of those who agree, and what becomes of a message."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .browsing import browse
from .calendar import DAY_MS, HOUR_MS, MINUTE_MS
from .consenting import NEVER, Agreement, without_leavers
from .ledger import code
from .scene import Scene
from .visiting import visit

NEWSLETTER_EFFECT = 0.025
NEWSLETTER_SHARE = 0.65  # of those who agree, drawn anew every week, so that the effect can be measured
BOUNCES, LEAVES, COMPLAINS = 0.012, 0.012, 0.0012
OPENS, FOND, NOT_FOND = (
    0.3,
    1.6,
    0.8,
)  # of mail is opened; times that of people who like mail best, and others
MACHINES = 0.22  # of people read mail where a machine opens everything first


@dataclass(frozen=True)
class Fate:
    """What becomes of n mails: instants, 0 where it does not happen, and what was caused."""

    bounces: np.ndarray
    effect: np.ndarray
    luck: np.ndarray
    opened_ms: np.ndarray
    machine_ms: np.ndarray
    clicked_ms: np.ndarray
    left_ms: np.ndarray
    complained_ms: np.ndarray


def fond_of_mail(scene: Scene) -> np.ndarray:
    """How much more, or less, of their mail people open than is usual."""
    return np.where(scene.people["channel_preference"] == "email", FOND, NOT_FOND)


def until_opened(chance: np.random.Generator, n: int) -> np.ndarray:
    """How long n mails lie there before they are opened, in milliseconds."""
    return (chance.lognormal(4.6, 1.1, n) * MINUTE_MS).astype("int64") + 30_000


def fate_of(
    scene: Scene, chance: np.random.Generator, persons: np.ndarray, at_ms: np.ndarray, effect: np.ndarray,
    *, leaving: bool = True,
) -> Fate:  # fmt: skip
    """Draw what becomes of mails; one that causes an order is opened and mostly clicked.

    Args:
        scene: The block.
        chance: Where it is drawn from.
        persons: Row of each mail's person.
        at_ms: When each is sent.
        effect: What each adds to the probability of an order, should it arrive.
        leaving: Whether people follow the link to leave, or call it spam.
    """
    n = len(persons)
    luck, end = chance.random(n), scene.calendar.end_ms
    bounces = chance.random(n) < BOUNCES
    effect = np.where(bounces, 0.0, effect)
    causes = luck < effect
    opened = causes | ((chance.random(n) < OPENS * fond_of_mail(scene)[persons]) & ~bounces)
    clicked = opened & (chance.random(n) < np.where(causes, 0.75, 0.16))
    unsettled = opened & ~clicked & ~causes & leaving
    leaves, complains = unsettled & (chance.random(n) < LEAVES), unsettled & (chance.random(n) < COMPLAINS)
    opened_ms = at_ms + until_opened(chance, n)
    after = opened_ms + chance.integers(5_000, 90_000, n)
    by_machine = (scene.people["number"].to_numpy()[persons] * 7919 % 100 < 100 * MACHINES) & ~bounces
    machine_ms = at_ms + chance.integers(2_000, 120_000, n)

    def when(happens: np.ndarray, instant: np.ndarray) -> np.ndarray:
        return np.where(happens & (instant < end), instant, 0)

    return Fate(
        bounces, effect, luck, when(opened, opened_ms), when(by_machine, machine_ms), when(clicked, after),
        when(leaves, after), when(complains, after),
    )  # fmt: skip


def post(
    scene: Scene, persons: np.ndarray, at_ms: np.ndarray, fate: Fate, tactic: str, campaign: np.ndarray | int,
    purpose: str, **follows: np.ndarray | int,
) -> np.ndarray:  # fmt: skip
    """Add mails and what becomes of them. Gives the rows of the contacts."""
    order = follows.get("order", -1)
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code("email"), tactic=code(tactic),
        campaign=campaign, is_message=True, effect=fate.effect, luck=fate.luck,
        felt_ms=np.maximum(fate.opened_ms, fate.clicked_ms), **follows,
    )  # fmt: skip
    arrived = at_ms + 1_000 + rows % 40_000
    arrived = np.where(fate.machine_ms > 0, np.minimum(arrived, fate.machine_ms - 1), arrived)
    for kind, happens, instant, is_head in [
        ("mail_sent", np.full(len(rows), True), at_ms, False),
        ("mail_delivered", ~fate.bounces, arrived, True),
        ("mail_bounced", fate.bounces, arrived, True),
        ("mail_machine_opened", fate.machine_ms > 0, fate.machine_ms, False),
        ("mail_opened", fate.opened_ms > 0, fate.opened_ms, False),
        ("mail_clicked", fate.clicked_ms > 0, fate.clicked_ms, False),
        ("mail_unsubscribed", fate.left_ms > 0, fate.left_ms, False),
        ("mail_complained", fate.complained_ms > 0, fate.complained_ms, False),
    ]:
        at = instant[happens]
        scene.events.add(
            len(at), contact=rows[happens], order=np.broadcast_to(order, len(rows))[happens], at_ms=at,
            ended_ms=at, kind=code(kind), is_head=is_head,
        )  # fmt: skip
    _click_through(scene, rows, persons, fate, campaign, purpose)
    return rows


def _click_through(
    scene: Scene, rows: np.ndarray, persons: np.ndarray, fate: Fate, campaign: np.ndarray | int, purpose: str
) -> None:
    """The visit behind a click; an order that the mail causes may be made in it."""
    come = (fate.clicked_ms > 0) & (scene.n_devices[persons] > 0)
    chance = scene.chance(f"clicks on {purpose}")
    clicks = visit(
        scene, chance, persons[come], channel=code("email"), at_ms=fate.clicked_ms[come] + 1_500,
        parent=rows[come], campaign=np.broadcast_to(campaign, len(rows))[come],
    )  # fmt: skip
    scene.contacts["buys_in"][rows[come]] = clicks
    browse(scene, clicks, f"clicks on {purpose}")


def send_newsletters(scene: Scene, agreed: Agreement) -> tuple[Agreement, pd.DataFrame]:
    """One newsletter a week. Gives who still agrees, and who left (``person, at_ms, contact``)."""
    chance, calendar = scene.chance("newsletters"), scene.calendar
    n = len(scene.people)
    week, person = np.nonzero(chance.random((calendar.weeks, n)) < NEWSLETTER_SHARE)
    at_ms = calendar.start_ms + week * 7 * DAY_MS + DAY_MS + 9 * HOUR_MS
    at_ms = at_ms + chance.integers(0, 20 * MINUTE_MS, len(week))
    kept = agreed.holds(person, at_ms)
    week, person, at_ms = week[kept], person[kept], at_ms[kept]
    fate = fate_of(scene, chance, person, at_ms, NEWSLETTER_EFFECT * scene.responsive[person])
    # Whoever has left, or called it spam, gets no more mail.
    ends = np.where(
        fate.left_ms > 0, fate.left_ms, np.where(fate.complained_ms > 0, fate.complained_ms, NEVER)
    )
    left_ms = np.full(n, NEVER)
    np.minimum.at(left_ms, person, ends)
    kept = at_ms < left_ms[person]
    fate = Fate(*(values[kept] for values in vars(fate).values()))
    first = scene.catalogue.campaign("Newsletter 01")
    rows = post(scene, person[kept], at_ms[kept], fate, "newsletter", first + week[kept], "newsletters")
    leaving = np.flatnonzero(fate.left_ms > 0)
    left = pd.DataFrame(
        {"person": person[kept][leaving], "at_ms": fate.left_ms[leaving], "contact": rows[leaving]}
    )
    left = left.drop_duplicates("person").sort_values(["person"], ignore_index=True)
    gone = np.flatnonzero(left_ms < NEVER)
    return without_leavers(agreed, gone, left_ms[gone]), left
