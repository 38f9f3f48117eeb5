"""Walks through the editor in Firefox and WebKit, which the tests in tests/e2e do not use.

    python tests/browsers/walk.py [firefox] [webkit] [--pictures DIR]

Both unless told. They must be installed: Firefox, and WebKit's GTK build with its driver and a display
(`apt-get install firefox-esr webkit2gtk-driver xvfb`, and `xvfb-run` before the command where there is no screen).
Two people write in a document, by keys and by Markdown; the server goes away, one writes on and reloads, and all is
there when it is back. What a page says of errors or of the content security policy ends the walk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, Page, sync_playwright

sys.path[:0] = [str(Path(__file__).parents[1])]

from browsers.firefox import stock_firefox  # noqa: E402
from browsers.webkit import PACE_MS, webkit  # noqa: E402
from harness.server import Server  # noqa: E402

WAIT_S = 30.0
EDITOR = Path(__file__).parents[2] / "editor-web" / "dist" / "index.html"

WATCH = """(() => {
  window.problems = [];
  addEventListener('error', ({ message }) => problems.push(message));
  addEventListener('unhandledrejection', ({ reason }) => problems.push(String(reason)));
  addEventListener('securitypolicyviolation', (event) => problems.push(event.violatedDirective + event.blockedURI));
})()"""


class Window(Protocol):
    """What the walk needs of a browser: one person's window."""

    def open(self, address: str) -> None: ...
    def reload(self) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def click(self, selector: str) -> None: ...
    def press(self, *keys: str) -> None: ...
    def write(self, words: str) -> None: ...
    def picture(self, path: Path) -> None: ...


class Firefox:
    """A window of a stock Firefox, by Playwright."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def open(self, address: str) -> None:
        self._page.goto(address)

    def reload(self) -> None:
        self._page.reload(wait_until="commit")

    def evaluate(self, expression: str) -> Any:
        return self._page.evaluate(f"() => ({expression})")

    def click(self, selector: str) -> None:
        self._page.bring_to_front()
        self._page.click(selector)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key, delay=PACE_MS)

    def write(self, words: str) -> None:
        self._page.keyboard.type(words, delay=PACE_MS)

    def picture(self, path: Path) -> None:
        self._page.screenshot(path=path, caret="initial")


Open = Callable[[], AbstractContextManager[Window]]
"""Opens a window of a new person."""


@contextlib.contextmanager
def firefox() -> Iterator[Open]:
    """Start Firefox; raise `FileNotFoundError` where it is missing."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.firefox.launch(**stock_firefox(Path(folder)))

        @contextlib.contextmanager
        def window(browser: Browser = browser) -> Iterator[Window]:
            with browser.new_context(viewport={"width": 1280, "height": 820}, locale="en-GB") as context:
                yield Firefox(context.new_page())

        yield window
        browser.close()


BROWSERS: dict[str, Callable[[], AbstractContextManager[Open]]] = {
    "firefox": firefox,
    "webkit": lambda: contextlib.nullcontext(webkit),
}


def until(what: str, holds: Callable[[], object]) -> None:
    """Ask until it holds; raise with its name when that takes too long."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.1)


def shows(window: Window, selector: str, words: str = "") -> Callable[[], object]:
    """Whether an element of this kind holds these words."""
    found = f"[...document.querySelectorAll({json.dumps(selector)})]"
    return lambda: window.evaluate(f"{found}.some((one) => one.textContent.includes({json.dumps(words)}))")


def enter(window: Window, address: str) -> None:
    """Open a document and stand at its end."""
    window.open(address)
    window.evaluate(WATCH)
    until("the page says Saved", shows(window, ".status-words", "Saved"))
    until("the tools for writing are there", shows(window, "[aria-label='More formatting']"))
    window.click(".prose")
    until("the caret is there", lambda: window.evaluate("getSelection().rangeCount > 0"))
    window.press("Control+End")


def walk(open_window: Open, server: Server, pictures: Path) -> None:
    """Do what most people do, and say what was reached."""
    address = f"{server.url}/d/walk"
    with ExitStack() as stack:
        ada = stack.enter_context(open_window())
        enter(ada, address)
        ada.write("# Plan")
        ada.press("Enter")
        ada.write("Be **bold** at the end")
        ada.press("Shift+Home")
        until("the line is selected", lambda: "Be bold" in ada.evaluate("String(getSelection())"))
        ada.press("Control+i")
        until("it is italic", shows(ada, ".prose em", "bold"))
        ada.press("End")
        until("the caret is behind it", lambda: ada.evaluate("getSelection().isCollapsed"))
        ada.press("Enter", "Control+i")
        ada.write("- one")
        ada.press("Enter", "Tab")
        ada.write("deeper")
        ada.press("Enter", "Enter", "Enter")
        for selector, words in (("h1", "Plan"), ("strong", "bold"), ("li li", "deeper")):
            until(f"{words} is a {selector}", shows(ada, f".prose {selector}", words))
        ada.write("/table")
        until("the menu offers a table", shows(ada, "[role=option][aria-selected=true]", "Table"))
        ada.press("Enter")
        until("there is a table", shows(ada, ".prose th"))
        until("with its tools", shows(ada, "[role=toolbar][aria-label=Table]"))
        ada.write("a")
        ada.press("Tab")
        ada.write("b")
        until("Tab goes to the next cell", shows(ada, ".prose th + th", "b"))
        ada.press("Control+z")
        until("the last step is undone", lambda: not shows(ada, ".prose th + th", "b")())
        ada.press("Control+End")
        print("  writing, marks, lists, tables and undo")

        ben = stack.enter_context(open_window())
        enter(ben, address)
        until("the other sees it", shows(ben, ".prose li li", "deeper"))
        ben.write("Words of Ben. ")
        until("and answers", shows(ada, ".prose", "Words of Ben. "))
        until("with a caret", shows(ada, ".prose .others-caret"))
        ada.picture(pictures / "together.png")
        print("  two people and their carets")

        until("the page can do without the server", lambda: ada.evaluate("!!navigator.serviceWorker.controller"))
        server.stop()
        until("the page says so", lambda: not shows(ada, ".status-words", "Saved")())
        ada.click(".prose")
        ada.press("Control+End")
        ada.write("Written alone.")
        until("the words are kept", shows(ada, ".status-words", "kept on this device"))
        ada.reload()
        until("they are there after a reload", shows(ada, ".prose", "Written alone."))
        until("and unsaved still", shows(ada, ".status-words", "kept on this device"))
        ada.picture(pictures / "offline.png")
        server.start()
        for window in (ada, ben):
            until("all is saved", shows(window, ".status-words", "Saved"))
            until("and together", shows(window, ".prose", "Written alone."))
        ada.picture(pictures / "merged.png")
        print("  words kept without the server, and merged")
        problems = ben.evaluate("window.problems")
        assert not problems, problems


def main() -> int:
    parser = argparse.ArgumentParser(description="Walk through the editor in other browsers than the tests use.")
    parser.add_argument("browser", nargs="*", help="firefox, webkit; both unless told")
    parser.add_argument("--pictures", type=Path, help="a folder for what was seen")
    options = parser.parse_args()
    if unknown := set(options.browser) - BROWSERS.keys():
        parser.error(f"no such browser: {', '.join(sorted(unknown))}; there are {', '.join(BROWSERS)}")
    if not EDITOR.is_file():
        parser.error("the editor is not built; run make build")
    for name in options.browser or BROWSERS:
        print(name, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            pictures = (options.pictures or Path(folder)) / name
            pictures.mkdir(parents=True, exist_ok=True)
            try:
                with BROWSERS[name]() as open_window, Server(Path(folder, "data")) as server:
                    walk(open_window, server, pictures)
            except FileNotFoundError as missing:
                print(f"  {missing} is not installed; see the first lines of {Path(__file__).name}", file=sys.stderr)
                return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
