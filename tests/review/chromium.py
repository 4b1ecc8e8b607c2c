"""A browser without a window, driven over its own debugging protocol.

Nothing but a websocket is needed, which the notebook server has brought along.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium():
    """Path of a browser, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Chromium:
    """One page of a browser; use it in a ``with`` statement."""

    def __init__(self, pictures, width=1100, height=900):
        self.size = (width, height)
        self.pictures = Path(pictures)
        self.errors = []
        self._number = 0

    def __enter__(self):
        import websocket

        self._home = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [
                find_chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking",
                "--remote-debugging-port=0", "--remote-allow-origins=*",
                f"--user-data-dir={self._home.name}", "--window-size={},{}".format(*self.size), "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port_file = Path(self._home.name, "DevToolsActivePort")
            wait_for(
                lambda: port_file.is_file() and len(port_file.read_text().splitlines()) > 1, 20, "the browser"
            )
            port = port_file.read_text().splitlines()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as answer:
                page = next(one for one in json.load(answer) if one["type"] == "page")
            self._socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=30)
            for domain in ("Page", "Runtime"):
                self.send(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if hasattr(self, "_socket"):
            self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._home.cleanup()

    def send(self, method, **parameters):
        """One command of the protocol, and its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("method") == "Runtime.exceptionThrown":
                self.errors.append(
                    told["params"]["exceptionDetails"].get("exception", {}).get("description", "")
                )
            if told.get("id") == self._number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']['message']}")
                return told["result"]

    def open(self, url):
        self.send("Page.navigate", url=url)

    def evaluate(self, expression):
        """What an expression is in the page, as JSON; promises are waited for."""
        told = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(told["exceptionDetails"].get("exception", {}).get("description", "an error"))
        return told["result"].get("value")

    def wait(self, expression, seconds=30):
        """Wait until an expression is true."""

        def is_so():
            try:
                return self.evaluate(f"Boolean({expression})")
            except RuntimeError:
                return False

        try:
            wait_for(is_so, seconds, expression)
        except TimeoutError:
            self.picture("failed")
            raise

    def click(self, selector):
        """A real click on the middle of an element."""
        middle = (
            f"(() => {{const e = document.querySelector({selector!r}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]})()"
        )
        before, (x, y) = None, self.evaluate(middle)
        while before != (x, y):  # a notebook goes on scrolling by itself
            time.sleep(0.15)
            before, (x, y) = (x, y), self.evaluate(middle)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key):
        """A real key."""
        code = {"key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=key, **code)
        self.send("Input.dispatchKeyEvent", type="keyUp", **code)

    def resize(self, width, height):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def picture(self, name):
        """A screenshot, as PNG, in the folder of pictures."""
        (self.pictures / f"{name}.png").write_bytes(
            base64.b64decode(self.send("Page.captureScreenshot")["data"])
        )


def wait_for(is_so, seconds, what):
    """Ask again and again until it is so.

    Raises:
        TimeoutError: It is not so after so many seconds.
    """
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s for: {what}")
        time.sleep(0.1)
