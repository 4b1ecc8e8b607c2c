"""How far a long computation has come, told to whoever wants to show it.

Context: a million records take half a minute, and a line that does not move looks like a fault. Choice:
whoever works is handed a function that it tells; one that nobody gave does nothing. Given up: a share of
the whole, for what clustering will cost is not known while pairs are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

# Told the stage, how much of it is done and how much there is; 0 of 0 where that is not counted.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Tells nobody.

    Example:
        >>> silent("comparing pairs", 1, 2)
    """


class Counted:
    """Counts what is done of one stage, from any thread.

    Args:
        stage: Its name.
        total: How much there is.
        tell: Who is told.

    Example:
        >>> counted = Counted("comparing pairs", 3, lambda *told: print(*told))
        comparing pairs 0 3
        >>> counted.add(2)
        comparing pairs 2 3
    """

    def __init__(self, stage: str, total: int, tell: Progress) -> None:
        self.stage, self.total, self.tell = stage, total, tell
        self._done, self._lock = 0, Lock()
        tell(stage, 0, total)

    def add(self, n: int) -> None:
        """So much more is done."""
        with self._lock:
            self._done += n
            self.tell(self.stage, self._done, self.total)
