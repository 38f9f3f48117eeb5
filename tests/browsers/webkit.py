"""One window of WebKit (its GTK build), driven by the WebDriver protocol as WebKitWebDriver speaks it."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

DRIVER = "WebKitWebDriver"
MINI_BROWSERS = "lib/*/webkit*gtk-*/MiniBrowser"
DEADLINE_S = 20
PACE_MS = 40
"""Between two keys: as fast as people are. What a browser tells a page of the caret comes a moment after the key."""

PAUSE: dict[str, object] = {"type": "pause", "duration": PACE_MS}
KEYS = {
    "Control": "\ue009",
    "Shift": "\ue008",
    "Enter": "\ue007",
    "Tab": "\ue004",
    "Backspace": "\ue003",
    "End": "\ue010",
    "Home": "\ue011",
}


class WebKit:
    """A browser of its own with one tab, so that two of them are two people."""

    def __init__(self, port: int, session: str) -> None:
        self._session = f"http://127.0.0.1:{port}/session/{session}"

    def open(self, address: str) -> None:
        self._post("url", url=address)

    def reload(self) -> None:
        self._post("refresh")

    def evaluate(self, expression: str) -> Any:
        return self._post("execute/sync", script=f"return {expression}", args=[])

    def click(self, selector: str) -> None:
        (element,) = self._post("element", using="css selector", value=selector).values()
        self._post(f"element/{element}/click")

    def press(self, *keys: str) -> None:
        """Press keys after each other; `Control+b` is a key with others held."""
        for chord in keys:
            *held, last = (KEYS.get(key, key) for key in chord.split("+"))
            pressed = [*held, last]
            self._keys([*_each("keyDown", pressed), PAUSE, *_each("keyUp", pressed[::-1])])

    def write(self, words: str) -> None:
        self._keys([step for letter in words for step in (*_each("keyDown", letter), PAUSE, *_each("keyUp", letter))])

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(_ask(f"{self._session}/screenshot")))

    def _keys(self, actions: list[dict[str, object]]) -> None:
        self._post("actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def _post(self, command: str, **arguments: Any) -> Any:
        return _ask(f"{self._session}/{command}", arguments)


@contextlib.contextmanager
def webkit() -> Iterator[WebKit]:
    """Start a driver and its browser; raise `FileNotFoundError` where either is missing."""
    driver = shutil.which(DRIVER)
    browser = next(Path("/usr").glob(MINI_BROWSERS), None)
    if driver is None or browser is None:
        raise FileNotFoundError(DRIVER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([driver, f"--port={port}"])
    try:
        wish = {"binary": str(browser), "args": ["--automation"]}
        session = _first(port, {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": wish}}})
        yield WebKit(port, session)
        _ask(f"http://127.0.0.1:{port}/session/{session}", method="DELETE")
    finally:
        process.terminate()
        process.wait(10)


def _each(kind: str, keys: Iterable[str]) -> list[dict[str, object]]:
    return [{"type": kind, "value": key} for key in keys]


def _first(port: int, wish: dict[str, Any]) -> str:
    """Ask for a session until the driver listens."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            return str(_ask(f"http://127.0.0.1:{port}/session", wish)["sessionId"])
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _ask(url: str, body: dict[str, Any] | None = None, *, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["value"]
