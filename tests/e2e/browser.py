"""People at their browsers: a window is a page with the editor in it, and what one sees and does there.

Every window watches for what must never happen: a violation of the content security policy, an uncaught error, a
console error of the page's own. A test fails with its window when one of these was seen.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

WAIT_MS = 20_000
"""Long enough for a reconnection after its longest pause."""
expect.set_options(timeout=WAIT_MS)

_NETWORK = re.compile(
    r"Failed to load resource|WebSocket connection to|net::ERR_|An unknown error occurred when fetching"
    r"|Firefox can’t establish a connection|was interrupted while the page was loading"
)
"""What the browser itself says of a server that is gone."""

_WATCH = """
document.addEventListener('securitypolicyviolation', (event) => {
  console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


class Window:
    """One person's browser profile with one tab."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.problems: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", self._failed)

    @classmethod
    async def make(cls, browser: Browser, **options: Any) -> Window:
        options.setdefault("viewport", {"width": 1280, "height": 860})
        options.setdefault("locale", "en-GB")
        context = await browser.new_context(**options)
        context.set_default_timeout(WAIT_MS)
        await context.add_init_script(_WATCH)
        return cls(context, await context.new_page())

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not _NETWORK.search(message.text):
            self.problems.append(f"{message.type}: {message.text}")

    def _failed(self, error: Exception) -> None:
        if not _NETWORK.search(str(error)):
            self.problems.append(f"uncaught: {error}")

    # -- the document -------------------------------------------------------------------------------------------------

    @property
    def text(self) -> Locator:
        return self.page.locator(".prose")

    @property
    def title(self) -> Locator:
        return self.page.get_by_label("Title", exact=True)

    @property
    def tools(self) -> Locator:
        """The formatting bar; what floats over a selection has buttons of the same names."""
        return self.page.get_by_role("toolbar", name="Formatting")

    @property
    def status(self) -> Locator:
        return self.page.locator(".status-words")

    async def open(self, address: str, *, status: str = "Saved") -> None:
        """Go to a document and wait until it says so."""
        await self.page.goto(address)
        await self.sees_status(status)

    async def sees_status(self, words: str | re.Pattern[str]) -> None:
        await expect(self.status).to_have_text(words)

    async def sees(self, words: str | re.Pattern[str]) -> None:
        await expect(self.text).to_contain_text(words)

    async def write(self, words: str, *, delay_ms: float = 0) -> None:
        """Write at the end of the text."""
        await self.text.click()
        await self.page.keyboard.press("Control+End")
        await self.page.keyboard.type(words, delay=delay_ms)

    async def writing_tools_ready(self) -> None:
        """Wait for the tools that come after the document is shown."""
        await self.page.get_by_role("button", name="More formatting").wait_for()

    async def words(self) -> str:
        return await self.text.text_content() or ""

    async def service_worker_ready(self) -> None:
        """Wait until this device can open the page without the server."""
        await self.page.evaluate("navigator.serviceWorker.ready")
        await self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    async def reload(self) -> None:
        await self.page.reload(wait_until="commit")

    async def close(self) -> None:
        await self.context.close()


IN_ONE_LOOP = pytest.mark.asyncio(loop_scope="session")
"""One browser serves all of these tests, so they share its event loop."""

OpenWindow = Callable[..., Awaitable[Window]]
"""Opens a window of a new person; takes the options of a browser context."""
