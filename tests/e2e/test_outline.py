"""The way through the text: the outline, links to headings, and how many words there are."""

import pytest
from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP


@pytest.fixture
def chapters(server: Server, document: str) -> str:
    """The page of a document with three of them, each as long as a window."""
    names = ("Spring", "Summer", "Autumn")
    markdown = "\n\n".join(f"## {name}\n\n" + "\n\n".join(f"{name} line {n}" for n in range(14)) for name in names)
    server.create(id=document, markdown=markdown)
    return f"{server.url}/d/{document}"


async def test_the_outline_follows_the_reading_and_jumps_by_pointer_and_keys(window: OpenWindow, chapters: str) -> None:
    ada = await window()
    await ada.open(chapters)
    page = ada.page
    await expect(page.get_by_role("button", name="View and tools")).to_be_visible()
    await page.keyboard.press("Control+Alt+o")
    outline = page.get_by_role("navigation", name="Outline")
    await expect(outline.get_by_role("link")).to_have_text(["Spring", "Summer", "Autumn"])
    await expect(outline.get_by_role("link", name="Spring")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Summer")).to_be_in_viewport()
    await expect(ada.text).to_be_focused()
    await page.keyboard.type(" days")
    await expect(outline.get_by_role("link", name="Summer days")).to_have_attribute("aria-current", "location")
    await page.mouse.move(640, 400)
    await page.mouse.wheel(0, -5_000)
    await expect(outline.get_by_role("link", name="Spring")).to_have_attribute("aria-current", "location")
    await page.reload()
    await expect(outline.get_by_role("link")).to_have_count(3)
    await outline.get_by_role("button", name="Close").click()
    await expect(outline).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("button", name="View and tools")).to_be_visible()
    await expect(outline).to_have_count(0)


async def test_a_copied_link_opens_the_document_at_its_heading(window: OpenWindow, chapters: str) -> None:
    ada = await window(permissions=["clipboard-read", "clipboard-write"])
    await ada.open(chapters)
    page = ada.page
    await page.get_by_role("button", name="View and tools").click()
    await page.get_by_role("menuitemcheckbox", name="Outline").click()
    await page.get_by_role("link", name="Autumn").hover()
    await page.get_by_role("button", name="Copy the link to “Autumn”").click()
    link = await page.evaluate("navigator.clipboard.readText()")
    assert link == f"{chapters}#autumn"
    ben = await window()
    await ben.open(link)
    await expect(ben.page.get_by_role("heading", name="Autumn")).to_be_in_viewport()
    await expect(ben.page.get_by_role("heading", name="Spring")).not_to_be_in_viewport()


async def test_words_are_counted_of_the_document_and_of_what_is_selected(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("One two three.\n你好世界")
    line = ada.page.locator(".counts-line")
    await expect(line).to_have_text("5 words")
    await ada.page.keyboard.press("Control+Home")
    await ada.page.keyboard.press("Shift+End")
    await expect(line).to_have_text("3 of 5 words")
    await line.click()
    table = ada.page.locator(".counts").get_by_role("table")
    await expect(table.get_by_role("row", name="Characters")).to_have_text("Characters1418")
    await expect(table.get_by_role("row", name="Reading time")).to_have_text("Reading time1 min1 min")
