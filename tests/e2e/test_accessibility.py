"""For everyone: what axe finds on every screen and open panel, what is touched, and motion that is not wanted."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.conftest import EDITOR
from harness.server import Server

pytestmark = IN_ONE_LOOP

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
TEXT = """An opening line with a [link](https://example.org), `code` and **weight**.

## First part

- one
- two

1. one
2. two

- [ ] to do
- [x] done

> Quoted.

> [!TIP]
> A tip.

| Bed | Note |
|---|---|
| South | wall |

### Smaller

```
code
```

---

The end."""


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]


async def findings(page: Page) -> list[str]:
    """Run axe over the page, light and dark; its serious and critical findings, each with the element."""
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate((EDITOR / "node_modules" / "axe-core" / "axe.min.js").read_text())
    await page.emulate_media(color_scheme="dark")
    dark = await _found(page, CONTRAST)
    await page.emulate_media(color_scheme="light")
    return dark + await _found(page, RULES)


async def _found(page: Page, rules: list[str]) -> list[str]:
    """Return what stays to be found: what comes and goes may be caught half drawn."""
    found = await _look(page, rules)
    if found:
        await page.wait_for_timeout(1_000)
        found = await _look(page, rules)
    return found


async def _look(page: Page, rules: list[str]) -> list[str]:
    # What is still fading in is paler than it will be.
    await page.evaluate(
        """() => {
          const trees = [...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
          const changes = [document, ...trees].flatMap((tree) => tree.getAnimations());
          return Promise.all(changes.map(({ finished }) => finished.catch(() => null)));
        }"""
    )
    found = await page.evaluate(
        """async (runOnly) => {
          const { violations } = await axe.run(document, { resultTypes: ['violations'], runOnly });
          return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(
            ({ id, nodes }) => nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`));
        }""",
        rules,
    )
    return list(found)


@pytest.fixture
def written(server: Server, document: str) -> str:
    """The page of a document with everything in it."""
    server.create(id=document, title="Everything", markdown=TEXT)
    return f"{server.url}/d/{document}"


async def ready(person: Window, address: str) -> Page:
    await person.page.goto(address)
    await expect(person.page.get_by_role("button", name="View and tools")).to_be_visible()
    return person.page


async def test_axe_finds_nothing_serious_in_a_document_and_its_panels(window: OpenWindow, written: str) -> None:
    ada = await window()
    page = await ready(ada, written)
    ben = await window()
    await ready(ben, written)
    await expect(page.locator(".avatar-button")).to_have_count(1)
    seen = {"document": await findings(page)}
    for name in ("Your name and colour", "View and tools", "Appearance", "Kind of text: Text"):
        await page.get_by_role("button", name=name).click()
        seen[name] = await findings(page)
        await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Alt+o")
    await page.keyboard.press("Control+h")
    await page.get_by_label("Find", exact=True).fill("part")
    await expect(page.locator(".found")).to_have_count(1)
    seen["outline, find and replace"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+/")
    seen["help"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.locator(".avatar-button").click()
    seen["following"] = await findings(page)
    await page.locator(".counts-line").click()
    seen["counts"] = await findings(page)
    await page.keyboard.press("Escape")
    assert {name: found for name, found in seen.items() if found} == {}


async def test_axe_finds_nothing_serious_in_the_list(window: OpenWindow, server: Server, written: str) -> None:
    ada = await window()
    page = ada.page
    await page.goto(server.url)
    await expect(page.get_by_role("link", name="Everything").first).to_be_visible()
    seen = {"list": await findings(page)}
    await page.get_by_role("button", name="New from a template").click()
    seen["templates"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="More for").first.click()
    seen["more"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.get_by_label("Search documents").fill("nothing is called so")
    await expect(page.get_by_text("No document matches")).to_be_visible()
    seen["no match"] = await findings(page)
    assert {name: found for name, found in seen.items() if found} == {}


async def test_axe_finds_nothing_serious_on_a_phone_and_in_arabic(window: OpenWindow, written: str) -> None:
    ada = await window(**PHONE)
    page = await ready(ada, written)
    seen = {"document": await findings(page)}
    await page.get_by_role("button", name="View and tools").click()
    seen["tools"] = await findings(page)
    await page.get_by_role("menuitemcheckbox", name="Outline").click()
    seen["outline"] = await findings(page)
    mona = await window(locale="ar")
    await mona.open(written, status="محفوظ")
    seen["Arabic"] = await findings(mona.page)
    assert {name: found for name, found in seen.items() if found} == {}


TOO_SMALL = """
(least) => [...document.querySelectorAll('button, a[href], input, textarea, [role^=menuitem]')]
  .filter((each) => !each.closest('.prose') && each.checkVisibility({ visibilityProperty: true }))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([each, { width, height }]) => width > 1 && Math.round(Math.min(width, height)) < least)
  .map(([each, { width, height }]) => `${each.className} ${each.ariaLabel ?? ''} ${width} x ${height}`)
"""


async def test_what_is_touched_is_large_enough(window: OpenWindow, written: str) -> None:
    for least, options in ((24, {}), (44, PHONE)):
        ada = await window(**options)
        page = await ready(ada, written)
        assert await page.evaluate(TOO_SMALL, least) == []
        await page.get_by_role("button", name="View and tools").click()
        assert await page.evaluate(TOO_SMALL, least) == []
        await page.get_by_role("menuitem", name="Find and replace").click()
        assert await page.evaluate(TOO_SMALL, least) == []
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="View and tools").click()
        await page.get_by_role("menuitemcheckbox", name="Outline").click()
        assert await page.evaluate(TOO_SMALL, least) == []


async def test_everything_is_reached_by_the_keyboard_alone(window: OpenWindow, written: str) -> None:
    ada = await window()
    page = await ready(ada, written)
    focused = "document.activeElement.ariaLabel ?? document.activeElement.className"
    stops: list[str] = []
    for _ in range(10):
        await page.keyboard.press("Tab")
        stops.append(await page.evaluate(focused))
    order = ["All documents", "Your name and colour", "View and tools", "Appearance", "Undo", "Title", "Document"]
    places = [stops.index(name) for name in order]
    assert places == sorted(places), stops
    # The menu, and out of it again to where one was.
    button = page.get_by_role("button", name="View and tools")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Find and replace")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    first = page.get_by_role("navigation", name="Outline").get_by_role("link").first
    await expect(first).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Copy the link to “First part”")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("navigation", name="Outline")).to_have_count(0)
    await expect(ada.text).to_be_focused()


async def test_whoever_wants_no_motion_sees_none(window: OpenWindow, written: str) -> None:
    ada = await window(reduced_motion="reduce")
    page = await ready(ada, written)
    await page.keyboard.press("Control+h")
    await page.keyboard.press("Control+/")
    await asyncio.sleep(0.1)
    longest = await page.evaluate(
        "Math.max(0, ...document.getAnimations().map((each) => each.effect.getComputedTiming().duration))"
    )
    assert longest <= 1
