"""Take the pictures of the documentation from a real server: `python tests/e2e/pictures.py [FOLDER]`.

Two people write in a document about a garden; the pictures show one of their windows, light and dark, and the list.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.async_api import Browser, async_playwright

from e2e.browser import Window
from e2e.conftest import CHROMIUM, FLAGS
from harness.server import Server

FOLDER = Path(__file__).parents[2] / "docs" / "images"
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}

TITLES = [
    "Reading list for the winter",
    "Budget 2027, first draft",
    "Letter to the water board",
    "Minutes of the May meeting",
    "How we name seedlings",
    "Old apples of the valley",
]
TITLE = "Planting the walled garden"
# Autolinks, lists and quotes come from what is typed, as for anyone.
TEXT = [
    "The wall holds the warmth of the day until long after dark, and whatever leans against it ripens a fortnight "
    "before the rest. This is the plan for its **south side**; please write into it.\n",
    "## What the soil is like\n",
    "Heavy at the gate, light under the old fig. Worms everywhere, which is the best news we had all year. "
    "The full analysis is at https://example.org/soil and says, in short: *do less*.\n",
    "> A garden is never so good as it will be next year.\n\n",
    "## Before the end of March\n",
    "[ ] Mend the gate, and find out who has the key\n",
    "Prune the fig down to five arms\n",
    "Order the quinces: two Vranja, one Portugal\n\n",
    "Ben has measured the border: **eleven paces** by three, so there is room for a path.",
]

BLOCKS = """## What stands and what fell

The wheel has not turned since **1931**, and yet the *leat* still brings water. Read the
[survey](https://example.org/survey) first; formulas such as $P = \\eta \\rho g Q h$ come from it.

> [!NOTE]
> The council meets on the third of May. Bring the drawings.

| Part | Age | State |
|---|---|---|
| Wheel | 1880 | gone |
| Shaft | 1880 | sound, to be *turned* |

- [x] Permission of the owner
- [ ] Permission of the river board

```python
def power(flow: float, head: float) -> float:
    return 0.6 * 1000 * 9.81 * flow * head
```
"""


async def introduce(window: Window, name: str, color: int) -> None:
    await window.page.get_by_role("button", name="Your name and colour").click()
    await window.page.get_by_label("Name", exact=True).fill(name)
    await window.page.get_by_role("radio", name=f"Colour {color}", exact=True).check()
    await window.page.keyboard.press("Escape")
    await window.page.locator(".desk").click(position={"x": 5, "y": 5})


async def person(browser: Browser, address: str, name: str, color: int, **options: object) -> Window:
    window = await Window.make(browser, **options)
    await window.open(address)
    await introduce(window, name, color)
    return window


async def draw(browser: Browser, server: Server, folder: Path) -> None:
    for title in TITLES:
        server.create(title=title)
    grow_old(server)
    server.create(id="garden", title=TITLE)
    address = f"{server.url}/d/garden"

    ada = await person(browser, address, "Ada", 4, viewport=DESKTOP, color_scheme="light")
    for part in TEXT:
        await ada.write(part)
    await ada.text.locator("input").first.check()
    await ada.sees_status("Saved")
    ben = await person(browser, address, "Ben", 1, viewport=DESKTOP)
    cleo = await person(browser, address, "Cleo", 7, viewport=DESKTOP)
    await select(ben, "please write into it")
    await select(ada, "do less")
    await ada.tools.get_by_role("button", name="Highlight", exact=True).click()
    await ada.page.mouse.click(640, 820)

    for scheme in ("light", "dark"):
        await ada.page.emulate_media(color_scheme=scheme)
        await point_at_end(cleo, "there is room for a path.")
        await select(ben, "please write into it")
        await ada.page.wait_for_timeout(600)
        await ada.page.screenshot(path=folder / f"editor-{scheme}.png")

    server.create(id="mill", title="The water mill, restored", markdown=BLOCKS)
    mill = await Window.make(browser, viewport=DESKTOP, color_scheme="dark")
    await mill.open(f"{server.url}/d/mill")
    await mill.text.locator(".katex").first.wait_for()
    await mill.page.wait_for_timeout(600)
    await mill.page.screenshot(path=folder / "blocks.png")

    phone = await person(browser, address, "Dora", 9, viewport=PHONE, is_mobile=True, has_touch=True)
    await phone.page.screenshot(path=folder / "editor-phone.png")
    home = await Window.make(browser, viewport=DESKTOP, color_scheme="light")
    await home.page.goto(server.url)
    await home.page.get_by_role("link", name=TITLE).wait_for()
    await home.page.wait_for_timeout(300)
    await home.page.screenshot(path=folder / "documents.png")


def grow_old(server: Server) -> None:
    """Spread the documents over the last weeks: a list of minutes shows nothing of what it can do."""
    server.stop()
    with contextlib.closing(sqlite3.connect(server.data / "coscribe.db")) as database, database:
        for at, title in enumerate(reversed(TITLES)):
            hours = (3, 26, 70, 130, 300, 900)[at]
            database.execute(
                "UPDATE documents SET created = created - ?, updated = updated - ? WHERE title = ?",
                (hours * 3_600_000, hours * 3_600_000, title),
            )
    server.start()


async def select(window: Window, words: str) -> None:
    """Select words of the text as the pointer would."""
    await window.text.click()
    await window.page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector('.prose'), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at >= 0) getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
          }
        }""",
        words,
    )
    await window.page.wait_for_timeout(100)


async def point_at_end(window: Window, words: str) -> None:
    await select(window, words)
    await window.page.keyboard.press("ArrowRight")


async def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, Server(Path(data) / "data") as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            await draw(browser, server, folder)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
