"""A page in a notebook that speaks with an object in Python, and keeps nothing.

Context: a widget's synchronised state may be saved into the notebook file, which is shared and
committed. Choice: the state is the page's own code and style and nothing else; what it shows goes
back and forth as messages, which are never saved. Given up: a picture of the review in a notebook that
is opened without its kernel.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from journey_research.errors import UserError

if TYPE_CHECKING:
    from anywidget import AnyWidget

log = logging.getLogger("journey_research.review")
PAGES = Path(__file__).parent / "pages"


class Session(Protocol):
    """What a page speaks with."""

    def handle(self, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """What the page is to show after what it said."""
        ...


def show(session: Session, page: str) -> AnyWidget:
    """The widget of a page.

    Args:
        session: Answers the page's messages; found again as ``widget.session``.
        page: Name of its ``.js`` file in ``pages``.

    Returns:
        The widget; the last expression of a cell shows it.

    Raises:
        UserError: The package that shows widgets is not installed.
    """
    widget = _widget_class(page)()
    widget.session = session
    widget.on_msg(lambda widget, message, buffers: widget.send(reply(session, message, datetime.now(UTC))))
    return widget


def reply(session: Session, message: Any, now: datetime) -> dict[str, Any]:
    """The session's answer; a trouble where there is one, which holds no value.

    Args:
        session: Who answers.
        message: What the page said.
        now: When.
    """
    try:
        return session.handle(message if isinstance(message, Mapping) else {}, now)
    except UserError as trouble:
        return {"kind": "trouble", "text": str(trouble)}
    except Exception as fault:
        # An error's message may hold a value, and this one is shown and may be kept.
        log.error("the review failed: %s", type(fault).__name__)
        return {"kind": "trouble", "text": f"a fault of ours ({type(fault).__name__}); run the cell again"}


@cache
def _widget_class(page: str) -> type[AnyWidget]:
    try:
        import anywidget
    except ModuleNotFoundError as problem:
        raise UserError(
            "the review needs the package anywidget", do="install journey_research[workbench]"
        ) from problem

    class Page(anywidget.AnyWidget):
        """One page; its state is its code."""

        _esm = (PAGES / "page.js").read_text(encoding="utf-8") + (PAGES / f"{page}.js").read_text(
            encoding="utf-8"
        )
        _css = (PAGES / "page.css").read_text(encoding="utf-8")
        session: Session | None = None

        def __repr__(self) -> str:
            return f"<{page.replace('_', ' ')}: shown in JupyterLab>"

    return Page
