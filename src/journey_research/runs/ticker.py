"""A line on the terminal that shows a long step is alive."""

from __future__ import annotations

import sys
import threading
import time


class Ticker:
    """Rewrites one line of standard error each second while a step runs; silent in a file or a pipe."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, what: str) -> None:
        if not sys.stderr.isatty():
            return
        self.stop()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tick, args=(what, self._stopped), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stopped.set()
            self._thread.join()
            self._thread = None

    @staticmethod
    def _tick(what: str, stopped: threading.Event) -> None:
        began = time.monotonic()
        shown = False
        while not stopped.wait(1):
            seconds = time.monotonic() - began
            if seconds >= 2:
                sys.stderr.write(f"\r        {what}: {seconds:.0f} s ")
                sys.stderr.flush()
                shown = True
        if shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
