"""How people and clerks get a name, a number or an address wrong. One value in, one value out."""

from __future__ import annotations

import numpy as np

from .names import NICKNAMES

_BY_EAR = [
    ("sch", "sh"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("tz", "z"), ("dt", "t"), ("ie", "i"), ("ei", "ai"),
    ("ai", "ei"), ("ey", "ei"), ("mm", "m"), ("nn", "n"), ("ll", "l"), ("ß", "ss"), ("ü", "ue"), ("ö", "oe"),
    ("ä", "e"), ("v", "f"), ("ch", "sh"), ("y", "i"), ("z", "s"), ("d", "t"), ("b", "p"), ("r", "rr"),
    ("k", "ck"), ("a", "ah"), ("e", "eh"), ("o", "oh"),
]  # fmt: skip


def pick(chance: np.random.Generator, choices: list[str]) -> str:
    """One of the choices, each as likely."""
    return choices[int(chance.integers(len(choices)))]


def typo(text: str, chance: np.random.Generator) -> str:
    """One slip of the finger after the first letter: swapped, left out, doubled or another letter."""
    if len(text) < 3:
        return text
    at = int(chance.integers(1, len(text) - 1))
    kind = int(chance.integers(4))
    if kind == 0 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return text[:at] + "aeinrst"[int(chance.integers(7))] + text[at + 1 :]


def by_ear(text: str, chance: np.random.Generator) -> str:
    """Spelled as it sounds, by a clerk who does not ask: one sound written another way.

    Example:
        >>> by_ear("Xx", np.random.default_rng(1))
        'Xx'
    """
    low = text.lower()
    heard = [(sound, spelled) for sound, spelled in _BY_EAR[:22] if sound in low[1:]] or [
        (sound, spelled) for sound, spelled in _BY_EAR[22:] if sound in low[1:]
    ]
    if not heard:
        return text
    sound, spelled = heard[int(chance.integers(len(heard)))]
    at = low.index(sound, 1)
    return text[:at] + spelled + text[at + len(sound) :]


def familiar(first_name: str, chance: np.random.Generator) -> str:
    """The name that friends use, or the initial of those who have none."""
    return NICKNAMES.get(first_name) or f"{first_name[0]}."


def respell_phone(phone: str, chance: np.random.Generator) -> str:
    """The same number (E.164 in) as people write it.

    Example:
        >>> respell_phone("+491701234567", np.random.default_rng(0))
        '0170 123 4567'
    """
    area, rest = phone[3:6], phone[6:]
    forms = [
        phone, f"+49 {area} {rest}", f"0{area}/{rest}", f"0049 {area} {rest}", f"(0{area}) {rest}",
        f"0{area} {rest[:3]} {rest[3:]}", f"+49 (0){area} {rest}",
    ]  # fmt: skip
    return pick(chance, forms)


def respell_street(street: str, chance: np.random.Generator) -> str:
    """The same street, spelled out, shortened or without ß."""
    return pick(
        chance,
        [
            street,
            street.replace("straße", "str.").replace("Straße", "Str."),
            street.replace("straße", "strasse").replace("Straße", "Strasse"),
            street,
        ],
    )


def wrong_digit(text: str, chance: np.random.Generator) -> str:
    """One digit after the fifth character replaced."""
    places = [at for at in range(len(text)) if text[at].isdigit() and at > 5] or [len(text) - 1]
    at = places[int(chance.integers(len(places)))]
    return text[:at] + str((int(chance.integers(1, 10)) + ord(text[at])) % 10) + text[at + 1 :]


def typed_name(first: str, last: str, chance: np.random.Generator, *, clean: float) -> tuple[str, str]:
    """A name as it reaches a form; right with probability ``clean``."""
    if chance.random() < clean:
        return first, last
    kind = chance.random()
    if kind < 0.28:
        return first, typo(last, chance)
    if kind < 0.44:
        return typo(first, chance), last
    if kind < 0.66:
        return familiar(first, chance), last
    if kind < 0.76:
        return last, first
    if kind < 0.88:
        return first, by_ear(last, chance)
    return f"{first[0]}.", last


def heard_name(first: str, last: str, chance: np.random.Generator, *, clean: float) -> str:
    """A name as a clerk types it from the telephone; right with probability ``clean``."""
    if chance.random() < clean:
        return f"{first} {last}"
    kind = chance.random()
    if kind < 0.55:
        return f"{first} {by_ear(last, chance)}"
    if kind < 0.75:
        return f"{by_ear(first, chance)} {by_ear(last, chance)}"
    if kind < 0.9:
        return f"{by_ear(first, chance)} {last}"
    return last
