"""Names in pictures: text that a user wrote, shown as it is.

Context: matplotlib takes ``$a$`` for a formula and plotly takes ``<b>`` for markup. Choice: both are told
not to, here and nowhere else. Given up: formulas and markup in names.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OVER = "(over)"  # instead of an event: the history has ended


def as_written(axes: Axes) -> Axes:
    """The same picture with every text as it is written: no formula, no markup.

    Args:
        axes: Drawn Axes; the texts of their whole figure are meant.
    """
    from matplotlib.text import Text

    figure: Any = axes.figure
    for panel in figure.axes:
        _ = panel.get_xticklabels(), panel.get_yticklabels()  # they are made when they are asked for
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return axes


def marked_up(name: Any) -> str:
    """A name for plotly, which shows it as it is.

    Example:
        >>> marked_up("<b>$a$ & co")
        '&lt;b&gt;&#36;a&#36; &amp; co'
    """
    return html.escape(str(name), quote=False).replace("$", "&#36;")


def shortened(name: Any, most: int = 30) -> str:
    """A name that fits, with its end cut off.

    Example:
        >>> shortened("product", 5), shortened("look", 5)
        ('prod…', 'look')
    """
    text = " ".join(str(name).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def lasting(seconds: float) -> str:
    """A length of time in one unit.

    Example:
        >>> [lasting(s) for s in (0.4, 59, 90, 7200, 200_000)]
        ['0.4 s', '59 s', '1.5 min', '2 h', '2.3 d']
    """
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return (
                f"{seconds / length:.2g} {unit}"
                if seconds < 100 * length
                else f"{seconds / length:,.0f} {unit}"
            )
    return f"{seconds:.2g} s"


def points(difference: float) -> str:
    """A difference of shares in points of per cent, with its sign.

    Example:
        >>> points(0.123), points(-0.004), points(0.0)
        ('+12.3', '−0.4', '0.0')
    """
    told = f"{100 * abs(difference):.1f}"
    return told if float(told) == 0 else ("+" if difference > 0 else "−") + told


def share_of(value: float) -> str:
    """A share as whole per cent, or with a decimal where it is small.

    Example:
        >>> share_of(0.456), share_of(0.0123), share_of(1.0), share_of(0.0)
        ('46%', '1.2%', '100%', '0%')
    """
    return f"{100 * value:.1f}%" if 0 < value < 0.0995 else f"{100 * value:.0f}%"
