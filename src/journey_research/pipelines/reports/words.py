"""Numbers as a reader meets them: with a unit, with their range, or with an honest word instead."""

from __future__ import annotations

import html
from typing import Any

NOT_KNOWN = "not known"


class Sentence(str):
    """One sentence of a report; shown as text, whatever it holds.

    Example:
        >>> Sentence("a <b> c")._repr_html_()
        '<p class="answer">a &lt;b&gt; c</p>'
    """

    look = "answer"

    def _repr_html_(self) -> str:
        return f'<p class="{self.look}">{html.escape(str(self))}</p>'


class Remark(Sentence):
    """A sentence below a table or figure."""

    look = "note"


class Finding(Sentence):
    """What a section found; a figure or a table stands below it."""

    look = "finding"


class Foot(Sentence):
    """The line that says which run a page belongs to."""

    look = "foot"


def is_known(value: Any) -> bool:
    """Whether there is a number: neither null nor NaN."""
    return value is not None and value == value


def number(value: Any, unit: str = "count") -> str:
    """A number in its unit (``count``, ``share``, ``amount``, ``score``), or ``not known``.

    Example:
        >>> number(1234), number(0.0312, "share"), number(12.5, "amount"), number(None)
        ('1,234', '3.1%', '12.50', 'not known')
    """
    if not is_known(value):
        return NOT_KNOWN
    if unit == "share":
        percent = 100 * float(value)
        return f"{percent:.2f}%" if 0 < abs(percent) < 1 else f"{percent:.1f}%"
    if unit == "score":
        return f"{float(value):.3f}"
    if unit == "amount":
        return f"{float(value):,.2f}" if abs(float(value)) < 1000 else f"{float(value):,.0f}"
    return f"{float(value):,.0f}"


def span(low: Any, high: Any, unit: str = "count") -> str:
    """A range in words; empty where it is not known.

    Example:
        >>> span(0.01, 0.02, "share"), span(None, 1)
        ('1.0% to 2.0%', '')
    """
    if not (is_known(low) and is_known(high)):
        return ""
    return f"{number(low, unit)} to {number(high, unit)}"


def ranged(value: Any, low: Any, high: Any, unit: str = "count") -> str:
    """A number with its range in brackets.

    Example:
        >>> ranged(0.5, 0.4, 0.6, "share"), ranged(3, None, None), ranged(None, 0, 1)
        ('50.0% (40.0% to 60.0%)', '3', 'not known')
    """
    inside = span(low, high, unit)
    return f"{number(value, unit)} ({inside})" if inside and is_known(value) else number(value, unit)


def plain(name: str) -> str:
    """A column's or channel's name as words: ``paid_search`` is ``paid search``, ``n_links`` ``links``."""
    return name.removeprefix("n_").replace("_", " ")


def things(n: int, one: str, many: str = "") -> str:
    """A count with its noun.

    Example:
        >>> things(1, "journey"), things(2, "journey"), things(0, "person", "persons")
        ('1 journey', '2 journeys', '0 persons')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def shortened(name: str, most: int = 28) -> str:
    """A name as words, cut where it would push a picture aside.

    Example:
        >>> shortened("paid_search"), shortened("many other channels, mostly addressed by us", 20)
        ('paid search', 'many other channels…')
    """
    words = plain(name)
    return words if len(words) <= most else words[: most - 1].rstrip(" ,") + "…"


def lasting(seconds: float | None) -> str:
    """A length of time in the unit that fits it.

    Example:
        >>> lasting(52), lasting(5400), lasting(86400 * 3), lasting(None)
        ('52 seconds', '1.5 hours', '3.0 days', 'not known')
    """
    if seconds is None or seconds != seconds:
        return NOT_KNOWN
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} seconds"


def lasting_between(middle: float | None, low: float | None, high: float | None) -> str:
    """A length of time with its range, in the unit that fits its middle.

    Example:
        >>> lasting_between(150, 140, 160), lasting_between(52, None, None), lasting_between(0, 0, 0)
        ('2.5 minutes (2.3 to 2.7)', '52 seconds', 'at once')
    """
    told = lasting(middle)
    if middle == 0 == high:
        return "at once"
    if middle is None or not (is_known(low) and is_known(high)):
        return told
    length = {"days": 86_400, "hours": 3_600, "minutes": 60}.get(told.split(" ")[-1])
    ends = [
        f"{float(end or 0) / length:,.1f}" if length else f"{float(end or 0):,.0f}" for end in (low, high)
    ]
    return f"{told} ({' to '.join(ends)})"


def begun(sentence: str) -> str:
    """A sentence with its first letter large, and the others as they are.

    Example:
        >>> begun("paid search and TV")
        'Paid search and TV'
    """
    return sentence[:1].upper() + sentence[1:]


def listed(names: list[str]) -> str:
    """Names as a reader says them.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"]), listed([])
        ('a', 'a and b', 'a, b and c', 'none')
    """
    if not names:
        return "none"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
