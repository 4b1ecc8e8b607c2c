"""Takes people's values out of what is said: log lines, tracebacks, errors of other libraries.

Context: ten of twelve common exceptions contain the value they stumbled over. Choice: what stands
in quotes, looks like an e-mail address or holds five digits in a row is replaced; our own one-line
errors are built without values and pass as they are. Given up: now and then a harmless name goes.
"""

from __future__ import annotations

import logging
import re
import traceback

from journey_research.errors import UserError

_HIDDEN = "…"
_EMAIL = re.compile(r"[^\s@'\"<>]{1,64}@[^\s@'\"<>]{1,255}")
_NUMBER = re.compile(r"\+?\d[\d /().-]{3,}\d")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")


def scrubbed(text: str) -> str:
    """``text`` without e-mail addresses, longer numbers and whatever stands in quotes.

    Example:
        >>> scrubbed("cannot convert 'ada@example.org' (+49 30 901820) to int")
        'cannot convert … (…) to int'
    """
    text = _QUOTED.sub(_HIDDEN, text)
    text = _EMAIL.sub(_HIDDEN, text)
    return _NUMBER.sub(_HIDDEN, text)


def user_error_in(error: BaseException | None) -> UserError | None:
    """The user error behind an error that a library has wrapped; None where there is none."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, UserError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def one_line(error: BaseException) -> str:
    """An error in one line that holds no value: ours as it is, any other scrubbed."""
    ours = user_error_in(error)
    if ours is not None:
        return f"{type(ours).__name__}: {ours}"
    first = (str(error).splitlines() or [""])[0]
    return f"{type(error).__name__}: {scrubbed(first)}"[:500]


def scrubbed_traceback(error: BaseException) -> str:
    """The traceback without source lines and with every message scrubbed."""
    said = []
    chain: BaseException | None = error
    while chain is not None:
        for frame in traceback.extract_tb(chain.__traceback__):
            said.append(f"  {frame.filename}, line {frame.lineno}, in {frame.name}")
        said.append(f"{type(chain).__name__}: {scrubbed(str(chain))}")
        chain = chain.__cause__ or chain.__context__
    return "\n".join(said)


def scrub_logs() -> None:
    """Scrub everything that reaches the root logger's handlers, from now on."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(there, ScrubbingFilter) for there in handler.filters):
            handler.addFilter(ScrubbingFilter())


class ScrubbingFilter(logging.Filter):
    """Scrubs log records of other libraries; ours are written without values."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("journey_research"):
            record.msg, record.args = scrubbed(record.getMessage()), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = scrubbed_traceback(record.exc_info[1])
            record.exc_info = None
        return True
