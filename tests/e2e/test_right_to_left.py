"""The interface in Arabic: from right to left, complete, and only that language is fetched."""

import re

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def test_an_arabic_browser_reads_from_right_to_left(window: OpenWindow, address: str) -> None:
    ada = await window(locale="ar")
    fetched: list[str] = []
    ada.page.on("request", lambda request: fetched.append(request.url))
    await ada.open(address, status="محفوظ")
    html = ada.page.locator("html")
    await expect(html).to_have_attribute("dir", "rtl")
    await expect(html).to_have_attribute("lang", "ar")
    languages = {found[1] for url in fetched if (found := re.search(r"/(en|de|ar)-[^/]+\.js$", url))}
    assert languages == {"ar"}
    back = await ada.page.get_by_role("link", name="كل المستندات").bounding_box()
    people = await ada.page.get_by_role("button", name="اسمك ولونك").bounding_box()
    assert back
    assert people
    assert back["x"] > 1_200 > 300 > people["x"]
    await ada.page.keyboard.press("Control+Alt+o")
    outline = await ada.page.get_by_role("navigation", name="المخطط").bounding_box()
    assert outline
    assert outline["x"] + outline["width"] == 1_280
    assert await ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_language_is_changed_and_kept(window: OpenWindow, server: Server) -> None:
    ada = await window()
    await ada.page.goto(server.url)
    await ada.page.get_by_role("button", name="Appearance").click()
    await ada.page.get_by_role("menuitemradio", name="العربية").click()
    await expect(ada.page.get_by_role("heading", name="المستندات")).to_be_visible()
    await expect(ada.page.locator("html")).to_have_attribute("dir", "rtl")
    await ada.page.reload()
    await expect(ada.page.get_by_role("button", name="جديد من قالب")).to_be_visible()
    await ada.page.get_by_role("button", name="المظهر").click()
    await ada.page.get_by_role("menuitemradio", name="English").click()
    await expect(ada.page.locator("html")).to_have_attribute("dir", "ltr")


async def test_an_arabic_phone_shows_nothing_beyond_its_edges(window: OpenWindow, address: str) -> None:
    ada = await window(locale="ar", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    await ada.open(address, status="محفوظ")
    for page in (address, address.partition("/d/")[0]):
        await ada.page.goto(page)
        await ada.page.wait_for_timeout(500)
        assert await ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_lists_and_quotes_run_the_way_of_the_text(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("خطة للجدار الجنوبي\n- ازرع البازلاء\n\n> قلّم الكمثرى")
    for name in ("ul", "blockquote"):
        await expect(ada.text.locator(name)).to_have_css("direction", "rtl")
    await expect(ada.text.locator("ul p")).to_have_css("direction", "rtl")
