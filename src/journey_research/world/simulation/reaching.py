"""What the shop sends besides mail: text messages, pushes, banners in the app, letters, fairs, calls."""

from __future__ import annotations

import numpy as np

from .calendar import DAY_MS, HOUR_MS, MINUTE_MS
from .consenting import Agreement
from .ledger import code
from .scene import Scene
from .visiting import when

# Kind: channel, campaign, times a week of those who can be reached, added order probability.
MESSAGES = {
    "messenger_sent": ("messenger", "Spring tips", 0.25, 0.02),
    "push_sent": ("push", "Back in the hills", 0.3, 0.015),
    "in_app_shown": ("in_app", "New arrivals", 0.22, 0.01),
}
SMS_EFFECT, SMS_SHARE = 0.04, 0.8
LETTER_EFFECT, LETTER_SHARE = 0.03, 0.3
FAIR_EFFECT, FAIR_SHARE, FAIR_FIRMS = 0.1, 0.004, 0.35
ADVICE_A_WEEK, ADVICE_EFFECT = 0.016, 0.12
SALES_A_WEEK, SALES_FIRMS, SALES_EFFECT = 0.03, 0.12, 0.08
WIDGET_A_WEEK = 0.02


def send_messages(scene: Scene, agreements: dict[str, Agreement]) -> None:
    """Messages, pushes and banners, at hours when people are awake."""
    for kind, (channel, campaign, rate, effect) in MESSAGES.items():
        chance = scene.chance(f"{channel} sent")
        persons = scene.some_persons(
            chance, rate * (scene.app if channel != "messenger" else 1.0 + 0 * scene.app)
        )
        at_ms = scene.calendar.moments(chance, len(persons))
        if channel == "messenger":
            kept = agreements["messenger"].holds(persons, at_ms)
            persons, at_ms = persons[kept], at_ms[kept]
        on_device = channel in ("push", "in_app")
        _sent(scene, chance, kind, channel, campaign, persons, at_ms, effect, on_device=on_device)
    send_texts(scene, agreements["sms"])


def send_texts(scene: Scene, agreed: Agreement) -> None:
    """The sales team's flash sale, every fourth week, two days after the newsletter: 20 % off everything.

    In those weeks the newsletter, another team's, says that prices never change; some people get both.
    """
    chance, calendar = scene.chance("sms sent"), scene.calendar
    weeks = np.arange(3, calendar.weeks, 4)
    at, person = np.nonzero(chance.random((len(weeks), len(scene.people))) < SMS_SHARE)
    at_ms = calendar.start_ms + weeks[at] * 7 * DAY_MS + 3 * DAY_MS + 17 * HOUR_MS
    at_ms = at_ms + chance.integers(0, 40 * MINUTE_MS, len(at))
    kept = agreed.holds(person, at_ms)
    _sent(scene, chance, "sms_sent", "sms", "Flash sale", person[kept], at_ms[kept], SMS_EFFECT)


def _sent(
    scene: Scene, chance: np.random.Generator, kind: str, channel: str, campaign: str, persons: np.ndarray,
    at_ms: np.ndarray, effect: float, *, on_device: bool = False,
) -> np.ndarray:  # fmt: skip
    row = scene.catalogue.campaign(campaign)
    tactic = scene.catalogue.tactic(row)
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code(channel), tactic=code(tactic),
        campaign=row, device=scene.first_device[persons] if on_device else -1, is_message=True,
        effect=effect * scene.responsive[persons], luck=chance.random(len(persons)),
    )  # fmt: skip
    scene.events.add(len(rows), contact=rows, at_ms=at_ms, ended_ms=at_ms, kind=code(kind), is_head=True)
    return rows


def drop_letters(scene: Scene) -> None:
    """The catalogue by post: two drops, each to a random part."""
    chance, calendar = scene.chance("letters"), scene.calendar
    weeks = np.array(sorted({calendar.weeks // 6, calendar.weeks * 7 // 12}))
    at, person = np.nonzero(chance.random((len(weeks), len(scene.people))) < LETTER_SHARE)
    at_ms = calendar.start_ms + weeks[at] * 7 * DAY_MS + 2 * DAY_MS + 10 * HOUR_MS
    known = scene.people["joined_ms"].to_numpy()[person] < at_ms  # nobody writes to strangers
    person, at_ms = person[known], at_ms[known]
    letter(scene, chance, person, at_ms, "Spring catalogue", LETTER_EFFECT * scene.responsive[person])


def letter(
    scene: Scene, chance: np.random.Generator, persons: np.ndarray, at_ms: np.ndarray, campaign: str,
    effect: np.ndarray, sours: np.ndarray | float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Add letters of a campaign, in the box at that instant. Gives their rows."""
    row = scene.catalogue.campaign(campaign)
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code("direct_mail"),
        tactic=code(scene.catalogue.tactic(row)), campaign=row, effect=effect,
        luck=chance.random(len(persons)), sours=sours,
    )  # fmt: skip
    scene.events.add(
        len(rows), contact=rows, at_ms=at_ms, ended_ms=at_ms, kind=code("mail_dropped"), is_head=True
    )
    return rows


def meet_at_fair(scene: Scene) -> None:
    """Badges scanned at the stand, of people who buy for a firm more than of others."""
    chance, calendar = scene.chance("fair"), scene.calendar
    for_firm = scene.people["account"].to_numpy() >= 0
    there = np.flatnonzero(chance.random(len(for_firm)) < np.where(for_firm, FAIR_FIRMS, FAIR_SHARE))
    opens = calendar.start_ms + calendar.days // 2 * DAY_MS + 9 * HOUR_MS
    at_ms = opens + (chance.integers(0, 2, len(there)) * DAY_MS + chance.integers(0, 8 * HOUR_MS, len(there)))
    rows = scene.contacts.add(
        len(there), person=there, at_ms=at_ms, ended_ms=at_ms, channel=code("trade_show"),
        tactic=code("fair"), campaign=scene.catalogue.campaign("Outdoor fair Friedrichshafen"),
        effect=FAIR_EFFECT * scene.responsive[there], luck=chance.random(len(there)),
    )  # fmt: skip
    scene.events.add(
        len(rows), contact=rows, at_ms=at_ms, ended_ms=at_ms, kind=code("badge_scanned"), is_head=True
    )


def call(
    scene: Scene, chance: np.random.Generator, persons: np.ndarray, at_ms: np.ndarray, tactic: str,
    effect: np.ndarray | float = 0.0, *, kind: str = "call_in", **follows: np.ndarray | int,
) -> np.ndarray:  # fmt: skip
    """Add telephone calls. Gives their rows."""
    seconds = chance.gamma(2.0, 120, len(persons)).astype("int64") + 5
    answered = chance.random(len(persons)) >= (0.06 if kind == "call_in" else 0.25)
    ended = at_ms + np.where(answered, seconds, 0) * 1000
    effect = np.where(answered, effect, 0.0)
    by_machine = ~answered & (kind == "call_out") & (chance.random(len(persons)) < 0.6)
    ended = np.where(by_machine, at_ms + 7_000, ended)
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=ended, channel=code("call_centre"),
        tactic=code(tactic), effect=effect, luck=chance.random(len(persons)), **follows,
    )  # fmt: skip
    scene.events.add(
        len(rows), contact=rows, at_ms=at_ms, ended_ms=ended, is_head=True, order=follows.get("order", -1),
        kind=np.where(by_machine, code("call_machine"), code(kind)),
    )  # fmt: skip
    return rows


def call_about_wares(scene: Scene, agreed: Agreement) -> None:
    """People who ask for advice by telephone, and the sales team that calls those who agreed and firms."""
    chance = scene.chance("calls for advice")
    fond = np.where(scene.people["channel_preference"] == "phone", 2.5, 0.6)
    persons = scene.some_persons(chance, ADVICE_A_WEEK * fond)
    at_ms = when(scene, chance, len(persons))
    call(scene, chance, persons, at_ms, "advice", ADVICE_EFFECT * scene.responsive[persons])
    chance = scene.chance("sales calls")
    for_firm = scene.people["account"].to_numpy() >= 0
    persons = scene.some_persons(chance, np.where(for_firm, SALES_FIRMS, SALES_A_WEEK))
    at_ms = scene.calendar.moments(chance, len(persons))
    kept = agreed.holds(persons, at_ms) | for_firm[persons]
    persons, at_ms = persons[kept], at_ms[kept]
    effect = SALES_EFFECT * scene.responsive[persons]
    call(scene, chance, persons, at_ms, "sales", effect, kind="call_out")


def ask_by_widget(scene: Scene) -> None:
    """Answers to a widget that pops up at random: they say nothing about anything."""
    chance = scene.chance("widget")
    persons = scene.some_persons(chance, WIDGET_A_WEEK * scene.online)
    at_ms = scene.calendar.moments(chance, len(persons))
    rows = scene.contacts.add(
        len(persons), person=persons, at_ms=at_ms, ended_ms=at_ms, channel=code("direct"),
        device=scene.some_device(chance, persons),
    )  # fmt: skip
    scene.events.add(
        len(rows), contact=rows, at_ms=at_ms, ended_ms=at_ms, kind=code("widget_answered"), is_head=False
    )
