"""The writing tools for everyone: what axe finds in their menus, bars and boxes, and in Arabic."""

import re

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.test_accessibility import findings
from e2e.test_editing import PASTE
from e2e.test_images import GIVE, png
from e2e.test_pasting import MARKDOWN

pytestmark = IN_ONE_LOOP


async def test_axe_finds_nothing_serious_in_menus_bars_and_boxes(window: OpenWindow, address: str) -> None:
    ada = await window()
    page = ada.page
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.title.fill("Everything")
    await ada.text.click()
    await page.evaluate(PASTE, [MARKDOWN, None])
    await expect(ada.text.locator(".hljs-built_in")).to_be_visible()
    seen: dict[str, list[str]] = {}
    for name in ("Insert", "Insert a table", "More formatting"):
        await page.get_by_role("button", name=name, exact=True).click()
        seen[name] = await findings(page)
        await page.keyboard.press("Escape")
    for name, place in {"code": "pre", "table": "td", "callout": ".callout p"}.items():
        await ada.text.locator(place).first.click()
        seen[name] = await findings(page)
    await ada.text.locator("strong").dblclick()
    await page.get_by_role("toolbar", name="Selected text").wait_for()
    await page.get_by_role("button", name="Highlight colour").click()
    await page.get_by_role("menuitemradio", name="Green").click()
    seen["selection"] = await findings(page)
    await page.get_by_role("button", name=re.compile("Turn into")).click()
    seen["turn into"] = await findings(page)
    await page.keyboard.press("Escape")
    await ada.text.locator("div.math").click()
    await page.locator(".math-drawn .katex").wait_for()
    seen["formula"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+End")
    await page.evaluate(GIVE, ["paste", list(png(80, 40))])
    await ada.text.locator("figure img").click()
    await page.get_by_role("button", name="Caption").click()
    seen["image"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" /")
    await page.get_by_role("listbox").wait_for()
    seen["slash menu"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("Alt+F10")
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="Duplicate").wait_for()
    seen["block"] = await findings(page)
    assert {name: found for name, found in seen.items() if found} == {}


async def test_the_tools_of_an_arabic_text_stand_at_its_right(window: OpenWindow, address: str) -> None:
    mona: Window = await window(locale="ar")
    await mona.open(address, status="محفوظ")
    await mona.page.locator(".handle").wait_for(state="attached")
    await mona.text.click()
    await mona.page.keyboard.type("نص عربي")
    text = await mona.text.bounding_box()
    await mona.page.mouse.move(600, (text or {})["y"] + 10, steps=2)
    grip = await mona.page.locator(".handle.is-pointed").bounding_box()
    assert text is not None
    assert grip is not None
    assert grip["x"] >= text["x"] + text["width"] - 1
    await mona.page.keyboard.type(" /")
    await mona.page.get_by_role("listbox").wait_for()
    assert await mona.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
