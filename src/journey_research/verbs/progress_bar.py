"""A bar on the terminal that shows how far a verb has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tqdm import tqdm

    from journey_research.pipelines.identity.matching.progress import Progress


@contextmanager
def shown(progress: bool | Progress | None) -> Iterator[Progress]:
    """Who is told how far it has come, for as long as that is shown.

    Args:
        progress: True: a bar on standard error, which is gone when this ends; None: only where that is a
            terminal; False: nothing; or a function of stage, done and total.

    Returns:
        A context with the function that is to be told.

    Example:
        >>> told = []
        >>> with shown(lambda *one: told.append(one)) as tell:
        ...     tell("comparing pairs", 1, 2)
        >>> told
        [('comparing pairs', 1, 2)]
    """
    from journey_research.pipelines.identity.matching.progress import silent

    if isinstance(progress, Callable):  # type: ignore[arg-type]
        yield progress  # type: ignore[misc]
        return
    if not (sys.stderr.isatty() if progress is None else progress):
        yield silent
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.close()


class _Bar:
    """One line for the stage at hand; a stage that is not counted has its name alone."""

    def __init__(self) -> None:
        self._stage = ""
        self._line: tqdm | None = None

    def tell(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage or self._line is None:
            self.close()
            plain = {"bar_format": "{desc} ..."} if not total else {"unit": " pairs", "unit_scale": True}
            self._line = tqdm(total=total or None, desc=stage, leave=False, file=sys.stderr, **plain)
            self._stage = stage
        self._line.update(done - self._line.n)

    def close(self) -> None:
        """Clear the line."""
        if self._line is not None:
            self._line.close()
            self._line = None
