"""Themes, languages, small screens, and the bar by keyboard alone."""

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def test_the_theme_follows_the_system_until_one_is_chosen_and_that_is_kept(
    window: OpenWindow, address: str
) -> None:
    ada = await window(color_scheme="dark")
    await ada.open(address)
    body = ada.page.locator("html")
    await expect(body).to_have_css("background-color", "rgb(25, 23, 20)")
    await ada.page.get_by_role("button", name="Appearance").click()
    await ada.page.get_by_role("menuitemradio", name="Light").click()
    await expect(body).to_have_css("background-color", "rgb(253, 252, 249)")
    await ada.page.reload()
    await expect(body).to_have_css("background-color", "rgb(253, 252, 249)")


async def test_a_german_browser_reads_german(window: OpenWindow, address: str) -> None:
    ada = await window(locale="de-DE")
    await ada.open(address, status="Gespeichert")
    await expect(ada.page.locator("html")).to_have_attribute("lang", "de")
    await ada.page.get_by_role("button", name="Darstellung").click()
    await ada.page.get_by_role("menuitemradio", name="English").click()
    await ada.sees_status("Saved")


async def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_tools_lie_at_the_bottom(
    window: OpenWindow, address: str, server: Server
) -> None:
    for title in ("W" * 200, "many words " * 18):
        server.create(title=title, text=f"needle {title * 10}")
    ada = await window(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    await ada.open(address)
    await ada.write("A line that is long enough to be broken on the small screen of a phone. " + "W" * 80)
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    scroll, inner = await ada.page.evaluate(widths)
    assert scroll <= inner
    box = await ada.page.get_by_role("toolbar").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 740
    await ada.page.goto(server.url)
    for words, row in (("", ".row-link"), ("needle", ".row-snippet")):
        await ada.page.get_by_label("Search documents").fill(words)
        await expect(ada.page.locator(row).first).to_be_visible()
        scroll, inner = await ada.page.evaluate(widths)
        assert scroll <= inner


async def test_the_toolbar_is_one_stop_and_arrows_walk_in_it(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.page.get_by_role("button", name="Undo", exact=True).focus()
    for name in ("Redo", "Kind of text: Text", "Bold"):
        await ada.page.keyboard.press("ArrowRight")
        await expect(ada.page.get_by_role("button", name=name, exact=True)).to_be_focused()
    await ada.page.keyboard.press("End")
    await expect(ada.page.get_by_role("button", name="More formatting")).to_be_focused()


async def test_directions_are_each_blocks_own(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("English\nשלום עולם")
    paragraphs = ada.text.locator("p")
    await expect(paragraphs.nth(0)).to_have_css("direction", "ltr")
    await expect(paragraphs.nth(1)).to_have_css("direction", "rtl")
