"""How people and clerks get a name, a number or an address wrong. One value in, one value out.

Which slip it is comes from ``luck``, a number from 0 to below 1 that its caller drew for that person, so
a slip does not depend on who else made one.
"""

from __future__ import annotations

from collections.abc import Sequence

from .names import NICKNAMES

_BY_EAR = [
    ("sch", "sh"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("tz", "z"), ("dt", "t"), ("ie", "i"), ("ei", "ai"),
    ("ai", "ei"), ("ey", "ei"), ("mm", "m"), ("nn", "n"), ("ll", "l"), ("ß", "ss"), ("ü", "ue"), ("ö", "oe"),
    ("ä", "e"), ("v", "f"), ("y", "i"), ("z", "s"), ("d", "t"), ("b", "p"), ("r", "rr"),
    ("k", "ck"), ("a", "ah"), ("e", "eh"), ("o", "oh"),
]  # fmt: skip
_SURE = 20  # so many of them change nothing that a German ear would hear


def choose(luck: float, choices: int) -> tuple[int, float]:
    """One of so many choices, and the luck that is left for the next.

    Example:
        >>> choose(0.75, 2)
        (1, 0.5)
    """
    at = int(luck * choices)
    return at, luck * choices - at


def pick(luck: float, choices: Sequence[str]) -> str:
    """One of the choices, each as likely."""
    return choices[choose(luck, len(choices))[0]]


def typo(text: str, luck: float) -> str:
    """One slip of the finger after the first letter: swapped, left out, doubled or another letter.

    Example:
        >>> typo("Meyer", 0.3)
        'Myer'
    """
    if len(text) < 3:
        return text
    kind, luck = choose(luck, 4)
    at, luck = choose(luck, len(text) - 2)
    at += 1
    if kind == 0 and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return text[:at] + pick(luck, "aeinrst".replace(text[at], "")) + text[at + 1 :]


def by_ear(text: str, luck: float) -> str:
    """Spelled as it sounds, by a clerk who does not ask: one sound written another way.

    Example:
        >>> by_ear("Xx", 0.5), by_ear("Schmidt", 0.5)
        ('Xx', 'Schmit')
    """
    low = text.lower()
    heard = [pair for pair in _BY_EAR[:_SURE] if pair[0] in low[1:]] or [
        pair for pair in _BY_EAR[_SURE:] if pair[0] in low[1:]
    ]
    if not heard:
        return text
    sound, spelled = heard[choose(luck, len(heard))[0]]
    at = low.index(sound, 1)
    return text[:at] + spelled + text[at + len(sound) :]


def familiar(first_name: str) -> str:
    """The name that friends use, or the initial of those who have none."""
    return NICKNAMES.get(first_name) or f"{first_name[:1]}."


def wrong_digit(text: str, luck: float) -> str:
    """One digit after the sixth character replaced.

    Example:
        >>> wrong_digit("+491701234567", 0.0)
        '+491702234567'
    """
    places = [at for at in range(6, len(text)) if text[at].isdigit()]
    if not places:
        return text
    at, luck = choose(luck, len(places))
    place = places[at]
    return text[:place] + str((int(text[place]) + 1 + choose(luck, 9)[0]) % 10) + text[place + 1 :]


def wrong_birth_date(born: str, luck: float) -> str:
    """Day and month swapped where that is a date, else the year beside.

    Example:
        >>> wrong_birth_date("1980-03-11", 0.2), wrong_birth_date("1980-03-31", 0.9)
        ('1980-11-03', '1981-03-28')
    """
    year, month, day = born.split("-")
    if int(day) <= 12 and day != month:
        return f"{year}-{day}-{month}"
    return f"{int(year) + 2 * choose(luck, 2)[0] - 1}-{month}-{min(int(day), 28):02d}"


def respell_phone(phone: str, luck: float) -> str:
    """The same number (E.164 in) as people write it.

    Example:
        >>> respell_phone("+491701234567", 0.8)
        '0170 123 4567'
    """
    if not phone.startswith("+") or len(phone) < 10:
        return phone
    land, area, rest = phone[1:3], phone[3:6], phone[6:]
    forms = [
        phone, f"+{land} {area} {rest}", f"0{area}/{rest}", f"00{land} {area} {rest}", f"(0{area}) {rest}",
        f"0{area} {rest[:3]} {rest[3:]}", f"+{land} (0){area} {rest}",
    ]  # fmt: skip
    if land != "49":  # a number from abroad needs its country
        forms = [phone, f"+{land} {area} {rest}", f"00{land} {area} {rest}"]
    return pick(luck, forms)


def respell_street(street: str, luck: float) -> str:
    """The same street, spelled out, shortened or without ß."""
    short = street.replace("straße", "str.").replace("Straße", "Str.")
    without = street.replace("straße", "strasse").replace("Straße", "Strasse")
    return pick(luck, [street, short, without, street])
